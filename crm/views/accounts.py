"""Which accounts are there, what is this one, and what is done with it?"""

import functools

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.compiled import Question, Rows
from tms.ui import register
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import accounts, archiving, doubles, external_ids, forms
from ..filters import AccountContactFilter, AccountFilter
from ..models import Account, Contact, ExternalId, Membership
from ..models.extra import known_as
from ..models.task import noted
from ..tables import AccountContactTable, AccountTable
from . import panels
from .contacts import CHANGE, Contacts, with_ids


@functools.cache
def with_people():
    """Accounts with the number of their living contacts; made once, and copied for each page."""
    own = Contact.objects.living().filter(account=OuterRef("pk")).order_by()
    people = own.values("account").annotate(n=Count("pk")).values("n")
    return Account.objects.annotate(
        people=Coalesce(Subquery(people, output_field=IntegerField()), Value(0)),
        known_as=known_as("account"),
        noted=noted("account"),
    )


class Accounts(ListPage):
    """Everybody who buys."""

    title = gettext_lazy("Accounts")
    permission_required = "crm.view_people"
    table, filterset, sort = AccountTable, AccountFilter, "name"
    values = ("archived_at",)
    export_name = "accounts"
    keeps = shows_all = True
    changes = "account"

    def queryset(self):
        return with_people().filter(merged_into=None)

    def actions(self):
        yield Action(_("Add account"), reverse("crm:create_account"), "plus", permission=CHANGE)
        yield Action(
            _("Import"),
            reverse("crm:import_accounts"),
            "upload",
            permission=(CHANGE, "crm.import_people"),
        )

    def bulk(self):
        for entry in register.all_of().bulk_on("accounts"):
            yield Action(entry.label, entry.url, entry.icon, permission=entry.permission)

    @property
    def empty(self):
        return Empty(
            _("No accounts yet"),
            _("An account is the organisation, or the single person, that buys."),
            next(iter(self.permitted(self.actions())), None),
        )

    def kind(self, row):
        return {"archived_at": bool(row["archived_at"])}

    def menu(self, row):
        pk = row["pk"]
        if row["archived_at"]:
            yield Action(
                _("Restore"),
                page_of("crm:restore_account", pk),
                "archive-restore",
                permission=CHANGE,
            )
            return
        yield Action(_("Edit"), page_of("crm:edit_account", pk), "pencil", permission=CHANGE)
        yield LINE
        yield Action(
            _("Archive"),
            page_of("crm:archive_account", pk),
            "archive",
            danger=True,
            permission=CHANGE,
        )

    def dim(self, row):
        return bool(row["archived_at"])


class AccountContacts(Contacts):
    """Those that are linked to one account, and how."""

    table, filterset = AccountContactTable, AccountContactFilter
    label = gettext_lazy("Contacts of the account")
    export_name = "account-contacts"

    def queryset(self):
        account_id = self.kwargs["pk"]
        return (
            with_ids().living().of_account(account_id).annotate(is_primary=Q(account_id=account_id))
        )

    def actions(self):
        yield Action(
            _("Add contact"),
            f"{reverse('crm:create_contact')}?account={self.kwargs['pk']}",
            "plus",
            permission=CHANGE,
        )


PAGE = Rows(
    lambda pk: (
        Account.objects.filter(pk=pk)
        .select_related("region", "currency", "parent", "owner", "main_contact")
        .annotate(merged_ids=panels.merged_ids(Account))
    )
)


def _linked(pk):
    """How many contacts are an account's own, and how many belong to it besides another."""
    of_it = {"account": OuterRef("pk")}
    own = Contact.objects.living().filter(**of_it)
    further = Membership.objects.filter(**of_it, contact__archived_at=None).exclude(
        contact__account=F("account")
    )
    return Account.objects.filter(pk=pk).values_list(
        *(
            Subquery(rows.order_by().values("account").annotate(n=Count("*")).values("n"))
            for rows in (own, further)
        )
    )


LINKED = Question(_linked)


def found(request, pk) -> Account:
    return doubles.lead_on(request, PAGE.or_404(pk=pk))


@staff("crm.view_people")
def account(request, pk):
    """The tab `Overview`; for htmx the page's head alone."""
    subject = found(request, pk)
    head = request.htmx and request.htmx.target == "head"
    template = "crm/_account_head.html" if head else "crm/account_overview.html"
    response = render(request, template, {"account": subject})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@staff("crm.view_people")
def account_contacts(request, pk):
    """The tab `Contacts`."""
    listing = AccountContacts.at(request, pk=pk)
    context = {
        "account": found(request, pk),
        "listing": listing,
        "actions": listing.page.permitted(listing.page.actions()),
    }
    answer = listing.answer() or render(request, "crm/account_contacts.html", context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


@staff("crm.view_people")
def account_history(request, pk):
    """The tab `History`; for htmx the section alone."""
    subject = found(request, pk)
    section = panels.account_history(request, subject, panel="panel" in request.GET)
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(section)
    else:
        context = {"account": subject, "section": section}
        response = render(request, "crm/account_history.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


class Create(Dialog):
    title = gettext_lazy("Add account")
    submit = gettext_lazy("Add")
    permission_required = CHANGE
    form_class = forms.AccountForm
    template_name = "crm/form.html"
    changes = "account"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": None}

    def perform(self, **answers):
        made = accounts.create(
            at=self.request.now, on=self.request.today, by=self.request.user, **answers
        )
        return made.get_absolute_url()


class AccountDialog(Dialog):
    """A question about one account."""

    permission_required = CHANGE
    changes = "account"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.account = found(request, kwargs["pk"])

    @property
    def subject(self):
        return self.account.name

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}

    def get_success_url(self):
        return self.account.get_absolute_url()


class Versioned(AccountDialog):
    """A question whose answer depends on how the account is now."""

    @property
    def versioned(self):
        return self.account


class Edit(Versioned):
    title = gettext_lazy("Edit")
    form_class = forms.AccountForm
    template_name = "crm/form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": found(self.request, self.account.pk)}

    def perform(self, **answers):
        accounts.edit(self.account.pk, **answers, **self.who)


class AddExternalId(AccountDialog):
    title = gettext_lazy("Add external ID")
    submit = gettext_lazy("Add")
    form_class = forms.ExternalIdForm

    def perform(self, **answers):
        external_ids.add(self.account, **answers, **self.who)


class RemoveExternalId(AccountDialog):
    title = gettext_lazy("Remove external ID")
    submit = gettext_lazy("Remove the ID")
    danger = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(ExternalId, pk=kwargs["id"], account=self.account)

    @property
    def subject(self):
        return f"{self.row}, {self.account}"

    def perform(self):
        external_ids.remove(self.row.pk, **self.who)


class Archive(Versioned):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the account")
    danger = previews = True
    form_class = forms.ReasonForm

    def perform(self, **answers):
        return archiving.archive_account(self.account.pk, **answers, **self.who)


class Restore(Versioned):
    title = gettext_lazy("Restore")
    submit = gettext_lazy("Restore the account")

    def perform(self):
        archiving.restore_account(self.account.pk, **self.who)


def contacts_of(subject) -> int:
    """How many stand under the tab `Contacts`, each counted in an index. One statement."""
    own, further = LINKED.one(pk=subject.pk)
    return (own or 0) + (further or 0)
