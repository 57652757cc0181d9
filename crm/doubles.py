"""Where does an address lead that is about a double? To the same one of who it was merged into."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _


class Merged(Exception):
    """The page is about a row that was merged into another one."""

    def __init__(self, gone):
        super().__init__(gone)
        self.gone = gone


def lead_on(request, row):
    """What a page is about; raises Merged for an account or contact that was merged into another.

    What is sent to a double isn't led on: its verb says why nothing is done.
    """
    if getattr(row, "merged_into_id", None) and request.method in {"GET", "HEAD"}:
        raise Merged(row)
    return row


class Middleware:
    """Answers Merged: pages redirect, and for htmx the whole page goes to the one kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Merged):
            return None
        gone, kept = exception.gone, exception.gone.merged_into
        words = {"gone": gone, "kept": kept}
        messages.info(request, _("%(gone)s was merged into %(kept)s.") % words)
        if request.htmx and not request.htmx.history_restore_request:
            return HttpResponse(status=204, headers={"HX-Redirect": kept.get_absolute_url()})
        there = same_address(request.resolver_match, kept)
        query = request.META.get("QUERY_STRING")
        return redirect(f"{there}?{query}" if query else there)


def same_address(found, row) -> str:
    """The address that was found, of another row of the same kind."""
    name = f"{row._meta.model_name}_id"
    name = name if name in found.kwargs else "pk"
    return reverse(found.view_name, kwargs=found.kwargs | {name: row.pk})
