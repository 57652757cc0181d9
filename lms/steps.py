"""Which steps of a path wait for the one before them?"""

import dataclasses

from catalog.models import Item, Step

from .models import Completion, Registration


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A step, and the course that has to be complete before it opens (None: it is open)."""

    step: Step
    done: bool
    waits_for: Item | None


def of_path(contact_id: int, path_id: int) -> list[Waiting]:
    """The steps of a path in order, each with what it waits for. Two statements."""
    steps = list(Step.objects.filter(path=path_id).select_related("course"))
    done = set(
        Completion.objects.filter(
            contact=contact_id, item__in=[step.course_id for step in steps]
        ).values_list("item_id", flat=True)
    )
    found, before = [], None
    for step in steps:
        waits = step.locked and before is not None and before.course_id not in done
        found.append(Waiting(step, step.course_id in done, before.course if waits else None))
        before = step
    return found


def lock_on(contact_id: int, course_id: int) -> Item | None:
    """The course that this one waits for, when it is open to the contact through paths only.

    Somebody who is registered on the course itself, or on a path where it isn't locked, doesn't
    wait. At most four statements.
    """
    live = Registration.objects.live().filter(contact=contact_id)
    if live.filter(event__course=course_id, path_registration=None).exists():
        return None
    lock = None
    for path_id in live.filter(path__steps__course=course_id).values_list("path", flat=True):
        step = next(
            each for each in of_path(contact_id, path_id) if each.step.course_id == course_id
        )
        if step.waits_for is None:
            return None
        lock = step.waits_for
    return lock
