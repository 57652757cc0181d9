"""What happens when a contact or an account is put away, or taken back?"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import consequences
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal

from . import accounts, belonging, changes, contacts
from .models import Account, AccountKind, Contact


@transaction.atomic
def archive_contact(
    contact_id: int, *, version: int | None = None, reason: str = "", at, on, by
) -> list[Consequence]:
    """Put a contact away: in no list, no choice, and not in the LMS any more.

    Whatever they hold stays on record. Their individual account goes with them. Locks account and
    contact; returns what it touches.
    """
    list(Account.objects.select_for_update(of=("self",), no_key=True).filter(contacts=contact_id))
    contact = contacts.locked(contact_id, version=version)
    contacts.refuse_archived(contact)
    contacts.save(contact, {"archived_at": at})
    touched = []
    if contact.user_id:
        touched.append(
            Consequence("closes", _("%(name)s can't use the LMS any more.") % {"name": contact}, 1)
        )
    touched += belonging.no_longer_main(
        contact, contact.main_of.exclude(kind=AccountKind.INDIVIDUAL), at=at, on=on, by=by
    )
    changes.write("contact.archived", contact, at=at, on=on, by=by, reason=reason)
    if _only_theirs(contact):
        touched.append(
            Consequence(
                "closes",
                _("The individual account of %(name)s is archived too.") % {"name": contact},
                1,
            )
        )
        touched += archive_account(contact.account_id, at=at, on=on, by=by, reason=reason)
    fact = Fact("contact.archived", (contact.pk,), at=at, on=on, by=by, reason=reason)
    return touched + consequences.follow(fact)


@transaction.atomic
def restore_contact(contact_id: int, *, version: int | None = None, at, on, by) -> Contact:
    """Take a contact back, and the individual account that went with them."""
    contact = contacts.locked(contact_id, version=version)
    if contact.erased_at:
        raise Refusal(_("This person was erased; there is nothing left to restore."))
    if contact.merged_into_id:
        raise Refusal(contacts.was_merged(contact))
    if not contact.archived_at:
        raise Refusal(_("%(name)s is not archived.") % {"name": contact})
    went_along = contact.account.kind == AccountKind.INDIVIDUAL and contact.account.archived_at
    contacts.save(contact, {"archived_at": None})
    if went_along:
        restore_account(contact.account_id, at=at, on=on, by=by)
    changes.write("contact.restored", contact, at=at, on=on, by=by)
    return contact


@transaction.atomic
def archive_account(
    account_id: int, *, version: int | None = None, reason: str = "", at, on, by
) -> list[Consequence]:
    """Put an account away: in no list and no choice any more; nothing new is sold to it.

    Its contacts and sub-accounts stay as they are, and whatever it owns stays on record. An
    individual account goes with its contact. Locks the account; returns what it touches.
    """
    account = accounts.locked(account_id, version=version)
    if account.archived_at:
        raise Refusal(_("%(account)s is archived already.") % {"account": account})
    people = account.contacts.living().order_by("name_key", "pk")
    if account.kind == AccountKind.INDIVIDUAL and (person := people.first()):
        raise Refusal(
            _("It is the account of %(name)s. Archive the contact, and it goes along.")
            % {"name": person}
        )
    accounts.save(account, {"archived_at": at})
    changes.write("account.archived", account, at=at, on=on, by=by, reason=reason)
    touched = []
    if count := people.count():
        sentence = ngettext(
            "%(count)s contact keeps it as primary account.",
            "%(count)s contacts keep it as primary account.",
            count,
        )
        names = tuple(contact.name for contact in people[:5])
        touched.append(Consequence("stays", sentence % {"count": count}, count, names))
    children = account.children.living().order_by("name_key", "pk")
    if count := children.count():
        sentence = ngettext(
            "%(count)s sub-account stays under it.",
            "%(count)s sub-accounts stay under it.",
            count,
        )
        names = tuple(children.values_list("name", flat=True)[:5])
        touched.append(Consequence("stays", sentence % {"count": count}, count, names))
    fact = Fact("account.archived", (account.pk,), at=at, on=on, by=by, reason=reason)
    return touched + consequences.follow(fact)


@transaction.atomic
def restore_account(account_id: int, *, version: int | None = None, at, on, by) -> Account:
    """Take an account back."""
    account = accounts.locked(account_id, version=version)
    if account.merged_into_id:
        raise Refusal(accounts.is_archived(account))
    if not account.archived_at:
        raise Refusal(_("%(account)s is not archived.") % {"account": account})
    accounts.save(account, {"archived_at": None})
    changes.write("account.restored", account, at=at, on=on, by=by)
    return account


def _only_theirs(contact: Contact) -> bool:
    """Is the contact's account an individual one that nobody else has left?"""
    account = contact.account
    return (
        account.kind == AccountKind.INDIVIDUAL
        and account.archived_at is None
        and not account.contacts.living().exclude(pk=contact.pk).exists()
    )
