"""How is it told what happened to opportunities and stages, and what are they called?"""

import decimal

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms import days
from tms.compiled import Question
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told, day

from . import told
from .models import Opportunity, Quote, Stage, StageKind

SEE = "crm.view_opportunities"

# Names

OPPORTUNITIES = Question(
    lambda ids: Opportunity.objects.filter(pk__in=ids).values_list("pk", "name")
)
STAGES = Question(lambda ids: Stage.objects.filter(pk__in=ids).values_list("pk", "name"))
QUOTES = Question(lambda ids: Quote.objects.filter(pk__in=ids).values_list("pk", "number"))


def opportunities(ids, user) -> dict:
    may = allowed(user, SEE)
    return {
        pk: (name, page_of("crm:opportunity", pk) if may else "")
        for pk, name in OPPORTUNITIES(ids=ids)
    }


def stages(ids, user) -> dict:
    return {pk: (name, "") for pk, name in STAGES(ids=ids)}


def quotes(ids, user) -> dict:
    may = allowed(user, SEE)
    return {pk: (number, page_of("crm:quote", pk) if may else "") for pk, number in QUOTES(ids=ids)}


NAMES = [
    Names("opportunity", opportunities),
    Names("stage", stages),
    Names("quote", quotes),
]

# Opportunities


def on_its_page(row, names) -> bool:
    """Is it told on the opportunity's own page?"""
    return names.here == ("opportunity", row.subject_id)


def about(row, names, here: str, elsewhere: str):
    """`here` on the opportunity's own page; with its account and contact it is named."""
    if on_its_page(row, names):
        return here
    return format_html(elsewhere, name=names("opportunity", row.subject_id))


def created(row, names):
    return about(row, names, _("Opened"), _("{name} opened"))


def edited(row, names):
    return Told(
        about(row, names, _("Edited"), _("{name} edited")),
        changes=told.lines(Opportunity, row, names),
    )


def stages_of(row, names) -> list:
    """From which stage to which."""
    change = names.row("change", row.after.get("change"))
    if change is None:
        return []
    before, after = change.before.get("stage"), change.after.get("stage")
    return [("", names("stage", before), names("stage", after))]


def moved(row, names):
    return Told(about(row, names, _("Moved"), _("{name} moved")), changes=stages_of(row, names))


def won(row, names):
    return Told(about(row, names, _("Won"), _("{name} won")), changes=stages_of(row, names))


def lost(row, names):
    return Told(about(row, names, _("Lost"), _("{name} lost")), changes=stages_of(row, names))


def reopened(row, names):
    return Told(
        about(row, names, _("Reopened"), _("{name} reopened")), changes=stages_of(row, names)
    )


def quoted(row, names):
    number = names("quote", row.after.get("quote"))
    if on_its_page(row, names):
        title = format_html(_("Quote {number} made"), number=number)
    else:
        name = names("opportunity", row.subject_id)
        title = format_html(_("Quote {number} made for {name}"), number=number, name=name)
    until = _("Valid until %(day)s") % {"day": day(row.after.get("valid_until"))}
    return Told(title, details=until)


def external_id_added(row, names):
    return Told(
        about(row, names, _("External ID added"), _("External ID added to {name}")),
        details=told.external_id_added(row, names).details,
    )


def external_id_removed(row, names):
    return Told(
        about(row, names, _("External ID removed"), _("External ID removed from {name}")),
        details=told.external_id_removed(row, names).details,
    )


# Interests

PARTS = {
    "title": gettext_lazy("Interest"),
    "quantity": gettext_lazy("Quantity"),
    "unit_price": gettext_lazy("Price"),
    "discount": gettext_lazy("Discount"),
    "net": gettext_lazy("Net"),
}


def interest_added(row, names):
    return Told(
        about(row, names, _("Interest added"), _("Interest added to {name}")),
        details=_interest(row.after, names),
    )


def interest_removed(row, names):
    return Told(
        about(row, names, _("Interest removed"), _("Interest removed from {name}")),
        details=_interest(row.before, names),
    )


def interest_changed(row, names):
    before, after = row.before, row.after
    title = about(row, names, _("Interest changed"), _("Interest of {name} changed"))
    changes = [
        (label, _part(name, before, names), _part(name, after, names))
        for name, label in PARTS.items()
        if before.get(name) != after.get(name)
    ]
    if before.get("contacts") != after.get("contacts"):
        changes.append((_("For"), _people(before, names), _people(after, names)))
    return Told(title, details=after.get("title", ""), changes=changes)


def _interest(said: dict, names):
    """2 × Leadership Library, 1,980 EUR"""
    return format_html(
        "{} × {}, {}",
        days.number(said.get("quantity", 0)),
        said.get("title", ""),
        _amount("net", said, names),
    )


def _amount(name: str, said: dict, names):
    """1,980 EUR"""
    number = days.number(decimal.Decimal(said.get(name, 0)))
    return format_html("{} {}", number, names("unit", said.get("unit")))


def _part(name: str, said: dict, names):
    given = said.get(name, "")
    if name in ("unit_price", "net"):
        return _amount(name, said, names)
    return f"{given} %" if name == "discount" and decimal.Decimal(given or 0) else given


def _people(said: dict, names):
    found = [names("contact", pk) for pk in said.get("contacts", [])]
    sentence = found[0] if found else ""
    for each in found[1:]:
        sentence = format_html("{}, {}", sentence, each)
    return sentence


# Stages


def stage_edited(row, names):
    labels = {"name": _("Name"), "kind": _("Counts as"), "probability": _("Probability")}
    kinds = dict(StageKind.choices)
    changes = [
        (label, kinds.get(row.before[name], row.before[name]), kinds.get(new, new))
        for name, label in labels.items()
        if (new := row.after.get(name)) is not None
    ]
    return Told(
        format_html(_("Stage {name} edited"), name=names("stage", row.subject_id)),
        changes=changes,
    )


def on_stage(sentence):
    """A function that tells the sentence with the stage's name."""
    return lambda row, names: format_html(str(sentence), name=names("stage", row.subject_id))


FACTS = [
    Fact("opportunity.created", "plus", created, "good"),
    Fact("opportunity.edited", "pencil", edited),
    Fact("opportunity.moved", "arrow-right", moved),
    Fact("opportunity.interest_added", "list-plus", interest_added, "good"),
    Fact("opportunity.interest_changed", "pencil", interest_changed),
    Fact("opportunity.interest_removed", "list-x", interest_removed, "warn"),
    Fact("opportunity.quoted", "file-text", quoted),
    Fact("opportunity.won", "trophy", won, "good"),
    Fact("opportunity.lost", "circle-x", lost, "bad"),
    Fact("opportunity.reopened", "rotate-ccw", reopened),
    Fact("opportunity.external_id_added", "hash", external_id_added),
    Fact("opportunity.external_id_removed", "hash", external_id_removed, "warn"),
    Fact("stage.created", "plus", on_stage(gettext_lazy("Stage {name} added")), "good"),
    Fact("stage.edited", "pencil", stage_edited),
    Fact("stage.moved", "arrow-up-down", on_stage(gettext_lazy("Stage {name} moved"))),
    Fact("stage.archived", "archive", on_stage(gettext_lazy("Stage {name} archived")), "bad"),
    Fact(
        "stage.restored", "archive-restore", on_stage(gettext_lazy("Stage {name} restored")), "good"
    ),
]
