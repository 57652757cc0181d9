"""The catalogue, for everybody."""

import dataclasses

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from passes import entitlements
from tms.ui.sent import ours

from .. import badges, regions
from .. import catalogue as question_of
from ..cards import card, drawn, in_tokens
from ..narrowing import Narrowing
from ..visitor import visitor

PLACE = "item-slug-in-an-address"


@require_safe
def catalogue(request):
    """Search, filters, sorting, cards. At most nine statements, whatever the size."""
    who = visitor(request)
    asked = Narrowing(request.GET, question_of.facets(who.contact_id, request.today), who.shown)
    question, address = asked.question, asked.address
    if question.price == "tokens":
        question = dataclasses.replace(question, units=who.units)
    rows, total = question_of.cards(question, who.region, request.today)
    found = entitlements.badges(
        [row["id"] for row in rows],
        who.contact_id,
        request.today,
        account_id=who.account_id,
        few=badges.NAMED,
    )
    whom = badges.whom_to_ask(who.contact, found.values())
    # Reversed once: an address a card is a tenth of the page's time.
    pattern = reverse("lms:item", args=[PLACE])
    units = who.units if in_tokens(rows) else None
    cards = [
        card(
            row, found.get(row["id"]), who.region, pattern.replace(PLACE, row["slug"]), whom, units
        )
        for row in rows
    ]
    here = request.path + (f"?{urlencode(address)}" if address else "")
    pages = Paginator(range(total), question_of.PAGE).get_page(question.page)
    context = {
        "asked": asked,
        "who": who,
        "cards": drawn(cards),
        "total": total,
        "pages": pages,
        "page_numbers": list(pages.paginator.get_elided_page_range(pages.number, on_each_side=2)),
        "page_url": _without(request.path, address, "page"),
        "view_url": _without(request.path, address, "view"),
        "as_list": address.get("view") == "list",
        "narrowed": set(address) - {"page", "sort", "view"},
        "here": here,
    }
    part = request.htmx and not request.htmx.history_restore_request
    template = "lms/_catalogue_results.html" if part else "lms/catalogue.html"
    response = render(request, template, context)
    if part:
        response["HX-Push-Url"] = here
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


@require_POST
def region(request):
    """The visitor's choice of a region, kept in a cookie."""
    back = request.POST.get("next", "")
    if not ours(request, back):
        back = reverse("lms:catalogue")
    return regions.choose(request, redirect(back), request.POST.get("region", ""))


def _without(path: str, address: dict, name: str) -> str:
    """The address without `name`, ready for `name=value` at its end."""
    kept = {key: value for key, value in address.items() if key not in {name, "page"}}
    return f"{path}?{urlencode(kept)}{'&' if kept else ''}"
