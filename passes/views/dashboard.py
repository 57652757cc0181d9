"""What do passes bring to the dashboard? Those that end next, and how many were issued by month."""

import datetime

from dateutil.relativedelta import relativedelta
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tms.compiled import Rows
from tms.ui import charts, granules
from tms.ui.access import allowed
from tms.ui.alike import once
from tms.ui.granules import Grain

from .. import reports
from ..models import Pass

SOON = datetime.timedelta(days=30)
LISTED = 6

# One more than are listed: is there more?
ENDING = Rows(
    lambda on, soon: (
        Pass.objects.active_on(on)
        .filter(expires_on__lte=soon)
        .order_by("expires_on", "pk")
        .values(
            "pk",
            "expires_on",
            "pass_type__name",
            "account__name",
            "contact__first_name",
            "contact__last_name",
        )[: LISTED + 1]
    )
)


def ending_soon(on: datetime.date) -> str:
    """The list of the active passes that end within thirty days."""
    asked = {"status": "active", "expires_from": on, "expires_to": on + SOON}
    return f"{reverse('passes:list')}?{urlencode(asked)}"


def ending(request, _user) -> str:
    """The next passes to end, each with a way to renew it. One statement."""
    found = ENDING(on=request.today, soon=request.today + SOON)
    may_renew = allowed(request.user, "passes.change_pass")
    return _ending(found, ending_soon(request.today), may_renew)


@once
def _ending(found, url: str, may_renew: bool) -> str:
    context = {
        "passes": found[:LISTED],
        "more": len(found) > LISTED,
        "url": url,
        "may_renew": may_renew,
    }
    return render_to_string("passes/owned/_ending.html", context)


def issued(request, _user) -> str:
    """Passes issued in each of twelve months, this one included. One statement."""
    first = request.today.replace(day=1) - relativedelta(months=11)
    months = granules.within(first, request.today, Grain.MONTH)
    found = reports.sold(months, first, request.today, zone=request.zone, by="")
    return _issued(months, [found.get((each, ""), 0) for each in months])


@once
def _issued(months, numbers) -> str:
    chart = charts.bars(
        _("Passes issued by month"),
        [
            (granules.short(each, Grain.MONTH), [number])
            for each, number in zip(months, numbers, strict=True)
        ],
        [""],
        key="issued",
    )
    context = {
        "chart": chart,
        "any": any(numbers),
        "name": "issued",
        "url": reverse("passes:report_sold"),
        "none": _("No pass was issued in these twelve months."),
    }
    return render_to_string("ui/_chart_panel.html", context)
