"""What do we ask at sign-up besides address and password? A module that allauth's forms import."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Name(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def signup(self, request, user):
        """Allauth asks for this; the adapter has kept the name already."""
