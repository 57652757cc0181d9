"""What is in a SCORM package, and how far is somebody in it?"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ScormPackage(models.Model):
    """One version of the package of a unit, unpacked; it never changes.

    `contents` is what its manifest says (`lms.scorm.manifest.Manifest`), `folder` where its files
    are under MEDIA_ROOT/scorm, `digest` the SHA-256 of the zip.
    """

    unit = models.ForeignKey("lms.ContentUnit", on_delete=models.CASCADE, related_name="packages")
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=250)
    standard = models.CharField(max_length=10)
    contents = models.JSONField()
    folder = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64)
    files = models.PositiveIntegerField()
    size = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="scorm_version_once"),
        ]

    def __str__(self):
        return f"{self.title} ({self.number})"

    @property
    def items(self) -> list[dict]:
        return self.contents["items"]

    @property
    def parts(self) -> list[dict]:
        """What can be launched, in order; the other items are headings over them."""
        return [item for item in self.items if item["launch"]]

    @property
    def edition(self) -> str:
        return self.contents["edition"]


class ScormAttempt(models.Model):
    """Somebody's way through one version of a package, from the first launch to the last."""

    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.PROTECT, related_name="scorm_attempts"
    )
    unit = models.ForeignKey(
        "lms.ContentUnit", on_delete=models.PROTECT, related_name="scorm_attempts"
    )
    package = models.ForeignKey(ScormPackage, on_delete=models.PROTECT, related_name="attempts")
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "unit"], condition=Q(ended_at=None), name="scorm_attempt_running"
            ),
        ]
        indexes = [models.Index(F("unit"), F("id").desc(), name="scorm_attempts_of_unit")]

    def __str__(self):
        return f"{self.contact_id} in {self.package_id}"


class ScormState(models.Model):
    """Where an attempt stands in one part (a SCO, or an asset) of its package.

    `values` are the elements of the data model as the part left them. Times are hundredths of a
    second: `spent` of sessions that are over, `session` of the one that runs. `completed_at`,
    `passed` and `best` (the score, 0 to 100) only get better.
    """

    attempt = models.ForeignKey(ScormAttempt, on_delete=models.CASCADE, related_name="states")
    item = models.CharField(max_length=250)
    values = models.JSONField(default=dict)
    spent = models.BigIntegerField(default=0)
    session = models.BigIntegerField(default=0)
    best = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    passed = models.BooleanField(null=True)
    over = models.BooleanField(default=False)
    last_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["attempt", "item"], name="scorm_state_once"),
        ]

    def __str__(self):
        return f"{self.attempt_id}: {self.item}"


class ScormLaunch(models.Model):
    """One part opened once, in one session of one browser; the last one of an attempt writes.

    It serves files while its player gives signs of life (`seen_at`) and the session lasts.
    """

    attempt = models.ForeignKey(ScormAttempt, on_delete=models.CASCADE, related_name="launches")
    item = models.CharField(max_length=250)
    session_key = models.CharField(max_length=40)
    agent = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.attempt_id}: {self.item} since {self.opened_at}"


class ScormEntry(models.Model):
    """A line of the session log: which elements a launch set, to what (cut where it is long)."""

    launch = models.ForeignKey(ScormLaunch, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    sequence = models.PositiveIntegerField()
    changes = models.JSONField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self):
        return f"{self.launch_id}: {self.sequence}"
