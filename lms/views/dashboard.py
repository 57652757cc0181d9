"""The page that staff begin with: what is, what needs doing, what waits.

Every part below the figures is a panel that an app brings (page "dashboard"; columns "charts" and
"main"); its subject is the user.
"""

from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from catalog.models import Unit
from catalog.money import written
from passes.views.dashboard import ending_soon
from tms.days import day_text
from tms.ui.access import allowed, staff
from tms.ui.alike import once

from .. import overview
from ..models import PaymentState
from ..tables import ANSWER, MANAGE
from ..tables_payments import SETTLE


@staff
@require_GET
def dashboard(request):
    """Each figure is a link and one statement; what a role doesn't include isn't there."""
    figures = [
        each
        for permission, drawn in FIGURES
        if allowed(request.user, permission)
        for each in drawn(request.today)
    ]
    context = {"figures": figures, "day": day_text(request.today)}
    return render(request, "lms/staff/dashboard.html", context)


# Figures: (number, label, address, note, status)


def passes(on):
    found = overview.passes(on)
    listed = f"{reverse('passes:list')}?status=active"
    yield found.active, _("Active passes"), listed, nobody(found.unassigned), ""
    yield found.ending, _("Passes ending in 30 days"), ending_soon(on), "", ""


def closing(on):
    found, note = overview.closing(on), ""
    if found.overdue:
        note = ngettext("%(count)d of them overdue", "%(count)d of them overdue", found.overdue) % {
            "count": found.overdue
        }
    asked = urlencode({"closing_to": on + overview.FORTNIGHT})
    url = f"{reverse('crm:opportunities')}?{asked}"
    yield found.due, _("Closing in 14 days"), url, note, "bad" if found.overdue else ""


def requests(_on):
    url = f"{reverse('lms:requests')}?state=open"
    yield overview.waiting(), _("Requests waiting"), url, "", ""


def events(on):
    found = overview.events(on)
    note = short(found)
    label, status = _("Events in the next 30 days"), "warn" if note else ""
    yield found.coming, label, coming(on), note, status


def registrations(on):
    first = on - overview.SOON + (overview.SOON / 30)
    asked = urlencode({"registered_from": first, "registered_to": on})
    url = f"{reverse('lms:registrations')}?{asked}"
    yield overview.learners(on), _("Registrations in 30 days"), url, "", ""


FIGURES = [
    ("passes.view_passes", passes),
    ("crm.view_opportunities", closing),
    (ANSWER, requests),
    ("catalog.view_catalogue", events),
    ("lms.view_registrations", registrations),
]


def coming(on) -> str:
    """The list of the events that begin within thirty days, full ones too."""
    asked = {"dates_from": on, "dates_to": on + overview.SOON}
    return f"{reverse('catalog:events')}?{urlencode(asked)}"


def nobody(unassigned: int) -> str:
    if not unassigned:
        return ""
    return ngettext("%(count)d of them unassigned", "%(count)d of them unassigned", unassigned) % {
        "count": unassigned
    }


def short(found: overview.Events) -> str:
    """How many of them don't have the number of learners that they need, or soon no seat."""
    if found.short:
        return ngettext(
            "%(count)d below its minimum", "%(count)d below their minimum", found.short
        ) % {"count": found.short}
    if found.tight:
        return ngettext("%(count)d short of seats", "%(count)d short of seats", found.tight) % {
            "count": found.tight
        }
    return ""


# Panels


def waiting(_request, _user) -> str:
    """What learners asked for and nobody answered, the oldest first. One statement."""
    return _waiting(overview.requests())


@once
def _waiting(found) -> str:
    context = {
        "requests": found[: overview.LISTED],
        "more": len(found) > overview.LISTED,
        "url": f"{reverse('lms:requests')}?state=open",
    }
    return render_to_string("lms/staff/_waiting.html", context)


def seats(request, _user) -> str:
    """Events within thirty days that are below their minimum, or nearly full. One statement."""
    return _seats(overview.short_of_seats(request.today), coming(request.today))


@once
def _seats(found, url: str) -> str:
    rows = [each | of_seats(each) for each in found[: overview.LISTED]]
    context = {"rows": rows, "more": len(found) > overview.LISTED, "url": url}
    return render_to_string("lms/staff/_seats.html", context)


def of_seats(event: dict) -> dict:
    """What runs short, in words, and how it is drawn."""
    minimum, taken, in_line = event["minimum"], event["taken"], event["in_line"]
    if minimum and taken < minimum:
        missing = minimum - taken
        words = ngettext("%(count)d below its minimum", "%(count)d below its minimum", missing) % {
            "count": missing
        }
        return {"status": "warn", "words": words}
    left = event["capacity"] - taken
    if in_line:
        words = ngettext("%(count)d is waiting", "%(count)d are waiting", in_line)
        return {"status": "full", "words": words % {"count": in_line}}
    if left <= 0:
        return {"status": "full", "words": _("Full")}
    words = ngettext("%(count)d seat left", "%(count)d seats left", left) % {"count": left}
    return {"status": "warn", "words": words}


def to_mark(request, _user) -> str:
    """What was handed in and isn't marked yet, the oldest first. One statement."""
    return _to_mark(overview.to_mark(), allowed(request.user, MANAGE))


@once
def _to_mark(found, may_mark: bool) -> str:
    context = {
        "submissions": found[: overview.LISTED],
        "more": len(found) > overview.LISTED,
        "may_mark": may_mark,
    }
    return render_to_string("lms/staff/_to_mark.html", context)


def to_settle(request, _user) -> str:
    """What was paid and not given, nor the money back, the oldest first. One statement."""
    return _to_settle(overview.to_settle(), allowed(request.user, SETTLE))


@once
def _to_settle(found, may_settle: bool) -> str:
    context = {
        "payments": [
            each | {"amount": written(each["net"] + each["tax"], unit_of(each))}
            for each in found[: overview.LISTED]
        ],
        "more": len(found) > overview.LISTED,
        "may_settle": may_settle,
        "url": f"{reverse('lms:payments')}?state={PaymentState.NEEDS_ACTION.value}",
    }
    return render_to_string("lms/staff/_to_settle.html", context)


def unit_of(row: dict) -> Unit:
    return Unit(**{each: row[f"unit__{each}"] for each in overview.UNIT})
