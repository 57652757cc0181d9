"""Which contact is whoever signs in, and by which address?"""

import datetime

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tms import clock
from tms.models import Organisation, User
from tms.people import invitations, letters
from tms.refusals import Refusal

from . import changes, contacts, typed
from .models import Contact

GOOD_FOR = datetime.timedelta(days=7)
SALT = "crm.people.new_address"


@transaction.atomic
def link_confirmed(*, user: User, email: str, at) -> Contact | None:
    """Tie the user to the contact with this address, which they just proved to be theirs.

    Nobody has it: a contact is made, with an individual account in the default region; for who
    works in the back office it isn't. Who has a contact already gets the address as the one to
    write to, unless another contact has it. Harmless when repeated. Locks the contact.
    """
    on = clock.day_of(at, (Organisation.objects.filter(pk=1).first() or Organisation()).time_zone)
    email = typed.address(email)
    mine = Contact.objects.select_for_update(of=("self",), no_key=True).filter(user=user).first()
    found = Contact.objects.select_for_update(of=("self",), no_key=True).with_address(email).first()
    if mine:
        if found is None and mine.email != email:
            _set_address(mine, email, at=at, on=on, by=user)
        return mine
    if found and found.user_id is None:
        contacts.save(found, {"user": user})
        changes.write("contact.linked", found, at=at, on=on, by=user)
        return found
    if user.is_staff:
        return None
    first, _blank, last = user.name.strip().rpartition(" ")
    try:
        made = contacts.create(
            first_name=first[:100],
            last_name=last[:100],
            email=None if found else email,
            at=at,
            on=on,
            by=user,
            source="sign-up",
        )
    except Refusal:
        return None  # nobody is kept from signing in by a name that no contact can have
    contacts.save(made, {"user": user})
    return made


@transaction.atomic
def change_address(contact_id: int, email: str, *, at, on, by) -> Contact:
    """Change the address to write to and the one to sign in with, in one.

    For who signs in: call it only once the new address is confirmed; the old one is told by a
    letter. Locks the contact; refused for an address that somebody else has.
    """
    contact = contacts.locked(contact_id)
    contacts.refuse_archived(contact)
    email = typed.address(email)
    user = contact.user
    if user and not email:
        raise Refusal(_("Who signs in needs an email address."), field="email")
    contacts.refuse_taken(email, besides=contact.pk)
    old = contact.email
    _set_address(contact, email, at=at, on=on, by=by)
    if user and user.email != email:
        old = user.email
        _set_sign_in(user, email)
        letters.send(
            "crm/mail/address_changed",
            old,
            {"contact": contact, "email": email, "at": at},
            language=user.language,
        )
    return contact


@transaction.atomic
def ask_new_address(contact_id: int, email: str, *, at, on, by) -> None:
    """Change the address at once, or, of who signs in, write to the new one to have it confirmed.

    The link is good for a week, and once. Refused for an address that somebody else has.
    """
    contact = contacts.locked(contact_id)
    contacts.refuse_archived(contact)
    email = typed.address(email)
    if contact.user_id is None:
        change_address(contact.pk, email, at=at, on=on, by=by)
        return
    if not email:
        raise Refusal(_("Who signs in needs an email address."), field="email")
    if email == contact.user.email == contact.email:
        raise Refusal(_("That is the address already."), field="email")
    contacts.refuse_taken(email, besides=contact.pk)
    _refuse_signed_in_with(email, contact.user)
    asked = {"contact": contact.pk, "old": contact.user.email, "new": email, "at": at.timestamp()}
    link = letters.address_of("crm:confirm_address", signing.Signer(salt=SALT).sign_object(asked))
    letters.send(
        "crm/mail/confirm_address",
        email,
        {"contact": contact, "email": email, "link": link},
        language=contact.user.language,
    )
    changes.write("contact.address_asked", contact, at=at, on=on, by=by, after={"email": email})


def asked_address(given: str, *, at) -> tuple[Contact, str] | None:
    """Whose address becomes which by this link, if it is ours, unused and not too old."""
    try:
        asked = signing.Signer(salt=SALT).unsign_object(given)
    except signing.BadSignature:
        return None
    if not 0 <= at.timestamp() - asked["at"] <= GOOD_FOR.total_seconds():
        return None
    contact = Contact.objects.select_related("user").filter(pk=asked["contact"]).first()
    if contact is None or contact.user is None or contact.user.email != asked["old"]:
        return None
    return contact, asked["new"]


@transaction.atomic
def confirm_new_address(given: str, *, at, on) -> Contact:
    """Follow the link of `ask_new_address`."""
    asked = asked_address(given, at=at)
    if asked is None:
        raise Refusal(_("This link was used already or is too old. Ask for a new one."))
    contact, email = asked
    return change_address(contact.pk, email, at=at, on=on, by=contact.user)


@transaction.atomic
def invite(contact_id: int, *, at, on, by) -> None:
    """Send the contact an invitation to the LMS; again: a new link, and the old one dies.

    The sign-in is tied to the contact when the invitation is accepted.
    """
    contact = contacts.locked(contact_id)
    contacts.refuse_archived(contact)
    if contact.user_id:
        raise Refusal(_("%(name)s signs in already.") % {"name": contact})
    if not contact.email:
        raise Refusal(_("An invitation needs an email address. Add one first."))
    if not contact.may_sign_in:
        raise Refusal(
            _("%(name)s may not sign in to the LMS. Allow it under Edit first.") % {"name": contact}
        )
    invitations.invite(contact.email, contact.name, by=by, at=at, on=on)
    changes.write("contact.invited", contact, at=at, on=on, by=by)


def _set_address(contact, email, *, at, on, by) -> None:
    if contact.email == email:
        return
    before = {"email": contact.email}
    contacts.save(contact, {"email": email})
    changes.write(
        "contact.email_changed",
        contact,
        at=at,
        on=on,
        by=by,
        before=before,
        after={"email": email},
    )


def _set_sign_in(user, email) -> None:
    _refuse_signed_in_with(email, user)
    user.email = email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        _refuse_signed_in_with(email, user)
        raise
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def _refuse_signed_in_with(email, user) -> None:
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise Refusal(_("Somebody else signs in with this address."), field="email")
