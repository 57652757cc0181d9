"""Who is registered on what? For staff: lists and panels."""

import functools

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Event, Item
from crm import doubles
from crm.models import Account, Contact
from passes.models import Pass
from tms.compiled import Question
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.lists import Action, Empty, ListPage

from .. import progress, tables
from ..filters import RegistrationFilter
from ..models import Registration
from ..tables import MANAGE, Standing

LOOK = "lms.view_registrations"


def standing():
    """What a registration is, for the database."""
    return Case(
        When(cancelled_at__isnull=False, then=Value(Standing.CANCELLED)),
        When(completed_at__isnull=False, then=Value(Standing.COMPLETED)),
        default=Value(Standing.ACTIVE),
        output_field=CharField(),
    )


# Lists


@functools.cache
def told():
    """Registrations with what lists tell of them; made once, and copied for each page."""
    # By subqueries, not joins: PostgreSQL tries the joins in every order, which takes ten times as
    # long as the answer, and counting would join them all.
    event = Event.objects.filter(pk=OuterRef("event_id"))
    path = Item.objects.filter(pk=OuterRef("path_id"))
    used = Pass.objects.filter(pk=OuterRef("used_pass_id"))
    return Registration.objects.annotate(
        standing=standing(),
        title=Coalesce(Subquery(path.values("title")), Subquery(event.values("course__title"))),
        item=Coalesce(
            "path_id", Subquery(event.values("course_id")), output_field=BigIntegerField()
        ),
        used_type=Subquery(used.values("pass_type__name")),
        percent=progress.of_registration(),
    )


class Registrations(ListPage):
    """Every registration; a list of fewer says which by the arguments of its address."""

    title = gettext_lazy("Registrations")
    permission_required = LOOK
    table, filterset, sort = tables.RegistrationTable, RegistrationFilter, "-pk"
    values = tables.NEEDED
    menu_ids = ("contact_id", "item", "event_id", "token_move")
    keeps = shows_all = True
    changes = "registrations"
    export_name = "registrations"
    empty = Empty(
        gettext_lazy("No registrations yet"),
        gettext_lazy("A registration is one learner's place on an event or a learning path."),
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
        return tables.kind_of(row)

    def menu(self, row):
        return tables.entries(row)

    def dim(self, row):
        return row["standing"] == Standing.CANCELLED

    def name_of(self, row):
        return f"{tables.contact_name(row)}, {row['title']}"


class OfContact(Registrations):
    owner, table = Contact, tables.ContactTable
    list_id = "contact-registrations"

    @property
    def crumbs(self):
        return ((self.of, page_of("crm:contact", self.of.pk)),)

    def actions(self):
        url = page_of("lms:register_contact", self.kwargs["contact_id"])
        yield Action(_("Register"), url, "plus", permission=MANAGE)


class OfEvent(Registrations):
    owner, table = Event.objects.select_related("course"), tables.EventTable
    list_id = "event-registrations"

    @property
    def crumbs(self):
        return ((self.of.choice_label, page_of("catalog:event", self.of.pk)),)

    def actions(self):
        url = page_of("lms:register_on_event", self.kwargs["event_id"])
        yield Action(_("Register a contact"), url, "plus", permission=MANAGE)

    def bulk(self):
        pk = self.kwargs["event_id"]
        attended = page_of("lms:mark_attended", pk)
        yield Action(_("Mark attended"), attended, "user-check", permission=MANAGE)
        yield Action(_("Mark not there"), f"{attended}?not=1", "user-x", permission=MANAGE)
        completed = page_of("lms:mark_completed", pk)
        yield Action(_("Mark complete"), completed, "circle-check", permission=MANAGE)


class OfPass(Registrations):
    owner, table = Pass.objects.select_related("pass_type"), tables.PassTable
    list_id = "pass-registrations"

    @property
    def crumbs(self):
        url = page_of("passes:detail", self.of.pk)
        return ((f"{self.of.pass_type.name} {self.of}", url),)


class OfAccount(Registrations):
    owner, table = Account, tables.AccountTable
    label = gettext_lazy("Registrations of the account")


# Panels


@staff(LOOK)
@require_GET
def of_contact(request, contact_id):
    return _page(request, OfContact, contact_panel, contact_id=contact_id)


@staff(LOOK)
@require_GET
def of_event(request, event_id):
    return _page(request, OfEvent, event_panel, event_id=event_id)


@staff(LOOK)
@require_GET
def of_pass(request, used_pass_id):
    return _page(request, OfPass, pass_panel, used_pass_id=used_pass_id)


def contact_panel(request, contact) -> str:
    """What the contact is registered on. One statement, two beyond fifty."""
    sentence = _("What somebody is registered on stands here, with how far they are.")
    closed = bool(contact.erased_at)
    return _panel(
        request, OfContact, "lms:of_contact", sentence, closed=closed, contact_id=contact.pk
    )


def event_panel(request, event) -> str:
    """Who is registered on the event."""
    sentence = _("Who has a place stands here.")
    # The page of an event fetches all of itself again, with the seats.
    return _panel(request, OfEvent, "lms:of_event", sentence, alone=False, event_id=event.pk)


def pass_panel(request, pass_) -> str:
    """What was registered for through the pass."""
    sentence = _("What was registered for through this pass stands here.")
    return _panel(request, OfPass, "lms:of_pass", sentence, used_pass_id=pass_.pk)


def _page(request, page, panel, **of):
    """The list as a page, or the panel alone when something on it changed."""
    if "panel" in request.GET:
        view = page()
        view.setup(request, **of)
        response = HttpResponse(panel(request, view.of))
        patch_vary_headers(response, ["HX-Request"])
        return response
    return page.as_view()(request, **of)


def _panel(request, page, url_name, sentence, *, alone=True, closed=False, **of) -> str:
    listing = Brief(page).at(request, **of)
    url = reverse(url_name, kwargs=of)
    actions = listing.page.permitted(listing.page.actions())
    more = listing.slice.following
    context = {
        "listing": listing,
        "here": url,
        "add": None if closed else next(iter(actions), None),
        "count": listing.count if more else len(listing.slice.rows),
        "more": more,
        "sentence": sentence,
        "alone": alone,
    }
    return render_to_string("lms/staff/_panel.html", context, request=request)


@functools.cache
def Brief(page):  # noqa: N802 - it makes a class
    """The list without filters, ticks and export, for a panel; its owner is known to be there.

    One class for each list: by its class the statements of a list are kept.
    """
    return type(
        page.__name__, (page,), {"filterset": None, "export_name": "", "bulk": list, "owner": None}
    )


@staff(LOOK)
@require_GET
def of_account(request, account_id):
    """The tab `Registrations` of an account's page."""
    listing = OfAccount.at(request, account_id=account_id)
    context = {"account": listing.page.of, "listing": listing}
    response = listing.answer() or render(request, "lms/staff/of_account.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


LIVE_OF_ACCOUNT = Question(
    lambda account_id: (
        Registration.objects.live()
        .filter(account=account_id)
        .order_by()
        .values("account")
        .annotate(n=Count("*"))
        .values_list("n")
    )
)


def count_of_account(account) -> int:
    return LIVE_OF_ACCOUNT.value(0, account_id=account.pk)
