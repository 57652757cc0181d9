"""What is held about a person: taken out for them, or erased."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tms.refusals import Refusal
from tms.ui.access import staff

from .. import doubles, erasure, taking_out
from ..models import Contact
from .contacts import Versioned

TAKE_OUT, ERASE = "crm.take_out_person", "crm.erase_person"


@require_http_methods(["GET", "HEAD", "POST"])
@staff(TAKE_OUT)
def export(request, pk):
    """What is held, part by part; by POST the file of it."""
    rows = Contact.objects.select_related("user", "account")
    contact = doubles.lead_on(request, get_object_or_404(rows, pk=pk))
    if request.method == "POST":
        who = {"at": request.now, "on": request.today, "by": request.user}
        try:
            content = taking_out.take_out(contact.pk, **who)
        except Refusal as no:
            context = {"contact": contact, "parts": [], "no": str(no)}
            return render(request, "crm/export_person.html", context, status=422)
        response = HttpResponse(content, content_type="application/zip")
        name = f"person-{contact.pk}-{request.today:%Y-%m-%d}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response
    parts = [] if contact.erased_at else taking_out.parts(contact)
    context = {"contact": contact, "parts": [(part.title, len(part.rows)) for part in parts]}
    return render(request, "crm/export_person.html", context)


class Erase(Versioned):
    title = gettext_lazy("Erase person")
    submit = gettext_lazy("Erase the person")
    permission_required = ERASE
    danger = previews = True
    changes = ("contact", "passes", "registrations")
    template_name = "crm/erase.html"

    def perform(self):
        return erasure.erase(self.contact.pk, **self.who)
