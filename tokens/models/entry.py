"""What moved on a token issue, when, by whom, for what? Only ever added to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntryKind(models.TextChoices):
    ISSUED = "issued", pgettext_lazy("tokens", "Issued")
    REDEEMED = "redeemed", _("Redeemed")
    REFUNDED = "refunded", _("Refunded")
    ADJUSTED = "adjusted", _("Adjusted")
    EXPIRED = "expired", _("Expired")
    TRANSFERRED = "transferred", _("Transferred")


class LedgerEntry(models.Model):
    """One signed movement on one issue. The database refuses to change or delete one.

    Entries of one deed share `move`: a redemption that spans issues, both sides of a transfer, a
    refund with what of it expires again. `of` names the entry that a refund takes back, and for
    what arrives by transfer the entry it left by. `account` and `token_type` are those of the
    issue (the database sees to that). `at` and `on` say when it counts, `recorded_at` when it was
    written down. `purpose_kind` and `purpose_id` name what it was for ("registration", 12).
    """

    # Each reference that is asked by has an index below, with what is asked besides. The books'
    # trigger finds the issue to change it, and no issue is ever deleted; it holds these three
    # together: no need to look twice.
    issue = models.ForeignKey(
        "tokens.TokenIssue",
        on_delete=models.PROTECT,
        related_name="entries",
        db_constraint=False,
        db_index=False,
    )
    account = models.ForeignKey(
        "crm.Account",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    token_type = models.ForeignKey(
        "tokens.TokenType",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    quantity = models.IntegerField(_("number"))
    move = models.BigIntegerField()
    of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="answers", db_index=False
    )
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        related_name="token_entries",
        db_index=False,
    )
    purpose_kind = models.CharField(max_length=20, blank=True)
    purpose_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    on = models.DateField()
    recorded_at = models.DateTimeField()
    # Looked up by the books' trigger: a reference would lock the user's row, which all entries of
    # a busy program share. Another trigger keeps whoever is named here.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    key_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    # Redeemed from an issue that somebody picked, not by the order of expiry.
    by_choice = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        verbose_name_plural = _("ledger entries")
        # Signs, reasons and `of` are looked at by the trigger, too, which is cheaper: a CHECK is
        # read anew by each statement (docs/decisions/0059).
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(kind="issued"), name="ledger_entry_issued_once"
            ),
            models.UniqueConstraint(
                fields=["move", "issue", "kind"], name="ledger_entry_once_a_move"
            ),
        ]
        indexes = [
            models.Index(fields=["issue", "id"], name="ledger_entry_issue"),
            models.Index(fields=["account", "-id"], name="ledger_entry_account"),
            models.Index(fields=["account", "on", "id"], name="ledger_entry_account_on"),
            models.Index(fields=["token_type", "on"], name="ledger_entry_type_on"),
            models.Index(fields=["of"], name="ledger_entry_refunds", condition=Q(of__isnull=False)),
            models.Index(
                fields=["contact", "on"],
                name="ledger_entry_contact",
                condition=Q(contact__isnull=False),
            ),
            models.Index(
                fields=["purpose_kind", "purpose_id"],
                name="ledger_entry_purpose",
                condition=Q(purpose_id__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.quantity:+d} on #{self.issue_id}"
