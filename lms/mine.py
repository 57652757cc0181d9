"""What is a learner in the middle of, what comes next, what is done, and what has closed?"""

import dataclasses
import datetime

from catalog.models import EventStatus, EventType, Item, ItemKind, Session
from tms.compiled import Rows

from . import access, covers, learning
from .access import Answer
from .learning import NOTHING, Stand
from .models import Registration


@dataclasses.dataclass(frozen=True)
class Entry:
    """One course or path that the learner is registered on, and where they stand in it."""

    item: Item
    registration: Registration
    answer: Answer
    stand: Stand
    begins_on: datetime.date | None = None

    @property
    def cover(self):
        """The straps that stand for it."""
        return covers.cover(self.item.pk)

    @property
    def has_content(self) -> bool:
        return self.stand.total > 0 or self.item.kind == ItemKind.PATH


@dataclasses.dataclass(frozen=True)
class Mine:
    """The groups of `My Learning`, each in the order in which it matters.

    `to_choose` are those that the office moved to another date, and asks about.
    """

    to_choose: list[Entry]
    in_progress: list[Entry]
    not_started: list[Entry]
    coming_up: list[tuple[Session, Entry]]
    completed: list[Entry]
    closed: list[Entry]

    @property
    def is_empty(self) -> bool:
        return not (
            self.in_progress or self.not_started or self.coming_up or self.completed or self.closed
        )


REGISTRATIONS = Rows(
    lambda contact: (
        Registration.objects.live()
        .filter(contact=contact)
        .select_related("event__course", "path")
        .order_by("-id")
    )
)
SESSIONS = Rows(
    lambda contact, at: (
        Session.objects.filter(
            event__registrations__contact=contact,
            event__registrations__cancelled_at=None,
            ends_at__gt=at,
        )
        .exclude(event__status=EventStatus.CANCELLED)
        .select_related("event")
        .order_by("starts_at", "id")
    )
)


def of(contact_id: int, *, at: datetime.datetime, on: datetime.date) -> Mine:
    """Everything of the contact's. Six statements, whatever the number.

    Places that belong to a path are shown by the path; their sessions are listed with all others.
    """
    registrations = REGISTRATIONS(contact=contact_id)
    items = {_item(each).pk: _item(each) for each in registrations}
    paths = [pk for pk, item in items.items() if item.kind == ItemKind.PATH]
    answers = access.answers(contact_id, items, on)
    stands = learning.stands(contact_id, [pk for pk in items if pk not in paths])
    stands |= learning.path_stands(contact_id, paths)

    entries, by_event = {}, {}
    for registration in registrations:
        item = _item(registration)
        event = registration.event
        entry = Entry(
            item=item,
            registration=registration,
            answer=answers[item.pk],
            stand=_with_attendance(stands.get(item.pk, NOTHING), registration),
            begins_on=event.first_on if event else None,
        )
        if event:
            by_event[event.pk] = entry
        if registration.path_registration_id is None:
            entries.setdefault(item.pk, entry)

    asked = [each for each in by_event.values() if each.registration.may_choose_on(on)]
    groups = Mine(asked, [], [], [], [], [])
    for entry in entries.values():
        _group(groups, entry, on).append(entry)
    groups.coming_up.extend(
        (session, by_event[session.event_id])
        for session in (SESSIONS(contact=contact_id, at=at) if by_event else ())
    )
    groups.in_progress.sort(key=lambda entry: entry.stand.percent, reverse=True)
    return groups


def _item(registration: Registration) -> Item:
    return registration.path or registration.event.course


def _with_attendance(stand: Stand, registration: Registration) -> Stand:
    """A registration that staff marked complete is complete, whatever the content says."""
    if registration.completed_at and not stand.completed_at:
        return dataclasses.replace(stand, completed_at=registration.completed_at, started=True)
    return stand


def _group(groups: Mine, entry: Entry, on: datetime.date) -> list[Entry]:
    event = entry.registration.event
    scheduled = event is not None and event.type != EventType.LMS
    if entry.stand.completed_at:
        return groups.completed
    if not entry.answer.open:
        return groups.closed
    if entry.stand.started:
        return groups.in_progress
    if scheduled and event.last_on and event.last_on < on and not entry.has_content:
        return groups.completed if entry.registration.attended else groups.closed
    if scheduled and not entry.has_content:
        # Shown by its sessions, under what comes up.
        return []
    return groups.not_started
