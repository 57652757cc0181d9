"""What do the forms about assignments ask?"""

from django import forms
from django.utils.translation import gettext_lazy

from tms.ui.forms import Form

from .models import FileKind


class AssignmentForm(Form):
    """What may be handed in."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of files"),
        choices=FileKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one kind.")},
    )
    megabytes = forms.IntegerField(
        label=gettext_lazy("Largest file, in MB"), min_value=1, max_value=100
    )


class HandInForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=1000,
        error_messages={
            "required": gettext_lazy("Choose the file first."),
            "empty": gettext_lazy("There is nothing in this file."),
        },
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MarkForm(Form):
    passed = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=[("yes", gettext_lazy("Passed")), ("no", gettext_lazy("Not passed"))],
        widget=forms.RadioSelect,
    )
    score = forms.IntegerField(
        label=gettext_lazy("Score, in per cent"), required=False, min_value=0, max_value=100
    )
    feedback = forms.CharField(
        label=gettext_lazy("Feedback"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("The learner reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_passed(self):
        return self.cleaned_data["passed"] == "yes"
