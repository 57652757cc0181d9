"""How is it told what happened to quizzes, attempts and assignments?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.timeline import Told

from .models import Attempt, ContentUnit, Submission


def attempts(ids, user) -> dict:
    """At which quiz, as a link to the answers."""
    may = allowed(user, "lms.view_registrations")
    rows = Attempt.objects.filter(pk__in=ids).values_list("pk", "unit__title")
    return {pk: (title, page_of("lms:look_at_attempt", pk) if may else "") for pk, title in rows}


def quizzes(ids, user) -> dict:
    rows = ContentUnit.objects.filter(pk__in=ids).values_list("pk", "title")
    return {pk: (title, "") for pk, title in rows}


def started(row, names):
    return Told(format_html(_("Quiz begun: {what}"), what=names("attempt", row.subject_id)))


def submitted(row, names):
    after = row.after
    said = (
        _("Quiz passed: {what}, {score} of {points} points")
        if after.get("passed")
        else _("Quiz not passed: {what}, {score} of {points} points")
    )
    what = names("attempt", row.subject_id)
    return Told(format_html(said, what=what, score=after.get("score"), points=after.get("points")))


def given(row, names):
    return Told(
        format_html(_("One more attempt given: {what}"), what=names("quiz", row.subject_id))
    )


def submissions(ids, user) -> dict:
    """For which assignment, as a link to what was handed in."""
    may = allowed(user, "lms.view_registrations")
    rows = Submission.objects.filter(pk__in=ids).values_list("pk", "unit__title")
    return {pk: (title, page_of("lms:submission", pk) if may else "") for pk, title in rows}


def handed_in(row, names):
    return Told(
        format_html(_("Assignment handed in: {what}"), what=names("submission", row.subject_id))
    )


def marked(row, names):
    said = (
        _("Assignment passed: {what}")
        if row.after.get("passed")
        else _("Assignment not passed: {what}")
    )
    return Told(format_html(said, what=names("submission", row.subject_id)))
