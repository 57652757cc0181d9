"""Whom do we tell of what happened, and what became of each telling?"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class EndpointState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")


class WebhookEndpoint(models.Model):
    """An address to which chosen happenings are posted, and how far it has been told.

    `kinds` are kinds of the journal. (`mark_xact`, `mark_id`) is the last row of the journal that
    was looked at, in the order (transaction, id); rows up to `floor_id` are of a database from
    which this one was restored, and were looked at there. `leased_until`: a worker sends to it
    until then; `not_before`: it didn't answer `failures` times in a row and is left alone until
    then. Secrets are sealed (tms.sealing); the previous one signs beside the new until
    `previous_until`.
    """

    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=500)
    kinds = ArrayField(models.CharField(max_length=60))
    state = models.CharField(
        max_length=10, choices=EndpointState.choices, default=EndpointState.ACTIVE
    )
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    mark_xact = models.BigIntegerField(default=0)
    mark_id = models.BigIntegerField(default=0)
    floor_id = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    removed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "webhook_endpoint"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(removed_at=None),
                name="webhook_endpoint_name_once",
            ),
        ]
        permissions = [
            ("manage_webhooks", "Manage webhooks, which tell other systems what happens here"),
        ]

    def __str__(self):
        return self.name


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    PARKED = "parked", _("Parked")
    SKIPPED = "skipped", _("Skipped")


# What keeps later happenings of the same record from being sent.
UNFINISHED = [DeliveryState.WAITING, DeliveryState.PARKED]


class WebhookDelivery(models.Model):
    """One row of the journal on its way to one endpoint.

    `event_id` is the journal row; `sequence` counts the endpoint's deliveries about one record
    (`subject_kind`, `subject_id`) from 1 without a gap. `status` and `answer` are what the receiver
    said last (its first bytes), `trouble` why it said nothing.
    """

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "webhook_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event_id"], name="webhook_delivery_event_once"
            ),
            models.UniqueConstraint(
                fields=["endpoint", "subject_kind", "subject_id", "sequence"],
                name="webhook_delivery_sequence",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "id"], name="webhook_delivery_newest"),
            models.Index(fields=["endpoint", "state", "id"], name="webhook_delivery_state"),
            models.Index(
                fields=["endpoint", "next_at", "id"],
                name="webhook_delivery_due",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject_id} → {self.endpoint_id}"
