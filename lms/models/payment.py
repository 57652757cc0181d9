"""What was paid for online, through which provider, and what became of the money?"""

import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from catalog.models import Price, TaxLevel


class PaymentState(models.TextChoices):
    """What a payment is at a moment: `Payment.state_at` and `with_state` say which."""

    STARTED = "started", _("Started")
    EXPIRED = "expired", _("Expired")
    GIVEN_UP = "given_up", _("Given up")
    FAILED = "failed", _("Failed")
    NEEDS_ACTION = "needs_action", _("Paid, needs action")
    PAID = "paid", _("Paid")
    REFUNDING = "refunding", _("Being refunded")
    REFUNDED = "refunded", _("Refunded")


class PaymentQuerySet(models.QuerySet):
    def with_state(self, at: datetime.datetime):
        """Each with `state`; the same table as `Payment.state_at`."""
        return self.annotate(
            state=Case(
                When(refunded_at__isnull=False, then=Value(PaymentState.REFUNDED.value)),
                When(refund_asked_at__isnull=False, then=Value(PaymentState.REFUNDING.value)),
                When(settled_at__isnull=False, then=Value(PaymentState.PAID.value)),
                When(paid_at__isnull=False, then=Value(PaymentState.NEEDS_ACTION.value)),
                When(given_up_at__isnull=False, then=Value(PaymentState.GIVEN_UP.value)),
                When(failed_at__isnull=False, then=Value(PaymentState.FAILED.value)),
                When(holds_until__lte=at, then=Value(PaymentState.EXPIRED.value)),
                default=Value(PaymentState.STARTED.value),
                output_field=models.CharField(),
            )
        )

    def to_settle(self):
        """Paid, and what was paid for wasn't given, nor the money back."""
        return self.filter(paid_at__isnull=False, settled_at=None, refund_asked_at=None)

    def running(self, at: datetime.datetime):
        """Those that can still be paid."""
        return self.filter(paid_at=None, failed_at=None, given_up_at=None, holds_until__gt=at)

    def lapsed(self, at: datetime.datetime):
        """Those whose seat is anybody's again, though nobody has written it down yet."""
        return self.filter(holds_seat=True, holds_until__lte=at)


class Payment(models.Model):
    """An amount that somebody pays at a provider for one place, one training pass, or one pack of
    tokens.

    The place is on `event` or `path`, the pass of `option`, the tokens of `pack`. `holds_seat`: a
    seat of the event is counted as taken for it; from `holds_until` on it is anybody's.
    `settled_at` is when what was paid for was given: `registration`, the pass `issued` or
    `token_issue`, billed by `invoice`. `trouble` says in words why it wasn't. `reference` is the
    provider's own name for it, `charge` that of the money, `address` where it is paid. What it
    costs is as it was when it was started: `net` and `tax` of one `unit`, at `tax_percent`.
    """

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey("crm.Account", on_delete=models.PROTECT, related_name="payments")
    event = models.ForeignKey(
        "catalog.Event", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    path = models.ForeignKey(
        "catalog.Item", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    option = models.ForeignKey(
        "passes.PassOption", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    pack = models.ForeignKey(
        "tokens.TokenPack", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    title = models.CharField(max_length=300)
    unit = models.ForeignKey("catalog.Unit", on_delete=models.PROTECT, related_name="+")
    net = models.DecimalField(max_digits=16, decimal_places=4)
    tax = models.DecimalField(max_digits=16, decimal_places=4)
    tax_name = models.CharField(max_length=80)
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=255, blank=True)
    charge = models.CharField(max_length=255, blank=True)
    address = models.CharField(max_length=2000, blank=True)
    holds_seat = models.BooleanField(default=False)
    holds_until = models.DateTimeField()
    started_at = models.DateTimeField()
    started_on = models.DateField()
    given_up_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    received = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    received_currency = models.CharField(max_length=10, blank=True)
    settled_at = models.DateTimeField(null=True)
    registration = models.ForeignKey(
        "lms.Registration", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    issued = models.ForeignKey(
        "passes.Pass", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    token_issue = models.ForeignKey(
        "tokens.TokenIssue", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    invoice = models.ForeignKey(
        "crm.Invoice", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    trouble = models.TextField(blank=True)
    refund_asked_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    refund_reference = models.CharField(max_length=255, blank=True)
    # When the provider was last asked what became of it, as it told nothing by itself.
    asked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_payments", "See payments"),
            ("settle_payments", "Settle and refund payments"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(event=None, option=None, pack=None, path__isnull=False)
                | Q(path=None, option=None, pack=None, event__isnull=False)
                | Q(path=None, event=None, pack=None, option__isnull=False)
                | Q(path=None, event=None, option=None, pack__isnull=False),
                name="payment_for_one",
            ),
            models.CheckConstraint(
                condition=Q(holds_seat=False)
                | Q(event__isnull=False, paid_at=None, failed_at=None, given_up_at=None),
                name="payment_holds_while_it_runs",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(paid_at__isnull=False), name="payment_paid_first"
            ),
            models.CheckConstraint(
                condition=Q(refunded_at=None)
                | Q(paid_at__isnull=False, refund_asked_at__isnull=False),
                name="payment_refunded_when_asked",
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"],
                condition=~Q(reference=""),
                name="payment_once_a_reference",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-id"], name="payment_contact"),
            models.Index(fields=["registration"], name="payment_registration"),
            models.Index(
                fields=["event", "holds_until"],
                name="payment_holds",
                condition=Q(holds_seat=True),
            ),
            models.Index(
                fields=["id"],
                name="payment_to_settle",
                condition=Q(paid_at__isnull=False, settled_at=None, refund_asked_at=None),
            ),
            models.Index(
                fields=["holds_until"],
                name="payment_to_ask_about",
                condition=Q(paid_at=None, failed_at=None, given_up_at=None),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def price(self) -> Price:
        """What it was sold at, as a price that is in no table."""
        level = TaxLevel(name=self.tax_name, percent=self.tax_percent)
        return Price(unit=self.unit, amount=self.net, tax_level=level)

    def state_at(self, at: datetime.datetime) -> PaymentState:
        """What it is at that moment."""
        answers = [
            (self.refunded_at, PaymentState.REFUNDED),
            (self.refund_asked_at, PaymentState.REFUNDING),
            (self.settled_at, PaymentState.PAID),
            (self.paid_at, PaymentState.NEEDS_ACTION),
            (self.given_up_at, PaymentState.GIVEN_UP),
            (self.failed_at, PaymentState.FAILED),
            (self.holds_until <= at, PaymentState.EXPIRED),
        ]
        return next((state for so, state in answers if so), PaymentState.STARTED)


class PaymentRefund(models.Model):
    """A part of a payment that goes back to the card, beside what may go back as a whole.

    `asked_at` is when it was decided, `refunded_at` when the provider had said yes; `trouble` says
    why it hasn't. All parts together are never more than was received.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="parts")
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    asked_at = models.DateTimeField()
    refunded_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=255, blank=True)
    trouble = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_refund_of_something"),
        ]
        indexes = [
            models.Index(fields=["id"], name="payment_refund_open", condition=Q(refunded_at=None)),
        ]

    def __str__(self):
        return f"{self.amount.normalize():f} of #{self.payment_id}"


class Outcome(models.TextChoices):
    """What was done with what a provider told."""

    DONE = "done", _("Done")
    KNOWN = "known", _("Known already")
    UNKNOWN = "unknown", _("Unknown payment")
    MISMATCH = "mismatch", _("Another amount")
    NEEDS_ACTION = "needs_action", _("Needs action")


class PaymentNews(models.Model):
    """Something that a provider told, once: `key` is its own name for the news."""

    provider = models.CharField(max_length=20)
    key = models.CharField(max_length=255)
    kind = models.CharField(max_length=20)
    # Of a payment that isn't ours: why, in words.
    why = models.CharField(max_length=300, blank=True, db_default="")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="news")
    reference = models.CharField(max_length=255, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    currency = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="payment_news_once"),
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="payment_news_unknown", condition=Q(outcome="unknown")
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.reference}"
