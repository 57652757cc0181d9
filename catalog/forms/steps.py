"""What is asked about the steps of a learning path."""

from django import forms
from django.db.models import Value
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from catalog.models import Item, ItemStatus
from tms.text import Fold
from tms.ui.combobox import SeveralField
from tms.ui.forms import Form


def courses_matching(queryset, text):
    """Courses that have every word of `text` in title, code or summary, by title."""
    for word in text.split()[:8]:
        queryset = queryset.filter(search_text__contains=Fold(Value(word)))
    return queryset.order_by("title_key", "pk")


def choosable():
    """The courses that can be chosen: all but archived ones."""
    return Item.objects.courses().exclude(status=ItemStatus.ARCHIVED)


class StepForm(Form):
    required = forms.BooleanField(
        label=_("Required"),
        required=False,
        initial=True,
        help_text=_("The path is complete once all required steps are."),
    )
    locked_until_before = forms.BooleanField(
        label=_("Locked until the step before is complete"), required=False
    )


class AddStepsForm(StepForm):
    courses = SeveralField(
        Item.objects.none(),
        label=_("Courses"),
        url=reverse_lazy("catalog:course_options"),
        find=courses_matching,
        help_text=_("They are added at the end, in this order."),
    )
    field_order = ["courses", "required", "locked_until_before"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["courses"].queryset = choosable()
