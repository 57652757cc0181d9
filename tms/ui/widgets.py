"""How are native controls written? As Django's templates would, without a template per option.

A list of four hundred time zones is one template rendered four hundred times in Django's way, and
a filter by type two hundred: the dearest part of the page, for markup that never differs.
"""

from html import escape

from django import forms
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import icons


def attributes(attrs) -> str:
    """` name="value"` for each; True is the bare name, False is nothing."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str_of(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def str_of(value):
    """The value as text, safe where it was safe."""
    return value if isinstance(value, str) else str(value)


class Select(forms.Select):
    """A choice among many: written from its choices, without a dict for each option."""

    def render(self, name, value, attrs=None, renderer=None):
        opening = f'<select name="{escape(name)}"{attributes(self.build_attrs(self.attrs, attrs))}>'
        return mark_safe(f"{opening}{marked(self.plain(), self.format_value(value))}</select>")

    def plain(self) -> str:
        """The choices, as if none were chosen; those that know how they are written say so."""
        if asked := getattr(self.choices, "written", None):
            return asked()
        parts = []
        for key, label in self.choices:
            if isinstance(label, list | tuple):
                parts.append(f'<optgroup label="{conditional_escape(key)}">{written(label)}')
                parts.append("</optgroup>")
            else:
                parts.append(written([(key, label)]))
        return "".join(parts)


def written(choices) -> str:
    """Options of which none is chosen yet."""
    return "".join(
        [
            f'<option value="{"" if key is None else escape(str(key))}">'
            f"{escape(label) if type(label) is str else conditional_escape(label)}</option>"
            for key, label in choices
        ]
    )


def marked(options: str, chosen) -> str:
    """The options, the first of each value that is chosen marked."""
    for each in chosen:
        tag = f'<option value="{escape(str(each))}"'
        options = options.replace(f"{tag}>", f"{tag} selected>", 1)
    return options


def select(widget) -> SafeString:
    name, attrs = conditional_escape(widget["name"]), attributes(widget["attrs"])
    return mark_safe(f'<select name="{name}"{attrs}>{options(widget)}</select>')


def options(widget) -> str:
    """The choices of a <select>, with the headings of their groups."""
    parts = []
    for group, choices, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        parts += map(option, choices)
        if group:
            parts.append("</optgroup>")
    return "".join(parts)


def option(widget) -> str:
    value, label = conditional_escape(str_of(widget["value"])), conditional_escape(widget["label"])
    return f'<option value="{value}"{attributes(widget["attrs"])}>{label}</option>'


def given(widget) -> SafeString:
    """An <input> of any type."""
    value = widget["value"]
    said = "" if value is None else f' value="{conditional_escape(str_of(value))}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return mark_safe(f'<input type="{kind}" name="{name}"{said}{attributes(widget["attrs"])}>')


def textarea(widget) -> SafeString:
    value = widget["value"]
    text = conditional_escape(str_of(value)) if value else ""
    name = conditional_escape(widget["name"])
    return mark_safe(f'<textarea name="{name}"{attributes(widget["attrs"])}>\n{text}</textarea>')


def combobox(widget) -> SafeString:
    """A few letters, then a choice (tms.ui.combobox). combobox.js asks `url` for the options."""
    name, field = escape(widget["name"]), conditional_escape(widget["attrs"].get("id", ""))
    parts = []
    if widget["several"]:
        parts.append(f'<div class="row row--tight" data-chips data-name="{name}">')
        for pk, label in widget["chips"]:
            leave = _("Leave out %(label)s") % {"label": label}
            parts.append(chip(f' name="{name}" value="{pk}"', escape(label), escape(leave)))
        empty = chip(f' name="{name}"', "<span></span>", escape(_("Leave out")))
        parts.append(f"<template>{empty}</template></div>")
    parts.append(f'<div class="combobox" data-combobox data-url="{escape(str(widget["url"]))}"')
    if widget["sent_with"]:
        parts.append(f' data-with="{escape(widget["sent_with"])}"')
    parts.append(" data-several>" if widget["several"] else ">")
    if not widget["several"]:
        parts.append(held(name, widget))
    rest = attributes(widget["attrs"])
    parts.append(
        f'\n<input type="text" name="{escape(widget["typed_name"])}" '
        f'value="{escape(str(widget["typed"]))}" role="combobox" autocomplete="off" '
        f'spellcheck="false" aria-autocomplete="list" aria-expanded="false" '
        f'aria-controls="{field}_list"{rest}>{icons.icon("chevron-down")}\n'
        f'<div class="listbox" id="{field}_list" role="listbox" aria-labelledby="{field}"></div>'
        "</div>"
    )
    return mark_safe("".join(parts))


def chip(attrs: str, label: str, leave: str) -> str:
    drop = f'<button type="button" data-chip-drop aria-label="{leave}">{icons.icon("x")}</button>'
    return f'<span class="chip"><input type="hidden"{attrs}>{label} {drop}</span>'


def held(name: str, widget) -> str:
    """The id of what was chosen; where several match what was typed, those to choose from."""
    if not widget["matches"]:
        chosen = "" if widget["chosen"] is None else escape(str(widget["chosen"]))
        return f'<input type="hidden" name="{name}" value="{chosen}" data-combobox-value>'
    radios = [
        f'<label class="check"><input type="radio" name="{name}" value="{pk}"'
        f"{'' if number else ' data-combobox-value'}><span>{escape(label)}</span></label>"
        for number, (pk, label) in enumerate(widget["matches"])
    ]
    return f'<div data-combobox-matches class="stack stack--tight">{"".join(radios)}</div>'


def pair(widget) -> SafeString:
    """Two controls side by side, as from and to."""
    parts = "".join(DRAWN[part["template_name"]](part) for part in widget["subwidgets"])
    return mark_safe(f'<div class="field__pair">{parts}</div>')


def choice(widget) -> SafeString:
    """One of several round or square boxes, with its label around it where it has one."""
    if not widget["wrap_label"]:
        return given(widget)
    asked_for = widget["attrs"].get("id")
    names = f' for="{conditional_escape(asked_for)}"' if asked_for else ""
    label = conditional_escape(widget["label"])
    return mark_safe(f"<label{names}>{given(widget)} {label}</label>")


FOLDER = "django/forms/widgets/"
DRAWN = {
    f"{FOLDER}select.html": select,
    f"{FOLDER}textarea.html": textarea,
    f"{FOLDER}radio_option.html": choice,
    f"{FOLDER}checkbox_option.html": choice,
    "ui/combobox.html": combobox,
    "ui/day_range.html": pair,
} | {
    f"{FOLDER}{name}.html": given
    for name in (
        "input",
        "text",
        "number",
        "email",
        "url",
        "password",
        "hidden",
        "date",
        "datetime",
        "time",
        "checkbox",
    )
}
