"""Native controls are written without Django's templates, and come out the same."""

import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from tms.ui.forms import Form, LongChoiceField, LongSelect, Renderer
from tms.ui.widgets import DRAWN, Select

NASTY = "\"><script>'&"


class Elements(HTMLParser):
    """What a browser would make of it: tags with their attributes, and text."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted(attrs)))

    def handle_endtag(self, tag):
        self.found.append(("/", tag))

    def handle_data(self, data):
        if data.strip():
            self.found.append(("text", data.strip()))


def elements(html):
    return Elements(html).found


CHOICES = [
    ("", "Every one"),
    ("a", "A & B"),
    (NASTY, NASTY),
    ("Group <1>", [("b", "B"), (3, 4)]),
]
CONTROLS = [
    (forms.TextInput(), "Ada"),
    (forms.TextInput({"placeholder": NASTY, "disabled": True, "hidden": False}), NASTY),
    (forms.TextInput(), None),
    (forms.NumberInput(), 0),
    (forms.EmailInput(), "a@example.com"),
    (forms.URLInput(), "https://example.com/?a=1&b=2"),
    (forms.PasswordInput(), "secret"),
    (forms.HiddenInput(), "7"),
    (forms.DateInput(), "2026-11-22"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.Select(choices=CHOICES), "a"),
    (forms.Select(choices=CHOICES), NASTY),
    (forms.Select({"size": 3}, choices=CHOICES), None),
    (forms.SelectMultiple(choices=CHOICES), ["a", "3"]),
    (forms.NullBooleanSelect(), None),
    (forms.Textarea(), f"Two\nlines {NASTY}</textarea>"),
    (forms.Textarea({"rows": 3}), None),
    (forms.Textarea(), 0),
]


@pytest.mark.parametrize(("widget", "value"), CONTROLS)
def test_a_control_comes_out_as_djangos_own(widget, value):
    attrs = {"id": "id_name", "aria-describedby": "help & hint"}
    ours = widget.render("na<me", value, attrs, renderer=Renderer())
    theirs = widget.render("na<me", value, attrs, renderer=TemplatesSetting())
    assert elements(ours) == elements(theirs)
    assert not re.search(r"<script", ours)


def test_every_kind_that_is_drawn_here_was_compared():
    kinds = {widget.template_name for widget, _value in CONTROLS}
    ours = {"ui/combobox.html", "ui/day_range.html"}  # Django has none of these
    assert DRAWN.keys() - kinds - ours <= {
        "django/forms/widgets/input.html",
        "django/forms/widgets/datetime.html",
        "django/forms/widgets/time.html",
        *(kind.option_template_name for kind in BOXES),
    }


BOXES = [forms.RadioSelect, forms.CheckboxSelectMultiple]


@pytest.mark.parametrize("kind", BOXES)
@pytest.mark.parametrize("wrapped", [True, False])
def test_one_of_several_boxes_comes_out_as_djangos_own(kind, wrapped):
    class Box(forms.Form):
        box = forms.ChoiceField(choices=[("a", "A"), (NASTY, NASTY)], widget=kind)

    for value in ("a", NASTY, ""):
        ours, theirs = (
            [each.tag(wrapped) for each in Box({"box": value}, renderer=drawing())["box"]]
            for drawing in (Renderer, TemplatesSetting)
        )
        assert [*map(elements, ours)] == [*map(elements, theirs)]


# Long lists, the same on every page


def of_the_world():
    """Choices that differ by language, and by nothing else."""
    of_the_world.asked += 1
    return [("", _("optional")), ("UTC", "UTC"), ("Europe", [("E/Paris", "Paris & more")])]


of_the_world.asked = 0


class Where(Form):
    zone = LongChoiceField(choices=of_the_world)
    home = LongChoiceField(choices=of_the_world, required=False, initial="UTC")


class Slowly(Form):
    zone = forms.ChoiceField(choices=of_the_world)
    home = forms.ChoiceField(choices=of_the_world, required=False, initial="UTC")


@pytest.mark.parametrize(
    "data", [None, {"zone": "E/Paris"}, {"zone": "", "home": NASTY}, {"zone": "gone"}]
)
def test_a_long_list_comes_out_as_any_other(data):
    kept, slowly = Where(data), Slowly(data)
    for name in ("zone", "home"):
        assert str(kept[name]) == str(slowly[name])
    assert kept.errors == slowly.errors


def test_a_long_list_is_asked_for_once_a_language():
    of_the_world.asked = 0
    for language in ("en", "en-us", "en"):
        with override(language):
            form = Where({"zone": "E/Paris"})
            assert form.is_valid()
            assert form.as_p().count(" selected") == 2
    assert of_the_world.asked <= 4
    assert isinstance(form.fields["zone"].widget, LongSelect)


# Questions


DRAWING = {"circle", "path"}  # what an icon is made of


class Asked(Form):
    name = forms.CharField(label=NASTY, help_text=format_html("A <b>{}</b>", NASTY))
    note = forms.CharField(required=False, disabled=True)
    more = forms.CharField(required=False)
    agreed = forms.BooleanField(help_text="Yes & no")
    way = forms.ChoiceField(
        choices=[("a", "A")], widget=forms.RadioSelect, required=False, help_text="One"
    )


def test_a_question_has_its_label_help_and_error():
    form = Asked({"note": "kept"})
    found = elements(form["name"].as_field_group())
    assert [each for each in found if not DRAWING & {each[0], str(each[1])}] == [
        ("div", [("class", "field")]),
        ("label", [("for", "id_name")]),
        ("text", NASTY),
        ("/", "label"),
        (
            "input",
            [
                ("aria-describedby", "id_name_helptext id_name_error"),
                ("aria-invalid", "true"),
                ("id", "id_name"),
                ("name", "name"),
                ("required", None),
                ("type", "text"),
            ],
        ),
        ("p", [("class", "help"), ("id", "id_name_helptext")]),
        ("text", "A"),
        ("b", []),
        ("text", NASTY),
        ("/", "b"),
        ("/", "p"),
        ("div", [("class", "error"), ("id", "id_name_error")]),
        ("svg", [("aria-hidden", "true"), ("class", "icon"), ("viewbox", "0 0 24 24")]),
        ("/", "svg"),
        ("div", []),
        ("p", []),
        ("text", "This needs an answer."),
        ("/", "p"),
        ("/", "div"),
        ("/", "div"),
        ("/", "div"),
    ]


@pytest.mark.parametrize(
    ("name", "begins", "has"),
    [
        ("note", '<div class="field"><label for="id_note">Note</label>', False),
        ("more", '<div class="field"><label for="id_more">More <small>optional</small>', True),
        ("agreed", '<div class="field"><label class="check"><input type="checkbox"', False),
        ("way", '<fieldset class="field" aria-describedby="id_way_helptext"><legend>Way ', True),
    ],
)
def test_each_kind_of_question_is_drawn_its_way(name, begins, has):
    html = str(Asked()[name].as_field_group())
    assert html.startswith(begins)
    assert ("optional" in html) is has
    assert html.endswith("</fieldset>" if name == "way" else "</div>")
    assert (f'id="id_{name}_helptext"' in html) is (name in ("agreed", "way"))


@pytest.mark.parametrize("value", ["a", NASTY, 3, "", None, "none of these"])
def test_a_long_choice_is_written_from_its_choices_and_comes_out_as_djangos_own(value):
    attrs = {"id": "id_name", "required": True}
    ours = Select({"class": NASTY}, CHOICES).render("na<me", value, attrs, renderer=Renderer())
    theirs = forms.Select({"class": NASTY}, CHOICES)
    assert elements(ours) == elements(
        theirs.render("na<me", value, attrs, renderer=TemplatesSetting())
    )
    assert not re.search(r"<script", ours)


def test_of_two_equal_choices_the_first_is_selected():
    html = Select(choices=[("a", "One"), ("a", "Other")]).render("name", "a")
    assert html.count(" selected") == 1


def test_a_choice_that_gets_its_choices_late_shows_them():
    class Late(Form):
        name = forms.ChoiceField(choices=[("a", "A")])

    form = Late({"name": "b"})
    form.fields["name"].choices = [("b", "<B>")]
    assert '<option value="b" selected>&lt;B&gt;</option>' in str(form["name"])
    assert 'value="a"' in str(Late()["name"])
