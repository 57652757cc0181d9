"""What is asked about opportunities, their stages and their quotes?"""

import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Region, Unit
from tms.models import User
from tms.ui.forms import Form

from .choosing import account_field, contact_field
from .forms import LINES
from .invoices import DAYS_TO_PAY
from .models import Contact, Opportunity, Stage, StageKind

NAMES = ("name", "account", "contact", "owner", "region", "currency", "closes_on", "probability")
# What can still be said of one that is won or lost.
AFTERWARDS = ("name", "owner", "source", "notes")


def stage_field(kind: str, **particulars) -> forms.ModelChoiceField:
    """One of the stages in use that count as `kind`, the first unless another is chosen."""
    return forms.ModelChoiceField(
        Stage.objects.living().filter(kind=kind),
        label=gettext_lazy("Stage"),
        empty_label=None,
        **particulars,
    )


class OpportunityForm(Form):
    """An opportunity. `opportunity` is the one that is edited, or that a new one is like."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    account = account_field(label=gettext_lazy("Account"))
    contact = contact_field(
        label=gettext_lazy("Contact"),
        required=False,
        sent_with="account",
        help_text=gettext_lazy("Somebody who belongs to the account."),
    )
    owner = forms.ModelChoiceField(
        User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk"),
        label=gettext_lazy("Owner"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy("Who works on it."),
    )
    closes_on = forms.DateField(label=gettext_lazy("Expected close"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.filter(archived_at=None),
        label=gettext_lazy("Region"),
        required=False,
        empty_label=gettext_lazy("The account’s"),
    )
    currency = forms.ModelChoiceField(
        Unit.objects.currencies().in_use().order_by("code"),
        label=gettext_lazy("Currency"),
        required=False,
        empty_label=gettext_lazy("The account’s"),
    )
    probability = forms.IntegerField(
        label=gettext_lazy("Probability, in per cent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("Without one, the stage’s."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Where it came from."),
    )
    notes = forms.CharField(label=gettext_lazy("Notes"), required=False, widget=LINES)

    def __init__(self, *args, opportunity: Opportunity | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if opportunity is None:
            return
        for name in (*NAMES, "source", "notes"):
            self.initial.setdefault(name, getattr(opportunity, name))


class EditForm(OpportunityForm):
    """One that is there: it has a region, a currency and a probability."""

    def __init__(self, *args, opportunity: Opportunity, **kwargs):
        super().__init__(*args, opportunity=opportunity, **kwargs)
        if not opportunity.is_open:
            for name in set(self.fields) - set(AFTERWARDS):
                del self.fields[name]
            return
        for name in ("region", "currency", "probability"):
            self.fields[name].required = True
            self.fields[name].help_text = ""
        for name in ("region", "currency"):
            self.fields[name].empty_label = None
            # What it was made with stays possible, archived or not.
            kept = self.fields[name].queryset.model.objects.filter(
                pk=getattr(opportunity, f"{name}_id")
            )
            self.fields[name].queryset = self.fields[name].queryset | kept
        if opportunity.contact_id:
            self.fields["contact"].queryset = Contact.objects.all()


class MoveForm(Form):
    stage = stage_field(StageKind.OPEN)


class WinForm(Form):
    stage = stage_field(StageKind.WON)
    days_to_pay = forms.IntegerField(
        label=gettext_lazy("Days to pay"),
        min_value=0,
        max_value=365,
        initial=DAYS_TO_PAY,
        help_text=gettext_lazy("From today to the day on which the invoice is due."),
    )
    draft_invoice = forms.BooleanField(
        label=gettext_lazy("Leave the invoice as a draft"),
        required=False,
        help_text=gettext_lazy("It has no number until somebody issues it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        only_if_several(self)


class LoseForm(Form):
    because = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=LINES,
        help_text=gettext_lazy("What can be learned from it."),
    )
    stage = stage_field(StageKind.LOST)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        only_if_several(self)


def only_if_several(form) -> None:
    """Ask for the stage only where there is a choice; the only one needs no question."""
    stages = list(form.fields["stage"].queryset[:2])
    if len(stages) < 2:
        form.fields["stage"].widget = forms.HiddenInput()
        form.initial["stage"] = stages[0] if stages else None


class StageForm(Form):
    """A stage of the pipeline."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Counts as"), choices=StageKind.choices)
    probability = forms.IntegerField(
        label=gettext_lazy("Probability, in per cent"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("What comes into this stage takes it on."),
    )

    def __init__(self, *args, stage: Stage | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("name", "kind", "probability"):
            self.initial.setdefault(name, getattr(stage, name) if stage else None)


class QuoteForm(Form):
    valid_until = forms.DateField(label=gettext_lazy("Valid until"))

    def __init__(self, *args, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_valid_until(self):
        day = self.cleaned_data["valid_until"]
        if day < self.today:
            raise forms.ValidationError(_("Choose today or a later day."))
        return day
