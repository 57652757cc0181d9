"""Who has a place on what, and how was it paid for?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import EventStatus
from catalog.money import written


class PaidBy(models.TextChoices):
    PASS = "pass", _("By pass")
    TOKENS = "tokens", _("Tokens")
    INVOICE = "invoice", _("Invoice")
    CARD = "card", _("Card")
    FREE = "free", _("Free")
    STAFF = "staff", _("By staff")


class RegistrationQuerySet(models.QuerySet):
    def live(self):
        """Those that were not cancelled."""
        return self.filter(cancelled_at=None)


class Registration(models.Model):
    """One learner's place on one event, or on one learning path.

    `pass_` is the pass it was made through (paid_by "pass"). `path_registration` is the
    registration on the path that this place belongs to. `content_until` is the last day of the
    content (None: for good); a right by pass doesn't look at it. What was paid is `amount` of one
    `unit`; by tokens it is the redemption `token_move` of the ledger, each of which pays for one
    registration. The parts of a path are paid for with the path, and have none of the three.
    `kept_for` is the first day for which its pass carried it, where the event was moved beyond the
    pass since: the place is kept. `choose_until` is the last day on which whoever was moved by the
    office, as their event was called off or meets on other days, may say otherwise.
    """

    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.PROTECT, related_name="registrations"
    )
    event = models.ForeignKey(
        "catalog.Event", on_delete=models.PROTECT, null=True, related_name="registrations"
    )
    path = models.ForeignKey(
        "catalog.Item", on_delete=models.PROTECT, null=True, related_name="registrations"
    )
    path_registration = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="places"
    )
    account = models.ForeignKey(
        "crm.Account", on_delete=models.PROTECT, related_name="registrations"
    )
    paid_by = models.CharField(max_length=10, choices=PaidBy.choices)
    used_pass = models.ForeignKey(
        "passes.Pass", on_delete=models.PROTECT, null=True, related_name="registrations"
    )
    unit = models.ForeignKey(
        "catalog.Unit", on_delete=models.PROTECT, null=True, related_name="registrations"
    )
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    token_move = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField()
    registered_on = models.DateField()
    content_until = models.DateField(null=True)
    kept_for = models.DateField(null=True)
    choose_until = models.DateField(null=True)
    attended = models.BooleanField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_registrations", "See registrations"),
            ("manage_registrations", "Register, cancel and mark learners"),
            ("answer_requests", "Answer requests of learners"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(event=None, path__isnull=False) | Q(path=None, event__isnull=False),
                name="registration_on_one",
            ),
            models.CheckConstraint(
                condition=Q(paid_by="pass", used_pass__isnull=False)
                | (~Q(paid_by="pass") & Q(used_pass=None)),
                name="registration_pass_where_by_pass",
            ),
            models.CheckConstraint(
                condition=Q(unit=None, amount=None)
                | Q(unit__isnull=False, amount__gte=0, path_registration=None),
                name="registration_amount_has_unit",
            ),
            models.CheckConstraint(
                condition=Q(
                    paid_by="tokens", unit__isnull=False, amount__gt=0, token_move__isnull=False
                )
                | Q(paid_by="tokens", path_registration__isnull=False, token_move=None)
                | (~Q(paid_by="tokens") & Q(token_move=None)),
                name="registration_tokens_where_by_tokens",
            ),
            models.UniqueConstraint(
                fields=["token_move"],
                condition=Q(token_move__isnull=False),
                name="registration_once_a_redemption",
            ),
            models.UniqueConstraint(
                fields=["event", "contact"],
                condition=Q(cancelled_at=None, event__isnull=False),
                name="registration_once_on_event",
            ),
            models.UniqueConstraint(
                fields=["path", "contact"],
                condition=Q(cancelled_at=None, path__isnull=False),
                name="registration_once_on_path",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-id"], name="registration_contact"),
            models.Index(fields=["account", "-id"], name="registration_account"),
            models.Index(fields=["registered_on", "id"], name="registration_registered"),
            models.Index(
                fields=["used_pass"],
                name="registration_used_pass",
                condition=Q(used_pass__isnull=False),
            ),
            # Of each status, and of each way to pay, the last ones: there may be few.
            models.Index(
                fields=["-id"],
                name="registration_active",
                condition=Q(cancelled_at=None, completed_at=None),
            ),
            models.Index(
                fields=["-id"],
                name="registration_completed",
                condition=Q(cancelled_at=None, completed_at__isnull=False),
            ),
            models.Index(
                fields=["-id"],
                name="registration_cancelled",
                condition=Q(cancelled_at__isnull=False),
            ),
            models.Index(fields=["paid_by", "-id"], name="registration_paid_by"),
            # Whose content ends when.
            models.Index(
                fields=["content_until"],
                name="registration_content_until",
                condition=Q(content_until__isnull=False, cancelled_at=None),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def may_choose_on(self, on) -> bool:
        """Was it moved by the office, and may the learner still say otherwise on that day?"""
        if self.choose_until is None or self.choose_until < on:
            return False
        return self.event.first_on is None or on < self.event.first_on

    @property
    def called_off(self) -> bool:
        """Was its event cancelled? What was completed stays nevertheless. Asks for the event."""
        return self.event is not None and self.event.status == EventStatus.CANCELLED

    @property
    def paid_words(self) -> str:
        """3 Gold, or in which other way; asks for the unit."""
        if self.unit is not None and self.amount:
            return written(self.amount, self.unit)
        return str(PaidBy(self.paid_by).label)
