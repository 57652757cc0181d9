"""How is a person erased, and what is told to who asks what we know? The one road for both.

The records stay, with their numbers: passes, registrations, results, the history. Who it was goes
from all of them (`settings.PERSONAL`), in one transaction. What was done is kept as a row of
numbers, so that it can be done again to a backup that was restored.
"""

from django.db import transaction
from django.db.models import Q
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
    remember(person.contacts, at=at, by=by)
    stays = _("Passes, registrations, results and the history stay on record, without the name.")
    return [*told, Consequence("stays", stays, 1)]


def refuse_unless_possible(contact: Contact) -> None:
    """Why not? Whoever works here first has to stop; a double goes with the one kept."""
    if contact.merged_into_id and not contact.erased_at:
        raise Refusal(contacts.was_merged(contact))
    if contact.erased_at:
        raise Refusal(_("This person was erased already."))
    user = user_of(contact)
    if user and user.is_staff:
        why = _("%(name)s works in the back office. Take the roles away first (Users and Roles).")
        raise Refusal(why % {"name": user})


def person_of(contact: Contact) -> Person:
    """By what the person is known: addresses and names of now and of before. Nine queries."""
    user = user_of(contact)
    doubles = list(Contact.objects.filter(merged_into=contact).order_by("pk"))
    everyone = [contact, *doubles]
    emails = [contact.email, *former(everyone, "email"), *former(everyone, "merged_email")]
    names = [f"{each.first_name} {each.last_name}".strip() for each in everyone]
    names += former(everyone, "merged_name")
    if user:
        emails += [user.email, *user.emailaddress_set.values_list("email", flat=True)]
        names.append(user.name)
    emails = tuple(dict.fromkeys(email.lower() for email in emails if email))
    # A single word is too little to look for in other people's sentences.
    names = tuple(dict.fromkeys(name for name in names if " " in name))
    ids = [*contact.account_ids(), *(each.account_id for each in doubles)]
    linked = Account.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    own = [account.pk for account in linked if is_own(account, everyone)]
    return Person(
        contact_id=contact.pk,
        users=tuple(dict.fromkeys([*([user.pk] if user else []), *ended_sign_ins(emails)])),
        names=names + emails,
        emails=emails,
        own_accounts=tuple(own),
        accounts=tuple(account.pk for account in linked if account.pk not in own),
        merged=tuple(each.pk for each in doubles),
    )


def user_of(contact: Contact) -> User | None:
    """Who signs in as the contact; or was invited to, and hasn't come yet."""
    if contact.user_id:
        return contact.user
    invited = User.objects.filter(last_login=None, contact=None)
    return invited.filter(email=contact.email.lower()).first() if contact.email else None


def ended_sign_ins(emails) -> list[int]:
    """The disabled sign-ins that doubles had, which were merged: nobody's since."""
    nobodys = User.objects.filter(contact=None, is_staff=False, is_active=False, email__in=emails)
    return list(nobodys.order_by("pk").values_list("pk", flat=True))


def is_own(account: Account, everyone: list[Contact]) -> bool:
    """Is it the account of this one person, however often they were there?"""
    others = Contact.objects.of_account(account.pk).exclude(pk__in=[each.pk for each in everyone])
    return account.kind == AccountKind.INDIVIDUAL and not others.exists()


def former(everyone: list[Contact], column: str) -> list[str]:
    """What the column said before, and was asked to say."""
    rows = Change.objects.filter(contact__in=everyone).values_list("before", "after")
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
    back = Contact.objects.filter(pk__in=erased, erased_at=None, merged_into=None)
    return list(back.order_by("pk").values_list("pk", flat=True))


def remember(contact_ids, *, at, by=None) -> None:
    """Put erasures on record, also those that a restored backup doesn't know of."""
    by_id = getattr(by, "pk", None)
    Erasure.objects.bulk_create(
        [Erasure(contact_id=number, at=at, by_id=by_id) for number in contact_ids],
        ignore_conflicts=True,
    )
