"""How is a course's content put together? Sections of units, in order.

What somebody has progress in is never deleted, only archived: it leaves the course, and stays on
their record.
"""

import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from catalog.models import Item, ItemKind
from catalog.richtext import clean
from tms import journal
from tms.refusals import Refusal

from .models import Assignment, ContentUnit, Progress, Quiz, Section, UnitForm


def outline(course_id: int) -> list[tuple[Section, list[ContentUnit]]]:
    """The sections with their units, in order. Two statements."""
    sections = list(Section.objects.filter(course=course_id))
    units = list(
        ContentUnit.objects.filter(section__in=sections, archived_at=None).order_by(
            "position", "id"
        )
    )
    return [(section, [u for u in units if u.section_id == section.pk]) for section in sections]


@transaction.atomic
def add_section(course: Item, *, title: str, at: datetime.datetime, on, by) -> Section:
    """Put a section at the end of the course. Raises Refusal for a learning path."""
    if course.kind != ItemKind.COURSE:
        raise Refusal(_("Only courses have content. Add it to the courses of this path."))
    section = Section.objects.create(
        course=course, title=title, position=_end(Section.objects.filter(course=course))
    )
    note(course.pk, {"section": title}, at=at, on=on, by=by)
    return section


@transaction.atomic
def rename_section(section: Section, *, title: str, at: datetime.datetime, on, by) -> Section:
    """Give the section another title."""
    before = section.title
    section.title = title
    section.save(update_fields=["title"])
    after = {"section": title, "section_before": before}
    note(section.course_id, after, at=at, on=on, by=by)
    return section


@transaction.atomic
def remove_section(section: Section, *, at: datetime.datetime, on, by) -> None:
    """Remove an empty section. Raises Refusal while it has units."""
    if section.units.filter(archived_at=None).exists():
        raise Refusal(_("This section has units. Move or remove them first."))
    if section.units.exists():
        raise Refusal(
            _("Learners have progress in units that were in this section. Rename it instead.")
        )
    note(section.course_id, {"removed": section.title}, at=at, on=on, by=by)
    section.delete()


@transaction.atomic
def save_unit(
    unit: ContentUnit, *, at: datetime.datetime, on: datetime.date, by, has_package=False
) -> ContentUnit:
    """Add a unit at the end of its section, or keep the changes of one that is there.

    The text is cleaned. `has_package`: a SCORM package comes with it (`lms.scorm.packages.save`).
    Raises Refusal when what its kind needs is missing.
    """
    unit.body = clean(unit.body)
    needs = {
        UnitForm.PAGE: (unit.body, "body", _("A page needs text.")),
        UnitForm.VIDEO: (unit.file or unit.url, "file", _("A video needs a file or an address.")),
        UnitForm.DOCUMENT: (unit.file, "file", _("A document needs a PDF file.")),
        UnitForm.LINK: (unit.url, "url", _("A link needs an address.")),
        UnitForm.QUIZ: (True, "", ""),
        UnitForm.ASSIGNMENT: (unit.body, "body", _("An assignment needs a text: what to do.")),
        UnitForm.SCORM: (
            has_package or (unit.pk and unit.packages.exists()),
            "package",
            _("Choose the zip file of the package."),
        ),
    }
    given, field, sentence = needs[UnitForm(unit.form)]
    if not given:
        raise Refusal(sentence, field=field)
    if unit.pk is None:
        unit.position = _end(ContentUnit.objects.filter(section=unit.section))
    else:
        unit.version += 1
    unit.save()
    if unit.form == UnitForm.QUIZ:
        Quiz.objects.get_or_create(unit=unit)
    if unit.form == UnitForm.ASSIGNMENT:
        Assignment.objects.get_or_create(unit=unit)
    note(unit.section.course_id, {"unit": unit.title}, at=at, on=on, by=by)
    return unit


@transaction.atomic
def remove_unit(unit: ContentUnit, *, at: datetime.datetime, on, by) -> None:
    """Take the unit out of the course; one that somebody has progress in is kept, archived."""
    if Progress.objects.filter(unit=unit).exists() or unit.scorm_attempts.exists():
        unit.archived_at = at
        unit.save(update_fields=["archived_at"])
    else:
        unit.delete()
    after = {"removed": unit.title}
    note(unit.section.course_id, after, at=at, on=on, by=by)


def changed(unit: ContentUnit, after: dict, *, at: datetime.datetime, on, by) -> None:
    """Write down that something within the unit was changed, in the caller's transaction."""
    note(unit.section.course_id, after, at=at, on=on, by=by)


def _end(rows) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def note(course_id: int, after: dict, *, at: datetime.datetime, on, by) -> None:
    """Write down that the course's content was changed, in the caller's transaction."""
    Item.objects.filter(pk=course_id).update(version=F("version") + 1)
    journal.write("item.content_changed", course_id, after=after, at=at, on=on, by=by)
