"""How is it told what happened to a pass type, its options, their prices and its training?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tms.compiled import Question
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told, about

from .models import PassOption, PassType, period_in_words

LABELS = {
    "name": gettext_lazy("Name"),
    "code": gettext_lazy("Code"),
    "description": gettext_lazy("Description"),
}


OPTIONS = Question(
    lambda pass_type_id: PassOption.objects.filter(pass_type=pass_type_id).values_list(
        "pk", "priced"
    )
)


def of_type(pass_type) -> list:
    """The journal of a type, of its options and of their prices, as sources of a history."""
    options = OPTIONS(pass_type_id=pass_type.pk)
    return [
        about("pass_type", pass_type.pk),
        about("pass_option", *(pk for pk, _priced in options)),
        about("priced", *(priced for _pk, priced in options)),
    ]


# Names


TYPES = Question(lambda ids: PassType.objects.filter(pk__in=ids).values_list("pk", "name"))
PRICED = Question(
    lambda ids: PassOption.objects.filter(priced__in=ids).values_list("priced", "name")
)


def types(ids, user) -> dict:
    may = allowed(user, "passes.view_passes")
    found = TYPES(ids=ids)
    return {pk: (name, page_of("passes:type", pk) if may else "") for pk, name in found}


def priced(ids, user) -> dict:
    """What the prices are of, where it is an option."""
    return {pk: (name, "") for pk, name in PRICED(ids=ids)}


# Facts


def edited(row, names):
    return Told(
        _("Edited"),
        changes=[
            (str(LABELS[key]), before, row.after[key])
            for key, before in row.before.items()
            if key in LABELS
        ],
    )


def training_added(row, names):
    count = many(row.after)
    return ngettext("%(n)d training added", "%(n)d trainings added", count) % {"n": count}


def training_removed(row, names):
    count = many(row.before)
    return ngettext("%(n)d training removed", "%(n)d trainings removed", count) % {"n": count}


def many(kept) -> int:
    return len(kept.get("items", [])) + len(kept.get("events", []))


def option(sentence):
    """A fact about an option, told by `sentence` with {name}."""
    return lambda row, names: format_html(str(sentence), name=names("pass_option", row.subject_id))


def option_edited(row, names):
    before, after = row.before, row.after
    changes = []
    if "name" in before:
        changes.append((_("Name"), before["name"], after["name"]))
    if "period" in before or "period_unit" in before:
        changes.append((_("Period"), period(before), period(after)))
    return Told(option(_("{name} edited"))(row, names), changes=changes)


def period(values) -> str:
    """The period; of its two parts the journal keeps those that changed."""
    if "period" in values and "period_unit" in values:
        return period_in_words(values["period"], values["period_unit"])
    return str(values.get("period", values.get("period_unit", "")))


FACTS = [
    Fact("pass_type.created", "plus", gettext_lazy("Created"), "good"),
    Fact("pass_type.edited", "pencil", edited),
    Fact("pass_type.published", "circle-check", gettext_lazy("Published"), "good"),
    Fact("pass_type.archived", "archive", gettext_lazy("Archived"), "bad"),
    Fact("pass_type.restored", "archive-restore", gettext_lazy("Restored"), "good"),
    Fact("pass_type.training_added", "plus", training_added, "good"),
    Fact("pass_type.training_changed", "pencil", gettext_lazy("Events of a course changed")),
    Fact("pass_type.training_removed", "x", training_removed, "bad"),
    Fact("pass_option.created", "plus", option(gettext_lazy("Option {name} created")), "good"),
    Fact("pass_option.edited", "pencil", option_edited),
    Fact(
        "pass_option.published",
        "circle-check",
        option(gettext_lazy("Option {name} published")),
        "good",
    ),
    Fact("pass_option.archived", "archive", option(gettext_lazy("Option {name} archived")), "bad"),
]
NAMES = [Names("pass_type", types), Names("priced", priced)]
