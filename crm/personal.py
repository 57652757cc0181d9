"""What do contacts and accounts hold about a person, and how is it taken out of them?"""

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from tms.consequences import Consequence
from tms.personal import NAME, Part, Person, part

from . import accounts, archiving, contacts
from .erasing import without, without_in
from .models import Account, Change, Contact, ExternalId, Membership

# What an account says of the one person whose account it is.
OF_AN_ACCOUNT = ("legal_name", "street", "postcode", "city", "tax_number", "notes")

# What is left of a contact.
NOTHING = {
    "first_name": "",
    "last_name": NAME,
    "email": None,
    "phone": "",
    "job_title": "",
    "time_zone": "",
    "language": "",
    "notes": "",
    "may_sign_in": False,
    "announcements": False,
    "reminders": False,
}


def held(person: Person) -> list[Part]:
    mine = Q(contact__in=person.contacts)
    own = Q(account__in=person.own_accounts)
    return [
        part("contact", _("Contact"), Contact.objects.filter(pk=person.contact_id)),
        part("merged", _("Merged into it"), Contact.objects.filter(pk__in=person.merged)),
        part("own_accounts", _("Own account"), Account.objects.filter(pk__in=person.own_accounts)),
        part(
            "accounts",
            _("Belongs to"),
            Account.objects.filter(pk__in=person.accounts),
            "id",
            "name",
        ),
        part(
            "mentions",
            _("Mentioned in the notes of"),
            Account.objects.filter(pk__in=person.accounts).filter(person.mentioned("notes")),
            "id",
            "name",
            "notes",
        ),
        part("memberships", _("Further accounts"), Membership.objects.filter(mine)),
        part("external_ids", _("External IDs"), ExternalId.objects.filter(mine | own)),
        part("changes", _("Earlier values"), Change.objects.filter(mine | own)),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Archive the contact, and leave of it and of its own account nothing but the numbers.

    Where the notes of an account that they belong to name them, the name goes.
    """
    contact = contacts.locked(person.contact_id)
    told = []
    if contact.archived_at is None:
        told += archiving.archive_contact(contact.pk, at=at, on=on, by=by)
        contact.refresh_from_db()
    ids = Q(contact__in=person.contacts) | Q(account__in=person.own_accounts)
    ExternalId.objects.filter(ids).delete()
    Change.objects.filter(ids).update(before={}, after={})
    for account in Account.objects.filter(pk__in=person.own_accounts):
        accounts.save(account, {"name": NAME, "custom": {}, **dict.fromkeys(OF_AN_ACCOUNT, "")})
    for account in Account.objects.filter(pk__in=person.accounts).filter(person.mentioned("notes")):
        accounts.save(account, {"notes": without(account.notes, person.names)})
    earlier = Change.objects.annotate(
        then=Cast("before", TextField()), since=Cast("after", TextField())
    ).filter(person.mentioned("then", "since"), account__in=person.accounts)
    for change in earlier:
        change.before = without_in(change.before, person.names)
        change.after = without_in(change.after, person.names)
        change.save(update_fields=["before", "after"])
    for each in (contact, *Contact.objects.filter(pk__in=person.merged)):
        contacts.save(each, {**NOTHING, "custom": {}, "erased_at": at})
    sentence = _("Name, addresses, phone, notes, further fields and external IDs are erased.")
    return [*told, Consequence("closes", sentence, 1)]
