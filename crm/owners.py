"""About whom, or what, can something be noted? A contact, an account or an opportunity."""

from django.db.models import Q
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal
from tms.ui.access import allowed

from . import accounts, changes, contacts, opportunities
from .models import Account, Change, Contact, Opportunity

MODELS = {"contact": Contact, "account": Account, "opportunity": Opportunity}
# Who may see what stands under one, and who may change it.
SEE = {
    "contact": "crm.view_people",
    "account": "crm.view_people",
    "opportunity": "crm.view_opportunities",
}
CHANGE = {
    "contact": "crm.change_people",
    "account": "crm.change_people",
    "opportunity": "crm.change_opportunities",
}


noun_of = changes.noun_of


def seen_by(user) -> Q:
    """Which tasks and notes the user sees: those under whom, or what, they may see."""
    nouns = [noun for noun in MODELS if allowed(user, SEE[noun])]
    if len(nouns) == len(MODELS):
        return Q()
    found = Q(pk=None)
    for noun in nouns:
        found |= Q(**{f"{noun}__isnull": False})
    return found


def open_one(owner):
    """The owner, locked: nothing new is noted about who was archived or erased. Raises Refusal."""
    if isinstance(owner, Account):
        return accounts.open_one(owner)
    if isinstance(owner, Opportunity):
        return opportunities.locked(owner.pk)
    contact = contacts.locked(owner.pk)
    contacts.refuse_archived(contact)
    return contact


def write(kind: str, row, *, before: dict | None = None, after: dict | None = None, **who) -> None:
    """Write a fact about what stands under an owner; its words go where they can be erased."""
    kept = {}
    if before or after:
        change = Change.objects.create(
            **{f"{row.noun}_id": getattr(row, f"{row.noun}_id")},
            before=journal.plain(before or {}),
            after=journal.plain(after or {}),
        )
        kept = {"change": change.pk}
    journal.write(
        kind, row.pk, after={**kept, "about": row.noun}, **changes.ids_of(row.owner), **who
    )


def gone() -> Refusal:
    """The answer to who changes what somebody else removed."""
    return Refusal(_("This was removed meanwhile."))
