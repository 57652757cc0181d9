"""What learners asked for, and the answers. For staff."""

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Event, ItemKind
from passes.models import TypeStatus
from passes.views.owned_giving import Add
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.lists import LINE, Action, Empty, ListPage
from tms.ui.sent import operation_of

from .. import requests, tables
from ..filters import RequestFilter
from ..forms import DeclineForm, GrantPlaceForm
from ..models import Request, RequestState
from ..tables import ANSWER


class Requests(ListPage):
    """Open ones first come first; the filter says which."""

    title = gettext_lazy("Requests")
    permission_required = ANSWER
    table, filterset, sort = tables.RequestTable, RequestFilter, "-pk"
    values = ("state", "item_id", "pass_type_id", "opportunity_id", "contact__first_name")
    changes = "requests"
    export_name = "requests"
    empty = Empty(
        gettext_lazy("Nobody asked for anything yet"),
        gettext_lazy("Learners ask for a training pass, or for a place where they have none."),
    )

    def queryset(self):
        return Request.objects.annotate(
            about=Coalesce("pass_type__name", "item__title"),
            kind=Case(
                When(pass_type__isnull=False, then=Value(_("Training pass"))),
                When(item__kind=ItemKind.PATH, then=Value(_("Learning path"))),
                default=Value(_("Course")),
                output_field=CharField(),
            ),
        )

    def menu(self, row):
        if row["opportunity_id"]:
            yield Action(
                _("See the opportunity"),
                page_of("crm:opportunity", row["opportunity_id"]),
                "arrow-right",
                dialog=False,
                permission="crm.view_opportunities",
            )
        if row["state"] != RequestState.OPEN:
            return
        grant = "lms:grant_pass" if row["pass_type_id"] else "lms:grant_place"
        label = _("Give the pass") if row["pass_type_id"] else _("Give the place")
        yield Action(label, reverse(grant, args=[row["pk"]]), "check")
        yield LINE
        yield Action(_("Decline"), page_of("lms:decline", row["pk"]), "x", danger=True)

    def dim(self, row):
        return row["state"] != RequestState.OPEN

    def name_of(self, row):
        return f"{tables.contact_name(row)}, {row['about']}"


class Answering(Dialog):
    """What the dialogs that answer share."""

    permission_required = ANSWER
    changes = ("requests", "registrations")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Request.objects.select_related("contact", "item", "event", "pass_type")
        self.asked_for = self.versioned = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        what = self.asked_for.pass_type or self.asked_for.item
        note = f": {self.asked_for.note}" if self.asked_for.note else ""
        return f"{self.asked_for.contact.name}, {what}{note}"

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }


class GrantPlace(Answering):
    """Registers the learner, on the date they asked for or another one."""

    title = gettext_lazy("Give the place")
    submit = gettext_lazy("Register")
    permission_required = (ANSWER, "lms.manage_registrations")
    form_class = GrantPlaceForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if self.asked_for.item is None:
            raise Http404

    def get_form_kwargs(self):
        dates = None
        if self.asked_for.item and self.asked_for.item.kind == ItemKind.COURSE:
            open_ones = Event.objects.open().with_seats().filter(course=self.asked_for.item)
            dates = list(open_ones.order_by(F("first_on").asc(nulls_first=True), "pk"))
        return super().get_form_kwargs() | {"dates": dates}

    def get_initial(self):
        return {"event": self.asked_for.event_id}

    def perform(self, *, answer, event=None):
        requests.grant_place(self.asked_for.pk, event, answer=answer, **self.who)


class GrantPass(Add):
    """`Add Training Pass`, for what was asked for: the pass is given and the request granted."""

    permission_required = (ANSWER, "passes.issue_pass")
    changes = ("requests", "passes")

    def setup(self, request, *args, pk, **kwargs):
        rows = Request.objects.select_related("contact", "pass_type")
        self.asked_for = get_object_or_404(rows, pk=pk, pass_type__isnull=False)
        super().setup(request, *args, contact_id=self.asked_for.contact_id, **kwargs)

    def get_initial(self):
        initial = super().get_initial()
        if self.asked_for.pass_type.status == TypeStatus.ACTIVE:
            initial |= self.filled_in(self.asked_for.pass_type, None)
        return initial

    def perform(self, **answers):
        requests.granted(self.asked_for.pk, **self.who)
        super().perform(**answers)

    def get_success_url(self):
        return self.back() or reverse("lms:requests")


class Decline(Answering):
    title = gettext_lazy("Decline")
    submit = gettext_lazy("Decline")
    danger = True
    form_class = DeclineForm

    def perform(self, *, answer):
        requests.decline(self.asked_for.pk, answer=answer, **self.who)
