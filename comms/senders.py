"""From which addresses may messages come? Added, confirmed by a link, made the default, removed."""

import datetime
import unicodedata

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.people import letters
from tms.refusals import Refusal, Stale
from tms.text import one_line

from .models import SendingAddress, Trigger

SALT = "comms.senders"
GOOD_FOR = datetime.timedelta(days=7)
AGAIN_AFTER = datetime.timedelta(minutes=1)


@transaction.atomic
def add(*, name, email, at, on, by, operation="") -> SendingAddress:
    """Add an address and write to it, to have it confirmed. Refused with a line break in it."""
    sender = SendingAddress(name=_name(name), email=_address(email), asked_at=at)
    _saved(sender, force_insert=True)
    journal.write(
        "sending_address.added",
        sender.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        after={"name": sender.name, "email": sender.email},
    )
    _ask(sender, by)
    return sender


@transaction.atomic
def edit(sender_id, *, name, email=None, version=None, at, on, by, operation="") -> SendingAddress:
    """Change the display name; the address only while it isn't confirmed: it is asked anew then."""
    sender = _locked(sender_id, version)
    values = {"name": _name(name)}
    if email is not None and _address(email) != sender.email:
        if sender.confirmed_at:
            raise Refusal(
                _("This address was confirmed. Add the other one beside it, and remove this one."),
                field="email",
            )
        values |= {"email": _address(email), "asked_at": at}
    before = {key: getattr(sender, key) for key in values if key != "asked_at"}
    after = {key: values[key] for key in before}
    if after != before:
        _save(sender, **values)
        journal.write(
            "sending_address.edited",
            sender.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before=before,
            after=after,
        )
    if "asked_at" in values:
        _ask(sender, by)
    return sender


@transaction.atomic
def ask_again(sender_id, *, at, on, by, operation="") -> None:
    """Write to it again; the link sent before dies."""
    sender = _locked(sender_id)
    if sender.confirmed_at:
        raise Refusal(_("It is confirmed already."))
    if sender.asked_at and at - sender.asked_at < AGAIN_AFTER:
        raise Refusal(_("A letter went there just now. Wait a minute before you send another one."))
    _save(sender, asked_at=at)
    journal.write("sending_address.asked", sender.pk, at=at, on=on, by=by, operation=operation)
    _ask(sender, by)


def asked(given: str, *, at) -> SendingAddress | None:
    """What this link confirms, if it is ours, the last one sent, unused, and not too old."""
    try:
        pk, moment = signing.Signer(salt=SALT).unsign_object(given)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    sender = SendingAddress.objects.living().filter(pk=pk, confirmed_at=None).first()
    if sender is None or sender.asked_at is None or sender.asked_at.timestamp() != moment:
        return None
    return sender if at - sender.asked_at <= GOOD_FOR else None


@transaction.atomic
def confirm(given: str, *, at, on) -> SendingAddress:
    """Follow the link of the letter: once. The first address that is confirmed is the default."""
    # All of them, so that of two that are confirmed at once only one is the first.
    list(SendingAddress.objects.select_for_update(of=("self",)).order_by("pk"))
    sender = asked(given, at=at)
    if sender is None:
        raise Refusal(_("This link was used already or is too old. Ask for a new one."))
    first = not SendingAddress.objects.filter(is_default=True).exists()
    _save(sender, confirmed_at=at, is_default=first)
    journal.write(
        "sending_address.confirmed",
        sender.pk,
        at=at,
        on=on,
        by=None,
        after={"is_default": True} if first else None,
    )
    return sender


@transaction.atomic
def make_default(sender_id, *, at, on, by, operation="") -> None:
    """Let messages come from it whose trigger names none. Locks the default so far, too."""
    rows = SendingAddress.objects.select_for_update(of=("self",)).order_by("pk")
    before = [row for row in rows.filter(is_default=True) if row.pk != sender_id]
    sender = _locked(sender_id)
    if not sender.confirmed_at:
        raise Refusal(_("It isn't confirmed yet. Follow the link in the letter first."))
    if sender.is_default:
        raise Refusal(_("It is the default already."))
    for row in before:
        _save(row, is_default=False)
    _save(sender, is_default=True)
    journal.write(
        "sending_address.made_default",
        sender.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        before={"default": before[0].pk} if before else None,
    )


@transaction.atomic
def remove(sender_id, *, version=None, at, on, by, operation="") -> None:
    """Use it no more. Refused while a trigger uses it, and for the default while it is needed."""
    sender = _locked(sender_id, version)
    if names := _used_by(sender):
        raise Refusal(
            _("Triggers send from it: %(triggers)s. Give them another address first.")
            % {"triggers": names}
        )
    if sender.is_default:
        if SendingAddress.objects.living().exclude(pk=sender.pk).exists():
            raise Refusal(_("It is the default. Make another address the default first."))
        if names := _names(Trigger.objects.living().filter(sender=None)):
            raise Refusal(
                _("Triggers send from the default: %(triggers)s. Add another address first.")
                % {"triggers": names}
            )
    _save(sender, removed_at=at, is_default=False)
    journal.write("sending_address.removed", sender.pk, at=at, on=on, by=by, operation=operation)


def token_of(sender: SendingAddress) -> str:
    """What the link carries that was asked for last: good once, and for a time."""
    return signing.Signer(salt=SALT).sign_object([sender.pk, sender.asked_at.timestamp()])


def _ask(sender: SendingAddress, by) -> None:
    letters.send(
        "comms/mail/confirm_sender",
        sender.email,
        {
            "sender": sender,
            "by": by,
            "link": letters.address_of("comms:confirm_sender", token_of(sender)),
        },
    )


def _name(name: str) -> str:
    if not (name or "").strip():
        raise Refusal(_("It needs a name, which recipients see before the address."), field="name")
    _refuse_control(name, "name")
    name = one_line(name, field="name")
    if len(name) > 120:
        raise Refusal(_("A name takes 120 characters at most."), field="name")
    return name


def _address(email: str) -> str:
    _refuse_control(email or "", "email")
    email = unicodedata.normalize("NFKC", email or "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    if not email or len(email) > 254 or not email.isascii():
        raise Refusal(
            _("That is not an email address. One looks like training@example.com."), field="email"
        )
    return email


def _refuse_control(text: str, field: str) -> None:
    """No line of a header ends in a name or an address, whatever would end one."""
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for char in text):
        raise Refusal(
            _("There is a line break in it, or a character that can't be seen. Type it anew."),
            field=field,
        )


def _locked(sender_id: int, version=None) -> SendingAddress:
    rows = SendingAddress.objects.living().select_for_update(of=("self",))
    sender = rows.filter(pk=sender_id).first()
    if sender is None:
        raise Refusal(_("That address was removed."))
    if version is not None and sender.version != version:
        raise Stale(_("Somebody changed this address meanwhile. Look at it as it is now."))
    return sender


def _save(sender: SendingAddress, **values) -> None:
    for name, value in values.items():
        setattr(sender, name, value)
    sender.version += 1
    _saved(sender, update_fields=[*values, "version"])


def _saved(sender: SendingAddress, **how) -> None:
    try:
        with transaction.atomic():
            sender.save(**how)
    except IntegrityError as error:
        if "sending_address_once" not in str(error):
            raise
        raise Refusal(_("This address is in the list already."), field="email") from None


def _used_by(sender: SendingAddress) -> str:
    return _names(Trigger.objects.living().filter(sender=sender))


def _names(triggers) -> str:
    """The first names of triggers; "" for none."""
    names = list(triggers.order_by("name_key").values_list("name", flat=True)[:6])
    return ", ".join([*names[:5], "…"] if len(names) > 5 else names)
