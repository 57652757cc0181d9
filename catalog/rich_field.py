"""How is rich text typed? With an editor that makes just what `catalog.richtext` lets through."""

from django import forms
from django.utils.translation import gettext as _
from django_prose_editor.widgets import ProseEditorWidget
from js_asset import Media

from .richtext import LONGEST, clean

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "Strike": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Heading": {"levels": [3, 4]},
    "Link": {"enableTarget": False},
    "HardBreak": True,
    "History": True,
}


class Editor(ProseEditorWidget):
    """The editor, with the label of its field."""

    def __init__(self, attrs=None, *, extensions=EXTENSIONS):
        super().__init__(attrs, config={"extensions": extensions}, preset="configurable")

    @property
    def media(self):
        # First, and no module: it has to listen before the first editor is ready.
        return Media(js=["js/prose.js"]) + super().media


class RichTextField(forms.CharField):
    """Rich text, cleaned. Its form's media have to be on the page, with the nonce.

    What is too long isn't looked at any further.
    """

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", Editor())
        super().__init__(**kwargs)

    def clean(self, value):
        if len(value or "") > LONGEST:
            raise forms.ValidationError(_("The text takes 50,000 characters at most."))
        return super().clean(clean(value or ""))
