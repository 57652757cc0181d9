"""Native controls are written without Django's templates, and come out the same."""

import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from tms.ui.forms import Renderer
from tms.ui.widgets import DRAWN

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
    assert DRAWN.keys() - kinds <= {
        "django/forms/widgets/input.html",
        "django/forms/widgets/datetime.html",
        "django/forms/widgets/time.html",
    }
