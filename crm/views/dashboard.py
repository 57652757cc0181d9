"""What does selling bring to the dashboard? What closes next, what was won, and when."""

import datetime

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog import money
from catalog.models import Unit
from tms.compiled import Rows
from tms.ui import charts, granules
from tms.ui.address import page_of
from tms.ui.alike import once
from tms.ui.granules import Grain

from .. import reports
from ..models import Opportunity

FORTNIGHT = datetime.timedelta(days=14)
LISTED = 6
UNIT = ("code", "decimals", "kind")
NEEDED = (
    "pk",
    "name",
    "account__name",
    "worth",
    "currency__code",
    "currency__decimals",
    "currency__kind",
)


def _due(until, owner):
    """The first of one owner's and the first of the others', so that no more of them are read."""
    due = Opportunity.objects.open().filter(closes_key__lte=until).order_by("closes_key", "pk")
    mine, others = due.filter(owner=owner), due.filter(Q(owner=None) | ~Q(owner=owner))
    needed = (*NEEDED, "closes_on", "owner_id", "owner__name")
    first, second = (rows.values(*needed)[: LISTED + 1] for rows in (mine, others))
    return first.union(second, all=True)


DUE = Rows(_due)
WON = Rows(
    lambda: (
        Opportunity.objects.filter(closed_on__isnull=False, won=True)
        .order_by("-closed_on", "-pk")
        .values(*NEEDED, "closed_on")[:LISTED]
    )
)


def closing(request, user) -> str:
    """Open opportunities due within fourteen days, or overdue: mine first. One statement."""
    until = request.today + FORTNIGHT
    found = DUE(until=until, owner=user.pk)
    for row in found:
        row["overdue"] = row["closes_on"] < request.today
        row["mine"] = row["owner_id"] == user.pk
    found.sort(key=lambda row: (not row["mine"], row["closes_on"], row["pk"]))
    url = f"{reverse('crm:opportunities')}?{urlencode({'closing_to': until})}"
    return _closing(found[: LISTED + 1], url)


@once
def _closing(found, url: str) -> str:
    rows = [told(row) for row in found[:LISTED]]
    context = {"rows": rows, "more": len(found) > LISTED, "url": url}
    return render_to_string("crm/_closing.html", context)


def recent_wins(_request, _user) -> str:
    """What was won last. One statement."""
    return _recent_wins(WON())


@once
def _recent_wins(found) -> str:
    url = f"{reverse('crm:opportunities')}?kind=won"
    context = {"rows": [told(row) for row in found], "url": url}
    return render_to_string("crm/_recent_wins.html", context)


def won_by_month(request, _user) -> str:
    """Net worth won in each of twelve months, this one included, in the currency in which most was
    won. One statement."""
    first = request.today.replace(day=1) - relativedelta(months=11)
    months = granules.within(first, request.today, Grain.MONTH)
    found = reports.won_by_currency(months, first, request.today)
    if not found:
        return _won(months, [], {})
    currency, worths = found[0]
    unit = {"pk": currency.pk, **{each: getattr(currency, each) for each in UNIT}}
    return _won(months, [worths.get(each, 0) for each in months], unit)


@once
def _won(months, worths, unit: dict) -> str:
    currency = Unit(**unit)
    title = _("Won by month in %(code)s") % {"code": currency.code}
    chart = charts.bars(
        title if unit else _("Won by month"),
        [
            (granules.short(each, Grain.MONTH), [worth])
            for each, worth in zip(months, worths, strict=bool(unit))
        ],
        [""],
        write=lambda value: money.written(value, currency),
        key="won",
    )
    asked = f"?currency={currency.pk}" if unit else ""
    context = {
        "chart": chart,
        "any": bool(unit),
        "name": "won",
        "url": f"{reverse('crm:report_won')}{asked}",
        "none": _("No opportunity was won in these twelve months."),
    }
    return render_to_string("ui/_chart_panel.html", context)


def told(row) -> dict:
    """A row with its address, and its worth in words."""
    currency = Unit(
        code=row["currency__code"],
        decimals=row["currency__decimals"],
        kind=row["currency__kind"],
    )
    worth = money.written(row["worth"], currency) if row["worth"] else ""
    return {**row, "url": page_of("crm:opportunity", row["pk"]), "written": worth}
