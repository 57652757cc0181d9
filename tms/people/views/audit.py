"""Control panel: Audit trail. What was changed, by whom, from where; before and after."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms.models import AuditRow
from tms.ui.access import staff
from tms.ui.lists import Empty, ListPage

from .. import audit_list, audit_told

RIGHT = "tms.audit_trail"
TOGETHER = 50
BENEATH = 20
# What a record's history may ask for; the list has filters of the same names.
ASKED = {"contact": "contact_id", "account": "account_id", "model": "model", "record": "record"}


class AuditTrail(ListPage):
    title = _("Audit trail")
    permission_required = RIGHT
    table, filterset, sort = audit_list.AuditTable, audit_list.AuditFilter, "-pk"
    export_name = "audit-trail"
    template_name = "people/audit.html"
    empty = Empty(
        _("Nothing was changed yet"),
        _("Every change of a business record is listed here, by page, API or in the database."),
    )

    def queryset(self):
        return audit_list.rows()

    def name_of(self, row):
        return audit_list.record(row)


@staff(RIGHT)
def row(request, pk):
    """One row: before and after side by side, and what else the same transaction changed."""
    found = get_object_or_404(AuditRow.objects.select_related("user"), pk=pk)
    together = AuditRow.objects.filter(recorded_at=found.recorded_at, xact=found.xact)
    others = list(together.exclude(pk=pk).order_by("id")[: TOGETHER + 1])
    name, url = audit_told.record_of(found)
    context = {
        "row": found,
        "title": audit_list.title(found),
        "name": name,
        "url": url,
        "fields": audit_told.fields(found),
        "together": [(each.pk, audit_list.title(each)) for each in others[:TOGETHER]],
        "more": len(others) > TOGETHER,
    }
    return render(request, "people/audit_row.html", context)


@staff(RIGHT)
def recorded(request):
    """Under a record's history: the newest rows about it. One statement."""
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    numbers = [text for name, text in asked.items() if name != "model"]
    if not asked or not all(text.isdecimal() and len(text) < 19 for text in numbers):
        return HttpResponse(status=404)
    address = f"{reverse('people:audit_trail')}?{request.GET.urlencode()}"
    if not request.htmx:
        return redirect(address)
    found = AuditRow.objects.filter(**{ASKED[name]: text for name, text in asked.items()})
    rows = list(found.select_related("user").order_by("-id")[: BENEATH + 1])
    context = {
        "rows": [
            (each, audit_list.title(each), audit_told.fields(each)) for each in rows[:BENEATH]
        ],
        "more": len(rows) > BENEATH,
        "address": address,
    }
    return render(request, "people/_audit_rows.html", context)
