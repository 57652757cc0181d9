"""Do messages leave? For the operations page and the metrics."""

import datetime

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.condition import BAD, GOOD, NOTE, WARN, Condition

from .models import CommsSettings, Message, MessageState, Trigger
from .transport import leaves

LATE = datetime.timedelta(minutes=15)
STUCK = datetime.timedelta(minutes=10)
DAY = datetime.timedelta(days=1)
COUNTED = (MessageState.UNCLEAR, MessageState.FAILED, MessageState.WAITING, MessageState.MISSED)


def firing(at: datetime.datetime) -> Condition:
    """Are the rules followed, wherever there is one? Two queries."""
    label, ran = _("Triggers"), CommsSettings.current().ran_at
    if not Trigger.objects.switched_on().exists():
        return Condition("triggers", label, GOOD if ran else NOTE, _("none is switched on"))
    figures = {} if ran is None else {"triggers_run_age_seconds": (at - ran).total_seconds()}
    silent = ran is None or at - ran > LATE
    return Condition(
        "triggers",
        label,
        BAD if silent else GOOD,
        _("never followed")
        if ran is None
        else _("followed %(time)s ago") % {"time": minutes(at - ran)},
        _("What falls due is not written down; nothing of it is lost.") if silent else "",
        _("See to scheduler and workers, and whether the clocks agree.") if silent else "",
        figures,
    )


def delivering(at: datetime.datetime) -> Condition:
    """Does what is queued leave, and is anything stuck or unclear? Four queries."""
    now = CommsSettings.current()
    waiting = Message.objects.filter(state=MessageState.QUEUED, next_at=None).order_by()
    fresh = waiting.filter(trigger=None) | waiting.filter(
        trigger__disabled=False, trigger__archived_at=None
    )
    oldest = fresh.aggregate(oldest=Min("made_at"))["oldest"]
    in_hand = Message.objects.filter(state=MessageState.SENDING)
    begun = in_hand.aggregate(oldest=Min("leased_until"))["oldest"]
    rows = Message.objects.filter(state__in=COUNTED, due_at__gt=at - 30 * DAY)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    late = oldest is not None and at - oldest > LATE
    stuck = begun is not None and at - begun > STUCK
    unclear = counts.get(MessageState.UNCLEAR, 0)
    figures = {f"messages_{state}": float(counts.get(state, 0)) for state in COUNTED} | {
        "messages_oldest_queued_seconds": (at - oldest).total_seconds() if oldest else 0.0,
        "messages_paused": float(now.paused),
    }
    tone, value, reason, remedy = GOOD, _("everything leaves"), "", ""
    if now.paused:
        tone, value = WARN, _("paused")
        reason = _("Sending was paused by a person: nothing leaves.")
        remedy = _("Resume it in the control panel, under Sending.")
    elif late:
        tone, value = BAD, _("waiting for %(time)s") % {"time": minutes(at - oldest)}
        reason = _("Messages that are due don't leave.")
        remedy = _("See to the mail server and the workers; the log says what was answered.")
    elif stuck:
        tone, value = BAD, _("stuck")
        reason = _("What a worker began to send hasn't been told of for more than ten minutes.")
        remedy = _("See to the workers: the next run marks it as unclear.")
    elif unclear:
        tone = WARN
        value = ngettext("%(n)d unclear", "%(n)d unclear", unclear) % {"n": unclear}
        reason = _("They may have left when a connection or a worker died, and aren't sent again.")
        remedy = _("Look at them in the message log: mark them as arrived, or send them again.")
    elif not leaves():
        tone, value = NOTE, _("kept in the message log")
    return Condition("messages", _("Messages"), tone, value, reason, remedy, figures)


def minutes(time: datetime.timedelta) -> str:
    whole = int(time.total_seconds() // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", whole) % {"n": whole}
