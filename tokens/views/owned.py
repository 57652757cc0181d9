"""Which tokens does an account have? Its tab, the lists of its issues and entries, one issue."""

import dataclasses

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import money
from crm import doubles
from crm.models import Account
from crm.views import accounts
from tms import days
from tms.compiled import Rows
from tms.ui import charts, timeline
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import balances, ledger, naming, spending, tables
from ..filters import EntryFilter, IssueFilter
from ..models import (
    EntryKind,
    IssueStatus,
    LedgerEntry,
    Spender,
    TokenIssue,
    TokenSettings,
    WhoMaySpend,
)
from .asked import ISSUE, REDEEM, SEE, SPENDING

SHOWN = 10
SENTENCE = gettext_lazy("Tokens are bought in advance, and pay for training until they expire.")


class Issues(ListPage):
    """What all lists of token issues share."""

    title = gettext_lazy("Token issues")
    permission_required = SEE
    table, sort = tables.IssueTable, "-expires_on"
    values = ("expires_on",)
    changes = "tokens"
    empty = Empty(gettext_lazy("No tokens yet"), SENTENCE)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.settings = TokenSettings.current()

    def queryset(self):
        found = TokenIssue.objects.with_status(self.request.today)
        return found.filter(account=self.kwargs["account_id"])

    def complete(self, rows):
        pairs = {(row["source_kind"], row["source_id"]) for row in rows}
        found = naming.purposes(pairs, self.request.user)
        for row in rows:
            row["came_from"] = found.get((row["source_kind"], row["source_id"]))

    def kind(self, row):
        return {"status": row["status"], "spendable": bool(row["spendable"])}

    def menu(self, row):
        return tables.entries_of_issue(
            row["pk"],
            over=row["status"] == IssueStatus.EXPIRED,
            spendable=row["spendable"],
            settings=self.settings,
        )

    def dim(self, row):
        return row["status"] in tables.OVER

    def name_of(self, row):
        return tables.called(row)


class LatestIssues(Issues):
    """The last to expire, on the account's tab."""

    keeps = True


class AccountIssues(Issues):
    """Every issue of one account, with filters and export."""

    filterset = IssueFilter
    export_name = "token-issues"
    template_name = "tokens/list.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        account = get_object_or_404(Account, pk=kwargs["account_id"])
        self.account = doubles.lead_on(request, account)

    @property
    def crumbs(self):
        return crumbs(self.account)

    def actions(self):
        return raising(self.account, self.settings)


class Entries(ListPage):
    """What all lists of ledger entries share."""

    title = gettext_lazy("Token ledger")
    permission_required = SEE
    table, sort = tables.EntryTable, "-at"
    values = ("move", "left")
    changes = "tokens"
    list_id = "entries"
    empty = Empty(gettext_lazy("Nothing has moved yet"), SENTENCE)

    def queryset(self):
        return LedgerEntry.objects.annotate(left=ledger.LEFT).filter(
            account=self.kwargs["account_id"]
        )

    def complete(self, rows):
        pairs = {(row["purpose_kind"], row["purpose_id"]) for row in rows}
        found = naming.purposes(pairs, self.request.user)
        for row in rows:
            row["what_for"] = found.get((row["purpose_kind"], row["purpose_id"]))

    menu_ids = ("move",)

    def kind(self, row):
        return {"kind": row["kind"], "left": bool(row["left"])}

    def menu(self, row):
        if row["kind"] == EntryKind.REDEEMED and row["left"]:
            yield Action(
                _("Give back"),
                page_of("tokens:refund", row["move"]),
                "undo-2",
                permission=REDEEM,
            )

    def name_of(self, row):
        kind = EntryKind(row["kind"]).label
        return f"{kind}, {tables.signed(row['quantity'])} {row['token_type__unit__label']}"


class AccountEntries(Entries):
    """Every entry of one account, with filters and export."""

    filterset = EntryFilter
    export_name = "token-ledger"
    template_name = "tokens/list.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        account = get_object_or_404(Account, pk=kwargs["account_id"])
        self.account = doubles.lead_on(request, account)

    @property
    def crumbs(self):
        return crumbs(self.account)


class LatestEntries(Entries):
    """The newest few, on the account's tab."""

    table = tables.LatestTable
    keeps = True


class IssueEntries(Entries):
    """Those of one issue."""

    table = tables.IssueEntryTable
    values = ("move", "left", "token_type__unit__label")

    def queryset(self):
        return LedgerEntry.objects.annotate(left=ledger.LEFT).filter(issue=self.kwargs["pk"])


def crumbs(account):
    return (
        (_("Accounts"), reverse("crm:accounts")),
        (account.name, account.get_absolute_url()),
        (_("Training Tokens"), reverse("tokens:of_account", args=[account.pk])),
    )


def raising(account, settings) -> list[Action]:
    """`Issue Tokens`, where the settings allow it."""
    if account.archived_at or not settings.manual_issues:
        return []
    url = reverse("tokens:issue_to", args=[account.pk])
    return [Action(_("Issue Tokens"), url, "plus", permission=ISSUE)]


# The account's tab


@dataclasses.dataclass(frozen=True)
class TypePanel:
    """A token type on the tab: its figures, and what can be spent by the month it expires in."""

    balance: balances.Balance
    chart: charts.Bars | None

    @property
    def moved(self) -> str:
        """+5, −4; nothing where nothing was adjusted or transferred."""
        return tables.signed(self.balance.moved) if self.balance.moved else ""


@staff(SEE)
def of_account(request, account_id):
    """The tab `Training Tokens` of an account's page."""
    account = accounts.found(request, account_id)
    issues = LatestIssues.at(request, account_id=account_id)
    entries = LatestEntries.at(request, account_id=account_id)
    issues.size = entries.size = SHOWN
    page = issues.page
    found = balances.of_account(account_id, request.today)
    actions = raising(account, page.settings)
    if any(each.available for each in found) and not account.archived_at:
        url = reverse("tokens:redeem", args=[account_id])
        actions.append(Action(_("Redeem"), url, "ticket-check", permission=REDEEM))
    context = {
        "account": account,
        "panels": [TypePanel(each, by_month(each, request.today)) for each in found],
        "issues": issues,
        "entries": entries,
        "actions": page.permitted(actions),
        "spending": spending_panel(request, account),
    }
    return render(request, "tokens/of_account.html", context)


def by_month(balance, today) -> charts.Bars | None:
    """What can be spent, by the month in which it expires."""
    if not balance.available:
        return None
    says = _("%(type)s by month of expiry") % {"type": balance.name}
    return charts.by_month(says, {balance.name: balance.months}, today)


SPENDERS = Rows(
    lambda account_id: (
        Spender.objects.filter(account=account_id)
        .select_related("contact")
        .order_by("contact__name_key", "contact")
    )
)


def spending_panel(request, account) -> dict:
    """Who may spend the account's tokens. Two statements."""
    rule = spending.rule_of(account.pk)
    chosen = []
    if rule.who == WhoMaySpend.CHOSEN:
        chosen = [each.contact for each in SPENDERS(account_id=account.pk)]
    change = not account.archived_at and allowed(request.user, SPENDING)
    return {
        "rule": rule,
        "label": WhoMaySpend(rule.who).label,
        "chosen": chosen,
        "change": reverse("tokens:spending", args=[account.pk]) if change else "",
    }


# One issue


@staff(SEE)
def issue(request, pk):
    """The page of one token issue: what it is, what moved on it, what became of it."""
    found = get_object_or_404(
        TokenIssue.objects.with_status(request.today).select_related(
            "token_type__unit", "account", "currency"
        ),
        pk=pk,
    )
    entries = IssueEntries.at(request, pk=pk)
    source = naming.purposes([(found.source_kind, found.source_id)], request.user)
    context = {
        "issue": found,
        "status": IssueStatus(found.status),
        "came_from": naming.linked(source.get((found.source_kind, found.source_id))),
        "price": price_of(found),
        "entries": entries,
        "menu": menu_of(request, found),
        "history": timeline.draw(
            request,
            [timeline.about("token_issue", pk)],
            url=reverse("tokens:issue_history", args=[pk]),
            here=("token_issue", pk, f"{found.token_type} {found}"),
            recorded=f"model=tokens.tokenissue&record={pk}",
        ),
    }
    return entries.answer() or render(request, "tokens/issue.html", context)


@staff(SEE)
def issue_history(request, pk):
    """Everything that happened to one issue, by pages."""
    found = get_object_or_404(TokenIssue.objects.select_related("token_type__unit"), pk=pk)
    section = timeline.draw(
        request,
        [timeline.about("token_issue", pk)],
        url=request.path,
        here=("token_issue", pk, f"{found.token_type} {found}"),
        panel=False,
        recorded=f"model=tokens.tokenissue&record={pk}",
    )
    context = {
        "history": section,
        "name": f"{found.token_type} {found}",
        "here": reverse("tokens:issue", args=[pk]),
    }
    return render(request, "catalog/history.html", context)


def price_of(found: TokenIssue) -> str:
    """€120.00; nothing where it isn't known."""
    if found.unit_price is None:
        return ""
    if money.decimals_of(found.unit_price) > found.currency.decimals:
        return f"{days.number(found.unit_price.normalize())} {found.currency.code}"
    return money.written(found.unit_price, found.currency)


def menu_of(request, found) -> list:
    """The menu on the issue's own page: groups of entries."""
    every = tables.entries_of_issue(
        found.pk,
        over=found.status == IssueStatus.EXPIRED,
        spendable=found.spendable,
        settings=TokenSettings.current(),
    )
    groups = [[]]
    for entry in every:
        if entry is LINE:
            groups.append([])
        elif entry.permission is None or allowed(request.user, entry.permission):
            groups[-1].append(entry)
    return [group for group in groups if group]
