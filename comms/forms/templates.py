"""What is asked about a template, and about the record that it is tried out with?"""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from catalog.rich_field import EXTENSIONS, Editor, RichTextField
from passes.models import Pass
from tms.occasions import targets
from tms.ui.combobox import ComboboxField
from tms.ui.forms import Form

from .. import liquid, records
from ..models import TemplateKind


class LetterEditor(Editor):
    """The editor with its fields to insert."""

    @property
    def media(self):
        return Media(js=["js/fields.js"]) + super().media


class BodyField(RichTextField):
    """Rich text with Liquid in it."""

    def __init__(self, **kwargs):
        # A field's name isn't the address of a page, though it looks like one.
        extensions = EXTENSIONS | {"Link": {"enableTarget": False, "autolink": False}}
        super().__init__(widget=LetterEditor(extensions=extensions), **kwargs)


def target_choices():
    return [("", _("Choose one")), *((key, target.label) for key, target in targets().items())]


class RecordForm(Form):
    """Whether a template is tried out with examples, or with a record that the user may see."""

    record = ComboboxField(
        Pass.objects.none(),
        label=_("Filled in with"),
        required=False,
        url=reverse_lazy("comms:template_records"),
        find=records.matching,
        sent_with="target",
        help_text=_("A record of your choice. Empty: examples."),
    )

    def __init__(self, *args, user, target="", **kwargs):
        super().__init__(*args, **kwargs)
        self.target = target
        self.fields["record"].queryset = records.of(target, user)


class TemplateForm(Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("For staff. Recipients don't see it.")
    )
    target = forms.ChoiceField(
        label=_("Target"), choices=target_choices, help_text=_("What its messages are about.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=TemplateKind.choices,
        initial=TemplateKind.SERVICE,
        help_text=_("Nobody can opt out of service messages; of the others they can."),
    )
    subject = forms.CharField(label=_("Subject"), max_length=liquid.LONGEST_SUBJECT)
    body = BodyField(label=_("Text"))


class TryForm(TemplateForm):
    """The same as it is typed, for a look: nothing is asked twice, and a name isn't needed."""

    name = forms.CharField(required=False)
    target = forms.ChoiceField(choices=target_choices, required=False)
    subject = forms.CharField(required=False, max_length=liquid.LONGEST_SUBJECT)
    body = BodyField(required=False)


class NameForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class FileForm(Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A PDF, a PNG or JPEG, or a document of Word, Excel or PowerPoint. At most 5 MB."
        ),
    )
