"""What was billed, credited and quoted, under which number?"""

import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# For sorting: what was not issued yet is the newest, and what is never due comes last.
ISSUED = Coalesce("issued_on", Value(datetime.date(9999, 12, 31)))
DUE = Coalesce("due_on", Value(datetime.date(9999, 12, 31)))


class NumberSeries(models.Model):
    """The last number given out in a year; whoever takes the next one holds the row."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="number_series_once"),
        ]

    def __str__(self):
        return f"{self.kind} {self.year}: {self.last}"


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class InvoiceStatus(models.TextChoices):
    """Derived from what was done with it; never stored."""

    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    PAID = "paid", _("Paid")
    VOID = "void", pgettext_lazy("state", "Void")


class InvoiceQuerySet(models.QuerySet):
    def with_status(self):
        """Each with `status`; the same table as `Invoice.status`."""
        return self.annotate(
            status=Case(
                When(voided_on__isnull=False, then=Value(InvoiceStatus.VOID.value)),
                When(paid_on__isnull=False, then=Value(InvoiceStatus.PAID.value)),
                When(issued_on__isnull=False, then=Value(InvoiceStatus.ISSUED.value)),
                default=Value(InvoiceStatus.DRAFT.value),
                output_field=models.CharField(),
            )
        )

    def overdue(self, on):
        """Invoices that should have been paid before that day."""
        return self.filter(issued_on__isnull=False, paid_on=None, voided_on=None, due_on__lt=on)

    def in_status(self, status):
        """Those whose status is `status`, by conditions that an index can serve."""
        issued, living = Q(issued_on__isnull=False), Q(voided_on=None)
        return self.filter(
            {
                InvoiceStatus.DRAFT: Q(issued_on=None) & living,
                InvoiceStatus.ISSUED: issued & living & Q(paid_on=None),
                InvoiceStatus.PAID: issued & living & Q(paid_on__isnull=False),
                InvoiceStatus.VOID: Q(voided_on__isnull=False),
            }[InvoiceStatus(status)]
        )


class Invoice(models.Model):
    """An invoice, or the credit note for one (`credits`).

    Without a number while it is a draft. Once issued nothing about it changes but `paid_on` and
    `voided_on`, the day on which all of it had been credited: the database sees to it. `bill_to`
    is who it went to, as it was on that day: name, street, postcode, city, country, tax_number.
    `bill_from` is who it came from: name, address, tax_number, email, bank, payment_note, footer,
    and the language that it was issued in.
    `net`, `tax` and `gross` are sums of the lines, positive on a credit note too.
    """

    kind = models.CharField(max_length=12, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE)
    number = models.CharField(_("number"), max_length=20, blank=True)
    account = models.ForeignKey(
        "crm.Account", on_delete=models.PROTECT, related_name="invoices", verbose_name=_("account")
    )
    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    credits = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="credit_notes"
    )
    currency = models.ForeignKey("catalog.Unit", on_delete=models.PROTECT, related_name="+")
    bill_to = models.JSONField(default=dict)
    bill_from = models.JSONField(default=dict)
    made_on = models.DateField()
    issued_on = models.DateField(null=True)
    due_on = models.DateField(_("due"), null=True)
    paid_on = models.DateField(null=True)
    voided_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    net = models.DecimalField(max_digits=16, decimal_places=4)
    tax = models.DecimalField(max_digits=16, decimal_places=4)
    gross = models.DecimalField(max_digits=16, decimal_places=4)
    version = models.PositiveIntegerField(default=0)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_invoices", "See invoices"),
            ("manage_invoices", "Issue invoices and mark them paid"),
            ("credit_invoices", "Credit invoices and take back what they gave"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="invoice_number_once"
            ),
            models.CheckConstraint(
                condition=Q(issued_on=None, number="", due_on=None, paid_on=None)
                | Q(issued_on__isnull=False) & ~Q(number=""),
                name="invoice_number_where_issued",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits=None)
                | Q(kind="credit_note", credits__isnull=False),
                name="invoice_credit_note_of_one",
            ),
            models.CheckConstraint(
                condition=Q(gross=models.F("net") + models.F("tax")), name="invoice_gross_is_a_sum"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="invoice_account"),
            models.Index(ISSUED, "id", name="invoice_issued"),
            models.Index(DUE, "id", name="invoice_due_or_not"),
            models.Index(fields=["number", "id"], name="invoice_number"),
            # What is rarer than what is paid, in the order of the list.
            models.Index(
                ISSUED,
                "id",
                name="invoice_drafts",
                condition=Q(issued_on=None, voided_on=None),
            ),
            models.Index(
                ISSUED,
                "id",
                name="invoice_unpaid",
                condition=Q(issued_on__isnull=False, paid_on=None, voided_on=None),
            ),
            # While few are paid.
            models.Index(
                ISSUED,
                "id",
                name="invoice_paid",
                condition=Q(issued_on__isnull=False, paid_on__isnull=False, voided_on=None),
            ),
            models.Index(ISSUED, "id", name="invoice_void", condition=Q(voided_on__isnull=False)),
            models.Index(
                ISSUED, "id", name="invoice_credit_notes", condition=Q(kind="credit_note")
            ),
            GinIndex(OpClass("number", name="gin_trgm_ops"), name="invoice_search"),
            models.Index(
                fields=["due_on", "id"],
                name="invoice_due",
                condition=Q(issued_on__isnull=False, paid_on=None, voided_on=None),
            ),
        ]

    def __str__(self):
        return self.number or str(InvoiceStatus.DRAFT.label)

    def get_absolute_url(self):
        return reverse("crm:invoice", args=[self.pk])

    def is_overdue(self, on: datetime.date) -> bool:
        """Should it have been paid before that day?"""
        return self.status == InvoiceStatus.ISSUED and bool(self.due_on and self.due_on < on)

    @property
    def status(self) -> InvoiceStatus:
        if self.voided_on:
            return InvoiceStatus.VOID
        if self.paid_on:
            return InvoiceStatus.PAID
        return InvoiceStatus.ISSUED if self.issued_on else InvoiceStatus.DRAFT


class InvoiceLine(models.Model):
    """One line. Rounded by itself; `tax_name` and `tax_percent` are as they were then.

    `interest` is what it bills; `source_kind` and `source_id` what else it does, by kind and
    number ("registration", 12). `note` stands under the title. On a credit note `credits` is the
    line that it takes back, wholly or in part.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(default=0)
    interest = models.ForeignKey(
        "crm.Interest", on_delete=models.PROTECT, null=True, related_name="invoice_lines"
    )
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True)
    credits = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="credit_lines"
    )
    # On a credit note: of the line's price and not of its quantity (`crm.reducing`).
    by_amount = models.BooleanField(default=False, db_default=False)
    title = models.CharField(max_length=300)
    detail = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    tax_name = models.CharField(max_length=80)
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3)
    net = models.DecimalField(max_digits=16, decimal_places=4)
    tax = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0, net__gte=0, tax__gte=0),
                name="invoice_line_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source_kind", "source_id"],
                name="invoice_line_source",
                condition=~Q(source_kind=""),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def gross(self):
        return self.net + self.tax


class Quote(models.Model):
    """What was offered, as it was offered: `content` is what the document says, line by line."""

    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.PROTECT, related_name="quotes"
    )
    number = models.CharField(_("number"), max_length=20, unique=True)
    issued_on = models.DateField()
    valid_until = models.DateField(_("valid until"))
    content = models.JSONField()
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["opportunity", "-id"], name="quote_opportunity")]

    def __str__(self):
        return self.number
