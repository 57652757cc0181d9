"""What does an opportunity show of itself, part by part, and what of it stands on other pages?"""

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from catalog.money import written
from tms.compiled import Question, Rows
from tms.ui import timeline
from tms.ui.access import allowed, staff
from tms.ui.lists import Action

from .. import offers, totals
from ..documents import percent
from ..models import ExternalId, Fulfilment, Interest, Opportunity, Quote
from ..quotes import gross_of
from ..tables_selling import CURRENCY, unit_of
from . import interest_rows
from .opportunities import CHANGE, SEE, found

CHANGES = ("opportunity", "interests", "quotes")
# How many things that one interest gave are named.
NAMED = 12
ON_A_CONTACT = 6

IDS = Rows(lambda opportunity_id: ExternalId.objects.filter(opportunity=opportunity_id))
LINES = Rows(
    lambda opportunity_id: (
        Interest.objects.filter(opportunity=opportunity_id)
        .select_related("unit", "tax_level")
        .order_by("position", "pk")
    )
)
QUOTES = Rows(
    lambda opportunity_id: Quote.objects.filter(opportunity=opportunity_id).order_by("-pk")
)
OF_CONTACT = Rows(
    lambda contact_id: (
        Opportunity.objects.filter(contact=contact_id)
        .order_by("-pk")
        .values("pk", "name", "stage__name", "stage__kind", "worth", "closes_on", *CURRENCY)[
            : ON_A_CONTACT + 1
        ]
    )
)


def _given(opportunity_id):
    """The first things that each interest gave, and how many it gave."""
    of_it = {"partition_by": "interest"}
    return (
        Fulfilment.objects.filter(interest__opportunity=opportunity_id)
        .annotate(
            place=Window(RowNumber(), order_by="number", **of_it),
            count=Window(Count("*"), **of_it),
        )
        .filter(place__lte=NAMED)
        .order_by("interest__position", "interest", "number")
        .values_list("interest__title", "kind", "object_id", "quantity", "reversed", "count")
    )


GIVEN = Question(_given)


def details(request, opportunity) -> str:
    """The facts at the side. One statement."""
    context = {
        "opportunity": opportunity,
        "external_ids": IDS(opportunity_id=opportunity.pk),
        "may_change": allowed(request.user, CHANGE),
    }
    return render_to_string("crm/_opportunity_details.html", context, request=request)


def interests(request, opportunity) -> str:
    """What it is about, line by line, with sums. One statement."""
    rows = LINES(opportunity_id=opportunity.pk)
    may_change = allowed(request.user, CHANGE) and opportunity.is_open
    sums = totals.apart(rows)
    drawn, symbols = interest_rows.draw(rows, opportunity.pk, menus=may_change)
    context = {
        "opportunity": opportunity,
        "count": len(rows),
        "rows": drawn,
        "symbols": symbols,
        "adding": _adding(opportunity) if may_change else [],
        "currency": opportunity.currency,
        "sums": sums.money and _in_words(sums.money, opportunity.currency),
        "tokens": [written(number, unit) for unit, number in sums.tokens],
    }
    return render_to_string("crm/_interests.html", context, request=request)


def _adding(opportunity) -> list[Action]:
    """The menu of `Add Interest`: what is on offer."""
    return [
        Action(str(offer.label), reverse(offer.add_url, args=[opportunity.pk]), offer.icon)
        for offer in offers.all_of().values()
    ]


def _in_words(sums: totals.Sums, currency) -> dict:
    return {
        "net": written(sums.net, currency),
        "tax": written(sums.tax, currency),
        "gross": written(sums.gross, currency),
        "taxes": [
            (f"{name} {percent(level)}", written(net, currency), written(tax, currency))
            for name, level, net, tax in sums.taxes
        ],
    }


def quotes(request, opportunity) -> str:
    """The quotes that were made, newest first. One statement."""
    context = {
        "opportunity": opportunity,
        "quotes": [
            {
                "quote": each,
                "over": bool(opportunity.is_open and each.valid_until < request.today),
                "gross": gross_of(each),
            }
            for each in QUOTES(opportunity_id=opportunity.pk)
        ],
        "may_change": allowed(request.user, CHANGE) and opportunity.is_open,
    }
    return render_to_string("crm/_quotes.html", context, request=request)


def given(request, opportunity) -> str:
    """What winning it gave, by name; nothing before. One statement, and one for each kind."""
    if not opportunity.won:
        return ""
    rows = GIVEN(opportunity_id=opportunity.pk)
    names = timeline.Asked(request.user)
    for _title, kind, pk, *_more in rows:
        names.row(kind, pk)
    names.look_up()
    groups: dict[str, dict] = {}
    for title, kind, pk, quantity, reversed_, count in rows:
        group = groups.setdefault(title, {"title": title, "count": count, "things": []})
        group["things"].append((names(kind, pk), quantity, reversed_))
    for group in groups.values():
        group["more"] = group["count"] - len(group["things"])
    context = {"opportunity": opportunity, "groups": list(groups.values())}
    return render_to_string("crm/_given.html", context, request=request)


def history(request, opportunity, *, panel=True) -> str:
    """Everything that happened to it."""
    return timeline.draw(
        request,
        [timeline.about("opportunity", opportunity.pk)],
        url=reverse("crm:opportunity_history", args=[opportunity.pk]),
        here=("opportunity", opportunity.pk, opportunity.name),
        changes=CHANGES,
        panel=panel,
        recorded=f"model=crm.opportunity&record={opportunity.pk}",
    )


def of_contact(request, person) -> str:
    """The latest opportunities of a contact. One statement."""
    rows = OF_CONTACT(contact_id=person.pk)
    context = {
        "contact": person,
        "rows": [
            row | {"money": written(row["worth"], unit_of(row)) if row["worth"] else ""}
            for row in rows[:ON_A_CONTACT]
        ],
        "more": len(rows) > ON_A_CONTACT,
        "may_change": allowed(request.user, CHANGE) and not person.archived_at,
    }
    return render_to_string("crm/_opportunities_of_contact.html", context, request=request)


# One of them alone, at its own address

PARTS = {"details": details, "interests": interests, "quotes": quotes, "given": given}


@staff(SEE)
def part(request, pk, name):
    """One part of the page, when something on it changed; opened as a page, the whole."""
    if name not in PARTS:
        raise Http404
    if not request.htmx:
        return redirect("crm:opportunity", pk)
    return HttpResponse(PARTS[name](request, found(pk)))


@staff(SEE)
def opportunity_history(request, pk):
    """Everything that happened to an opportunity, by pages; for htmx the section alone."""
    opportunity = found(pk)
    section = history(request, opportunity, panel="panel" in request.GET)
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(section)
    else:
        context = {"opportunity": opportunity, "section": section}
        response = render(request, "crm/opportunity_history.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
