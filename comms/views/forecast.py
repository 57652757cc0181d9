"""What will triggers write, and what would they have written? Looked at, never sent."""

import datetime

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tms.ui.access import allowed, staff

from .. import beside, calendar, forecast, log, rendering
from ..letter import Letter
from ..models import MessageState, Reason, Trigger
from ..rules import rule_of, setting
from ..tables_triggers import occasion_label, target_label
from . import framed
from .triggers import SEE, entries, of

SPANS, SIZE = (7, 30, 90, 365), 50


def number_in(request, name: str, offered, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and int(text) in offered else otherwise


def edge_in(request) -> tuple | None:
    """The key of the last row that was seen: `?after=2026-12-01.47.c12`."""
    day, dot, rest = request.GET.get("after", "").partition(".")
    subject, dot, recipient = rest.partition(".")
    try:
        return (datetime.date.fromisoformat(day), int(subject), recipient[:260]) if dot else None
    except ValueError:
        return None


@require_GET
@staff(SEE)
def preview(request, pk):
    """Who would get what over the next days, and over the past ones."""
    trigger, now = of(pk), setting(request.now)
    rule, past = rule_of(trigger), request.GET.get("span") == "past"
    days, after = number_in(request, "days", SPANS, 30), edge_in(request)
    away = datetime.timedelta(days=days)
    if trigger.disabled:
        rule = forecast.from_now(rule, now)
    if past:
        rows = forecast.past(rule, now, now.today - away, before=after, limit=SIZE + 1)
    else:
        rows = forecast.foretell(
            rule, now, now.today, now.today + away, after=after, limit=SIZE + 1
        )
    rows, more = rows[:SIZE], len(rows) > SIZE
    context = {
        "trigger": trigger,
        "offset": beside.offset_text(trigger.offset, trigger.side, trigger.occasion),
        "target": target_label(trigger.occasion),
        "occasion": occasion_label(trigger.occasion),
        "rows": told(rows, request.user, MessageState),
        "more": "{:%Y-%m-%d}.{}.{}".format(*rows[-1].key) if more else "",
        "later": after is not None,
        "past": past,
        "days": days,
        "spans": SPANS,
        "counts": (
            forecast.count(rule, now, now.today + away),
            forecast.count_past(rule, now, now.today - away),
        ),
        "actions": [
            each
            for each in entries(pk, trigger.disabled)
            if each
            and each.icon not in {"eye", "copy"}
            and (each.permission is None or allowed(request.user, each.permission))
        ],
    }
    return render(request, "comms/trigger_preview.html", context)


def told(rows, user, states) -> list[tuple]:
    """(row, what it is about, its page, the state it is in or would be in, its label, why)."""
    names = log.about({(row.subject_kind, row.subject_id) for row in rows}, user)
    found = []
    for row in rows:
        text, url = names[row.subject_kind, row.subject_id]
        if row.state:
            state, label = row.state, states(row.state).label
        elif row.reason:
            state = "invalid" if row.reason == Reason.BAD_ADDRESS else "skipped"
            label = states(state).label
        else:
            state, label = "planned", _("Planned")
        found.append((row, text, url, state, label, "" if row.state else row.why))
    return found


def letter_of(request, pk) -> tuple[Trigger, forecast.Planned, object]:
    """The trigger, the message that it would write, and what that says. Raises Http404."""
    trigger, now = of(pk), setting(request.now)
    subject = request.GET.get("subject", "")
    if not subject.isdecimal() or len(subject) > 18:
        raise Http404
    rule, about = rule_of(trigger), (int(subject), request.GET.get("occurrence", "")[:60])
    row = forecast.one(rule, now, *about, request.GET.get("recipient", "")[:260])
    if row is None:
        raise Http404
    draft = rendering.Draft(
        trigger.template,
        row.subject_kind,
        row.subject_id,
        row.contact_id,
        row.user_id,
        row.email if row.recipient.startswith("a:") else "",
        row.account_id,
        trigger.sender_id,
    )
    return trigger, row, rendering.write({0: draft}, now=now, checked=False)[0]


@require_GET
@staff(SEE)
def letter(request, pk):
    """A message as it would be, for whom it is in the preview."""
    trigger, row, written = letter_of(request, pk)
    context = {
        "trigger": trigger,
        "row": row,
        "letter": written if isinstance(written, Letter) else None,
        "why": "" if isinstance(written, Letter) else written.why,
        "body": framed.kept(written.html, request.user) if isinstance(written, Letter) else "",
    }
    return render(request, "comms/planned_letter.html", context)


@require_GET
@staff(SEE)
def all_days(request):
    """What goes out on which of the next 90 days; a day shows its rows."""
    now = setting(request.now)
    found = calendar.of(now)
    try:
        day = datetime.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = None
    rows = []
    if day and day in found.days:
        rows = [
            (trigger, sent, skipped, told(few, request.user, MessageState))
            for trigger, sent, skipped, few in calendar.on(found, day, now)
        ]
    context = {
        "calendar": found,
        "weeks": calendar.weeks(found, now),
        "weekdays": calendar.weekdays(),
        "day": day if rows else None,
        "rows": rows,
        "unwarned": forecast.unwarned_types(now),
        "hour": now.settings.send_at,
    }
    return render(request, "comms/calendar.html", context)
