"""What do learners ask staff for? A pass, or a place."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    OPEN = "open", _("Open")
    GRANTED = "granted", _("Granted")
    DECLINED = "declined", _("Declined")


class Request(models.Model):
    """`Ask for this pass`, or `Register` on something without one: staff see and answer it.

    `opportunity` is the sale that asking for a pass opened, or found open from an earlier time.
    """

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="requests")
    pass_type = models.ForeignKey(
        "passes.PassType", on_delete=models.PROTECT, null=True, related_name="requests"
    )
    item = models.ForeignKey(
        "catalog.Item", on_delete=models.PROTECT, null=True, related_name="requests"
    )
    event = models.ForeignKey(
        "catalog.Event", on_delete=models.PROTECT, null=True, related_name="requests"
    )
    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.PROTECT, null=True, related_name="requests"
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_type__isnull=False, item=None, event=None)
                | Q(pass_type=None, item__isnull=False),
                name="request_for_one",
            ),
            models.UniqueConstraint(
                fields=["contact", "pass_type"],
                condition=Q(state="open", pass_type__isnull=False),
                name="request_pass_once_open",
            ),
            models.UniqueConstraint(
                fields=["contact", "item", "event"],
                condition=Q(state="open", item__isnull=False),
                name="request_item_once_open",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="request_state")]

    def __str__(self):
        return f"#{self.pk}"
