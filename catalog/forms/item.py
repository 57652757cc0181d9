"""What is asked about a course or a path."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog import categories
from catalog.models import Category
from catalog.rich_field import RichTextField
from tms.ui.forms import Form


class CategoryChoices(forms.ModelMultipleChoiceField):
    """The tree of categories, indented, as boxes to tick. One query."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(Category.objects.all(), **kwargs)

    def offer(self):
        self.choices = [(node.pk, node.label) for node in categories.tree()]


class TitleForm(Form):
    """What a new item, or a copy of one, is called."""

    title = forms.CharField(label=_("Title"), max_length=200)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Short, for staff. No two items have the same one, in any capitals."),
    )


class ItemForm(TitleForm):
    summary = forms.CharField(
        label=_("Summary"),
        max_length=300,
        required=False,
        help_text=_("One or two sentences: what the card in the catalogue says."),
        widget=forms.Textarea({"rows": 2}),
    )
    duration = forms.CharField(
        label=_("Duration"), max_length=60, required=False, help_text=_("For example 2 days.")
    )
    description = RichTextField(label=_("Description"), required=False)
    objectives = RichTextField(label=_("Objectives"), required=False)
    prerequisites = RichTextField(label=_("Prerequisites"), required=False)
    categories = CategoryChoices(label=_("Categories"), required=False)
    tags = forms.CharField(
        label=_("Tags"), max_length=500, required=False, help_text=_("Separated by commas.")
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, at most 10 MB."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    no_picture = forms.BooleanField(label=_("Take the picture away"), required=False)

    def __init__(self, *args, item=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        self.fields["categories"].offer()
        if not self.fields["categories"].choices:
            del self.fields["categories"]
        if item is None or not item.image:
            del self.fields["no_picture"]

    def clean_tags(self):
        return self.cleaned_data["tags"].split(",")

    def clean(self):
        """The answers of `catalog.items.edit`: `image` only where the picture changes."""
        answers = super().clean()
        picture, away = answers.pop("picture", None), answers.pop("no_picture", False)
        if picture:
            answers["image"] = picture
        elif away:
            answers["image"] = None
        return answers


def begin_with(item) -> dict:
    """An item's values, as its form begins with them."""
    return {
        "title": item.title,
        "code": item.code,
        "summary": item.summary,
        "duration": item.duration,
        "description": item.description,
        "objectives": item.objectives,
        "prerequisites": item.prerequisites,
        "categories": list(item.categories.values_list("pk", flat=True)),
        "tags": ", ".join(item.tags),
    }
