"""How does a course look to learners? For staff, beforehand: nothing of it is kept as progress."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from catalog.models import Item
from tms.ui.access import staff

from .. import content, scoring
from ..models import Attempt, Quiz, Shows, UnitForm
from ..scorm import standing
from .content import unit_of
from .quiz import choices_of, told_of

LOOK = "catalog.view_catalogue"


@staff(LOOK)
@require_GET
def course(request, course_id):
    """The outline, as for a learner who hasn't begun; a draft too."""
    found = get_object_or_404(Item.objects.courses(), pk=course_id)
    outline = content.outline(found.pk)
    first = next((unit.pk for _section, units in outline for unit in units), None)
    context = {"course": found, "outline": outline, "first": first, "done": set()}
    return render(request, "lms/preview/course.html", context)


@staff(LOOK)
@require_GET
def unit(request, pk):
    """One unit, as a learner sees it before they begin it."""
    found = unit_of(pk)
    context = _context(found)
    if found.form == UnitForm.QUIZ:
        quiz = Quiz.objects.get(pk=pk)
        context |= {"quiz": quiz, "questions": quiz.questions.count()}
    if found.form == UnitForm.ASSIGNMENT:
        context["assignment"] = found.assignment
    if found.form == UnitForm.SCORM:
        package = found.packages.first()
        parts = standing.outline(package, {}) if package else []
        context |= {"package": package, "parts": parts}
    return render(request, "lms/preview/unit.html", context)


@staff(LOOK)
@require_http_methods(["GET", "POST"])
def quiz(request, pk):
    """The questions of a quiz; by POST their result, which nobody keeps.

    They stand in their order, also where attempts are shuffled: nothing remembers another one.
    """
    found = unit_of(pk)
    if found.form != UnitForm.QUIZ:
        raise Http404
    held = Quiz.objects.get(pk=pk)
    asked = scoring.snapshot(held.questions.all(), shuffles=False)
    if not asked:
        return redirect("lms:preview_unit", pk)
    context = _context(found) | {"quiz": held}
    if request.method == "POST":
        context |= _result(held, asked, scoring.read(asked, request.POST))
        return render(request, "lms/preview/result.html", context)
    context["questions"] = [
        (number, question, choices_of(question, None), "") for number, question in enumerate(asked)
    ]
    return render(request, "lms/preview/quiz.html", context)


def _result(held: Quiz, asked, given) -> dict:
    points = sum(question["points"] for question in asked)
    score = sum(scoring.points(asked[number], answer) for number, answer in given.items())
    attempt = Attempt(
        asked=asked,
        number=1,
        points=points,
        score=score,
        pass_mark=held.pass_mark,
        passed=scoring.passes(score, points, held.pass_mark),
    )
    rows = {n: (answer, scoring.points(asked[n], answer)) for n, answer in given.items()}
    shown = held.shows == Shows.ALWAYS or (held.shows == Shows.PASSED and attempt.passed)
    return {"attempt": attempt, "answered": told_of(asked, rows, shown=shown)}


def _context(found) -> dict:
    outline = content.outline(found.section.course_id)
    order = [each for _section, units in outline for each in units]
    place = next(n for n, each in enumerate(order) if each.pk == found.pk)
    return {
        "course": found.section.course,
        "unit": found,
        "outline": outline,
        "done": set(),
        "number": place + 1,
        "total": len(order),
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
    }
