"""Who has which pass? The list of all, an account's, a contact's, and the page of one."""

import functools

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import doubles
from crm.models import Contact
from crm.views import accounts
from tms.compiled import Rows
from tms.ui.access import allowed, staff
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import history, tables
from ..filters import AllPassesFilter, PassFilter
from ..models import Pass, Status, TypeStatus

SHOWN = 20  # on a contact's page: more of them stand in the list
SENTENCE = gettext_lazy("A training pass opens part of the catalogue to one person until a date.")


@functools.lru_cache(maxsize=8)
def as_on(day):
    """Passes with their status on a day: to make the question takes longer than to answer it."""
    return Pass.objects.with_status(day)


class Passes(ListPage):
    """What all lists of passes share."""

    title = gettext_lazy("Training Passes")
    permission_required = "passes.view_passes"
    table, filterset, sort = tables.PassTable, PassFilter, "-expires_on"
    values = tables.NEEDED
    menu_ids, menu_names = ("pass_type_id",), ("pass_type__name",)
    keeps = True
    changes = "passes"
    export_name = "training-passes"

    def queryset(self):
        return as_on(self.request.today).all()

    def kind(self, row):
        return {"status": row["status"], "pass_type__status": row["pass_type__status"]}

    def menu(self, row):
        return tables.entries_of_row(row)

    def dim(self, row):
        return row["status"] in tables.OVER

    def name_of(self, row):
        return f"{row['pass_type__name']} #{row['pk']}"

    def bulk(self):
        yield Action(
            _("Extend"),
            reverse("passes:extend_many", kwargs=self.kwargs),
            "calendar-plus",
            permission="passes.change_pass",
        )
        yield Action(
            _("Cancel Training Passes"),
            reverse("passes:cancel_many", kwargs=self.kwargs),
            "ban",
            danger=True,
            permission="passes.cancel_pass",
        )


class AllPasses(Passes):
    """Every pass there is."""

    filterset, shows_all = AllPassesFilter, True
    title = gettext_lazy("Passes")
    empty = Empty(
        gettext_lazy("No training passes yet"),
        gettext_lazy(
            "A training pass opens part of the catalogue to one person until a date. "
            "Give one on the page of a contact or an account."
        ),
    )

    def actions(self):
        yield Action(
            _("Import"),
            reverse("passes:import"),
            "upload",
            permission="passes.import_passes",
        )


class AccountPasses(Passes):
    """Those that one account owns."""

    table = tables.AccountPassTable
    label = gettext_lazy("Training passes of the account")

    def queryset(self):
        return super().queryset().filter(account=self.kwargs["account_id"])

    def add(self):
        return Action(
            _("Add Training Pass"),
            reverse("passes:add_to_account", args=[self.kwargs["account_id"]]),
            "plus",
            permission="passes.issue_pass",
        )

    def actions(self):
        yield self.add()

    def bulk(self):
        yield Action(
            _("Assign"),
            reverse("passes:assign_many", kwargs=self.kwargs),
            "user-plus",
            permission="passes.reassign_pass",
        )
        yield from super().bulk()

    @property
    def empty(self):
        return Empty(_("No training passes yet"), SENTENCE, *self.permitted([self.add()]))


class ContactPasses(Passes):
    """Those that one contact holds."""

    table, filterset = tables.ContactPassTable, None
    export_name = ""
    list_id = "contact-passes"

    def bulk(self):
        return []

    def queryset(self):
        return super().queryset().filter(contact=self.kwargs["contact_id"])


def contact_panel(request, contact) -> str:
    """The section `Training Passes` of a contact's page. A statement, two where it has pages."""
    listing = ContactPasses.at(request, contact_id=contact.pk)
    listing.size = SHOWN
    here = listing.slice
    whole = not (here.previous or here.following)
    add = Action(
        _("Add Training Pass"),
        reverse("passes:add", args=[contact.pk]),
        "plus",
        permission="passes.issue_pass",
    )
    context = {
        "contact": contact,
        "listing": listing,
        "count": len(here.rows) if whole else listing.count,
        "more": here.following,
        "add": None if contact.erased_at else next(iter(listing.page.permitted([add])), None),
        "sentence": SENTENCE,
    }
    return render_to_string("passes/owned/_contact_panel.html", context, request=request)


@staff("passes.view_passes")
def of_contact(request, contact_id):
    """The panel alone, when something on it changed; opened as a page, the contact's page."""
    contact = doubles.lead_on(request, get_object_or_404(Contact, pk=contact_id))
    if not request.htmx:
        return redirect("crm:contact", contact_id)
    return HttpResponse(contact_panel(request, contact))


@staff("passes.view_passes")
def of_account(request, account_id):
    """The tab `Training Passes` of an account's page."""
    account = accounts.found(request, account_id)
    listing = AccountPasses.at(request, account_id=account_id)
    context = {
        "account": account,
        "listing": listing,
        "actions": listing.page.permitted(listing.page.actions()),
    }
    answer = listing.answer() or render(request, "passes/owned/of_account.html", context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


PAGE = Rows(
    lambda pk, on: (
        Pass.objects.with_status(on)
        .filter(pk=pk)
        .select_related("pass_type", "option", "account", "contact", "opportunity")
    )
)


@staff("passes.view_passes")
def detail(request, pk):
    """The page of one pass: what it is, whose it is, what was done with it, what became of it."""
    pass_ = PAGE.or_404(pk=pk, on=request.today)
    context = {
        "pass_": pass_,
        "status": Status(pass_.status),
        "entries": history.of(pass_.pk),
        "recorded": f"model=passes.pass&record={pass_.pk}",
        "menu": menu_of(request, pass_),
    }
    return render(request, "passes/owned/detail.html", context)


def menu_of(request, pass_) -> list:
    """The menu of a pass on its own page: groups of entries, without those of looking at it."""
    every = tables.entries(
        pass_.pk,
        pass_.status,
        archived_type=pass_.pass_type.status == TypeStatus.ARCHIVED,
        type_id=pass_.pass_type_id,
        type_name=pass_.pass_type.name,
    )
    groups = [[]]
    for entry in every:
        if entry is LINE:
            groups.append([])
        elif entry.permission is None or allowed(request.user, entry.permission):
            groups[-1].append(entry)
    return [group for group in groups if group]
