"""What was paid online, and what staff do where something is left to settle."""

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.money import written
from tms.ui.dialogs import Dialog
from tms.ui.lists import Action, Empty, ListPage
from tms.ui.sent import operation_of

from ..filters import PaymentFilter
from ..models import Payment, PaymentRefund, PaymentState
from ..payments import refunding
from ..tables import contact_name
from ..tables_payments import SETTLE, PaymentTable, entries

SEE = "lms.view_payments"


class Payments(ListPage):
    """All of them, the newest first."""

    title = gettext_lazy("Payments")
    crumbs = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)
    permission_required = SEE
    table, filterset, sort = PaymentTable, PaymentFilter, "-pk"
    values = (
        "state",
        "registration_id",
        "issued_id",
        "token_issue_id",
        "invoice_id",
        "invoice__voided_on",
        "title",
        "trouble",
        "open_part",
    )
    changes = "payments"
    export_name = "payments"
    empty = Empty(
        gettext_lazy("No payments yet"),
        gettext_lazy("What learners pay online stands here, with what came of it."),
    )

    def queryset(self):
        open_parts = PaymentRefund.objects.filter(payment=OuterRef("pk"), refunded_at=None)
        return Payment.objects.with_state(self.request.now).annotate(open_part=Exists(open_parts))

    def actions(self):
        yield Action(_("News of unknown payments"), reverse("lms:payment_unknown"), "info")

    def menu(self, row):
        return entries(row)

    def dim(self, row):
        return row["state"] in {
            PaymentState.EXPIRED,
            PaymentState.GIVEN_UP,
            PaymentState.FAILED,
        }

    def name_of(self, row):
        return f"{contact_name(row)}, {row['title']}"


class Settling(Dialog):
    """What the dialogs about a payment share."""

    permission_required = SETTLE
    changes = ("payments", "registrations", "events", "event", "invoices")
    previews = True
    done_url = "lms:payments"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Payment.objects.select_related("contact", "unit")
        self.payment = self.versioned = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        found = self.payment
        words = {
            "name": found.contact.name,
            "title": found.title,
            "amount": written(found.gross, found.unit),
        }
        said = _("%(name)s, %(title)s, %(amount)s") % words
        return f"{said}. {found.trouble}" if found.trouble else said

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }


class Settle(Settling):
    """What was paid for is given after all."""

    title = gettext_lazy("Give what was paid for")
    submit = gettext_lazy("Give it")

    def perform(self):
        return refunding.settle(self.payment.pk, **self.who)


class Refund(Settling):
    """Nothing was given for it: the money goes back."""

    title = gettext_lazy("Refund")
    submit = gettext_lazy("Refund")
    never_mind = gettext_lazy("Keep it")
    danger = True

    def perform(self):
        return refunding.refund(self.payment.pk, **self.who)


class Again(Settling):
    """The provider couldn't be reached, or said no: it is asked again."""

    title = gettext_lazy("Try the refund again")
    submit = gettext_lazy("Try again")
    previews = False

    def perform(self):
        refunding.again(self.payment.pk, at=self.request.now, on=self.request.today)
