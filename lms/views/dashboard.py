"""The page that staff begin with: what is, what ends next, what waits."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tms.days import day_text
from tms.ui.access import allowed, staff

from .. import overview
from ..tables import ANSWER


@staff
@require_GET
def dashboard(request):
    """Each figure is a link; what a role doesn't include isn't there. Seven statements at most."""
    on, may = request.today, lambda permission: allowed(request.user, permission)
    figures, context = [], {}
    if may("passes.view_passes"):
        passes = overview.passes(on)
        listed = reverse("passes:list")
        ending = {
            "status": "active",
            "expires_from": on.isoformat(),
            "expires_to": (on + overview.SOON).isoformat(),
        }
        figures += [
            (passes.active, _("Active passes"), f"{listed}?status=active", nobody(passes)),
            (passes.ending, _("Passes ending in 30 days"), f"{listed}?{urlencode(ending)}", ""),
        ]
        context |= {"passes": passes, "ending_url": f"{listed}?{urlencode(ending)}"}
    if may(ANSWER):
        waiting = overview.waiting()
        url = f"{reverse('lms:requests')}?state=open"
        figures.append((waiting, _("Requests waiting"), url, ""))
        context |= {"requests": overview.requests(), "waiting": waiting, "requests_url": url}
    if may("catalog.view_catalogue"):
        events = list(overview.events(on))
        figures.append(
            (
                len(events),
                _("Events in the next 14 days"),
                reverse("catalog:events"),
                short_of_seats(events),
            )
        )
        context["events"] = events[: overview.LISTED]
    if may("lms.view_registrations"):
        url = f"{reverse('lms:registrations')}?{urlencode(last_month(on))}"
        figures.append((overview.learners(on), _("Registrations in 30 days"), url, ""))
    return render(
        request, "lms/staff/dashboard.html", {**context, "figures": figures, "day": day_text(on)}
    )


def nobody(passes) -> str:
    if not passes.unassigned:
        return ""
    return ngettext(
        "%(count)d of them unassigned", "%(count)d of them unassigned", passes.unassigned
    ) % {"count": passes.unassigned}


def short_of_seats(events) -> str:
    """How many of them don't have the number of learners that they need."""
    short = sum(1 for event in events if event.minimum and event.taken < event.minimum)
    if not short:
        return ""
    return ngettext("%(count)d below its minimum", "%(count)d below their minimum", short) % {
        "count": short
    }


def last_month(on) -> dict:
    first = on - overview.SOON + (overview.SOON / 30)
    return {"registered_from": first.isoformat(), "registered_to": on.isoformat()}
