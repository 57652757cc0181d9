"""What does a copy of a unit, a section or a course have of its content? Everything but people.

Questions of a quiz, what may be handed in, and the newest version of a package come along; no
progress, no attempt, no draft does.
"""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Item
from tms.consequences import Consequence, Fact

from . import content
from .models import (
    Assignment,
    CertificateTerms,
    ContentUnit,
    Quiz,
    QuizQuestion,
    ScormPackage,
    Section,
)
from .scorm import packages


@transaction.atomic
def duplicate_unit(unit: ContentUnit, *, at: datetime.datetime, on, by) -> ContentUnit:
    """A copy of the unit, right after it."""
    course_id = unit.section.course_id
    _locked(course_id)
    later = ContentUnit.objects.filter(section=unit.section_id, position__gt=unit.position)
    later.update(position=F("position") + 1)
    title = _called(unit.title)
    copy = _unit(unit, unit.section, title=title, position=unit.position + 1, at=at)
    content.note(course_id, {"copied": unit.title}, at=at, on=on, by=by)
    return copy


@transaction.atomic
def duplicate_section(section: Section, *, at: datetime.datetime, on, by) -> Section:
    """A copy of the section with its units, right after it."""
    _locked(section.course_id)
    later = Section.objects.filter(course=section.course_id, position__gt=section.position)
    later.update(position=F("position") + 1)
    copy = _section(section, section.course, _called(section.title), section.position + 1, at=at)
    content.note(section.course_id, {"copied": section.title}, at=at, on=on, by=by)
    return copy


def follow(fact: Fact) -> list[Consequence]:
    """A duplicate of a course has its content, and grants the same certificate."""
    if fact.kind != "item.duplicated":
        return []
    course = Item.objects.get(pk=fact.subjects[0])
    original = fact.data["copy_of"]
    units = 0
    for section in Section.objects.filter(course=original).order_by("position", "id"):
        copy = _section(section, course, section.title, section.position, at=fact.at)
        units += copy.units.count()
    found = []
    if units:
        sentence = ngettext(
            "%(count)s unit of its content", "%(count)s units of its content", units
        )
        found.append(Consequence("gives", sentence % {"count": units}, units))
        content.note(course.pk, {"copied": course.title}, at=fact.at, on=fact.on, by=fact.by)
    terms = CertificateTerms.objects.filter(item=original).first()
    if terms:
        CertificateTerms.objects.create(
            item=course, granted=terms.granted, months=terms.months, text=terms.text
        )
        if terms.granted:
            found.append(Consequence("gives", _("Its certificate"), 1))
    return found


def _section(section: Section, course: Item, title: str, position: int, *, at) -> Section:
    copy = Section.objects.create(course=course, title=title, position=position)
    units = ContentUnit.objects.filter(section=section, archived_at=None)
    for unit in units.order_by("position", "id"):
        _unit(unit, copy, title=unit.title, position=unit.position, at=at)
    return copy


def _unit(unit: ContentUnit, section: Section, *, title: str, position: int, at) -> ContentUnit:
    names = ("form", "required", "body", "url", "file")
    values = {name: getattr(unit, name) for name in names}
    copy = ContentUnit.objects.create(section=section, title=title, position=position, **values)
    for quiz in Quiz.objects.filter(unit=unit):
        questions = list(QuizQuestion.objects.filter(quiz=quiz))
        quiz.pk, quiz.version, quiz._state.adding = copy.pk, 0, True
        quiz.save()
        for question in questions:
            question.pk, question.quiz_id, question.version = None, copy.pk, 0
        QuizQuestion.objects.bulk_create(questions)
    for assignment in Assignment.objects.filter(unit=unit):
        assignment.pk, assignment.version, assignment._state.adding = copy.pk, 0, True
        assignment.save()
    newest = ScormPackage.objects.filter(unit=unit).first()
    if newest:
        packages.duplicate(newest, copy, at=at)
    return copy


def _called(title: str) -> str:
    called = _("%(title)s (copy)") % {"title": title}
    return called if len(called) <= 200 else title


def _locked(course_id: int) -> Item:
    return Item.objects.select_for_update(of=("self",)).get(pk=course_id)
