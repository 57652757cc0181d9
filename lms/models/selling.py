"""Which places is an opportunity interested in, and which were sold for nobody yet?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .registration import PaidBy


class PlaceInterest(models.Model):
    """Places on a course or a path that somebody might buy.

    `event` is the date (None: to be agreed); a path has none.
    """

    interest = models.OneToOneField(
        "crm.Interest", on_delete=models.CASCADE, primary_key=True, related_name="places"
    )
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(
        "catalog.Event", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.item_id} for {self.interest_id}"


class HeldState(models.TextChoices):
    """What became of a held place, worked out from its columns."""

    HELD = "held", _("Held")
    FILLED = "filled", _("Filled")
    RELEASED = "released", _("Released")


class HeldPlaceQuerySet(models.QuerySet):
    def waiting(self):
        """Those that nobody has yet, and that weren't released."""
        return self.filter(filled_by=None, released_at=None)


class HeldPlace(models.Model):
    """A place that an account bought and that somebody is yet to be named for.

    On an event it keeps a seat until it is released; filled, the seat is the registration's.
    Without one its date is to be agreed, and it keeps none; so does a path. `contact` is who it is
    meant for, if that is known while the date isn't. How it was paid is as of a registration, and
    goes over to the one that fills it.
    """

    account = models.ForeignKey("crm.Account", on_delete=models.PROTECT, related_name="held_places")
    interest = models.ForeignKey(
        "crm.Interest", on_delete=models.PROTECT, related_name="held_places"
    )
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="held_places")
    event = models.ForeignKey(
        "catalog.Event", on_delete=models.PROTECT, null=True, related_name="held_places"
    )
    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.PROTECT, null=True, related_name="held_places"
    )
    paid_by = models.CharField(max_length=10, choices=PaidBy.choices)
    unit = models.ForeignKey("catalog.Unit", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    token_move = models.BigIntegerField(null=True, unique=True)
    held_at = models.DateTimeField()
    held_on = models.DateField()
    filled_by = models.OneToOneField(
        "lms.Registration", on_delete=models.PROTECT, null=True, related_name="held_place"
    )
    released_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = HeldPlaceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(filled_by=None) | Q(released_at=None),
                name="held_place_filled_or_released",
            ),
            models.CheckConstraint(
                condition=Q(paid_by="tokens", amount__gt=0, token_move__isnull=False)
                | Q(paid_by="invoice", amount__gt=0, token_move=None)
                | Q(paid_by="free", amount=0, token_move=None),
                name="held_place_paid_as_sold",
            ),
        ]
        indexes = [
            models.Index(
                fields=["event", "id"],
                name="held_place_waiting_event",
                condition=Q(filled_by=None, released_at=None, event__isnull=False),
            ),
            models.Index(
                fields=["account", "id"],
                name="held_place_waiting_account",
                condition=Q(filled_by=None, released_at=None),
            ),
            models.Index(fields=["interest", "id"], name="held_place_interest"),
        ]

    def __str__(self):
        return f"#{self.pk}"
