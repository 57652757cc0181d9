"""What does a pass type open? Training is put in, taken out, and narrowed to types of events.

What is put in is open at once to everybody with an active pass of the type, as access asks these
rows. Whoever registered through a pass keeps the training until that pass ends (PASS-13).
"""

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Event, EventStatus, EventType, Item, ItemKind, ItemStatus
from tms import journal
from tms.consequences import Consequence, Fact, follow
from tms.refusals import Refusal, Stale

from . import types
from .models import Inclusion, Pass

NAMED = 5  # how many titles a preview names


def add(pass_type, *, items=(), events=(), at, on, by, operation="") -> int:
    """Put `items`, pairs of (item id, chosen event types, [] for all), and `events` (ids) in.

    Returns how many were new. What is in already (an event through its course, too), or is
    archived, cancelled or gone, is passed over. The same nine statements, whatever the number.
    """
    with transaction.atomic():
        found = types.locked(pass_type.pk)
        made = _new_items(found, {item: _types(chosen) for item, chosen in items})
        made += Inclusion.objects.bulk_create(_new_events(found, events), batch_size=1000)
        if made:
            journal.write(
                "pass_type.training_added",
                found.pk,
                at=at,
                on=on,
                by=by,
                operation=operation,
                after=_kept(made),
            )
    return len(made)


def remove(pass_type, inclusion_ids, *, at, on, by, reason="", operation="") -> list[Consequence]:
    """Take these out, all or none, and say whom it touches. What is out already is passed over."""
    with transaction.atomic():
        found = types.locked(pass_type.pk)
        gone = list(
            found.inclusions.filter(pk__in=inclusion_ids)
            .select_related("item", "event__course")
            .order_by("pk")
        )
        if not gone:
            return []
        found.inclusions.filter(pk__in=[each.pk for each in gone]).delete()
        journal.write(
            "pass_type.training_removed",
            found.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            reason=reason,
            before=_kept(gone),
        )
        data = {
            "pass_type": found.pk,
            "items": [each.item_id for each in gone if each.item_id],
            "events": [each.event_id for each in gone if each.event_id],
        }
        followed = _follow(found, data, at, on, by, operation, reason)
        return _touched(found, [title_of(each) for each in gone], on, followed)


def change_event_types(
    pass_type, inclusion_id, event_types, *, at, on, by, operation=""
) -> list[Consequence]:
    """Open all events of a course ([] or every type), or only those of the chosen types."""
    with transaction.atomic():
        found = types.locked(pass_type.pk)
        row = found.inclusions.filter(pk=inclusion_id, item__kind=ItemKind.COURSE).first()
        if row is None:
            raise Stale(_("This course is no longer in the pass type."))
        before, after = row.event_types, _types(event_types)
        if before == after:
            return []
        row.event_types = after
        row.save(update_fields=["event_types"])
        journal.write(
            "pass_type.training_changed",
            found.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before={"items": [[row.item_id, before]]},
            after={"items": [[row.item_id, after]]},
        )
        closed = [
            each
            for each in EventType.values
            if each in (before or EventType.values) and each not in (after or EventType.values)
        ]
        if not closed:
            return []
        data = {
            "pass_type": found.pk,
            "items": [row.item_id],
            "events": [],
            "event_types": closed,
        }
        lines = [
            _("%(title)s: %(types)s events") % {"title": row.item.title, "types": in_words(closed)}
        ]
        return _touched(found, lines, on, _follow(found, data, at, on, by, operation))


def reach(pass_type, on) -> tuple[int, int]:
    """(active passes, learners who hold one) of the type. One query."""
    held = Pass.objects.active_on(on).filter(pass_type=pass_type)
    counted = held.aggregate(passes=Count("*"), learners=Count("contact", distinct=True))
    return counted["passes"], counted["learners"]


def in_words(event_types) -> str:
    """classroom types as people read them: Classroom, LMS"""
    return ", ".join(str(EventType(each).label) for each in event_types)


def title_of(inclusion) -> str:
    """What stands in the pass, by name; an event by its course and its code."""
    if inclusion.item_id:
        return inclusion.item.title
    return f"{inclusion.event.course.title} ({inclusion.event})"


def _types(chosen) -> list[str]:
    """The chosen types in their order; all of them are kept as [], present and to come."""
    unknown = set(chosen) - set(EventType.values)
    if unknown:
        raise Refusal(_("Choose among Classroom, Blended and LMS."), field="event_types")
    kept = [each for each in EventType.values if each in chosen]
    return [] if len(kept) == len(EventType.values) else kept


def _new_items(found, wanted) -> list[Inclusion]:
    known = (
        Item.objects.filter(pk__in=wanted)
        .exclude(status=ItemStatus.ARCHIVED)
        .exclude(pk__in=found.inclusions.filter(item__isnull=False).values("item"))
        .order_by("pk")
        .values_list("pk", "kind")
    )
    return Inclusion.objects.bulk_create(
        [
            Inclusion(
                pass_type=found,
                item_id=pk,
                event_types=wanted[pk] if kind == ItemKind.COURSE else [],
            )
            for pk, kind in known
        ],
        batch_size=1000,
    )


def _new_events(found, events) -> list[Inclusion]:
    """Rows for the events that aren't in, after the items of the same call are."""
    courses = dict(
        found.inclusions.filter(item__kind=ItemKind.COURSE).values_list("item", "event_types")
    )
    known = (
        Event.objects.filter(pk__in=events)
        .exclude(Q(status=EventStatus.CANCELLED) | Q(course__status=ItemStatus.ARCHIVED))
        .exclude(pk__in=found.inclusions.filter(event__isnull=False).values("event"))
        .order_by("pk")
        .values_list("pk", "course", "type")
    )
    return [
        Inclusion(pass_type=found, event_id=pk)
        for pk, course, type_ in known
        if course not in courses or (courses[course] and type_ not in courses[course])
    ]


def _kept(rows) -> dict:
    """Ids for the journal: items with their chosen event types, and events."""
    return {
        "items": [[row.item_id, row.event_types] for row in rows if row.item_id],
        "events": [row.event_id for row in rows if row.event_id],
    }


def _touched(found, titles, on, followed) -> list[Consequence]:
    """Whom closing these trainings touches (PASS-13), by counts and titles, then what followed."""
    passes, learners = reach(found, on)
    lines = tuple(titles[:NAMED])
    if not passes:
        sentence = ngettext(
            "%(n)d training closes. Nobody holds an active pass of this type.",
            "%(n)d trainings close. Nobody holds an active pass of this type.",
            len(titles),
        )
        return [Consequence("closes", sentence % {"n": len(titles)}, len(titles), lines), *followed]
    sentence = ngettext(
        "%(n)d training closes at once for %(passes)s and %(learners)s, "
        "unless another right covers it.",
        "%(n)d trainings close at once for %(passes)s and %(learners)s, "
        "unless another right covers them.",
        len(titles),
    )
    words = {
        "n": len(titles),
        "passes": ngettext("%(n)d active pass", "%(n)d active passes", passes) % {"n": passes},
        "learners": ngettext("%(n)d learner", "%(n)d learners", learners) % {"n": learners},
    }
    closes = Consequence("closes", sentence % words, len(titles), lines)
    if any(each.tone == "stays" for each in followed):  # by name, which says more
        return [closes, *followed]
    kept = _("Whoever has registered for it through a pass keeps it until that pass ends.")
    return [closes, *followed, Consequence("stays", kept, 0)]


def _follow(found, data, at, on, by, operation, reason="") -> list[Consequence]:
    return follow(
        Fact(
            kind="pass_type.training_removed",
            subjects=(found.pk,),
            at=at,
            on=on,
            by=by,
            operation=operation,
            reason=reason,
            data=data,
        )
    )
