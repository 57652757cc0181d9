"""Who was given how many tokens, until when, and how many are left?"""

import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# When it ends, for sorting: what never does is last.
ENDS = Coalesce("expires_on", Value(datetime.date(9999, 12, 31)))


class IssueStatus(models.TextChoices):
    """Derived on every look from the expiry and what remains; never stored."""

    ACTIVE = "active", _("Active")
    USED_UP = "used_up", _("Used up")
    EXPIRED = "expired", _("Expired")


class IssueSource(models.TextChoices):
    HAND = "hand", _("By hand")
    COURTESY = "courtesy", _("Courtesy")
    OPPORTUNITY = "opportunity", _("Opportunity")
    ORDER = "order", pgettext_lazy("source", "Order")
    TRANSFER = "transfer", pgettext_lazy("source", "Transfer")
    API = "api", _("API")
    IMPORT = "import", pgettext_lazy("source", "Import")


class TokenIssueQuerySet(models.QuerySet):
    def with_status(self, day):
        """Each issue with `status` and `spendable` on `day`; the same as the methods of a row."""
        over = Q(expires_on__lt=day)
        return self.annotate(
            status=Case(
                When(over, then=Value(IssueStatus.EXPIRED.value)),
                When(remaining=0, then=Value(IssueStatus.USED_UP.value)),
                default=Value(IssueStatus.ACTIVE.value),
                output_field=models.CharField(),
            ),
            spendable=Case(When(over, then=Value(0)), default=F("remaining")),
        )

    def in_status(self, status, day):
        """Those whose status on `day` is `status`, by conditions that an index can serve."""
        lasting = Q(expires_on=None) | Q(expires_on__gte=day)
        return self.filter(
            {
                IssueStatus.EXPIRED: Q(expires_on__lt=day),
                IssueStatus.USED_UP: Q(remaining=0) & lasting,
                IssueStatus.ACTIVE: Q(has_some=True) & lasting,
            }[IssueStatus(status)]
        )

    def spendable_on(self, day):
        """Those with something to spend on `day`, in the order in which they are spent."""
        return self.in_status(IssueStatus.ACTIVE, day).in_spend_order()

    def in_spend_order(self):
        """Earliest expiry first, without expiry last; ties by issue date, then id."""
        return self.order_by(F("expires_on").asc(nulls_last=True), "issued_on", "id")


class TokenIssue(models.Model):
    """A number of tokens of one type, given to one account at one time, with one expiry.

    `issued` is how many it began with; `expires_on` the last day on which they can be spent, in
    the installation's zone (None: never over). `remaining` (the book balance), `redeemed` (less
    what came back) and `expired` are sums over its ledger entries, kept by the database in the
    statement that adds an entry and by nothing else. What was paid for one token, net, stands in
    `unit_price` and `currency` where it is known.
    """

    account = models.ForeignKey(
        "crm.Account",
        on_delete=models.PROTECT,
        related_name="token_issues",
        verbose_name=_("account"),
        db_index=False,
    )
    token_type = models.ForeignKey(
        "tokens.TokenType",
        on_delete=models.PROTECT,
        related_name="issues",
        verbose_name=_("token type"),
        db_index=False,
    )
    issued = models.IntegerField(_("issued"))
    issued_on = models.DateField(_("issued on"))
    issued_at = models.DateTimeField()
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    remaining = models.IntegerField(_("remaining"), default=0)
    redeemed = models.IntegerField(_("redeemed"), default=0)
    expired = models.IntegerField(_("expired"), default=0)
    source = models.CharField(max_length=12, choices=IssueSource.choices, default=IssueSource.HAND)
    # Which opportunity or order it came from, by kind and number: what lies above this floor.
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True)
    note = models.TextField(_("note"), blank=True)
    external_id = models.CharField(_("External ID"), max_length=80, blank=True)
    unit_price = models.DecimalField(
        _("price of one token"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    currency = models.ForeignKey(
        "catalog.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)

    # What the indexes ask instead of `remaining`: it seldom changes, so that a redemption touches
    # none of them.
    has_some = models.GeneratedField(
        expression=Q(remaining__gt=0), output_field=models.BooleanField(), db_persist=True
    )

    objects = TokenIssueQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_tokens", "See training tokens and balances"),
            ("issue_tokens", "Issue training tokens"),
            ("redeem_tokens", "Redeem and refund training tokens"),
            ("change_token_expiry", "Change when training tokens expire"),
            ("adjust_tokens", "Adjust training tokens"),
            ("transfer_tokens", "Transfer training tokens"),
            ("set_token_spending", "Set who may spend an account's tokens"),
            ("import_tokens", "Import opening balances of training tokens"),
        ]
        # What a redemption can't change (how many, the days, the price) is looked at by a trigger
        # of those columns: a CHECK is read anew by each statement (docs/decisions/0059).
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gte=0), name="token_issue_not_below_zero"
            ),
            models.UniqueConstraint(
                fields=["account", "external_id"],
                condition=~Q(external_id=""),
                name="token_issue_external_id_once",
            ),
        ]
        indexes = [
            # What can be spent, in the order in which it is.
            models.Index(
                fields=["account", "token_type", "expires_on", "issued_on", "id"],
                name="token_issue_to_spend",
                condition=Q(has_some=True),
            ),
            models.Index(fields=["account", "-id"], name="token_issue_account"),
            models.Index("account", ENDS, "id", name="token_issue_account_expiry"),
            models.Index(fields=["token_type", "expires_on", "id"], name="token_issue_type_expiry"),
            # What the night writes off.
            models.Index(
                fields=["expires_on", "id"],
                name="token_issue_to_write_off",
                condition=Q(has_some=True, expires_on__isnull=False),
            ),
            GinIndex(OpClass("external_id", name="gin_trgm_ops"), name="token_issue_external_id"),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def is_over(self, day) -> bool:
        """Is its last day before `day`?"""
        return self.expires_on is not None and self.expires_on < day

    def status_on(self, day) -> IssueStatus:
        """The status on `day`; the same table as `TokenIssueQuerySet.with_status`."""
        if self.is_over(day):
            return IssueStatus.EXPIRED
        return IssueStatus.ACTIVE if self.remaining else IssueStatus.USED_UP

    def spendable_on(self, day) -> int:
        """What can be spent of it on `day`: the book balance through the last day, 0 after."""
        return 0 if self.is_over(day) else self.remaining
