"""Which messages does a contact want, and how do they say so?"""

from django.db import transaction
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from . import changes, contacts
from .models import Contact

# Service messages come anyway.
WISHES = ("reminders", "announcements")


@transaction.atomic
def choose(contact_id: int, *, at, on, by, source: str = "page", **wanted: bool) -> Contact:
    """Write down what they want of `WISHES`; what isn't named stays as it is.

    A double's wishes are those of whoever it was merged into; an archived contact may say so too.
    Nothing changed writes nothing. Refused once the person was erased. Locks the contact.
    """
    contact = contacts.locked(contact_id)
    while contact.merged_into_id:
        contact = contacts.locked(contact.merged_into_id)
    if contact.erased_at:
        raise Refusal(_("This person was erased. Nothing is sent to them any more."))
    changed = {name: wanted[name] for name in WISHES if name in wanted}
    changed = {name: value for name, value in changed.items() if getattr(contact, name) != value}
    if not changed:
        return contact
    before = {name: getattr(contact, name) for name in changed}
    contacts.save(contact, changed)
    changes.write(
        "contact.edited",
        contact,
        at=at,
        on=on,
        by=by,
        source=source,
        before=before,
        after=changed,
    )
    return contact


def in_words(contact: Contact) -> str:
    """What they receive, for whoever looks at the contact."""
    if contact.reminders:
        return _("All") if contact.announcements else _("All, except announcements")
    if contact.announcements:
        return _("All, except reminders")
    return _("Service messages only")
