"""Which places wait for somebody to be named, or did? For staff: lists and panels."""

import functools

from django.db.models import Case, CharField, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Event, ItemKind
from crm import doubles
from crm.models import Account, Opportunity
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import tables
from ..filters import HeldPlaceFilter
from ..models import HeldPlace
from ..tables import MANAGE, HeldState
from .registrations import LOOK, Brief

SEE_DEALS = "crm.view_opportunities"


def told():
    """Held places with what lists tell of them."""
    return HeldPlace.objects.annotate(
        state=Case(
            When(filled_by__isnull=False, then=Value(HeldState.FILLED)),
            When(released_at__isnull=False, then=Value(HeldState.RELEASED)),
            default=Value(HeldState.HELD),
            output_field=CharField(),
        )
    )


class HeldPlaces(ListPage):
    """Every place that was sold for nobody yet; a list of fewer says which by its address."""

    title = gettext_lazy("Unnamed places")
    permission_required = LOOK
    table, filterset, sort = tables.HeldPlaceTable, HeldPlaceFilter, "-pk"
    values = ("state", "item__title", "item__kind", "account__name")
    changes = "held_places"
    export_name = "unnamed-places"
    empty = Empty(
        gettext_lazy("No unnamed places"),
        gettext_lazy("Places that were sold without a name stand here until somebody gets them."),
    )
    owner = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if self.owner:
            (pk,) = kwargs.values()
            self.of = doubles.lead_on(request, get_object_or_404(self.owner, pk=pk))

    def queryset(self):
        return told().filter(**self.kwargs)

    def kind(self, row):
        return {"state": row["state"], "item__kind": row["item__kind"]}

    def menu(self, row):
        if row["state"] != HeldState.HELD:
            return
        yield Action(
            _("Name a participant"),
            page_of("lms:name_participant", row["pk"]),
            "user-plus",
            permission=MANAGE,
        )
        if row["item__kind"] == ItemKind.COURSE:
            yield Action(
                _("Move to another date"),
                page_of("lms:move_place", row["pk"]),
                "calendar-clock",
                permission=MANAGE,
            )
        yield LINE
        yield Action(
            _("Release place"),
            page_of("lms:release_place", row["pk"]),
            "ban",
            danger=True,
            permission=MANAGE,
        )

    def dim(self, row):
        return row["state"] == HeldState.RELEASED

    def name_of(self, row):
        return f"{row['item__title']}, {row['account__name']}"


class OfEvent(HeldPlaces):
    owner, table = Event.objects.select_related("course"), tables.HeldOnEventTable
    list_id = "event-held-places"

    @property
    def crumbs(self):
        return ((self.of.choice_label, page_of("catalog:event", self.of.pk)),)


class OfAccount(HeldPlaces):
    owner, table = Account, tables.HeldOfAccountTable
    list_id = "account-held-places"

    @property
    def crumbs(self):
        return ((str(self.of), page_of("lms:of_account", self.of.pk)),)


class OfOpportunity(HeldPlaces):
    owner, table = Opportunity, tables.HeldOfOpportunityTable
    list_id = "opportunity-held-places"

    def queryset(self):
        return told().filter(interest__opportunity=self.kwargs["opportunity_id"])

    @property
    def crumbs(self):
        return ((str(self.of), page_of("crm:opportunity", self.of.pk)),)


@staff(LOOK)
@require_GET
def of_event(request, event_id):
    return _page(request, OfEvent, event_panel, event_id=event_id)


@staff(LOOK)
@require_GET
def of_account(request, account_id):
    return _page(request, OfAccount, account_panel, account_id=account_id)


@staff((LOOK, SEE_DEALS))
@require_GET
def of_opportunity(request, opportunity_id):
    return _page(request, OfOpportunity, opportunity_panel, opportunity_id=opportunity_id)


def event_panel(request, event) -> str:
    """Seats on the event that are kept for somebody. One statement, two beyond fifty."""
    return _panel(request, OfEvent, "lms:held_on_event", alone=False, event_id=event.pk)


def account_panel(request, account) -> str:
    """What the account bought for nobody yet."""
    return _panel(request, OfAccount, "lms:held_of_account", account_id=account.pk)


def opportunity_panel(request, opportunity) -> str:
    """What winning it gave for nobody yet. No statement before it is won."""
    if not opportunity.won:
        return ""
    name = "lms:held_of_opportunity"
    return _panel(request, OfOpportunity, name, opportunity_id=opportunity.pk)


def _page(request, page, panel, **of):
    """The list as a page, or the panel alone when something on it changed."""
    if "panel" in request.GET:
        view = page()
        view.setup(request, **of)
        response = HttpResponse(panel(request, view.of))
        patch_vary_headers(response, ["HX-Request"])
        return response
    return page.as_view()(request, **of)


def _panel(request, page, url_name, *, alone=True, **of) -> str:
    """Those that still wait; nothing where none was ever held."""
    listing = Waiting(page).at(request, **of)
    rows = listing.slice.rows
    url = reverse(url_name, kwargs=of)
    if not rows and "panel" not in request.GET:
        return ""
    context = {
        "listing": listing,
        "here": url,
        "count": listing.count if listing.slice.following else len(rows),
        "alone": alone,
    }
    return render_to_string("lms/staff/_held_places.html", context, request=request)


@functools.cache
def Waiting(page):  # noqa: N802 - it makes a class
    """The list without filters and export, of those that wait: for a panel."""
    brief = Brief(page)

    def queryset(self):
        return page.queryset(self).waiting()

    return type(page.__name__, (brief,), {"queryset": queryset, "keeps": True})
