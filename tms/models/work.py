"""What was already done, what is under way, what the night did, which mail was kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OperationKey(models.Model):
    """A form or an API write that was carried out, so that its repetition changes nothing.

    Written in the effect's own transaction. `digest` is the hash of what was asked; the same key
    with another digest is refused.
    """

    key = models.CharField(max_length=80)
    actor_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=204)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "operation_key"
        constraints = [
            models.UniqueConstraint(fields=["actor_id", "key"], name="operation_key_once"),
        ]

    def __str__(self):
        return self.key


class NightRun(models.Model):
    """A night that was worked through: one row a day, made and finished once."""

    on = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done = models.JSONField(default=dict)

    def __str__(self):
        return f"{self.on:%Y-%m-%d}"


class JobState(models.TextChoices):
    """A refused job has failed: who asked for it was told why. One that broke on our side is
    parked: somebody who looks after the installation runs it again, or lets it be."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    PARKED = "parked", _("Parked")


class Job(models.Model):
    """Long work in the background, with a progress bar and a result to come back to.

    `verb` is a dotted path that a worker calls with (job, at=); it works from `arguments`, reports
    by `tms.jobs.report`, returns `result` (sentences, refused rows), and perhaps sets `file`.
    `request_id` is that of the request which asked for it; the worker's log lines carry it.
    `key_id` is the API key of the program that asked for it, if one did. What it says is in the
    `language` of who asked for it.
    """

    verb = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    upload = models.FileField(upload_to="jobs/in/", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    state = models.CharField(
        max_length=10, choices=JobState.choices, default=JobState.WAITING, db_index=True
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    starts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    file = models.FileField(upload_to="jobs/out/", blank=True)
    operation = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=12, blank=True, db_default="")
    key_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    back_to = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["by", "-id"], name="job_by_newest"),
            models.Index(
                fields=["key_id", "id"], name="job_by_key", condition=models.Q(key_id__isnull=False)
            ),
        ]

    def __str__(self):
        return self.title


class KeptMail(models.Model):
    """A mail that could not leave because no mail server is configured: readable instead.

    `files` are the text files that came with it, as [name, content, content type].
    """

    to = models.CharField(max_length=500)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    files = models.JSONField(default=list)
    at = models.DateTimeField(db_index=True)

    def __str__(self):
        return self.subject
