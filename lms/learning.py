"""Where does somebody go on in a course, and when was it complete?

Progress belongs to the person and the content unit, never to a registration or a pass: whatever
happens to access, it is kept, and it resumes. A completion is dated, and no later edit of the
content undoes it.
"""

import dataclasses
import datetime

from django.db import transaction
from django.db.models import F, Q

from catalog.models import Item, ItemKind, Step
from tms import journal
from tms.compiled import Question, Statement

from . import certificates
from .models import Completion, ContentUnit, Progress, Registration


@dataclasses.dataclass(frozen=True)
class Stand:
    """Where a contact stands in a course or a path.

    `done` of `total` content units (the required ones; all where none is required; of a path: its
    required courses), `completed_at` the moment it was completed, `next_unit` where to go on.
    """

    done: int
    total: int
    started: bool
    completed_at: datetime.datetime | None
    next_unit: int | None = None

    @property
    def percent(self) -> int:
        if self.completed_at:
            return 100
        return 100 * self.done // self.total if self.total else 0


NOTHING = Stand(done=0, total=0, started=False, completed_at=None)

COURSES = Statement("""
SELECT stand.* FROM (
WITH unit AS (
    SELECT s.course_id, u.id, u.required, s.position AS section, s.id AS section_id, u.position,
           p.completed_at, p.last_at,
           bool_or(u.required) OVER (PARTITION BY s.course_id) AS some_required
    FROM lms_section s
    JOIN lms_contentunit u ON u.section_id = s.id AND u.archived_at IS NULL
    LEFT JOIN lms_progress p ON p.unit_id = u.id AND p.contact_id = %(contact)s
    WHERE s.course_id = ANY(%(courses)s)
), counted AS (
    SELECT course_id,
           count(*) FILTER (
               WHERE completed_at IS NOT NULL AND (required OR NOT some_required)) AS done,
           count(*) FILTER (WHERE required OR NOT some_required) AS total,
           bool_or(last_at IS NOT NULL) AS started,
           (array_agg(id ORDER BY last_at DESC) FILTER (
               WHERE last_at IS NOT NULL AND completed_at IS NULL))[1] AS open_one,
           (array_agg(id ORDER BY section, section_id, position, id) FILTER (
               WHERE completed_at IS NULL))[1] AS undone,
           (array_agg(id ORDER BY section, section_id, position, id))[1] AS first
    FROM unit GROUP BY course_id
)
SELECT i.id, c.done, c.total, c.started, c.open_one, c.undone, c.first, done.at
FROM unnest(%(courses)s::bigint[]) AS i(id)
LEFT JOIN counted c ON c.course_id = i.id
LEFT JOIN lms_completion done ON done.item_id = i.id AND done.contact_id = %(contact)s
) AS stand
""")


def stands(contact_id: int, course_ids) -> dict[int, Stand]:
    """Where the contact stands in each course. One statement.

    They go on with the unit they looked at last and haven't completed, otherwise with the first
    one not completed, otherwise with the first.
    """
    course_ids = list(course_ids)
    if not course_ids:
        return {}
    return {
        course: Stand(
            done=done or 0,
            total=total or 0,
            started=bool(started) or at is not None,
            completed_at=at,
            next_unit=open_one or first_undone or first,
        )
        for course, done, total, started, open_one, first_undone, first, at in COURSES(
            contact=contact_id, courses=course_ids
        )
    }


STEPS = Question(
    lambda paths: Step.objects.filter(path__in=paths).values_list(
        "path_id", "course_id", "required"
    )
)
COMPLETED = Question(
    lambda contact, items: Completion.objects.filter(contact=contact, item__in=items).values_list(
        "item_id", "at"
    )
)


def path_stands(contact_id: int, path_ids) -> dict[int, Stand]:
    """Where the contact stands in each path: required courses complete, of all. Two statements."""
    path_ids = list(path_ids)
    if not path_ids:
        return {}
    steps = STEPS(paths=path_ids)
    items = {*path_ids, *(course for _path, course, _required in steps)}
    finished = dict(COMPLETED(contact=contact_id, items=sorted(items)))
    found = {}
    for path in path_ids:
        mine = [(course, required) for owner, course, required in steps if owner == path]
        counted = [course for course, required in mine if required] or [c for c, _r in mine]
        done = sum(course in finished for course in counted)
        found[path] = Stand(
            done=done,
            total=len(counted),
            started=any(course in finished for course, _required in mine),
            completed_at=finished.get(path),
        )
    return found


def done_units(contact_id: int, course_id: int) -> dict[int, tuple]:
    """By unit the contact has looked at: (moment it was completed or None, position)."""
    rows = Progress.objects.filter(contact=contact_id, unit__section__course=course_id)
    return {
        unit: (completed_at, position)
        for unit, completed_at, position in rows.values_list("unit", "completed_at", "position")
    }


def look(contact_id: int, unit_id: int, *, at: datetime.datetime) -> None:
    """Note that the contact looked at the unit now: the place to go on. One statement."""
    Progress.objects.bulk_create(
        [Progress(contact_id=contact_id, unit_id=unit_id, first_at=at, last_at=at)],
        update_conflicts=True,
        unique_fields=["contact", "unit"],
        update_fields=["last_at"],
    )


def keep_place(contact_id: int, unit_id: int, position: int, *, at: datetime.datetime) -> None:
    """Note the second of a video (or page of a document) that the contact has come to."""
    Progress.objects.bulk_create(
        [
            Progress(
                contact_id=contact_id, unit_id=unit_id, position=position, first_at=at, last_at=at
            )
        ],
        update_conflicts=True,
        unique_fields=["contact", "unit"],
        update_fields=["position", "last_at"],
    )


@transaction.atomic
def complete(contact_id: int, unit: ContentUnit, *, at: datetime.datetime, on, by) -> bool:
    """Note that the contact completed the unit; answers whether that completed the course.

    A second time changes nothing. Completing the required units completes the course, and with the
    last required course of a path the path.
    """
    look(contact_id, unit.pk, at=at)
    Progress.objects.filter(contact=contact_id, unit=unit, completed_at=None).update(
        completed_at=at
    )
    course_id = unit.section.course_id
    stand = stands(contact_id, [course_id])[course_id]
    if stand.done < stand.total or stand.completed_at:
        return False
    return complete_item(contact_id, course_id, at=at, on=on, by=by)


@transaction.atomic
def complete_item(contact_id: int, item_id: int, *, at: datetime.datetime, on, by) -> bool:
    """Note that the contact completed the course or path, once; answers whether it was news.

    The first time gives the certificate that it grants.
    """
    completion, news = Completion.objects.get_or_create(
        contact_id=contact_id, item_id=item_id, defaults={"at": at}
    )
    if not news:
        return False
    Registration.objects.live().filter(
        Q(path=item_id) | Q(event__course=item_id, event__type="lms"),
        contact=contact_id,
        completed_at=None,
    ).update(completed_at=at, version=F("version") + 1)
    journal.write(
        "item.completed", item_id, contact_id=contact_id, at=at, on=on, by=by, after={"at": at}
    )
    certificates.issue(contact_id, item_id, cause=f"c{completion.pk}", at=at, on=on, by=by)
    paths = Item.objects.filter(kind=ItemKind.PATH, steps__course=item_id).values_list(
        "pk", flat=True
    )
    for path, stand in path_stands(contact_id, paths).items():
        if stand.total and stand.done == stand.total and not stand.completed_at:
            complete_item(contact_id, path, at=at, on=on, by=by)
    return True
