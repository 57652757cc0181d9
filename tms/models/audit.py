"""What did the database see change? One row a changed row, written by triggers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditOperation(models.TextChoices):
    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    REMOVED = "removed", _("Removed")


class AuditSource(models.TextChoices):
    """The road by which a change came."""

    PAGE = "page", _("Page")
    API = "api", _("API")
    JOB = "job", _("Background job")
    NIGHT = "night", _("The night")
    COMMAND = "command", _("Command")
    DATABASE = "database", _("Straight in the database")


class AuditRow(models.Model):
    """A row of a business table that was added, changed or removed, whoever did it and however.

    `model` is the label in small letters ("crm.contact") and `record` the row's id; `before` and
    `after` have the columns that changed, as JSON. Who and from where comes from `tms.audit`;
    without it the change was made in the database itself, and `address` names the role. The rows
    of one transaction have the same `xact` and `recorded_at`; order is `id`. The database refuses
    to change or delete a row.
    """

    recorded_at = models.DateTimeField()
    xact = models.BigIntegerField()
    operation = models.CharField(max_length=10, choices=AuditOperation.choices)
    model = models.CharField(max_length=60)
    record = models.BigIntegerField()
    contact_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # No constraint: the row outlives the user, and is written by whoever claims to be one.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    key_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=20, choices=AuditSource.choices)
    address = models.CharField(max_length=100, blank=True)
    request = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "audit"
        default_permissions = ()
        permissions = [("audit_trail", "View audit trail")]
        indexes = [
            models.Index(fields=["model", "record", "id"], name="audit_record"),
            models.Index(fields=["model", "id"], name="audit_model"),
            models.Index(fields=["user", "id"], name="audit_user"),
            models.Index(
                fields=["contact_id", "id"],
                name="audit_contact",
                condition=models.Q(contact_id__isnull=False),
            ),
            models.Index(
                fields=["account_id", "id"],
                name="audit_account",
                condition=models.Q(account_id__isnull=False),
            ),
            models.Index(fields=["source", "id"], name="audit_source"),
            models.Index(fields=["address", "id"], name="audit_address"),
            models.Index(fields=["recorded_at", "id"], name="audit_recorded_at"),
        ]

    def __str__(self):
        return f"{self.model} {self.record}"
