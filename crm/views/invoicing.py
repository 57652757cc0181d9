"""What do staff do with an invoice? Issue, discard, mark as paid or not, credit."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.money import written
from tms.consequences import Consequence
from tms.days import day_text
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form
from tms.ui.sent import operation_of

from .. import crediting, forms_invoices, invoices
from ..models import Invoice
from .invoices import CREDIT, MANAGE, found


class OfInvoice(Dialog):
    """Its address names the invoice; the verb refuses what is stale, under its own locks."""

    permission_required = MANAGE
    changes = "invoices"
    size = "small"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.invoice: Invoice = found(kwargs["pk"])

    @property
    def subject(self):
        amount = written(self.invoice.gross, self.invoice.currency)
        return f"{self.invoice}, {self.invoice.account}, {amount}"

    @property
    def version(self):
        return self.invoice.version

    def refuse_stale(self):
        """Left to the verb: it takes locks that come before the invoice's."""

    @property
    def seen(self) -> int | None:
        """The version that the form was opened with."""
        seen = self.request.POST.get("version", "")
        return int(seen) if seen.isdecimal() and len(seen) < 10 else None

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "version": self.seen,
        }

    def get_success_url(self):
        return self.invoice.get_absolute_url()


class Issue(OfInvoice):
    title = pgettext_lazy("invoice", "Issue")
    submit = gettext_lazy("Issue the invoice")
    form_class = forms_invoices.IssueForm
    previews = True

    def get_initial(self):
        return {"days_to_pay": invoices.DAYS_TO_PAY}

    def perform(self, *, days_to_pay):
        done = invoices.issue(self.invoice.pk, days_to_pay=days_to_pay, **self.who)
        sentence = _("It gets the next number, and is due on %(day)s. Nothing of it changes then.")
        return [Consequence("billed", sentence % {"day": day_text(done.due_on)}, 1)]


class Discard(OfInvoice):
    title = gettext_lazy("Discard draft")
    submit = gettext_lazy("Discard the draft")
    form_class = Form
    danger = True
    template_name = "catalog/press.html"
    sentence = gettext_lazy(
        "It stays as void, without a number. What was sold stays with the customer."
    )

    def perform(self):
        invoices.discard(self.invoice.pk, **self.who)


class MarkPaid(OfInvoice):
    title = submit = gettext_lazy("Mark as paid")
    form_class = forms_invoices.PaidForm

    def get_initial(self):
        return {"paid_on": self.request.today}

    def perform(self, *, paid_on):
        invoices.mark_paid(self.invoice.pk, paid_on=paid_on, **self.who)


class MarkUnpaid(OfInvoice):
    title = submit = gettext_lazy("Mark as not paid")
    form_class = forms_invoices.UnpaidForm

    def perform(self, *, reason):
        invoices.mark_unpaid(self.invoice.pk, reason=reason, **self.who)


class Credit(OfInvoice):
    """How many of each line, and what comes back for it; the preview says all of it."""

    title = gettext_lazy("Credit")
    submit = gettext_lazy("Credit and take back")
    permission_required = CREDIT
    form_class = forms_invoices.CreditForm
    template_name = "crm/credit.html"
    danger = previews = True
    size = ""
    changes = ("invoices", "passes", "tokens", "registrations", "opportunity")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.every = crediting.standing(self.invoice, request.today)

    def get_form_kwargs(self):
        more = {"every": self.every, "currency": self.invoice.currency}
        return super().get_form_kwargs() | more

    def perform(self, *, reason, leave, **said):
        done = crediting.credit(
            self.invoice.pk,
            reason=reason,
            leave=leave,
            operation=operation_of(self.request),
            **forms_invoices.asked_of(self.every, said),
            **self.who,
        )
        return Done(
            goes_to=reverse("crm:invoice", args=[done.note.pk]),
            consequences=done.consequences,
        )
