"""What can be deleted? A contact or an account that nothing ever happened to; all others stay.

Whoever was entered by mistake goes, and leaves nothing but numbers: the trail forgets the words
too, as it does when a person is erased.
"""

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tms import journal
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal

from . import accounts, contacts, referring
from .models import Account, AccountKind, Contact

# What tells of nothing but that it was entered, and how.
ENTERED = {
    "created",
    "edited",
    "external_id_added",
    "external_id_removed",
    "archived",
    "restored",
}


@transaction.atomic
def delete_contact(contact_id: int, *, version: int | None = None, at, on, by) -> list[Consequence]:
    """Delete a contact without any history, and the individual account that came with them.

    Refused for everybody else: they are archived. Raises Stale. Locks accounts and contact.
    """
    rows = Account.objects.select_for_update(of=("self",)).filter(contacts=contact_id)
    account = rows.order_by("pk").get()
    Contact.objects.select_for_update(of=("self",)).get(pk=contact_id)
    contact = contacts.locked(contact_id, version=version)
    name, words = contact.name, [f"{contact.first_name} {contact.last_name}".strip(), contact.email]
    alone = account.kind == AccountKind.INDIVIDUAL
    _refuse_with_history(contact, besides=[account] if alone else [])
    if alone:
        Account.objects.filter(pk=account.pk, main_contact=contact).update(main_contact=None)
    told = [Consequence("closes", _("%(name)s is gone for good.") % {"name": name}, 1)]
    contact.delete()
    own = []
    if alone and not _history_of(account):
        own.append(account.pk)
        sentence = _("The individual account of %(name)s goes along.") % {"name": name}
        told.append(Consequence("closes", sentence, 1))
        account.delete()
    _forget(contact_id, own, [word for word in words if word])
    who = {"at": at, "on": on, "by": by}
    journal.write("contact.deleted", contact_id, contact_id=contact_id, **who)
    for pk in own:
        journal.write("account.deleted", pk, account_id=pk, **who)
    return told


@transaction.atomic
def delete_account(account_id: int, *, version: int | None = None, at, on, by) -> list[Consequence]:
    """Delete an account without any history. Refused for all others: they are archived."""
    Account.objects.select_for_update(of=("self",)).get(pk=account_id)
    account = accounts.locked(account_id, version=version)
    _refuse_with_history(account)
    told = [Consequence("closes", _("%(name)s is gone for good.") % {"name": account}, 1)]
    account.delete()
    _forget(None, [account_id], [])
    journal.write("account.deleted", account_id, account_id=account_id, at=at, on=on, by=by)
    return told


def _refuse_with_history(row, besides=()) -> None:
    if _history_of(row, besides=besides):
        raise Refusal(
            _("%(name)s has a history, which stays. Archive it instead, or merge it.")
            % {"name": row}
        )


def _history_of(row, besides=()) -> bool:
    """Does anything refer to it, or did anything happen but that it was entered?"""
    noun = "account" if isinstance(row, Account) else "contact"
    if getattr(row, "user_id", None) or row.merged_into_id or getattr(row, "erased_at", None):
        return True
    if referring.to(row, besides=besides):
        return True
    about = Q(**{f"{noun}_id": row.pk})
    if noun == "contact":
        about |= Q(other_contact_id=row.pk)
    entered = Q(subject_kind=noun, subject_id=row.pk, kind__in=[f"{noun}.{k}" for k in ENTERED])
    if noun == "account":
        # The account of one person: whoever went just now was entered with it.
        entered |= Q(subject_kind="contact", kind__in=[f"contact.{k}" for k in ENTERED])
    return JournalRow.objects.filter(about).exclude(entered).exists()


def _forget(contact_id: int | None, account_ids: list[int], names: list[str]) -> None:
    """Take the words from the trail, as erasing does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT erase_history(%s, NULL, %s::bigint[], '{}', %s::text[])",
            [contact_id, account_ids, names],
        )
