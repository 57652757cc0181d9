"""How are native controls written? As Django's templates would, without a template per option.

A list of four hundred time zones is one template rendered four hundred times in Django's way, and
a filter by type two hundred: the dearest part of the page, for markup that never differs.
"""

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


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


FOLDER = "django/forms/widgets/"
DRAWN = {f"{FOLDER}select.html": select, f"{FOLDER}textarea.html": textarea} | {
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
