"""To which accounts does a contact belong? One is primary, others may be further ones."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import consequences, journal
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal

from . import accounts, contacts, managers
from .models import Account, Contact, Membership


@transaction.atomic
def change_account(
    contact_id: int,
    account: Account,
    *,
    version: int | None = None,
    keep: bool = False,
    reason: str = "",
    at,
    on,
    by,
    source: str = "page",
) -> list[Consequence]:
    """Make `account` the primary one. Locks account, then contact.

    What the old account owns stays with it, passes and registrations too, and so does the history.
    `keep` leaves the contact linked to it as a further account. Returns what it touches.
    """
    account = accounts.open_one(account)
    contact = contacts.locked(contact_id, version=version)
    contacts.refuse_archived(contact)
    left = contact.account
    if left.pk == account.pk:
        raise Refusal(
            _("%(account)s is the primary account of %(name)s already.")
            % {"account": account, "name": contact},
            field="account",
        )
    Membership.objects.filter(contact=contact, account=account).delete()
    contacts.save(contact, {"account_id": account.pk})
    touched = []
    who = {"at": at, "on": on, "by": by, "source": source, "reason": reason}
    if keep:
        Membership.objects.get_or_create(contact=contact, account=left)
    else:
        touched += no_longer_main(contact, [left], at=at, on=on, by=by)
        managers.left(contact, [left.pk], at=at, on=on, by=by)
    # Two facts, so that the history of either account tells it.
    journal.write(
        "account.contact_left",
        left.pk,
        account_id=left.pk,
        after={"contact": contact.pk, "account": account.pk, "kept": keep},
        **who,
    )
    journal.write(
        "contact.account_changed",
        contact.pk,
        contact_id=contact.pk,
        account_id=account.pk,
        before={"account": left.pk},
        after={"account": account.pk},
        **who,
    )
    fact = Fact(
        "contact.account_changed",
        (contact.pk,),
        at=at,
        on=on,
        by=by,
        reason=reason,
        data={"left": left.pk, "joined": account.pk, "kept": keep},
    )
    return touched + consequences.follow(fact)


@transaction.atomic
def add(contact_id: int, account: Account, *, at, on, by, source: str = "page") -> None:
    """Link the contact to a further account. Locks account, then contact."""
    account = accounts.open_one(account)
    contact = contacts.locked(contact_id)
    contacts.refuse_archived(contact)
    if account.pk in contact.account_ids():
        raise Refusal(
            _("%(name)s belongs to %(account)s already.") % {"name": contact, "account": account},
            field="account",
        )
    Membership.objects.create(contact=contact, account=account)
    contacts.save(contact, {})
    journal.write(
        "contact.account_added",
        contact.pk,
        contact_id=contact.pk,
        account_id=account.pk,
        after={"account": account.pk},
        at=at,
        on=on,
        by=by,
        source=source,
    )


@transaction.atomic
def remove(
    contact_id: int, account: Account, *, version: int | None = None, reason: str = "", at, on, by
) -> list[Consequence]:
    """End the link to a further account. What that account owns stays with it.

    Locks account, then contact; returns what it touches.
    """
    account = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    contact = contacts.locked(contact_id, version=version)
    ended, _what = Membership.objects.filter(contact=contact, account=account).delete()
    if not ended:
        raise Refusal(
            _("%(account)s is not a further account of %(name)s.")
            % {"account": account, "name": contact}
        )
    contacts.save(contact, {})
    touched = no_longer_main(contact, [account], at=at, on=on, by=by)
    managers.left(contact, [account.pk], at=at, on=on, by=by)
    journal.write(
        "contact.account_removed",
        contact.pk,
        contact_id=contact.pk,
        account_id=account.pk,
        before={"account": account.pk},
        reason=reason,
        at=at,
        on=on,
        by=by,
    )
    fact = Fact(
        "contact.account_removed",
        (contact.pk,),
        at=at,
        on=on,
        by=by,
        reason=reason,
        data={"left": account.pk},
    )
    return touched + consequences.follow(fact)


def no_longer_main(contact: Contact, left, *, at, on, by) -> list[Consequence]:
    """Take the contact off as main contact of the accounts that they leave."""
    led = [account for account in left if account.main_contact_id == contact.pk]
    for account in led:
        accounts.edit(account.pk, main_contact=None, at=at, on=on, by=by)
    if not led:
        return []
    sentence = ngettext(
        "%(count)s account has no main contact any more.",
        "%(count)s accounts have no main contact any more.",
        len(led),
    )
    names = tuple(account.name for account in led[:5])
    return [Consequence("closes", sentence % {"count": len(led)}, len(led), names)]
