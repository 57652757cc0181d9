"""How do rows look before they are imported? As they would become, in the reader's words."""

from django.utils.translation import gettext as _

from .columns import CUSTOM, choices
from .matching import Judged, Verdict
from .plan import Plan

APART = ("first_name", "last_name", "email")


def rows(judged: list[Judged], plan: Plan) -> list[dict]:
    """As plain values: row, verdict, name, email, accounts, and what else as (label, value)."""
    labels = {name: str(label) for _group, names in choices(plan.about) for name, label in names}
    labels |= {"keys": _("External ID"), "joined": _("Further account")}
    labels |= {"parent": _("Parent account")}
    return [shown(each, plan, labels) for each in judged]


def shown(judged: Judged, plan: Plan, labels: dict) -> dict:
    row, values = judged.row, dict(judged.set)
    if judged.verdict == Verdict.NEW:
        values |= {CUSTOM + key: value for key, value in row.custom.items()}
        values |= {"keys": row.keys} if row.keys else {}
        values |= {"parent": row.parent} if row.parent else {}
        values |= row.address if plan.is_of_people else {}
    name, email = row.values.get("name", ""), ""
    if plan.is_of_people:
        name = f"{row.values.get('first_name', '')} {row.values.get('last_name', '')}".strip()
        email = row.values.get("email", "")
    # What stands in a column of its own is said again where it is what changes.
    apart = (*APART, "name") if judged.verdict == Verdict.NEW else ()
    return {
        "row": row.number,
        "verdict": judged.verdict.value,
        "name": name,
        "email": email,
        "accounts": [name or key for key, name in row.linked],
        "values": [
            [labels.get(key.replace("custom ", CUSTOM), key), plain(value)]
            for key, value in values.items()
            if key not in apart
        ],
    }


def plain(value) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(" ".join(e) if isinstance(e, tuple) else str(e) for e in value)
    return str(value)[:200]
