"""Who waits for a place on a full event, and who is offered the freed one?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WaitEnd(models.TextChoices):
    BOOKED = "booked", _("Booked")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Removed by staff")
    LAPSED = "lapsed", _("Offer ended")
    CLOSED = "closed", _("List closed")


class WaitingQuerySet(models.QuerySet):
    def live(self):
        """Those in line, or with a place on offer, even if its time is over: it is passed on."""
        return self.filter(outcome="")


class Waiting(models.Model):
    """One learner in the line for one event, in the order of the ids.

    From `offered_at` a seat of the event is kept for them until `offered_until`; whether that is
    over is read from the clock. Live ones have no `outcome`.
    """

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="waits")
    event = models.ForeignKey("catalog.Event", on_delete=models.PROTECT, related_name="waits")
    joined_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    offered_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=WaitEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    registration = models.ForeignKey(
        "lms.Registration", on_delete=models.PROTECT, null=True, related_name="waits"
    )

    objects = WaitingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["event", "contact"], condition=Q(outcome=""), name="waiting_once_on_event"
            ),
            models.CheckConstraint(
                condition=Q(offered_at=None, offered_until=None)
                | Q(offered_at__isnull=False, offered_until__isnull=False),
                name="waiting_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="waiting_ended_with_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "id"], name="waiting_event"),
            models.Index(fields=["contact", "id"], name="waiting_contact"),
            models.Index(
                fields=["offered_until"], condition=Q(outcome=""), name="waiting_offered_until"
            ),
        ]

    def __str__(self):
        return f"{self.pk}"

    def state_at(self, at) -> str:
        """Where they stand: "waiting", "offered", "lapsed" (also before it is written down) ..."""
        if self.outcome or self.offered_until is None:
            return self.outcome or "waiting"
        return "offered" if self.holds_at(at) else str(WaitEnd.LAPSED.value)

    def holds_at(self, at) -> bool:
        """Is a place kept for them at this moment?"""
        return not self.outcome and self.offered_until is not None and at < self.offered_until
