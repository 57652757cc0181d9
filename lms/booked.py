"""Who is about to get a place, and do they have it already? What every road to a place asks."""

from django.utils.translation import gettext as _

from catalog.models import Event, Item
from crm.models import Contact
from tms.refusals import Refusal

from .models import Registration


def lock_contact(contact: Contact) -> None:
    list(Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).values_list("pk"))


def refuse_archived(contact: Contact) -> None:
    if contact.archived_at:
        raise Refusal(
            _("%(name)s is archived. Restore them first.") % {"name": contact.name},
            field="contact",
        )


def live(contact: Contact, event: Event | None, path: Item | None) -> Registration | None:
    """The registration that they have on it."""
    return (
        Registration.objects.live()
        .filter(contact=contact, event=event, path=None if event else path)
        .first()
    )
