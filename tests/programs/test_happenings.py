"""Every kind of fact that the product writes can be asked for, in words."""

import ast
from pathlib import Path

from django.apps import apps
from django.conf import settings

from comms import fields as letter_fields
from tms.occasions import occasions, targets
from tms.people import permissions
from tms.programs import happenings
from tms.ui import register

APPS = (
    "catalog",
    "crm",
    "passes",
    "tokens",
    "lms",
    "comms",
    "tms/people",
    "tms/programs",
    "tms/watch",
)
# Names that look like kinds: facts for CONSEQUENCES and a lock, which are not written.
NOT_WRITTEN = {
    "organisation.zone_changed",
    "event.duplicated",
    "item.duplicated",
    "event.moved",
    "event.rescheduled",
    "event.seats_changed",
    "tokens.import",
}


def nouns() -> set[str]:
    return {kind.partition(".")[0] for kind in happenings.kinds()}


def in_the_code() -> set[str]:
    """The texts of our modules that begin like a kind: "pass.renewed"."""
    found, named = set(), nouns()
    for app in APPS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if path.name == "happenings.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    noun, dot, happened = node.value.partition(".")
                    if dot and noun in named and happened.replace("_", "").isalpha():
                        found.add(node.value)
    return found


def is_right_or_model(name: str) -> bool:
    """tokens.issue_tokens is a right and tokens.tokenissue a model, of an app named like a noun."""
    app, _dot, model = name.partition(".")
    known = apps.all_models.get(app, {})
    return name in permissions.codes() or model.lower() in known


def in_messages() -> set[str]:
    """What messages are filled in with and timed against has names of the same shape."""
    fields = {field.name for target in targets() for field in letter_fields.of(target)}
    return fields | set(occasions())


def test_every_kind_that_is_written_can_be_asked_for():
    found = {kind for kind in in_the_code() if not is_right_or_model(kind)}
    assert found - in_messages() - happenings.kinds() - NOT_WRITTEN == set(), (
        "Give the new kinds a label in the app's happenings.py (docs/adding-a-verb.md)."
    )


def test_a_new_noun_is_noticed_too():
    """Every noun that a history tells of is offered, but for webhooks themselves."""
    told = {fact.kind.partition(".")[0] for fact in register.all_of().facts}
    assert told - nouns() == {"webhook"}


def test_they_are_listed_by_area_each_once():
    areas = happenings.by_area()
    assert [area for area, _kinds in areas][:3] == ["Training passes", "Learning", "Contacts"]
    listed = [kind for _area, kinds in areas for kind, _label in kinds]
    labels = [label for _area, kinds in areas for _kind, label in kinds]
    assert len(listed) == len(set(listed)) == len(set(labels)) == len(happenings.kinds())
