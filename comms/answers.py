"""What can people do with messages: approve, void, send again, mark as arrived?

Each takes many as it takes one. One that it can't be done with is refused in a sentence; of many,
those are left alone: messages move by themselves while people look at them.
"""

import dataclasses
import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Account, Contact
from tms import journal
from tms.refusals import Refusal, Stale

from . import postman, rules
from .models import AddressTrouble, Message, MessageState, Reason, Role, TemplateKind, Trigger

# In which states what can be done.
MAY = {
    "approve": (MessageState.WAITING, MessageState.MISSED),
    "void": (MessageState.WAITING, MessageState.QUEUED, MessageState.MISSED, MessageState.FAILED),
    "resend": (
        MessageState.SENT,
        MessageState.UNCLEAR,
        MessageState.FAILED,
        MessageState.BOUNCED,
        MessageState.SKIPPED,
        MessageState.INVALID,
    ),
    "settle": (MessageState.UNCLEAR,),
}
AGAIN = "#again:"

IN_HAND = gettext_lazy("This message is being sent right now. Wait a moment, then look again.")
NOT = {
    "approve": gettext_lazy(
        "Only what waits for approval or was missed can be approved. This message is: %(state)s."
    ),
    "void": gettext_lazy(
        "Only what hasn’t left can be voided. This message is: %(state)s. Look at it again."
    ),
    "resend": gettext_lazy(
        "Only what was sent, or came to nothing, can be sent again. This message is: %(state)s."
    ),
    "settle": gettext_lazy(
        "Only what is unclear can be marked as arrived. This message is: %(state)s."
    ),
}


@dataclasses.dataclass(frozen=True)
class Answered:
    """What was done: with which messages, how many were voided instead, how many left alone.

    `made` are the messages that what is sent again leaves by. `why` is the first reason why one was
    left alone.
    """

    done: list[int]
    voided: int = 0
    left: int = 0
    why: str = ""
    made: list[int] = dataclasses.field(default_factory=list)


def may(verb: str, state: str) -> str:
    """Why not, in a sentence; "" if so."""
    if state in MAY[verb]:
        return ""
    if state == MessageState.SENDING:
        return str(IN_HAND)
    return NOT[verb] % {"state": MessageState(state).label}


@transaction.atomic
def approve(
    ids: Iterable[int], *, version: int | None = None, at, on, by, operation=""
) -> Answered:
    """Let messages leave that waited for approval, or were missed.

    What doesn't apply any more is voided instead, by its rule as it stands now. Refused while the
    rule is disabled or archived. Locks the rules, then the messages. Raises Stale when `version`
    isn't that of the one message any more.
    """
    triggers = _lock_triggers(ids)
    found = _locked(ids, version)
    chosen, left, why = _chosen("approve", found, lambda each: _off(triggers.get(each.trigger_id)))
    wanted = Message.objects.filter(pk__in=[each.pk for each in chosen])
    # What was missed is looked at like what waits.
    wanted.filter(state=MessageState.MISSED).update(state=MessageState.WAITING)
    voided = _void_overtaken(chosen, triggers, at)
    apply = set(wanted.filter(state=MessageState.WAITING).values_list("pk", flat=True))
    late = ExpressionWrapper(Q(due_on__lt=on), output_field=BooleanField())
    wanted.filter(pk__in=apply).update(
        state=MessageState.QUEUED, reason="", late=late, version=F("version") + 1
    )
    done = [each for each in chosen if each.pk in apply]
    _write("message.approved", done, at=at, on=on, by=by, operation=operation)
    return Answered([each.pk for each in done], voided, left, why)


@transaction.atomic
def void(ids: Iterable[int], *, version: int | None = None, at, on, by, operation="") -> Answered:
    """Never send what waits, is queued, was missed, or failed.

    What a worker has in hand is refused. Locks the messages; three statements. Raises Stale when
    `version` isn't that of the one message any more.
    """
    chosen, left, why = _chosen("void", _locked(ids, version))
    Message.objects.filter(pk__in=[each.pk for each in chosen]).update(
        state=MessageState.SKIPPED, reason=Reason.VOIDED, next_at=None, version=F("version") + 1
    )
    _write("message.voided", chosen, at=at, on=on, by=by, operation=operation)
    return Answered([each.pk for each in chosen], left=left, why=why)


@transaction.atomic
def settle(ids: Iterable[int], *, version: int | None = None, at, on, by, operation="") -> Answered:
    """Mark as arrived what may have left when its worker died: somebody made sure.

    Locks the messages; three statements. Raises Stale when `version` isn't that of the one message
    any more.
    """
    chosen, left, why = _chosen("settle", _locked(ids, version))
    Message.objects.filter(pk__in=[each.pk for each in chosen]).update(
        state=MessageState.SENT,
        reason="",
        sent_at=Coalesce("first_at", at),
        version=F("version") + 1,
    )
    _write("message.settled", chosen, at=at, on=on, by=by, operation=operation)
    return Answered([each.pk for each in chosen], left=left, why=why)


@transaction.atomic
def resend(ids: Iterable[int], *, at, on, by, operation="") -> Answered:
    """Send again what was sent, or came to nothing: a new message each, filled in anew.

    Each call makes another one; a doubled press is caught by its operation key. Refused to who was
    erased or archived, has no address or one that mail comes back from, or doesn't want such
    messages; and while the rule is disabled or archived. Locks the accounts, the contacts, then the
    rules: the messages themselves stay as they are.
    """
    _lock_people(ids)
    triggers = _lock_triggers(ids)
    found = list(_rows(ids).select_related("contact", "user", "template", "trigger__template"))
    addresses = {each.pk: _address(each) for each in found}
    bad = set(
        AddressTrouble.objects.annotate(key=Lower("email"))
        .filter(key__in={address for address in addresses.values() if address})
        .values_list("key", flat=True)
    )

    def why_not(each):
        off = _off(triggers.get(each.trigger_id))
        return off or _unreachable(each, addresses[each.pk], bad)

    chosen, left, why = _chosen("resend", found, why_not)
    numbers = _numbers(chosen)
    made = Message.objects.bulk_create([_again(each, numbers, at, on) for each in chosen], 500)
    rows = [
        _fact(
            "message.resent",
            each,
            after={"again": new.pk},
            at=at,
            on=on,
            by=by,
            operation=operation,
        )
        for each, new in zip(chosen, made, strict=True)
    ]
    journal.write_all(rows)
    return Answered(
        [each.pk for each in chosen], left=left, why=why, made=[each.pk for each in made]
    )


# What they share


def _rows(ids):
    return Message.objects.filter(pk__in=set(ids)).order_by("pk")


def _locked(ids, version: int | None = None) -> list[Message]:
    """The messages, locked in the order of their ids, without what they say."""
    rows = _rows(ids).select_for_update(of=("self",), no_key=True)
    found = list(rows.only("state", "trigger_id", "account_id", "contact_id", "version"))
    if version is not None and any(each.version != version for each in found):
        raise Stale(
            _("This message changed meanwhile. Here it is as it is now; nothing was done with it.")
        )
    return found


def _lock_triggers(ids) -> dict[int, Trigger]:
    """The rules of these messages, locked: nobody follows or edits them meanwhile."""
    of_these = Message.objects.filter(pk__in=set(ids), trigger__isnull=False)
    rows = Trigger.objects.select_for_update(of=("self",), no_key=True).select_related("template")
    wanted = rows.filter(pk__in=of_these.order_by().values("trigger")).order_by("pk")
    return {each.pk: each for each in wanted}


def _lock_people(ids) -> None:
    """Whoever is merged or erased meanwhile is so before or after."""
    for model in (Account, Contact):
        theirs = Message.objects.filter(pk__in=set(ids)).order_by().values(model._meta.model_name)
        rows = model.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=theirs)
        list(rows.order_by("pk").values_list("pk"))


def _chosen(verb: str, found, why_not=lambda each: "") -> tuple[list[Message], int, str]:
    """Those that it can be done with, how many it can't be done with, and why not the first.

    Raises Refusal where it can't be done with any.
    """
    if not found:
        raise Refusal(_("This message is not in the log any more."))
    chosen, left, why = [], 0, ""
    for each in found:
        if no := may(verb, each.state) or why_not(each):
            left, why = left + 1, why or no
        else:
            chosen.append(each)
    if not chosen:
        raise Refusal(why)
    return chosen, left, why


def _off(trigger: Trigger | None) -> str:
    """Why nothing of this rule is sent, or ""."""
    if trigger is None or not (trigger.disabled or trigger.archived_at):
        return ""
    sentence = (
        _("The trigger %(name)s is archived: nothing of it is sent any more.")
        if trigger.archived_at
        else _("The trigger %(name)s is disabled: nothing of it is sent. Enable it first.")
    )
    return sentence % {"name": trigger.name}


def _void_overtaken(chosen, triggers: dict[int, Trigger], at: datetime.datetime) -> int:
    now, voided = rules.setting(at), 0
    for pk, trigger in triggers.items():
        if ids := [each.pk for each in chosen if each.trigger_id == pk]:
            voided += postman.void_overtaken(trigger, now, ids=ids)
    return voided


def _address(message: Message) -> str:
    """Where it would go today, in small letters."""
    if message.contact_id:
        found = message.contact.email
    elif message.user_id:
        found = message.user.email
    else:
        found = message.to if message.role == Role.ADDRESSES else ""
    return (found or "").lower()


def _unreachable(message: Message, address: str, bad: set[str]) -> str:
    """Why this recipient isn't written to, or ""."""
    contact, user = message.contact, message.user
    if contact and contact.erased_at:
        return _("This person was erased: nothing is written to them any more.")
    if contact and contact.archived_at:
        return _("%(name)s is archived. Restore the contact first.") % {"name": contact}
    if user and not user.is_active:
        return _("%(name)s is disabled: nothing is written to them.") % {"name": user}
    if not address and not (contact or user):
        return _("There was nobody to write to, so there is nothing to send again.")
    if not address:
        return _("%(name)s has no email address. Enter one first.") % {"name": contact or user}
    if address in bad:
        return _("Mail to %(address)s comes back. Change the address first.") % {"address": address}
    template = message.trigger.template if message.trigger else message.template
    kind = template.kind if template else TemplateKind.SERVICE
    if contact and not {
        TemplateKind.REMINDER: contact.reminders,
        TemplateKind.ANNOUNCEMENT: contact.announcements,
    }.get(kind, True):
        return _("%(name)s doesn’t want such messages.") % {"name": contact}
    return ""


def _key(message: Message) -> tuple:
    """What it is about and for whom, whichever time it is sent."""
    occurrence = message.occurrence.partition(AGAIN)[0]
    return message.trigger_id, message.subject_id, occurrence, message.recipient


def _numbers(chosen) -> dict[tuple, int]:
    """How often each was sent again so far. The rules are locked, so nobody counts at once."""
    again = Message.objects.filter(
        Q(trigger__in={each.trigger_id for each in chosen if each.trigger_id})
        | Q(trigger=None, resend_of__in=[each.pk for each in chosen]),
        subject_id__in={each.subject_id for each in chosen},
        occurrence__contains=AGAIN,
    )
    numbers: dict[tuple, int] = {}
    for each in again.only("trigger_id", "subject_id", "occurrence", "recipient"):
        number = int(each.occurrence.partition(AGAIN)[2])
        numbers[_key(each)] = max(number, numbers.get(_key(each), 0))
    return numbers


def _again(message: Message, numbers: dict[tuple, int], at, on) -> Message:
    """The message that it is sent again by; counts it among those made before."""
    key = _key(message)
    numbers[key] = numbers.get(key, 0) + 1
    same = ("trigger_id", "subject_kind", "subject_id", "recipient", "role")
    return Message(
        **{name: getattr(message, name) for name in same},
        # A rule's is the one that it has when the message leaves.
        template_id=None if message.trigger_id else message.template_id,
        contact_id=message.contact_id,
        user_id=message.user_id,
        account_id=message.account_id,
        resend_of=message,
        occurrence=f"{key[2]}{AGAIN}{numbers[key]}",
        state=MessageState.QUEUED,
        to=message.to if message.role == Role.ADDRESSES else "",
        due_at=at,
        due_on=on,
        made_at=at,
    )


def _fact(kind: str, message: Message, **particulars):
    about = {"account_id": message.account_id, "contact_id": message.contact_id}
    return journal.row(kind, message.pk, **about, **particulars)


def _write(kind: str, chosen, **particulars) -> None:
    about = [(each.pk, each.account_id, each.contact_id) for each in chosen]
    journal.write_alike(kind, about, **particulars)
