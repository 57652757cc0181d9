"""In which order do the sections and units of a course stand? Moved by one, or put anywhere.

Every verb holds the course locked, so that of two people who arrange it each goes on from what the
other one left.
"""

import datetime

from django.db import transaction

from catalog.models import Item

from . import content
from .models import ContentUnit, Section


@transaction.atomic
def move(row: Section | ContentUnit, *, up: bool, at: datetime.datetime, on, by) -> None:
    """Move a section or a unit by one. A unit at the edge of its section goes over into the next
    one; at the edge of the course nothing is done.
    """
    if isinstance(row, Section):
        order = _sections(row.course_id)
        place = _place(order, row)
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            _order(order, row, other)
            _note(row.course_id, row, at=at, on=on, by=by)
        return
    sections = _sections(row.section.course_id)
    row = ContentUnit.objects.get(pk=row.pk)
    here = next(n for n, each in enumerate(sections) if each.pk == row.section_id)
    order = _units(row.section_id)
    place = _place(order, row)
    other = place - 1 if up else place + 1
    beyond = here - 1 if up else here + 1
    if 0 <= other < len(order):
        _order(order, row, other)
    elif 0 <= beyond < len(sections):
        into = _units(sections[beyond].pk)
        _order([*into, row], row, len(into) if up else 0, section=sections[beyond])
    else:
        return
    _note(sections[here].course_id, row, at=at, on=on, by=by)


@transaction.atomic
def put_section(section: Section, *, before: int | None, at: datetime.datetime, on, by) -> None:
    """Put the section before another one (its id) of its course; None: at the end."""
    order = _sections(section.course_id)
    if _put(order, section, before):
        _note(section.course_id, section, at=at, on=on, by=by)


@transaction.atomic
def put_unit(
    unit: ContentUnit, *, section: Section, before: int | None, at: datetime.datetime, on, by
) -> None:
    """Put the unit into a section of its course, before another unit there (its id) or at the end.

    `section` is one of the same course; a `before` that isn't there any more means the end.
    """
    _sections(section.course_id)
    unit = ContentUnit.objects.get(pk=unit.pk)
    order = _units(section.pk)
    if unit.section_id != section.pk:
        order.append(unit)
        moved = _put(order, unit, before, section=section) or True
    else:
        moved = _put(order, unit, before)
    if moved:
        _note(section.course_id, unit, at=at, on=on, by=by)


def _put(order, row, before, *, section=None) -> bool:
    """Put the row of the order before the one of that id; answers whether that was a change."""
    others = [each.pk for each in order if each.pk != row.pk]
    place = others.index(before) if before in others else len(others)
    if section is None and _place(order, row) == place:
        return False
    _order(order, row, place, section=section)
    return True


def _order(order, row, place, *, section=None) -> None:
    """Write the order down with the row at that place, in `section` if that is another one."""
    order = [each for each in order if each.pk != row.pk]
    order.insert(place, row)
    for position, each in enumerate(order):
        each.position = position
    if section is not None:
        row.section = section
        row.save(update_fields=["section"])
    type(row).objects.bulk_update(order, ["position"])


def _sections(course_id: int) -> list[Section]:
    """The sections of the course, which is locked."""
    Item.objects.select_for_update(of=("self",)).get(pk=course_id)
    return list(Section.objects.filter(course=course_id).order_by("position", "id"))


def _units(section_id: int) -> list[ContentUnit]:
    rows = ContentUnit.objects.filter(section=section_id, archived_at=None)
    return list(rows.order_by("position", "id"))


def _place(order, row) -> int:
    return next(n for n, each in enumerate(order) if each.pk == row.pk)


def _note(course_id, row, *, at, on, by) -> None:
    content.note(course_id, {"moved": row.title}, at=at, on=on, by=by)
