"""Which courses does a learning path lead through, in which order?

Steps are counted 1, 2, 3 without gaps. All verbs lock the path.
"""

import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tms import consequences, journal
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal

from .item_rows import locked, save
from .models import Item, ItemKind, ItemStatus, Step


@transaction.atomic
def add_steps(
    path: Item,
    *,
    courses,
    required: bool = True,
    locked_until_before: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> list[Step]:
    """Add `courses` at the end, in the order given. One that is a step already is refused.

    A learning path in a learning path is refused, and so is an archived course.
    """
    path = locked(path)
    if path.kind != ItemKind.PATH:
        raise Refusal(_("Only a learning path has steps."))
    there = set(path.steps.values_list("course_id", flat=True))
    for course in courses:
        if course.kind != ItemKind.COURSE:
            raise Refusal(
                _("%(title)s is a learning path. A step is a course.") % {"title": course.title},
                field="courses",
            )
        if course.status == ItemStatus.ARCHIVED:
            raise Refusal(
                _("%(title)s is archived. Restore it, or choose another course.")
                % {"title": course.title},
                field="courses",
            )
        if course.pk in there:
            raise Refusal(
                _("%(title)s is a step of this path already.") % {"title": course.title},
                field="courses",
            )
        there.add(course.pk)
    last = path.steps.aggregate(last=Max("position"))["last"] or 0
    steps = Step.objects.bulk_create(
        Step(
            path=path,
            course=course,
            position=last + number,
            required=required,
            locked=locked_until_before,
        )
        for number, course in enumerate(courses, start=1)
    )
    if steps:
        save(path)
        after = {"courses": [step.course_id for step in steps]}
        journal.write("item.steps_added", path.pk, at=at, on=on, by=by, after=after)
    return steps


@transaction.atomic
def remove_step(step: Step, *, at: datetime.datetime, on: datetime.date, by) -> list[Consequence]:
    """Take a step out of its path and close the gap. Returns what that took away.

    The last step of a published path is refused.
    """
    path, step = locked_step(step)
    if path.status == ItemStatus.PUBLISHED and path.steps.count() == 1:
        raise Refusal(
            _("This is the last step, and a published path needs one. Archive the path instead.")
        )
    course_id, position = step.course_id, step.position
    step.delete()
    number(path.steps.order_by("position", "pk"))
    save(path)
    fact = Fact("item.step_removed", (path.pk,), at=at, on=on, by=by, data={"course_id": course_id})
    found = consequences.follow(fact)
    before = {"course": course_id, "position": position}
    journal.write("item.step_removed", path.pk, at=at, on=on, by=by, before=before)
    return found


@transaction.atomic
def move_step(step: Step, *, to: int, at: datetime.datetime, on: datetime.date, by) -> None:
    """Make it the step number `to`, counted from 1; beyond the ends is the end."""
    path, step = locked_step(step)
    steps = list(path.steps.order_by("position", "pk"))
    old = [each.pk for each in steps].index(step.pk)
    new = min(max(to, 1), len(steps)) - 1
    if new == old:
        return
    steps.insert(new, steps.pop(old))
    number(steps)
    save(path)
    journal.write(
        "item.step_moved",
        path.pk,
        at=at,
        on=on,
        by=by,
        before={"course": step.course_id, "position": old + 1},
        after={"course": step.course_id, "position": new + 1},
    )


@transaction.atomic
def set_step(
    step: Step,
    *,
    required: bool,
    locked_until_before: bool,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Step:
    """Say whether a step is required, and locked until the step before it is complete."""
    path, step = locked_step(step)
    before = {"course": step.course_id, "required": step.required, "locked": step.locked}
    step.required, step.locked = required, locked_until_before
    after = {"course": step.course_id, "required": required, "locked": locked_until_before}
    if after == before:
        return step
    step.save()
    save(path)
    journal.write("item.step_changed", path.pk, at=at, on=on, by=by, before=before, after=after)
    return step


def locked_step(step: Step) -> tuple[Item, Step]:
    """The path, locked, and the step as it is now; gone meanwhile is a refusal."""
    path = locked(Item(pk=step.path_id))
    found = path.steps.filter(pk=step.pk).first()
    if found is None:
        raise Refusal(_("This step was removed meanwhile."))
    return path, found


def number(steps) -> None:
    """Count the steps 1, 2, 3 in the order given."""
    moved = []
    for position, step in enumerate(steps, start=1):
        if step.position != position:
            step.position = position
            moved.append(step)
    Step.objects.bulk_update(moved, ["position"])
