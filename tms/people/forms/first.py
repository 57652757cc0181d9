"""What does a new installation have to know?"""

from babel import Locale
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from tms import clock
from tms.models import User
from tms.ui.forms import Form, LongChoiceField

from .. import addresses
from .signing_in import PASSWORD_HELP

CODES = """
    AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL
    GHS HKD HUF IDR ILS INR ISK JPY KES KRW KWD KZT MAD MXN MYR NGN
    NOK NZD OMR PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TND TRY
    TWD TZS UAH UGX USD UYU VND ZAR
"""


def currencies() -> list[tuple[str, str]]:
    """Code, and "EUR Euro" in the reader's language."""
    names = Locale.parse(to_locale(get_language() or "en")).currencies
    return [(code, f"{code} {names.get(code, '')}") for code in CODES.split()]


def zones() -> list[tuple[str, str]]:
    """Time zones that are places, and UTC."""
    places = [name for name in clock.zone_names() if "/" in name and not name.startswith("Etc/")]
    return [(name, name.replace("_", " ")) for name in [*places, "UTC"]]


class First(Form):
    code = forms.CharField(
        label=_("Set-up code"),
        max_length=40,
        help_text=_("Whoever runs this installation gets it by manage.py set_up_code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    organisation = forms.CharField(label=_("Name of the organisation"), max_length=200)
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG, WebP or GIF, at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    time_zone = LongChoiceField(label=_("Time zone"), choices=zones, initial="Europe/London")
    region = forms.CharField(
        label=_("Region"),
        max_length=80,
        help_text=_("The market that you sell in; prices belong to a region."),
    )
    currency = LongChoiceField(label=_("Currency"), choices=currencies, initial="EUR")
    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not settings.ASKS_SET_UP_CODE:
            del self.fields["code"]

    def clean_email(self):
        return addresses.clean(self.cleaned_data["email"])

    def clean_password(self):
        answers = self.cleaned_data
        somebody = User(email=answers.get("email", ""), name=answers.get("name", ""))
        validate_password(answers["password"], somebody)
        return answers["password"]
