"""What is handed in for an assignment, and how was it marked?"""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FileKind(models.TextChoices):
    """What an upload is, by its content."""

    PDF = "pdf", _("PDF")
    DOCUMENT = "document", _("Text document (Word, OpenDocument)")
    SHEET = "sheet", _("Spreadsheet (Excel, OpenDocument)")
    SLIDES = "slides", _("Presentation (PowerPoint, OpenDocument)")
    IMAGE = "image", _("Picture (JPEG, PNG)")
    TEXT = "text", _("Plain text")


def usual_kinds():
    return [FileKind.PDF.value, FileKind.DOCUMENT.value]


class Assignment(models.Model):
    """What may be handed in for a content unit: files of these `kinds`, of so many megabytes."""

    unit = models.OneToOneField(
        "lms.ContentUnit", on_delete=models.CASCADE, primary_key=True, related_name="assignment"
    )
    kinds = models.JSONField(default=usual_kinds)
    megabytes = models.PositiveSmallIntegerField(
        _("largest file, in MB"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"#{self.pk}"

    @property
    def kinds_in_words(self) -> str:
        return ", ".join(str(FileKind(kind).label) for kind in self.kinds)


class SubmissionQuerySet(models.QuerySet):
    def waiting(self):
        """Those that staff are to mark."""
        return self.filter(marked_at=None, replaced_at=None)


class Submission(models.Model):
    """A file that somebody handed in; `replaced_at`: a later one was, before it was marked.

    `name` is what the learner called the file, `score` in per cent, if one was given.
    """

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="submissions")
    unit = models.ForeignKey(
        "lms.ContentUnit", on_delete=models.PROTECT, related_name="submissions"
    )
    number = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="submissions/", blank=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    size = models.PositiveIntegerField()
    comment = models.TextField(_("comment"), blank=True, max_length=4000)
    submitted_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    feedback = models.TextField(_("feedback"), blank=True, max_length=4000)
    marked_at = models.DateTimeField(null=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    operation = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "unit"],
                condition=Q(marked_at=None, replaced_at=None),
                name="submission_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(marked_at=None, passed=None, score=None)
                | Q(marked_at__isnull=False, passed__isnull=False),
                name="submission_marked_whole",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=100), name="submission_score_in_per_cent"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "contact", "id"], name="submission_whose"),
            models.Index(
                fields=["id"],
                name="submission_waiting",
                condition=Q(marked_at=None, replaced_at=None),
            ),
            models.Index(fields=["passed", "-id"], name="submission_passed"),
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.marked_at is None and self.replaced_at is None
