"""What does somebody choose to receive?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from crm.preferences import WISHES
from tms.ui.forms import ModelForm


class WishesForm(ModelForm):
    """Two switches; what they don't cover comes anyway."""

    class Meta:
        model = Contact
        fields = WISHES
        labels = {"reminders": _("Reminders"), "announcements": _("Announcements")}
        help_texts = {
            "reminders": _("For example that a pass is about to expire, or that an event is near."),
            "announcements": _("News about what there is to learn."),
        }
        widgets = dict.fromkeys(WISHES, forms.CheckboxInput(attrs={"class": "switch"}))
