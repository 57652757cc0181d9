"""Which opportunities are there, as a list and as a board, and what is this one?"""

import functools

from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.compiled import Question, Rows
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import board as boards
from ..filters_selling import OWNERS, AccountOpportunityFilter, OpportunityFilter
from ..models import Opportunity
from ..models.extra import known_as
from ..models.task import noted
from ..tables_selling import AccountOpportunityTable, OpportunityTable
from . import board_cards
from .accounts import found as account_found
from .options import whole_number

SEE, CHANGE, WIN = "crm.view_opportunities", "crm.change_opportunities", "crm.win_opportunities"

OWNERS_BY_NAME = Question(lambda: OWNERS.values_list("pk", "name"))
PAGE = Rows(
    lambda pk: Opportunity.objects.filter(pk=pk).select_related(
        "account", "contact", "owner", "region", "currency", "stage"
    )
)


def found(pk) -> Opportunity:
    """The opportunity with all that its page says of it. One statement; Http404."""
    return PAGE.or_404(pk=pk)


@functools.cache
def with_notes():
    """Opportunities with their names elsewhere and what was noted, for who shows these columns."""
    rows = Opportunity.objects.annotate
    return rows(known_as=known_as("opportunity"), noted=noted("opportunity"))


class Opportunities(ListPage):
    """Everything that somebody might buy, or did."""

    title = gettext_lazy("Opportunities")
    permission_required = SEE
    table, filterset, sort = OpportunityTable, OpportunityFilter, "closes_on"
    values = ("won",)
    template_name = "crm/opportunities.html"
    export_name = "opportunities"
    keeps = shows_all = True
    changes = "opportunity"

    def queryset(self):
        return with_notes().all()

    def actions(self):
        yield Action(
            _("Add Opportunity"), reverse("crm:create_opportunity"), "plus", permission=CHANGE
        )

    @property
    def empty(self):
        return Empty(
            _("No open opportunities"),
            _("An opportunity is a sale to one account, from the first enquiry to won or lost."),
            next(iter(self.permitted(self.actions())), None),
        )

    def kind(self, row):
        return {"won": row["won"]}

    def menu(self, row):
        pk = row["pk"]
        yield Action(_("Edit"), page_of("crm:edit_opportunity", pk), "pencil", permission=CHANGE)
        if row["won"] is None:
            yield Action(
                _("Move to stage"),
                page_of("crm:move_opportunity", pk),
                "arrow-right",
                permission=CHANGE,
            )
            yield Action(_("Win"), page_of("crm:win", pk), "trophy", permission=WIN)
            yield LINE
            yield Action(
                _("Lose"), page_of("crm:lose", pk), "circle-x", danger=True, permission=CHANGE
            )
        elif not row["won"]:
            yield Action(_("Reopen"), page_of("crm:reopen", pk), "rotate-ccw", permission=CHANGE)

    def dim(self, row):
        return row["won"] is False


class AccountOpportunities(Opportunities):
    """Those of one account."""

    table, filterset = AccountOpportunityTable, AccountOpportunityFilter
    label = gettext_lazy("Opportunities of the account")
    export_name = "account-opportunities"

    def queryset(self):
        return with_notes().filter(account=self.kwargs["pk"])

    def actions(self):
        yield Action(
            _("Add Opportunity"),
            f"{reverse('crm:create_opportunity')}?account={self.kwargs['pk']}",
            "plus",
            permission=CHANGE,
        )


@staff(SEE)
def board(request):
    """The same by stage; for htmx the columns alone. `?owner=3`: what one works on."""
    owner_id = whole_number(request.GET.get("owner", ""))
    part = request.htmx and request.htmx.target == "board"
    may_change, may_win = allowed(request.user, CHANGE), allowed(request.user, WIN)
    found = boards.columns(reverse("crm:opportunities"), on=request.today, owner_id=owner_id)
    drawn = functools.partial(board_cards.draw, may_change=may_change, may_win=may_win)
    context = {
        "columns": [(each, drawn(each.cards, is_open=each.is_open)) for each in found],
        "owner_id": owner_id,
        "days_shown": boards.DAYS_SHOWN,
        "may_change": may_change,
        "here": request.get_full_path(),
    }
    if not part:
        context["owners"] = OWNERS_BY_NAME()
    template = "crm/_board.html" if part else "crm/board.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@staff(SEE)
def opportunity(request, pk):
    """The page of one opportunity; for htmx its head alone."""
    head = request.htmx and request.htmx.target == "head"
    template = "crm/_opportunity_head.html" if head else "crm/opportunity.html"
    response = render(request, template, {"opportunity": found(pk)})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@staff(("crm.view_people", SEE))
def account_opportunities(request, pk):
    """The tab `Opportunities` of an account's page."""
    listing = AccountOpportunities.at(request, pk=pk)
    context = {
        "account": account_found(request, pk),
        "listing": listing,
        "actions": listing.page.permitted(listing.page.actions()),
    }
    answer = listing.answer() or render(request, "crm/account_opportunities.html", context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer
