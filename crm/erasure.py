"""How is a person erased, and what is told to who asks what we know? The one road for both.

The records stay, with their numbers: passes, registrations, results, the history. Who it was goes
from all of them (`settings.PERSONAL`), in one transaction. What was done is kept as a row of
numbers, so that it can be done again to a backup that was restored.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from tms import personal
from tms.consequences import Consequence
from tms.models import User
from tms.personal import Person
from tms.refusals import Refusal

from . import changes, contacts
from .models import Account, AccountKind, Change, Contact, Erasure


@transaction.atomic
def erase(contact_id: int, *, version: int | None = None, at, on, by) -> list[Consequence]:
    """Erase the person that the contact is; returns what ends with them. Can't be undone.

    Locks the accounts and the contact. Refused for somebody erased already and for who works in
    the back office. Raises Stale when `version` isn't the contact's any more.
    """
    list(Account.objects.select_for_update(of=("self",), no_key=True).filter(contacts=contact_id))
    contact = contacts.locked(contact_id, version=version)
    refuse_unless_possible(contact)
    person = person_of(contact)
    told = personal.erase(person, at=at, on=on, by=by)
    contact.refresh_from_db()
    changes.write("contact.erased", contact, at=at, on=on, by=by)
    Erasure.objects.get_or_create(
        contact_id=contact.pk, defaults={"at": at, "by_id": getattr(by, "pk", None)}
    )
    stays = _("Passes, registrations, results and the history stay on record, without the name.")
    return [*told, Consequence("stays", stays, 1)]


def refuse_unless_possible(contact: Contact) -> None:
    """Why not? Whoever works here first has to stop."""
    if contact.erased_at:
        raise Refusal(_("This person was erased already."))
    user = user_of(contact)
    if user and user.is_staff:
        why = _("%(name)s works in the back office. Take the roles away first (Users and Roles).")
        raise Refusal(why % {"name": user})


def person_of(contact: Contact) -> Person:
    """By what the person is known: addresses and names of now and of before. Six queries."""
    user = user_of(contact)
    emails = [contact.email, *former(contact, "email")]
    names = [f"{contact.first_name} {contact.last_name}".strip()]
    if user:
        emails += [user.email, *user.emailaddress_set.values_list("email", flat=True)]
        names.append(user.name)
    emails = tuple(dict.fromkeys(email.lower() for email in emails if email))
    # A single word is too little to look for in other people's sentences.
    names = tuple(dict.fromkeys(name for name in names if " " in name))
    linked = Account.objects.filter(pk__in=contact.account_ids())
    own = [account.pk for account in linked if is_own(account, contact)]
    return Person(
        contact_id=contact.pk,
        user_id=user.pk if user else None,
        names=names + emails,
        emails=emails,
        own_accounts=tuple(own),
        accounts=tuple(account.pk for account in linked if account.pk not in own),
    )


def user_of(contact: Contact) -> User | None:
    """Who signs in as the contact; or was invited to, and hasn't come yet."""
    if contact.user_id:
        return contact.user
    invited = User.objects.filter(last_login=None, contact=None)
    return invited.filter(email=contact.email.lower()).first() if contact.email else None


def is_own(account: Account, contact: Contact) -> bool:
    """Is it the account of this one person?"""
    return (
        account.kind == AccountKind.INDIVIDUAL
        and not Contact.objects.of_account(account.pk).exclude(pk=contact.pk).exists()
    )


def former(contact: Contact, column: str) -> list[str]:
    """What the column said before, and was asked to say."""
    rows = Change.objects.filter(contact=contact).values_list("before", "after")
    return [side[column] for pair in rows for side in pair if side.get(column)]


# After a backup was restored


def replay(at, on) -> list[int]:
    """Erase again whoever came back with a backup. Returns their numbers; twice changes nothing.

    Who works in the back office by now is left out: the list of `missed` says so.
    """
    again = []
    for contact_id in missed():
        contact = Contact.objects.select_related("user").get(pk=contact_id)
        try:
            refuse_unless_possible(contact)
        except Refusal:
            continue
        erase(contact_id, at=at, on=on, by=None)
        again.append(contact_id)
    return again


def missed() -> list[int]:
    """Contacts whose erasure is on record and who are there all the same."""
    erased = Erasure.objects.values("contact_id")
    back = Contact.objects.filter(pk__in=erased, erased_at=None)
    return list(back.order_by("pk").values_list("pk", flat=True))


def remember(contact_ids, *, at) -> None:
    """Put erasures on record that a restored backup doesn't know of."""
    Erasure.objects.bulk_create(
        [Erasure(contact_id=number, at=at) for number in contact_ids], ignore_conflicts=True
    )
