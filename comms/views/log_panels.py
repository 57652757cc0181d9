"""Which messages stand on the pages of contacts, accounts and opportunities, and the dashboard?"""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy

from crm import doubles
from crm.models import Contact, Opportunity
from crm.views import accounts
from tms.compiled import Question
from tms.ui.access import staff
from tms.ui.alike import once

from ..models import FOR_PEOPLE, Message, MessageState
from .log import SEE, AccountMessages, ContactMessages, OpportunityMessages

SHOWN = 10


def panel(request, listing, *, here: str, everything: str = "") -> str:
    """The section Communications. A statement for its rows, one for each kind they are about."""
    listing.size = SHOWN
    found = listing.slice
    context = {
        "listing": listing,
        "here": here,
        "everything": everything if found.following else "",
        "count": listing.count if found.following else len(found.rows),
    }
    return render_to_string("comms/_messages_panel.html", context, request=request)


def contact_panel(request, contact) -> str:
    """Those written to a contact, newest first."""
    return panel(
        request,
        ContactMessages.at(request, contact_id=contact.pk),
        here=reverse("comms:of_contact", args=[contact.pk]),
        everything=f"{reverse('comms:messages')}?contact={contact.pk}",
    )


def opportunity_panel(request, opportunity) -> str:
    """Those about an opportunity, newest first."""
    return panel(
        request,
        OpportunityMessages.at(request, opportunity_id=opportunity.pk),
        here=reverse("comms:of_opportunity", args=[opportunity.pk]),
        everything=f"{reverse('comms:messages')}?target=opportunity",
    )


@staff(SEE)
def of_contact(request, contact_id):
    """The panel alone, when something on it changed; opened as a page, the contact's page."""
    contact = doubles.lead_on(request, get_object_or_404(Contact, pk=contact_id))
    if not request.htmx:
        return redirect("crm:contact", contact_id)
    return HttpResponse(contact_panel(request, contact))


@staff((SEE, "crm.view_opportunities"))
def of_opportunity(request, opportunity_id):
    """The panel alone, when something on it changed; opened as a page, the opportunity's page."""
    opportunity = get_object_or_404(Opportunity, pk=opportunity_id)
    if not request.htmx:
        return redirect("crm:opportunity", opportunity_id)
    return HttpResponse(opportunity_panel(request, opportunity))


@staff(SEE)
def of_account(request, account_id):
    """The tab `Communications` of an account's page."""
    account = accounts.found(request, account_id)
    listing = AccountMessages.at(request, account_id=account_id)
    context = {"account": account, "listing": listing}
    answer = listing.answer() or render(request, "comms/of_account.html", context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


WAITING = Question(
    lambda: (
        Message.objects.filter(state__in=FOR_PEOPLE)
        .order_by()
        .values("state")
        .annotate(n=Count("*"))
        .values_list("state", "n")
    )
)
SAID = {
    MessageState.WAITING: gettext_lazy("Waiting for approval"),
    MessageState.FAILED: gettext_lazy("Failed"),
    MessageState.UNCLEAR: gettext_lazy("Unclear"),
    MessageState.MISSED: gettext_lazy("Missed"),
}


def for_people(_request, _user) -> str:
    """How many messages wait for a person, by why. One statement."""
    return _for_people(dict(sorted(WAITING())))


@once
def _for_people(counts: dict) -> str:
    log_ = reverse("comms:messages")
    context = {
        "figures": [
            (state, label, counts[state], f"{log_}?state={state}")
            for state, label in SAID.items()
            if counts.get(state)
        ],
        "url": f"{log_}?for_people=on",
    }
    return render_to_string("comms/_for_people.html", context)
