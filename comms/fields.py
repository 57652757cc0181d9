"""With what is a template filled in? The fields of its target, and those that every message has.

`recipient` is whoever it is written to, `learner` whoever it is about, where the target has one:
the learner's manager can be told of the learner's pass.
"""

from django.utils.translation import gettext_lazy as _

from tms.occasions import Field, targets
from tms.text import BROKEN, TURNING

COMMON = (
    Field("recipient.first_name", _("First name of the recipient"), "Ada"),
    Field("recipient.last_name", _("Last name of the recipient"), "Lindqvist"),
    Field("recipient.name", _("Name of the recipient"), "Ada Lindqvist"),
    Field("recipient.email", _("Email address of the recipient"), "ada@kestrelrail.example"),
    Field("account.name", _("Account"), "Kestrel Rail Group"),
    Field("organisation.name", _("Our organisation"), "Northlight Training"),
    Field("organisation.contact_email", _("Our address for questions"), "hello@northlight.example"),
    Field("links.catalogue", _("Link to the catalogue"), "https://…/catalogue/"),
    Field("links.profile", _("Link to the profile"), "https://…/profile/"),
    Field(
        "links.preferences",
        _("Link to what the recipient receives"),
        "https://…/email-preferences/",
    ),
)


def of(target: str) -> tuple[Field, ...]:
    """All fields of the templates of a target, its own first; those of all for an unknown one."""
    known = targets().get(target)
    return (*(known.fields if known else ()), *COMMON)


def by_name(target: str) -> dict[str, Field]:
    return {field.name: field for field in of(target)}


def examples(target: str) -> dict:
    """Every field filled in with its example, nested as `Target.facts` answers."""
    return nested(
        {
            field.name: field.example.split("\n") if field.many else field.example
            for field in of(target)
        }
    )


def nested(values: dict) -> dict:
    """{"pass.type": "Gold"} as {"pass": {"type": "Gold"}}."""
    found: dict = {}
    for name, value in values.items():
        first, _dot, last = name.partition(".")
        found.setdefault(first, {})[last] = value
    return found


def known(values: dict, target: str) -> dict:
    """Of nested values those that the target's templates may be filled in with, as plain text.

    What is empty is left out, so that nothing is greeted as "Dear ,"; an empty list stays.
    """
    found = {}
    for field in of(target):
        first, _dot, last = field.name.partition(".")
        value = values.get(first, {}).get(last)
        if field.many:
            found[field.name] = [text for text in map(line_of, value or ()) if text]
        elif text := line_of(value):
            found[field.name] = text
    # Every group is there, so that what is missing is missing by its whole name.
    return {field.name.partition(".")[0]: {} for field in of(target)} | nested(found)


def line_of(value) -> str:
    """A value as one line of text, without characters that nobody sees or that turn others."""
    if value is None:
        return ""
    return " ".join(BROKEN.sub(" ", TURNING.sub("", str(value))).split())
