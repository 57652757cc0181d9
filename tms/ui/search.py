"""Where is it? Global search over every kind of thing that the user may see, grouped by kind."""

from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from . import register
from .access import allowed, staff

LIVE, WHOLE, SHORTEST = 5, 25, 2


def groups(query: str, user, limit: int):
    """(kind, hits) of every kind that found something; one statement a kind."""
    if len(query) < SHORTEST:
        return []
    kinds = [kind for kind in register.all_of().search if allowed(user, kind.permission)]
    found = [(kind, kind.find(query, user, limit)) for kind in kinds]
    return [(kind, hits) for kind, hits in found if hits]


@require_GET
@staff
def search(request):
    """All results as a page; the first few of each kind for the dialog as one types."""
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100]
    live = request.htmx and not request.htmx.history_restore_request
    found = groups(query, request.user, LIVE if live else WHOLE)
    context = {
        "query": query,
        "groups": found,
        "count": sum(len(hits) for _, hits in found),
        "too_short": 0 < len(query) < SHORTEST,
    }
    response = render(request, "ui/_search.html" if live else "ui/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
