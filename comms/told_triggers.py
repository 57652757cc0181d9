"""How is it told what people did with triggers?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.occasions import occasions
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told, value

from .models import Role, Side, Trigger

MAY_SEE = "comms.view_communications"
LABELS = {
    "name": gettext_lazy("Name"),
    "abbreviation": gettext_lazy("Abbreviation"),
    "template": gettext_lazy("Template"),
    "sender": gettext_lazy("From"),
    "automatic": gettext_lazy("Automatic"),
    "occasion": gettext_lazy("Trigger"),
    "offset": gettext_lazy("Offset"),
    "side": gettext_lazy("Before or after"),
    "audience": gettext_lazy("Audience"),
    "addresses": gettext_lazy("Fixed addresses"),
    "pass_type": gettext_lazy("Pass Type"),
    "options": gettext_lazy("Options"),
    "token_type": gettext_lazy("Token Type"),
    "course": gettext_lazy("Course"),
}
# What is an id, and of what.
NOUNS = {
    "template": "template",
    "sender": "sending_address",
    "pass_type": "pass_type",
    "options": "pass_option",
    "token_type": "token_type",
    "course": "item",
}


def names(ids, user) -> dict:
    may = allowed(user, MAY_SEE)
    rows = Trigger.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: (name, page_of("comms:preview_trigger", pk) if may else "") for pk, name in rows}


def said(name: str, given, names):
    """A value of the journal in words."""
    if name in NOUNS:
        many = given if isinstance(given, list) else [given]
        return ", ".join(str(names(NOUNS[name], each)) for each in many if each)
    if name == "occasion" and given in occasions():
        return str(occasions()[given].label)
    if name == "side":
        return str(Side(given).label)
    if name == "audience":
        return ", ".join(str(Role(role).label) for role in given)
    return value(given)


def edited(row, names):
    changes = [
        (str(LABELS[name]), said(name, before, names), said(name, row.after[name], names))
        for name, before in row.before.items()
        if name in LABELS
    ]
    return Told(_("Edited"), changes=changes)


def created(row, names):
    if copied := row.after.get("copy_of"):
        return Told(_("Copied"), details=names("trigger", copied))
    return Told(_("Created"))


FACTS = [
    Fact("trigger.created", "plus", created, "good"),
    Fact("trigger.edited", "pencil", edited),
    Fact("trigger.enabled", "circle-check", gettext_lazy("Enabled"), "good"),
    Fact("trigger.disabled", "ban", gettext_lazy("Disabled"), "warn"),
    Fact("trigger.archived", "archive", gettext_lazy("Archived"), "bad"),
]
NAMES = [Names("trigger", names)]
