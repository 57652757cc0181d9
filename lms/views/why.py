"""Why can she open this? For staff: the answer, every right, and for a no the ways to a yes."""

from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from catalog.models import Item
from crm import doubles
from crm.models import Contact
from tms import clock
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.outcomes import Done

from .. import access, ways
from ..access import State
from ..forms import WhoForm
from ..models import PaidBy

LOOK = "lms.view_registrations"

WORDS = {
    State.ACTIVE: ("active", _("Opens it")),
    State.CONTENT_ENDED: ("expired", _("Content ended")),
    State.EXPIRED: ("expired", _("Expired")),
    State.CANCELLED: ("cancelled", _("Cancelled")),
    State.MOVED: ("cancelled", _("With somebody else")),
    State.NOT_STARTED: ("not_started", _("Not started")),
}


@staff(LOOK)
@require_GET
def why(request, contact_id, item_id):
    """Asked of the same rule that opens or closes it."""
    contact = doubles.lead_on(request, get_object_or_404(Contact, pk=contact_id))
    item = get_object_or_404(Item, pk=item_id)
    answer = access.answers(contact.pk, [item.pk], request.today)[item.pk]
    found = ways.of_items({item.pk: answer}, [item], contact, request.today)
    turns = access.changes_on(answer, request.today)
    rights = [
        {
            "right": right,
            "status": WORDS[right.state][0],
            # Without a registration a valid pass opens nothing, it only offers to.
            "word": WORDS[right.state][1]
            if right.registration_id or not right.valid
            else _("Would open it"),
            "paid_by": PaidBy(right.paid_by).label if right.paid_by else "",
        }
        for right in answer.rights
    ]
    context = {
        "contact": contact,
        "item": item,
        "answer": answer,
        "rights": rights,
        "ways": ways.to_staff(found.get(item.pk, [])),
        "turns": turns and clock.start_of(turns, request.zone),
    }
    return render(request, "lms/staff/why.html", context)


class Ask(Dialog):
    """From the page of a course or path: may which contact open it?"""

    permission_required = LOOK
    title = _("Why can she open this?")
    submit = _("Look")
    form_class = WhoForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.item = get_object_or_404(Item, pk=kwargs["item_id"])

    @property
    def subject(self):
        return self.item.title

    def perform(self, *, contact):
        return Done(goes_to=reverse("lms:why", args=[contact.pk, self.item.pk]))

    def get_success_url(self):
        return page_of(f"catalog:{self.item.kind}", self.item.pk)


def panel(request, item) -> str:
    """On the page of a course or path: the way to the question."""
    return render_to_string("lms/staff/_why.html", {"item": item}, request=request)
