"""Which contacts look after an account's training in the LMS, and which accounts are somebody's?"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.compiled import Rows
from tms.refusals import Refusal

from . import accounts
from .models import Account, AccountManager, Contact

# Verbs


@transaction.atomic
def choose(
    account: Account,
    contacts,
    *,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> None:
    """Mark these contacts of the account, and nobody else, as its managers.

    Refused for who isn't the account's or is archived, unless marked already. Locks the account.
    Raises Stale where `version` isn't the account's any more.
    """
    account = accounts.locked(account.pk, version=version)
    if account.archived_at:
        raise Refusal(accounts.is_archived(account))
    wanted, before = {each.pk for each in contacts}, ids_of(account.pk)
    linked = Contact.objects.living().of_account(account.pk).filter(pk__in=wanted)
    if strangers := wanted - before - set(linked.values_list("pk", flat=True)):
        names = Contact.objects.filter(pk__in=strangers).order_by("pk")
        raise Refusal(
            _("%(names)s: not a contact of %(account)s. Add them to the account first.")
            % {"names": ", ".join(each.name for each in names), "account": account},
            field="contacts",
        )
    if wanted == before:
        return
    AccountManager.objects.filter(account=account).exclude(contact__in=wanted).delete()
    AccountManager.objects.bulk_create(
        AccountManager(account=account, contact_id=pk) for pk in sorted(wanted - before)
    )
    accounts.save(account, {})
    _write(account.pk, before, wanted, at=at, on=on, by=by, operation=operation)


def left(contact: Contact, account_ids, *, at, on, by) -> None:
    """They belong to these accounts no more, and look after none of them. They are locked."""
    rows = AccountManager.objects.filter(contact=contact, account__in=account_ids)
    for pk in rows.order_by("account").values_list("account_id", flat=True):
        before = ids_of(pk)
        AccountManager.objects.filter(account=pk, contact=contact).delete()
        _write(pk, before, before - {contact.pk}, at=at, on=on, by=by)


def merged(noun: str, kept, gone) -> None:
    """What was marked on one that is another's double is marked on the one kept."""
    other = "account" if noun == "contact" else "contact"
    theirs = AccountManager.objects.filter(**{noun: gone})
    mine = AccountManager.objects.filter(**{noun: kept}).values(other)
    theirs.filter(**{f"{other}__in": mine}).delete()
    theirs.update(**{noun: kept})


# Questions


def ids_of(account_id: int) -> set[int]:
    """The ids of the account's managers, archived ones too. One statement."""
    rows = AccountManager.objects.filter(account=account_id)
    return set(rows.values_list("contact_id", flat=True))


MANAGED = Rows(
    lambda contact: (
        Account.objects.living().filter(managers__contact=contact).order_by("name_key", "pk")
    )
)


def accounts_of(contact_id: int) -> list[Account]:
    """The accounts in use that they look after, by name. One statement."""
    return MANAGED(contact=contact_id)


def refuse_unless_manages(account_id: int, contact_id: int) -> None:
    """Raise Refusal unless they look after the account now. Ask it with the account locked."""
    marked = AccountManager.objects.filter(account=account_id, contact=contact_id)
    if not marked.filter(account__archived_at=None).exists():
        raise Refusal(_("You don't look after the training of this account any more."))


def _write(account_id: int, before: set[int], after: set[int], **who) -> None:
    journal.write(
        "account.managers_chosen",
        account_id,
        account_id=account_id,
        before={"managers": sorted(before)},
        after={"managers": sorted(after)},
        **who,
    )
