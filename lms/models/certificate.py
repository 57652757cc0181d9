"""What proves that somebody completed something, and for how long?"""

import datetime

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

# For sorting: what holds for good comes last.
HELD_UNTIL = Coalesce("valid_until", Value(datetime.date(9999, 12, 31)))


class CertificateTerms(models.Model):
    """What completing a course or a path is certified with.

    `text` stands on the certificate. It holds for `months` (None: for good) from the day of
    completion, the last day included. While not `granted`, none is issued; those issued stay.
    """

    item = models.OneToOneField(
        "catalog.Item", on_delete=models.CASCADE, related_name="certificate_terms"
    )
    granted = models.BooleanField(default=True)
    months = models.PositiveSmallIntegerField(null=True)
    text = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(months=None) | Q(months__gte=1, months__lte=600),
                name="certificate_terms_months",
            ),
        ]

    def __str__(self):
        return f"Certificate of {self.item_id}"


class Certificate(models.Model):
    """One certificate as it was issued: what it says is never changed, and it is never deleted. One
    that was withdrawn holds no more.

    `number` is what strangers verify it by. `cause` is what it was issued for, once: "c12" the
    first completion, "r34" a registration completed again, "w56" one that was withdrawn.
    `valid_until` is its last day (None: for good).
    """

    number = models.CharField(max_length=14, unique=True)
    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.PROTECT, related_name="certificates", db_index=False
    )
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="certificates")
    cause = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=220)
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=300, blank=True)
    issuer = models.CharField(max_length=200)
    completed_on = models.DateField()
    valid_until = models.DateField(null=True)
    issued_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["contact", "-id"], name="certificate_contact"),
            models.Index(
                fields=["valid_until", "id"],
                name="certificate_valid_until",
                condition=Q(valid_until__isnull=False),
            ),
            models.Index(HELD_UNTIL, "id", name="certificate_last_day"),
            models.Index(fields=["completed_on", "id"], name="certificate_completed"),
        ]

    def __str__(self):
        return self.number

    def valid_on(self, day) -> bool:
        """Does it hold on this day?"""
        if self.withdrawn_at:
            return False
        return self.valid_until is None or day <= self.valid_until
