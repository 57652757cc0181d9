"""How does a learner take a quiz? The attempt, its answers, its result; closed with the course."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.viewing import acting_contact
from tms.refusals import Refusal, Stale
from tms.ui.access import learner

from .. import attempts, content, scoring
from ..models import Attempt, QuestionForm, Shows, UnitForm
from .learning import _learner, _may, _outline, _unit


def opened(request, slug, unit_id, form=UnitForm.QUIZ):
    """(contact, course, unit, None), or with the answer to who may not open it now."""
    contact = _learner(request)
    course, unit = _unit(slug, unit_id)
    if unit.form != form:
        raise Http404
    answer, waits_for = _may(request, contact, course)
    closed = not answer.open or waits_for
    return (
        contact,
        course,
        unit,
        _outline(request, contact, course, status=403) if closed else None,
    )


@learner
@require_POST
def start(request, slug, unit_id):
    """Begin an attempt, or go on with the one that is running."""
    contact, _course, unit, closed = opened(request, slug, unit_id)
    if closed:
        return closed
    who = {"at": request.now, "on": request.today, "by": request.user}
    try:
        attempt = attempts.start(contact.pk, unit, **who)
    except Refusal as no:
        messages.error(request, str(no))
        return redirect("lms:unit", slug, unit_id)
    return redirect("lms:attempt", slug, unit_id, attempt.pk)


@learner
@require_http_methods(["GET", "POST"])
def attempt(request, slug, unit_id, attempt_id):
    """The questions while it runs, the result afterwards; POST hands it in."""
    contact, course, unit, closed = opened(request, slug, unit_id)
    if closed:
        return closed
    found = _mine(contact, unit, attempt_id)
    if request.method == "POST":
        return _submitted(request, course, found)
    if found.submitted_at:
        return _result(request, course, found)
    return _questions(request, course, found)


@learner
@require_POST
def keep(request, slug, unit_id, attempt_id):
    """The answers as they are given; by htmx it says when, otherwise one goes on later."""
    contact, course, unit, closed = opened(request, slug, unit_id)
    if closed:
        return closed
    found = _mine(contact, unit, attempt_id)
    try:
        attempts.keep(found, scoring.read(found.asked, request.POST), at=request.now,
                      **_sent(request))  # fmt: skip
    except Stale as stale:
        if request.htmx:
            return HttpResponse(str(stale), status=422, content_type="text/plain; charset=utf-8")
        return _anew(request, course, found, str(stale))
    if request.htmx:
        when = time_format(localtime(request.now), "H:i:s")
        return HttpResponse(_("Kept at %(time)s.") % {"time": when})
    messages.success(request, _("Your answers are kept. Go on whenever you like."))
    return redirect("lms:unit", slug, unit_id)


def _submitted(request, course, found):
    who = {"at": request.now, "on": request.today, "by": request.user}
    given = scoring.read(found.asked, request.POST)
    try:
        _attempt, news = attempts.submit(found, given, **_sent(request), **who)
    except Stale as stale:
        return _anew(request, course, found, str(stale))
    if not news:
        messages.info(request, _("This attempt was handed in already. This is its result."))
    return redirect("lms:attempt", course.slug, found.unit_id, found.pk)


def _sent(request) -> dict:
    """Which page sends, and which version it began from; anything else fits no attempt."""
    version = request.POST.get("version", "")
    known = version.isdecimal() and len(version) < 10
    return {"version": int(version) if known else -1, "page": _page(request)}


def _page(request) -> str:
    """The name that a page was given when it was drawn; a made-up one is as good as none."""
    try:
        return uuid.UUID(request.POST.get("page", "")).hex
    except ValueError:
        return uuid.uuid4().hex


def _anew(request, course, found, sentence):
    """The page as it is now, with the sentence over it."""
    found.refresh_from_db()
    if found.submitted_at:
        messages.info(request, sentence)
        return redirect("lms:attempt", course.slug, found.unit_id, found.pk)
    return _questions(request, course, found, refused=sentence, status=422)


def _mine(contact, unit, attempt_id) -> Attempt:
    return get_object_or_404(
        Attempt.objects.select_related("unit"),
        pk=attempt_id,
        contact=contact,
        unit=unit,
        withdrawn_at=None,
    )


def _questions(request, course, found, refused="", status=200):
    given = dict(found.answers.values_list("question", "given"))
    _contact, read_only = acting_contact(request)
    context = {
        "course": course,
        "unit": found.unit,
        "attempt": found,
        "questions": [
            (number, question, choices_of(question, given.get(number)), given.get(number, ""))
            for number, question in enumerate(found.asked)
        ],
        "page": uuid.uuid4().hex,
        "version": found.version,
        "refused": refused,
        "read_only": read_only,
    }
    return render(request, "lms/learning/attempt.html", context, status=status)


def choices_of(question, given):
    """(id, words, is it chosen?) of each choice; nothing where one types."""
    if question["form"] not in scoring.CHOSEN:
        return []
    chosen = given if question["form"] == QuestionForm.MULTIPLE else [given]
    return [
        (each["id"], scoring.label(question, each), each["id"] in (chosen or []))
        for each in question["answers"]
    ]


def _result(request, course, found):
    stand = attempts.stand(found.contact_id, found.unit_id)
    shows = stand.quiz.shows
    order = [each for _section, units in content.outline(course.pk) for each in units]
    place = next((n for n, each in enumerate(order) if each.pk == found.unit_id), len(order))
    _contact, read_only = acting_contact(request)
    context = {
        "course": course,
        "unit": found.unit,
        "attempt": found,
        "answered": answered(
            found, shown=shows == Shows.ALWAYS or (shows == Shows.PASSED and stand.passed)
        ),
        "quiz": stand,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "read_only": read_only,
    }
    return render(request, "lms/learning/result.html", context)


def answered(found: Attempt, *, shown: bool) -> list[dict]:
    """Each question with what was answered, in words; what is right only if it is `shown`."""
    rows = {number: (given, got) for number, given, got in
            found.answers.values_list("question", "given", "points")}  # fmt: skip
    return told_of(found.asked, rows, shown=shown)


def told_of(asked: list[dict], rows: dict, *, shown: bool) -> list[dict]:
    """As `answered`, of questions as they were asked and {number: (given, points)}."""
    told = []
    for number, question in enumerate(asked):
        given, got = rows.get(number, (None, 0))
        right = scoring.is_right(question, given)
        told.append(
            {
                "question": question,
                "given": "" if given is None else scoring.in_words(question, given),
                "is_right": right,
                "points": got or 0,
                "right": scoring.right_words(question) if shown and not right else "",
            }
        )
    return told
