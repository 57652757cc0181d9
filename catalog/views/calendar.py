"""The calendar of events, by month and by week."""

import datetime
import urllib.parse

from babel.dates import format_date, get_day_names
from django.shortcuts import render
from django.views.decorators.http import require_GET

from catalog import calendar
from catalog.filters import EventFilter
from catalog.models import Event
from tms import days
from tms.ui.access import staff

from .asked import LOOK

ASKED = ("q", "course", "type", "place", "instructor")
FEW = 4  # meetings that a day of a month has room for


@require_GET
@staff(LOOK)
def events(request):
    """Which events meet when: `view` is month or week, `on` a day of it; what else narrows it."""
    weekly = request.GET.get("view") == "week"
    on = day_of(request.GET.get("on", ""), request.today)
    asked = EventFilter(request.GET, queryset=Event.objects.all(), request=request)
    found = asked.qs if asked.form.is_valid() else Event.objects.none()
    weeks = [calendar.week_days(on)] if weekly else calendar.month_days(on)
    dates = [day for week in weeks for day in week]
    shown = calendar.days(found, dates, month=on.month, zone=request.zone)
    locale = days.reader()
    step = calendar.DAY * 7
    before, after = (on - step, on + step) if weekly else around(on)
    narrow = {name: request.GET[name] for name in ASKED if request.GET.get(name)}

    def address(day, view=""):
        view = view or ("week" if weekly else "month")
        return "?" + urllib.parse.urlencode({"view": view, "on": day.isoformat()} | narrow)

    context = {
        "weekly": weekly,
        "on": on,
        "heading": days.span_short(dates[0], dates[-1])
        if weekly
        else format_date(on, "MMMM y", locale=locale),
        "weeks": [shown[number : number + 7] for number in range(0, len(shown), 7)],
        "few": FEW,
        "weekdays": [
            (
                get_day_names("abbreviated", "stand-alone", locale)[number],
                get_day_names("wide", "stand-alone", locale)[number],
            )
            for number in range(7)
        ],
        "fields": [asked.form[name] for name in ASKED],
        "narrow": narrow,
        "count": sum(len(each.meetings) for each in shown),
        "before": address(before),
        "after": address(after),
        "now": address(request.today),
        "monthly_url": address(on, "month"),
        "weekly_url": address(on, "week"),
    }
    return render(request, "catalog/calendar.html", context)


def around(on: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first days of the months before and after."""
    first = on.replace(day=1)
    return (first - calendar.DAY).replace(day=1), (first + 31 * calendar.DAY).replace(day=1)


def day_of(text: str, otherwise: datetime.date) -> datetime.date:
    """The day that an address names, within what calendars of days hold; else today."""
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if 1900 < found.year < 9000 else otherwise
