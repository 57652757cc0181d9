"""What is asked when a pass is given, renewed, extended, reassigned or cancelled?"""

import re

from django import forms
from django.db.models import TextChoices, Value
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.choosing import contact_field, contacts_field
from crm.models import Contact
from tms.text import Fold
from tms.ui.combobox import ComboboxField
from tms.ui.forms import Form

from .. import periods
from ..models import OptionStatus, PassOption, PassType

MOST_AT_ONCE = 1000
MOST_EXTERNAL_IDS = 20


def types_matching(rows, text):
    """The pass types that hold every word, in the order of their names."""
    for word in text.replace("\x00", "").split()[:8]:
        rows = rows.filter(search_text__contains=Fold(Value(word)))
    return rows.order_by("name_key", "pk")


def of_account(field, account_id):
    """Let a field of contacts find only those linked to the account."""
    field.queryset = Contact.objects.living().of_account(account_id)
    field.widget.url = reverse("crm:contact_options", query={"account": account_id})


class OptionChoice(forms.ModelChoiceField):
    """The options of one type, said with their length: Annual, 12 months."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("Training Pass Option"))
        kwargs.setdefault("empty_label", gettext_lazy("Choose an option"))
        super().__init__(PassOption.objects.none(), **kwargs)

    def label_from_instance(self, option):
        return f"{option.name}, {option.period} {option.get_period_unit_display().lower()}"

    type_id = None

    def of_type(self, pass_type_id, found=None):
        """Offer the published options of this type, those `found` where they are known."""
        self.type_id, self.empty_label = pass_type_id, _("Choose an option")
        self.queryset = PassOption.objects.filter(
            pass_type=pass_type_id, status=OptionStatus.PUBLISHED
        )
        if found is not None:
            named = ((option.pk, self.label_from_instance(option)) for option in found)
            self.choices = [("", self.empty_label), *named]


def under_a_choice(field):
    """Needed when the choice above it is made: it is not called optional, and not always asked."""
    field.under_a_choice = True
    return field


def reason():
    return forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Stands in the history of the pass, the contact and the account."),
    )


# Giving


class GiveForm(Form):
    """Which pass, until when. `filled_for` and `filled` tell what the server filled in."""

    pass_type = ComboboxField(
        PassType.objects.on_offer(),
        label=gettext_lazy("Training Pass"),
        url=reverse_lazy("passes:types_on_offer"),
        find=types_matching,
    )
    option = OptionChoice(empty_label=gettext_lazy("Choose a training pass first"))
    expires_on = under_a_choice(
        forms.DateField(label=gettext_lazy("Training Pass Expiry"), required=False)
    )
    external_ids = forms.CharField(
        label=gettext_lazy("External IDs"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Several are separated by commas."),
    )
    filled_for = forms.CharField(required=False, widget=forms.HiddenInput)
    filled = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        if chosen := self.initial.get("pass_type"):
            self.fields["option"].of_type(chosen.pk)

    def clean_pass_type(self):
        chosen = self.cleaned_data["pass_type"]
        self.fields["option"].of_type(chosen.pk)
        return chosen

    def clean_external_ids(self):
        ids = [each.strip() for each in re.split(r"[,;\n]", self.cleaned_data["external_ids"])]
        ids = list(dict.fromkeys(filter(None, ids)))
        if any(len(each) > 80 for each in ids):
            raise forms.ValidationError(_("An external ID has at most 80 characters."))
        if len(ids) > MOST_EXTERNAL_IDS:
            raise forms.ValidationError(_("A pass has at most 20 external IDs."))
        return ids

    def clean(self):
        answers = super().clean()
        option, typed = answers.get("option"), answers.get("expires_on")
        # A date that was filled in for another option was not chosen by anybody.
        stood = typed == answers.get("filled") and answers.get("filled_for") != _id(option)
        if option and typed and stood:
            answers["expires_on"] = None
        return answers


def _id(row) -> str:
    return str(row.pk) if row else ""


def end_by(option, today):
    """The expiry that an option would give from today, for the form."""
    return periods.expiry(today, option.period, option.period_unit)[0]


class AddForm(GiveForm):
    """To one contact; which account owns it is asked where there are several."""

    account = forms.ModelChoiceField(None, label=gettext_lazy("Account"), empty_label=None)
    field_order = ["pass_type", "option", "expires_on", "account"]

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        if len(accounts) > 1:
            field = self.fields["account"]
            field.queryset = type(accounts[0]).objects.filter(
                pk__in=[account.pk for account in accounts]
            )
            field.choices = [(account.pk, str(account)) for account in accounts]
            field.help_text = _("Owns the pass, and can reassign it to its other contacts.")
        else:
            del self.fields["account"]


class AddToAccountForm(GiveForm):
    """To chosen contacts of an account, and some to nobody yet."""

    contacts = contacts_field(label=gettext_lazy("Contacts"), required=False)
    unassigned = forms.IntegerField(
        label=gettext_lazy("Unassigned"),
        required=False,
        min_value=0,
        max_value=MOST_AT_ONCE,
        help_text=gettext_lazy("How many more the account gets, to be assigned later."),
    )
    field_order = ["pass_type", "option", "expires_on", "contacts", "unassigned"]

    def __init__(self, *args, account_id, **kwargs):
        super().__init__(*args, **kwargs)
        of_account(self.fields["contacts"], account_id)

    def clean(self):
        answers = super().clean()
        if "contacts" not in self.errors and "unassigned" not in self.errors:
            if not answers["contacts"] and not answers.get("unassigned"):
                self.add_error(
                    "contacts", _("Choose contacts, or say how many stay unassigned, or both.")
                )
            elif len(answers["contacts"]) > MOST_AT_ONCE:
                self.add_error("contacts", _("At most 1,000 at once."))
        return answers


# The life of a pass


class RenewBy(TextChoices):
    OPTION = "option", gettext_lazy("by an option")
    DATE = "date", gettext_lazy("until a date of your choice")


class RenewForm(Form):
    by = forms.ChoiceField(
        label=gettext_lazy("Renew it"), choices=RenewBy.choices, widget=forms.RadioSelect
    )
    option = under_a_choice(OptionChoice(required=False))
    expires_on = under_a_choice(
        forms.DateField(label=gettext_lazy("New Expiry Date"), required=False)
    )
    confirmed_shorter = forms.BooleanField(required=False)
    reason = reason()

    def __init__(self, *args, pass_, why_no_option, on_sale, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.now_until, self.today = pass_.expires_on, today
        if why_no_option:
            self.fields["by"].choices = RenewBy.choices[1:]
        else:
            self.fields["option"].of_type(pass_.pass_type_id, on_sale)
        self.fields["confirmed_shorter"].label = _("Yes, it is to end earlier")

    def clean(self):
        answers = super().clean()
        by = answers.get("by")
        if by == RenewBy.OPTION and "option" not in self.errors and not answers.get("option"):
            self.add_error("option", _("Choose an option, or a new expiry date."))
        if by == RenewBy.DATE and "expires_on" not in self.errors:
            end = answers.get("expires_on")
            if end is None:
                self.add_error("expires_on", _("Choose the day that is to be the last."))
            elif self.today <= end < self.now_until and not answers.get("confirmed_shorter"):
                self.add_error("confirmed_shorter", _("Tick this, or choose a later day."))
        return answers


class ExtendForm(Form):
    expires_on = forms.DateField(label=gettext_lazy("New Expiry Date"))
    reason = reason()


class CancelForm(Form):
    reason = reason()


class AssignTo(TextChoices):
    CONTACT = "contact", gettext_lazy("to a contact of the account")
    NOBODY = "nobody", pgettext_lazy("assign", "to nobody")


class AssignForm(Form):
    """Who is to hold it: a contact linked to the account, or nobody."""

    to = forms.ChoiceField(
        label=gettext_lazy("Assign it"), choices=AssignTo.choices, widget=forms.RadioSelect
    )
    contact = under_a_choice(contact_field(label=gettext_lazy("New contact"), required=False))
    reason = reason()

    def __init__(self, *args, pass_, **kwargs):
        super().__init__(*args, **kwargs)
        of_account(self.fields["contact"], pass_.account_id)
        if pass_.contact_id is None and not self.is_bound:
            self.fields["to"].choices = AssignTo.choices[:1]

    def clean(self):
        answers = super().clean()
        if answers.get("to") == AssignTo.NOBODY:
            answers["contact"] = None
            self.errors.pop("contact", None)
        elif not answers.get("contact") and "contact" not in self.errors:
            self.add_error("contact", _("Type a few letters of the name, and choose."))
        return answers


# Several at once


class AssignManyForm(Form):
    contacts = contacts_field(label=gettext_lazy("Contacts"))
    reason = reason()

    def __init__(self, *args, account_id, **kwargs):
        super().__init__(*args, **kwargs)
        of_account(self.fields["contacts"], account_id)


class UploadForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, or XLSX; up to 5 MB and 20,000 rows."),
        widget=forms.FileInput({"accept": ".csv,.xlsx"}),
    )


class ConfirmImportForm(Form):
    messages = forms.BooleanField(
        label=gettext_lazy("Send messages"),
        required=False,
        help_text=gettext_lazy(
            "What communication triggers write when a pass is issued. Off: the passes come in "
            "silently."
        ),
    )
