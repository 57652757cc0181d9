"""Which columns has the list of payments, and what is in its menu?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Unit
from catalog.money import written
from tms.ui import tables
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action

from .models import PaymentState
from .tables import Learner

SETTLE = "lms.settle_payments"


class Amount(tables.Column):
    """What was to be paid, tax included."""

    def __init__(self, **more):
        needs = ("net", "tax", "unit__code", "unit__decimals")
        super().__init__(number=True, needs=needs, css="nowrap", export=self.sum, **more)

    def sum(self, row):
        return row["net"] + row["tax"]

    def cell(self, row):
        unit = Unit(code=row["unit__code"], decimals=row["unit__decimals"])
        return written(self.sum(row), unit)


class PaymentTable(tables.Table):
    state = tables.Status(PaymentState.choices, verbose_name=gettext_lazy("Status"))
    contact = Learner(main=True, verbose_name=gettext_lazy("Contact"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
    )
    title = tables.Column(note="trouble", verbose_name=gettext_lazy("What for"))
    amount = Amount(accessor="net", verbose_name=gettext_lazy("Amount"))
    provider = tables.Column(verbose_name=gettext_lazy("Provider"))
    started_at = tables.Moment(sort="pk", verbose_name=gettext_lazy("Started"))
    paid_at = tables.Moment(verbose_name=gettext_lazy("Paid"))
    invoice = tables.Link(
        "crm:invoice",
        key="invoice_id",
        accessor="invoice__number",
        verbose_name=gettext_lazy("Invoice"),
    )
    refunded_at = tables.Moment(hidden=True, verbose_name=gettext_lazy("Refunded"))
    reference = tables.Column(hidden=True, verbose_name=gettext_lazy("Reference"))


def _gave_what_is_credited(row) -> bool:
    """Does its invoice take back what it gave: a pass, or tokens?"""
    gave = row["issued_id"] or row["token_issue_id"]
    return row["state"] == PaymentState.PAID and bool(gave and row["invoice_id"])


def entries(row):
    """What can be done with a payment: give what was paid for, or the money back."""
    if row["state"] == PaymentState.NEEDS_ACTION:
        yield Action(_("Give what was paid for"), page_of("lms:settle_payment", row["pk"]), "check",
                     permission=SETTLE)  # fmt: skip
        yield LINE
        yield Action(_("Refund"), page_of("lms:refund_payment", row["pk"]), "undo-2", danger=True,
                     permission=SETTLE)  # fmt: skip
    if row["state"] == PaymentState.REFUNDING:
        yield Action(_("Try the refund again"), page_of("lms:refund_again", row["pk"]), "undo-2",
                     permission=SETTLE)  # fmt: skip
    if row["open_part"]:
        yield Action(_("Try the refund again"), page_of("lms:refund_part_again", row["pk"]),
                     "undo-2", permission=SETTLE)  # fmt: skip
    if row["state"] == PaymentState.PAID:
        yield Action(_("Refund a part"), page_of("lms:refund_part", row["pk"]), "undo-2",
                     danger=True, permission=SETTLE)  # fmt: skip
    if row["state"] == PaymentState.PAID and row["invoice__voided_on"]:
        # Credited without the refund: what was given was left.
        yield Action(_("Refund"), page_of("lms:refund_payment", row["pk"]), "undo-2", danger=True,
                     permission=SETTLE)  # fmt: skip
        return
    if _gave_what_is_credited(row):
        yield Action(_("Credit and refund"), page_of("crm:credit_invoice", row["invoice_id"]),
                     "undo-2", danger=True, permission="crm.credit_invoices")  # fmt: skip
    if row["state"] == PaymentState.PAID and row["registration_id"]:
        yield Action(_("Cancel and refund"), page_of("lms:cancel", row["registration_id"]), "ban",
                     danger=True, permission="lms.manage_registrations")  # fmt: skip


NEWS = [
    ("paid", gettext_lazy("Paid")),
    ("failed", gettext_lazy("Payment failed")),
    ("expired", gettext_lazy("Expired")),
    ("refunded", gettext_lazy("Refunded")),
]


class NewsTable(tables.Table):
    """What a provider told of payments that aren't ours."""

    at = tables.Moment(sort="pk", main=True, verbose_name=gettext_lazy("Told"))
    kind = tables.Column(
        draw=lambda row: dict(NEWS).get(row["kind"], row["kind"]),
        needs=("kind",),
        verbose_name=gettext_lazy("What was told"),
    )
    why = tables.Column(verbose_name=gettext_lazy("Why it is unknown"))
    amount = tables.Column(
        draw=lambda row: (
            f"{row['amount'].normalize():f} {row['currency']}" if row["amount"] is not None else ""
        ),
        needs=("amount", "currency"),
        number=True,
        verbose_name=gettext_lazy("Amount"),
    )
    provider = tables.Column(verbose_name=gettext_lazy("Provider"))
    reference = tables.Column(verbose_name=gettext_lazy("Reference"))
