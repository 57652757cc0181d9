"""What is there to go through in a course? Sections of units, in order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Section(models.Model):
    """A heading with units under it."""

    course = models.ForeignKey("catalog.Item", on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]

    def __str__(self):
        return self.title


class UnitForm(models.TextChoices):
    PAGE = "page", _("Page")
    VIDEO = "video", _("Video")
    DOCUMENT = "document", _("Document")
    LINK = "link", _("Link")
    QUIZ = "quiz", _("Quiz")
    ASSIGNMENT = "assignment", _("Assignment")
    SCORM = "scorm", _("SCORM package")


# What one says oneself that one is through with; of all else a result says so.
READ = {UnitForm.PAGE, UnitForm.VIDEO, UnitForm.DOCUMENT, UnitForm.LINK}


class ContentUnit(models.Model):
    """One thing to go through: a page, a video, a document, a link, a quiz, an assignment."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="units")
    form = models.CharField(_("kind"), max_length=10, choices=UnitForm.choices)
    title = models.CharField(_("title"), max_length=200)
    required = models.BooleanField(_("required"), default=True)
    body = models.TextField(_("text"), blank=True)
    url = models.URLField(_("address"), blank=True, max_length=500)
    file = models.FileField(_("file"), upload_to="content/", blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]

    def __str__(self):
        return self.title

    @property
    def is_read(self) -> bool:
        """Does one say oneself that one is through with it?"""
        return self.form in READ
