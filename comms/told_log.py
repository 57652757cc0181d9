"""How is it told what people did with messages?"""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told

from .models import Message

MAY_SEE = "comms.view_communications"


def names(ids, user) -> dict:
    """What a message says in its subject; before it left, what its template is called."""
    may = allowed(user, MAY_SEE)
    said = ("pk", "title", "template__name", "trigger__template__name")
    rows = Message.objects.filter(pk__in=ids).values_list(*said)
    return {
        pk: (title or own or of_rule or f"#{pk}", page_of("comms:message", pk) if may else "")
        for pk, title, own, of_rule in rows
    }


def told(sentence):
    """Which message, and to whom it is."""

    def tell(row, names):
        what, contact = names("message", row.subject_id), names("contact", row.contact_id)
        return Told(
            format_html(sentence, what=what),
            details=format_html(_("to {contact}"), contact=contact) if contact else "",
        )

    return tell


FACTS = [
    Fact("message.approved", "check", told(_("Message {what} approved")), "good"),
    Fact("message.voided", "ban", told(_("Message {what} voided")), "warn"),
    Fact("message.resent", "send", told(_("Message {what} sent again"))),
    Fact("message.settled", "circle-check", told(_("Message {what} marked as arrived")), "good"),
]
NAMES = [Names("message", names)]
