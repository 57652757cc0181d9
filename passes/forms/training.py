"""What is asked about the training in a pass type?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog import categories
from catalog.models import EventType, ItemKind
from passes.candidates import ANOTHER, NONE, Asked
from passes.models import PassType, TypeStatus
from tms.ui.forms import Form

KINDS = [
    (ItemKind.COURSE, _("Course")),
    (ItemKind.PATH, _("Learning path")),
    (_("Events"), EventType.choices),
]


def category_choices():
    """Every category, as a tree; one query when the choices are looked at."""
    yield "", _("Every category")
    for node in categories.tree():
        yield node.pk, node.label


class CandidateForm(Form):
    """What the dialog over the whole catalogue is searched by. All of it combines."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": _("Title or code")}),
    )
    category = forms.TypedChoiceField(
        label=_("Category"),
        required=False,
        choices=category_choices,
        coerce=int,
        empty_value=None,
    )
    kind = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("Every type")), *KINDS]
    )
    in_pass = forms.ChoiceField(label=_("Training Pass"), required=False)

    def __init__(self, pass_type, *args, **kwargs):
        super().__init__(*args, **kwargs)
        others = PassType.objects.exclude(pk=pass_type.pk).with_rank().order_by("rank", "pk")
        self.fields["in_pass"].choices = [
            ("", _("In any or none")),
            (ANOTHER, _("In another pass type")),
            (NONE, _("In no pass type")),
            *((str(pk), name) for pk, name in others.values_list("pk", "name")),
        ]

    def asked(self) -> Asked:
        """What makes sense of the answers; the rest is left out."""
        self.full_clean()
        return Asked(**{name: self.cleaned_data.get(name) or empty for name, empty in EMPTY})


EMPTY = (("q", ""), ("category", None), ("kind", ""), ("in_pass", ""))


class EventTypesForm(Form):
    """Which events of a course: all of them, present and to come, or those of chosen types."""

    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=EventType.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one type of event.")},
        help_text=_("All three: every event of the course, present and to come."),
    )


class AddToTypesForm(Form):
    """Which pass types an item or an event is put into."""

    pass_types = forms.ModelMultipleChoiceField(
        label=_("Training Pass Types"),
        queryset=PassType.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one pass type.")},
    )

    def __init__(self, *args, without, **kwargs):
        super().__init__(*args, **kwargs)
        rows = PassType.objects.exclude(pk__in=without).exclude(status=TypeStatus.ARCHIVED)
        self.fields["pass_types"].queryset = rows.with_rank().order_by("rank", "pk")
