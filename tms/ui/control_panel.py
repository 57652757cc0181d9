"""Where is it set? The options of the control panel, under their headings, narrowed by words."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from . import register
from .access import allowed, staff


def words_of(option) -> str:
    """Everything that the filter finds an option by, in lower case."""
    return " ".join([str(option.label), str(option.description), *option.synonyms]).lower()


def directory(user, query=""):
    """(heading, options) with those that the user may open and that have every word of `query`."""
    words = query.lower().split()
    options = [
        option
        for option in register.all_of().control_panel
        if allowed(user, option.permission) and all(word in words_of(option) for word in words)
    ]
    groups = [
        (heading, [each for each in options if each.heading == heading])
        for heading in register.HEADINGS
    ]
    return [(heading, found) for heading, found in groups if found]


@require_GET
@staff
def control_panel(request):
    query = request.GET.get("q", "").strip()[:100]
    return render(
        request, "ui/control_panel.html", {"query": query, "groups": directory(request.user, query)}
    )
