"""How is rich text typed? With an editor that makes just what `catalog.richtext` lets through."""

from django import forms
from django_prose_editor.widgets import ProseEditorWidget

from .richtext import clean

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


class RichTextField(forms.CharField):
    """Rich text, cleaned. Its form's media have to be on the page, with the nonce."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget",
            ProseEditorWidget(config={"extensions": EXTENSIONS}, preset="configurable"),
        )
        super().__init__(**kwargs)

    def clean(self, value):
        return super().clean(clean(value or ""))
