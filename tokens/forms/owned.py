"""What is asked when tokens are issued, moved, redeemed or given back?"""

import re

from django import forms
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.models import Unit
from crm.choosing import account_field, contact_field, contacts_field
from crm.models import Contact
from tms import days
from tms.ui.forms import Form

from ..beats import MOST
from ..models import TokenIssue, TokenType, WhoMaySpend

WHOLE = re.compile(r"[0-9]{1,12}(\.0+)?")


class WholeNumber(forms.IntegerField):
    """A number of tokens: 120 and 120.00 are one; 0.5, 1e3, +1 and -1 are none."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", pgettext_lazy("how many", "Number"))
        super().__init__(min_value=1, max_value=MOST, **kwargs)
        self.error_messages["invalid"] = gettext_lazy("Give a whole number of at least 1.")
        self.error_messages["min_value"] = self.error_messages["invalid"]
        self.error_messages["max_value"] = gettext_lazy("At most 1,000,000 tokens at once.")

    def to_python(self, value):
        if isinstance(value, str) and value.strip() and not WHOLE.fullmatch(value.strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class TypeChoice(forms.ModelChoiceField):
    """A token type, by name."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("Type"))
        kwargs.setdefault("empty_label", gettext_lazy("Choose a type"))
        rows = TokenType.objects.select_related("unit").order_by("unit__label", "pk")
        super().__init__(rows, **kwargs)


def reason(*, required=True, help_text=gettext_lazy("It stands in the ledger and the history.")):
    return forms.CharField(
        label=gettext_lazy("Reason"),
        required=required,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=help_text,
    )


class IssueForm(Form):
    """`filled` and `filled_for` tell what the server filled in, and for which type."""

    token_type = TypeChoice()
    quantity = WholeNumber()
    expires_on = forms.DateField(
        label=gettext_lazy("Expires on"),
        required=False,
        help_text=gettext_lazy(
            "The last day on which they can be spent. Empty: they never expire."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
    )
    unit_price = forms.DecimalField(
        label=gettext_lazy("Price of one token"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=4,
        help_text=gettext_lazy("Net, where it is known: reports tell from it what is owed."),
    )
    currency = forms.ModelChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("Currency"),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    filled = forms.DateField(required=False, widget=forms.HiddenInput)
    filled_for = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["token_type"].queryset = TypeChoice().queryset.filter(unit__archived_at=None)
        self.fields["currency"].queryset = Unit.objects.currencies().in_use().order_by("code", "pk")

    def clean(self):
        answers = super().clean()
        token_type = answers.get("token_type")
        seen = token_type is not None and answers.pop("filled_for", "") == str(token_type.pk)
        typed, filled = answers.get("expires_on"), answers.pop("filled", None)
        # A day that was filled in for another type, or by nobody, was not chosen by anybody.
        answers["by_period"] = not seen and (typed is None or typed == filled)
        if answers.get("unit_price") is not None and not answers.get("currency"):
            self.add_error("currency", _("Say in which currency the price is."))
        return answers


class ExpiryForm(Form):
    expires_on = forms.DateField(
        label=gettext_lazy("Expires on"),
        required=False,
        help_text=gettext_lazy("Today or later. Empty: they never expire."),
    )
    reason = reason()


class Direction(TextChoices):
    ON = "on", gettext_lazy("Add")
    OFF = "off", gettext_lazy("Take off")


class AdjustForm(Form):
    direction = forms.ChoiceField(
        label=gettext_lazy("Adjust"), choices=Direction.choices, widget=forms.RadioSelect
    )
    quantity = WholeNumber()
    reason = reason()


class TransferForm(Form):
    to = account_field(label=gettext_lazy("To account"))
    quantity = WholeNumber()
    reason = reason(required=False)


class IssueChoice(forms.ModelChoiceField):
    """An issue of the account that has something left: #12 Gold, 5 left, until 22 Nov 2026."""

    def __init__(self, **kwargs):
        super().__init__(TokenIssue.objects.none(), **kwargs)

    def label_from_instance(self, found):
        ends = found.expires_on
        return _("%(type)s %(issue)s, %(n)s left, %(until)s") % {
            "type": found.token_type,
            "issue": found,
            "n": days.number(found.remaining),
            "until": _("until %(day)s") % {"day": days.day_short(ends)} if ends else _("for ever"),
        }


class RedeemForm(Form):
    """On an account's behalf. `issue`: of one in particular."""

    token_type = TypeChoice()
    quantity = WholeNumber()
    issue = IssueChoice(
        label=gettext_lazy("From"),
        required=False,
        empty_label=gettext_lazy("What expires first"),
    )
    contact = contact_field(label=gettext_lazy("For"), required=False)
    reason = reason()

    def __init__(self, *args, account, today, **kwargs):
        super().__init__(*args, **kwargs)
        spendable = account.token_issues.spendable_on(today).select_related("token_type__unit")
        self.fields["issue"].queryset = spendable
        kinds = self.fields["token_type"]
        kinds.queryset = kinds.queryset.filter(pk__in=spendable.order_by().values("token_type"))
        of_account(self.fields["contact"], account.pk)

    def clean(self):
        answers = super().clean()
        issue, token_type = answers.get("issue"), answers.get("token_type")
        if issue and token_type and issue.token_type_id != token_type.pk:
            self.add_error(
                "issue",
                _("This issue is of %(other)s. Choose one of %(type)s.")
                % {"other": issue.token_type, "type": token_type},
            )
        return answers


def of_account(field, account_id):
    """Let a field of contacts find only those linked to the account."""
    field.queryset = Contact.objects.living().of_account(account_id)
    field.widget.url = reverse("crm:contact_options", query={"account": account_id})


class RefundForm(Form):
    quantity = WholeNumber()
    courtesy = forms.BooleanField(
        label=gettext_lazy("Issue anew what has expired, as a courtesy"),
        required=False,
        help_text=gettext_lazy("With the expiry that tokens issued today have."),
    )
    reason = reason()

    def __init__(self, *args, may_issue, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_issue:
            del self.fields["courtesy"]


class SpendingForm(Form):
    who = forms.ChoiceField(
        label=gettext_lazy("Who may spend"),
        choices=WhoMaySpend.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("At checkout. They see the balance too. Staff always may."),
    )
    contacts = contacts_field(label=gettext_lazy("Chosen contacts"), required=False)
    yearly_limit = forms.IntegerField(
        label=gettext_lazy("Tokens per learner and year"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=gettext_lazy("In a calendar year, of all types together. Empty: no limit."),
        error_messages={"min_value": gettext_lazy("At least 1. Leave it empty for no limit.")},
    )

    def __init__(self, *args, account_id, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["contacts"]
        of_account(field, account_id)
        # Who was chosen and archived since stays chosen, until somebody takes them out.
        field.queryset = Contact.objects.of_account(account_id)
        field.widget.labels |= {str(each.pk): each.name for each in chosen}
