"""What is asked about a sending address?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from tms.ui.forms import Form


class SenderForm(Form):
    name = forms.CharField(
        label=_("Display name"),
        max_length=120,
        help_text=_("What recipients see before the address."),
    )
    email = forms.CharField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput,
        help_text=_("A letter with a link goes there. Nothing is sent from it before that."),
    )

    def __init__(self, *args, confirmed=False, **kwargs):
        super().__init__(*args, **kwargs)
        if confirmed:
            del self.fields["email"]
