"""What is asked about contacts, accounts and their fields?"""

from babel import Locale
from django import forms
from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalog.models import Region, Unit
from tms import clock
from tms.models import User
from tms.ui.forms import Form, LongChoiceField, ModelForm

from . import fields
from .choosing import account_field, contact_field
from .models import Account, Contact, CustomField, CustomFieldKind, Task

CUSTOM = "custom_"
# How long a text may be is said by the verbs; this keeps a flood out.
LINES = forms.Textarea({"rows": 3})


def add_custom(form, fields, kept: dict) -> None:
    """Ask for these custom fields too, with the values kept so far."""
    for field in fields:
        asked = _asked(field, kept.get(field.key))
        asked.label, asked.help_text, asked.required = field.label, field.help_text, False
        form.fields[CUSTOM + field.key] = asked
        form.initial.setdefault(CUSTOM + field.key, _shown(field, kept.get(field.key)))


def take_custom(answers: dict) -> dict:
    """The answers to custom fields by key, taken out of the other answers."""
    names = [name for name in answers if name.startswith(CUSTOM)]
    return {name.removeprefix(CUSTOM): answers.pop(name) for name in names}


class Typed(forms.CharField):
    """A number as the reader writes it: 12,5 in German. What it gives has a point."""

    def to_python(self, value):
        return formats.sanitize_separators(super().to_python(value))


def _asked(field, kept) -> forms.Field:
    kind = field.kind
    if kind == CustomFieldKind.DATE:
        return forms.DateField()
    if kind == CustomFieldKind.YES_NO:
        return forms.ChoiceField(choices=[("", ""), ("yes", _("Yes")), ("no", _("No"))])
    if kind == CustomFieldKind.CHOICE:
        # A choice that was taken off the list stays where it was made.
        gone = [kept] if kept and kept not in field.choices else []
        return forms.ChoiceField(
            choices=[("", ""), *((each, each) for each in [*field.choices, *gone])]
        )
    if kind == CustomFieldKind.NUMBER:
        return Typed(widget=forms.TextInput({"inputmode": "decimal"}), max_length=30)
    return forms.CharField(max_length=500)


def _shown(field, kept):
    if field.kind == CustomFieldKind.YES_NO and kept is not None:
        return "yes" if kept else "no"
    if field.kind == CustomFieldKind.NUMBER and kept is not None:
        return str(kept).replace(".", formats.get_format("DECIMAL_SEPARATOR"))
    return kept


def zones() -> list:
    """Time zones by part of the world, as choices."""
    groups = {}
    for name in clock.zone_names():
        part, slash, city = name.partition("/")
        if slash and part not in {"Etc", "SystemV", "US", "Canada"}:
            groups.setdefault(part, []).append((name, city.replace("_", " ")))
    return [("", _("The organisation's")), ("UTC", "UTC"), *groups.items()]


def countries() -> list:
    """Countries in the reader's language, as choices."""
    names = Locale.parse((get_language() or "en").replace("-", "_")).territories
    found = [
        (code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()
        and code not in {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}
    ]  # fmt: skip
    return [("", ""), *sorted(found, key=lambda each: each[1])]


class ContactForm(ModelForm):
    """A contact. For a new one also: which account."""

    time_zone = LongChoiceField(label=gettext_lazy("Time zone"), choices=zones, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=lambda: [("", _("The organisation's")), *settings.LANGUAGES],
        required=False,
    )

    class Meta:
        model = Contact
        fields = [
            "first_name",
            "last_name",
            "email",
            "phone",
            "job_title",
            "time_zone",
            "language",
            "may_sign_in",
            "is_instructor",
            "reminders",
            "announcements",
            "notes",
        ]
        widgets = {"notes": LINES}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        add_custom(self, fields.living(), self.instance.custom)
        if self.instance.user_id:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _(
                "Signs in with this address. It is changed under “Change email address”."
            )

    # The verb knows who has an address, and says so with a link.
    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass


class NewContactForm(ContactForm):
    account = account_field(
        label=gettext_lazy("Account"),
        required=False,
        help_text=gettext_lazy("Without one, an individual account is made with the contact."),
    )
    region = forms.ModelChoiceField(
        Region.objects.filter(archived_at=None),
        label=gettext_lazy("Region"),
        required=False,
        empty_label=gettext_lazy("The default region"),
        help_text=gettext_lazy("Of the individual account."),
    )
    field_order = ["first_name", "last_name", "email", "account", "region"]


class AccountForm(ModelForm):
    """An account. Its main contact is one of its own."""

    parent = account_field(label=gettext_lazy("Parent account"), required=False)
    country = LongChoiceField(label=gettext_lazy("Country"), choices=countries, required=False)
    main_contact = contact_field(label=gettext_lazy("Main contact"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.filter(archived_at=None), label=gettext_lazy("Region"), empty_label=None
    )
    currency = forms.ModelChoiceField(
        Unit.objects.currencies().in_use().order_by("code"),
        label=gettext_lazy("Currency"),
        required=False,
        empty_label=gettext_lazy("Any of the region's"),
    )
    owner = forms.ModelChoiceField(
        User.objects.filter(is_staff=True, is_active=True).order_by("name"),
        label=gettext_lazy("Owner"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy("Who looks after this account."),
    )

    class Meta:
        model = Account
        fields = [
            "name",
            "legal_name",
            "parent",
            "main_contact",
            "owner",
            "region",
            "currency",
            "street",
            "postcode",
            "city",
            "country",
            "tax_number",
            "pays_by_invoice",
            "notes",
        ]
        widgets = {"notes": LINES, "street": forms.Textarea({"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["main_contact"]
            return
        # The rows themselves: a combobox shows their names.
        self.initial["parent"] = self.instance.parent
        self.initial["main_contact"] = self.instance.main_contact
        main = self.fields["main_contact"]
        main.queryset = Contact.objects.living().of_account(self.instance.pk)
        main.widget.url = f"{main.widget.url}?account={self.instance.pk}"

    def validate_unique(self):
        pass


class ChangeAccountForm(Form):
    account = account_field(label=gettext_lazy("New primary account"))
    keep = forms.BooleanField(
        label=gettext_lazy("Stays linked to the old account"),
        required=False,
        help_text=gettext_lazy("What the old account owns stays with it either way."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500)


class FurtherAccountForm(Form):
    account = account_field(label=gettext_lazy("Account"))


class ExternalIdForm(Form):
    system = forms.CharField(
        label=gettext_lazy("System"),
        max_length=60,
        help_text=gettext_lazy("Where the ID comes from, such as HubSpot."),
    )
    value = forms.CharField(label=gettext_lazy("ID"), max_length=120)


class ReasonForm(Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500)


class AddressForm(Form):
    email = forms.EmailField(label=gettext_lazy("New email address"), max_length=254)


class FieldForm(ModelForm):
    """A custom field."""

    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        widget=LINES,
        required=False,
        help_text=gettext_lazy("For a choice: one a line."),
    )

    class Meta:
        model = CustomField
        fields = ["label", "kind", "choices", "help_text", "ask_at_checkout", "learner_edits"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)

    def clean_choices(self):
        return self.cleaned_data["choices"].splitlines()


class TaskForm(ModelForm):
    """What is to be done, by when, by whom."""

    assignee = forms.ModelChoiceField(
        User.objects.filter(is_staff=True, is_active=True).order_by("name"),
        label=gettext_lazy("Assignee"),
        empty_label=None,
    )

    class Meta:
        model = Task
        fields = ["title", "details", "due_on", "assignee"]
        widgets = {"details": LINES}


class MergeForm(Form):
    """With whom, and who is left. What the one kept has not is filled in from the other."""

    keep = forms.ChoiceField(
        label=gettext_lazy("Whose values stay"), widget=forms.RadioSelect, initial="this"
    )

    def __init__(self, *args, this, **kwargs):
        super().__init__(*args, **kwargs)
        other = self.fields["other"]
        other.queryset = other.queryset.exclude(pk=this.pk)
        self.fields["keep"].choices = [("this", str(this)), ("other", _("The other one"))]


class MergeContactForm(MergeForm):
    other = contact_field(label=gettext_lazy("Merge with"))
    field_order = ["other", "keep"]


class MergeAccountForm(MergeForm):
    other = account_field(label=gettext_lazy("Merge with"))
    field_order = ["other", "keep"]


class NoteForm(Form):
    text = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea({"rows": 6}), max_length=20_000
    )
