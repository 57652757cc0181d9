"""Whose contact is the person who signs in?"""

from django.db import transaction

from catalog.models import Region
from tms import clock, journal
from tms.models import Organisation
from tms.models.user import same_address

from .models import Account, AccountKind, Contact


@transaction.atomic
def link_confirmed(*, user, email: str, at) -> Contact | None:
    """Tie the user to the contact with this confirmed address. Called by tms.people; idempotent.

    Who has a contact keeps it, and its address follows the sign-in's. Otherwise the contact that
    nobody signs in for yet and that has the address is taken; failing that, one with an
    individual account is made, except for staff, who buy nothing. Returns the contact.
    """
    email = same_address(email)
    zone = Organisation.objects.values_list("time_zone", flat=True).filter(pk=1).first()
    day = clock.day_of(at, zone or "UTC")
    written = {"at": at, "on": day, "by": user}
    mine = Contact.objects.select_for_update(of=("self",)).filter(user=user).first()
    same = Contact.objects.select_for_update(of=("self",)).filter(email__iexact=email).first()
    if mine:
        if same is None:
            _move(mine, email, written)
        return mine
    if same and same.user_id is None:
        same.user = user
        same.version += 1
        same.save(update_fields=["user", "version"])
        _write("contact.linked", same, written)
        return same
    if user.is_staff:
        return None
    # The address belongs to somebody else's contact, who signs in with another: it stays theirs.
    return _make(user, None if same else email, written)


def _move(contact: Contact, email: str, written: dict) -> None:
    contact.email = email
    contact.version += 1
    contact.save(update_fields=["email", "version"])
    _write("contact.email_changed", contact, written)


def _make(user, email: str | None, written: dict) -> Contact:
    first, _space, last = user.name.strip().rpartition(" ")
    region = Region.objects.filter(is_default=True).first()
    account = Account.objects.create(kind=AccountKind.INDIVIDUAL, name=user.name, region=region)
    contact = Contact.objects.create(
        first_name=first[:100], last_name=last[:100], email=email, account=account, user=user
    )
    account.main_contact = contact
    account.save(update_fields=["main_contact"])
    journal.write(
        "account.created",
        account.pk,
        account_id=account.pk,
        after={"kind": account.kind, "region": account.region_id},
        **written,
    )
    _write("contact.created", contact, written)
    return contact


def _write(kind: str, contact: Contact, written: dict) -> None:
    journal.write(kind, contact.pk, account_id=contact.account_id, contact_id=contact.pk, **written)
