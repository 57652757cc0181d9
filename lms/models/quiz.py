"""What does a quiz ask, and what did somebody answer?"""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Shows(models.TextChoices):
    NEVER = "never", _("Never")
    PASSED = "passed", _("After passing")
    ALWAYS = "always", _("Always")


class QuestionForm(models.TextChoices):
    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TRUTH = "truth", _("True or false")
    SHORT = "short", _("Short answer")
    NUMERIC = "numeric", pgettext_lazy("kind", "Number")


class Counts(models.TextChoices):
    """Which attempt is the result of a quiz. What was passed stays passed."""

    BEST = "best", _("The best one")
    LAST = "last", _("The last one")


class Quiz(models.Model):
    """How the quiz of a content unit is held.

    `pass_mark` in per cent of the points; `attempts` None: as many as one likes.
    """

    unit = models.OneToOneField(
        "lms.ContentUnit", on_delete=models.CASCADE, primary_key=True, related_name="quiz"
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    shuffles = models.BooleanField(_("shuffle questions and answers"), default=False)
    shows = models.CharField(
        _("show the right answers"), max_length=10, choices=Shows.choices, default=Shows.PASSED
    )
    counts = models.CharField(
        _("which attempt counts"),
        max_length=10,
        choices=Counts.choices,
        default=Counts.BEST,
        db_default=Counts.BEST,
    )
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100), name="quiz_pass_mark_in_per_cent"
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"


class QuizQuestion(models.Model):
    """One question, worth `points`.

    `answers` is a list of {"text", "right"}: the choices; of `truth` true and false in this order;
    of `short` what is accepted. A number is right within `tolerance` of `value`.
    """

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="questions")
    form = models.CharField(_("kind"), max_length=10, choices=QuestionForm.choices)
    text = models.TextField(_("question"), max_length=4000)
    points = models.PositiveSmallIntegerField(
        _("points"), default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    answers = models.JSONField(default=list, editable=False)
    value = models.DecimalField(_("right number"), max_digits=20, decimal_places=6, null=True)
    tolerance = models.DecimalField(_("tolerance"), max_digits=20, decimal_places=6, default=0)
    feedback = models.TextField(_("feedback"), blank=True, max_length=2000)
    feedback_right = models.TextField(_("feedback when right"), blank=True, max_length=2000)
    feedback_wrong = models.TextField(_("feedback when wrong"), blank=True, max_length=2000)
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1), name="question_is_worth_something"),
            models.CheckConstraint(
                condition=~Q(form="numeric") | Q(value__isnull=False, tolerance__gte=0),
                name="question_number_has_value",
            ),
        ]

    def __str__(self):
        return self.text[:80]


class Attempt(models.Model):
    """One try at a quiz: `asked` is the quiz as it was when it began, in the order of this try.

    `page` is the page that wrote last, `version` counts what was written. `points` are those that
    could be had, `score` those that were. One that was `withdrawn_at` doesn't count.
    """

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="attempts")
    unit = models.ForeignKey("lms.ContentUnit", on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    asked = models.JSONField()
    pass_mark = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    score = models.PositiveIntegerField(null=True)
    passed = models.BooleanField(null=True)
    version = models.PositiveIntegerField(default=0)
    page = models.CharField(max_length=40, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "unit"],
                condition=Q(submitted_at=None, withdrawn_at=None),
                name="attempt_one_open",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, score=None, passed=None)
                | Q(submitted_at__isnull=False, score__isnull=False, passed__isnull=False),
                name="attempt_scored_when_submitted",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=F("points")), name="attempt_score_in_points"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="attempt_unit"),
            models.Index(fields=["passed", "-id"], name="attempt_passed"),
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down: nobody sees the pass mark who is below it."""
        return None if self.score is None else 100 * self.score // self.points


class AttemptAnswer(models.Model):
    """What was answered to one of the questions `asked`, by its number there from 0.

    `given`: the number of a choice, a list of them, or a text; `points` once it is scored.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    question = models.PositiveSmallIntegerField()
    given = models.JSONField()
    points = models.PositiveSmallIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question"], name="answer_once"),
        ]

    def __str__(self):
        return f"{self.attempt_id}, {self.question}"


class ExtraAttempt(models.Model):
    """One more attempt at a quiz that staff gave somebody."""

    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.PROTECT, related_name="extra_attempts"
    )
    unit = models.ForeignKey(
        "lms.ContentUnit", on_delete=models.PROTECT, related_name="extra_attempts"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["unit", "contact"], name="extra_attempt_whose")]

    def __str__(self):
        return f"{self.contact_id} on {self.unit_id}"
