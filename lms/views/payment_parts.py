"""Staff give back a part of what was paid by card; and what providers told of unknown payments."""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.money import written
from tms.ui.forms import Form
from tms.ui.lists import Empty, ListPage

from ..filters import NewsFilter
from ..models import Outcome, PaymentNews
from ..payments import parts, refunding
from ..tables_payments import NewsTable
from .payments import SEE, Again, Settling


class PartForm(Form):
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        max_digits=14,
        decimal_places=4,
        widget=forms.NumberInput({"step": "any", "min": "0", "inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args, left="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = left


class RefundPart(Settling):
    """What was given stays; a credit note over the amount is written."""

    title = gettext_lazy("Refund a part")
    submit = gettext_lazy("Refund it")
    never_mind = gettext_lazy("Keep it")
    danger = True
    form_class = PartForm
    template_name = "catalog/press.html"
    sentence = gettext_lazy(
        "What was given stays, and a credit note over the amount takes it off the invoice. Where "
        "units come back, credit as many of them on the invoice instead: the money goes with them."
    )

    def get_form_kwargs(self):
        left = written(refunding.left_of(self.payment), self.payment.unit)
        said = _("Up to %(left)s.") % {"left": left}
        return super().get_form_kwargs() | {"left": said}

    def perform(self, *, amount, reason):
        return parts.refund_part(self.payment.pk, amount=amount, reason=reason, **self.who)


class PartAgain(Again):
    """The provider couldn't be reached about a part, or said no: it is asked again."""

    def perform(self):
        parts.again(self.payment.pk, at=self.request.now, on=self.request.today)


class Unknown(ListPage):
    """What providers told of payments that aren't ours, the newest first."""

    title = gettext_lazy("News of unknown payments")
    crumbs = (
        (gettext_lazy("Control panel"), reverse_lazy("control_panel")),
        (gettext_lazy("Payments"), reverse_lazy("lms:payments")),
    )
    permission_required = SEE
    table, filterset, sort = NewsTable, NewsFilter, "-pk"
    changes = "payments"
    empty = Empty(
        gettext_lazy("No news of unknown payments"),
        gettext_lazy("What a provider tells of a payment that isn't ours stands here, and why."),
    )

    def queryset(self):
        return PaymentNews.objects.filter(outcome=Outcome.UNKNOWN)
