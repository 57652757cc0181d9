"""Where do programs come in? The resources of every app, as one API, and its document."""

import functools

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

import catalog.api_events
import catalog.api_items
import catalog.api_pictures
import catalog.api_prices
from comms.api import messages
from comms.api_rules import rules
from crm.api_accounts import accounts
from crm.api_contacts import contacts
from crm.api_duplicating import copying
from crm.api_invoices import invoices
from crm.api_marks import marks
from crm.api_merging import merging
from crm.api_notes import notes
from crm.api_opportunities import opportunities
from crm.api_tasks import tasks
from lms.api import opening
from lms.api_certificates import results
from lms.api_payments import payments
from lms.api_waiting import lines, registrations
from passes.api_many import passes
from passes.api_options import pass_types
from passes.api_selling import sold as passes_sold
from tms.programs import problems, reading
from tms.programs.api import work
from tms.programs.assembly import Api, Strict
from tms.programs.frame import sentence_of
from tms.ui.access import staff
from tokens.api import tokens
from tokens.api_issues import issues
from tokens.api_ledger import movements
from tokens.api_packs import token_packs
from tokens.api_selling import sold as tokens_sold

api = Api(
    title="Lanyard",
    version="1",
    description="docs/api.md says how to sign in, to page, to repeat safely, and to read a no.",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=Strict(),
)
for resource in (
    accounts,
    contacts,
    copying,
    marks,
    merging,
    tasks,
    notes,
    opportunities,
    invoices,
    passes_sold,
    tokens_sold,
    catalog.api_items.catalogue,
    pass_types,
    passes,
    registrations,
    opening,
    lines,
    results,
    payments,
    messages,
    rules,
    tokens,
    token_packs,
    issues,
    movements,
    work,
):
    api.add_router("", resource)


@functools.cache
def described() -> dict:
    """The OpenAPI document; worked out once a process, in English for whoever asks first."""
    with translation.override(settings.LANGUAGE_CODE):
        return api.get_openapi_schema()


@require_safe
def document(request):
    """It says nothing of anybody's data, so that generators of clients need no key."""
    return JsonResponse(described())


@functools.cache
def read() -> list[reading.Resource]:
    return reading.resources(described())


@staff
@require_safe
def docs(request):
    """To read and to try, for the office."""
    context = {"resources": read(), "base": settings.SITE_URL}
    return render(request, "programs/api.html", context)


@csrf_exempt
def unknown(request, rest=""):
    return problems.answer("not-found", sentence_of(404, request))


urlpatterns = [
    path("v1/openapi.json", document, name="api_document"),
    path("v1/docs", docs, name="api_docs"),
    path("v1/", api.urls),
    path("", unknown, name="api_root"),
    path("<path:rest>", unknown, name="api_unknown"),
]
