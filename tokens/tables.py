"""What do the lists of tokens show?"""

from django.db.models.functions import Lower
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.models.contact import called as contact_called
from tms import days
from tms.ui import tables
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action

from .models import EntryKind, IssueSource, IssueStatus, TokenSettings, TokenType
from .models.issue import ENDS
from .naming import linked

OVER = {IssueStatus.EXPIRED, IssueStatus.USED_UP}


def types():
    """Token types, each with its name to sort by."""
    return TokenType.objects.annotate(name_key=Lower("unit__label"))


def period_of(row) -> str:
    """12 months, 30 days; nothing where tokens never expire."""
    period = row["period"]
    if period is None:
        return ""
    if row["period_unit"] == "months":
        return ngettext("%(n)s month", "%(n)s months", period) % {"n": period}
    return ngettext("%(n)s day", "%(n)s days", period) % {"n": period}


class TypeTable(tables.Table):
    name = tables.Column(
        accessor="unit__label", main=True, sort="name_key", verbose_name=gettext_lazy("Name")
    )
    description = tables.Column(verbose_name=gettext_lazy("Description"))
    period = tables.Column(
        draw=lambda row: period_of(row) or _("never expire"),
        export=period_of,
        needs=("period", "period_unit"),
        verbose_name=gettext_lazy("Redemption Period"),
    )


# Issues


def called(row) -> str:
    """Gold #12"""
    return f"{row['token_type__unit__label']} #{row['pk']}"


class Ends(tables.Day):
    """The last day, or that there is none."""

    def text(self, value):
        if value is None:
            return format_html('<span class="muted">{}</span>', _("never"))
        return super().text(value)

    def plain(self, row):
        return row[self.key] or _("never")


def came_from(row):
    """The opportunity or booking that an issue came from, by name; else its note."""
    return linked(row["came_from"]) or row["note"]


class IssueTable(tables.Table):
    status = tables.Status(IssueStatus.choices, verbose_name=gettext_lazy("Status"))
    token_type = tables.Column(
        accessor="token_type__unit__label",
        main=True,
        draw=lambda row: format_html(
            '<a href="{}">{}</a>', page_of("tokens:issue", row["pk"]), called(row)
        ),
        verbose_name=gettext_lazy("Type"),
    )
    issued_on = tables.Day(verbose_name=gettext_lazy("Issued on"))
    expires_on = Ends(sort=ENDS, verbose_name=gettext_lazy("Expires on"))
    issued = tables.Number(verbose_name=pgettext_lazy("tokens", "Issued"))
    remaining = tables.Number(accessor="spendable", verbose_name=gettext_lazy("Remaining"))
    redeemed = tables.Number(hidden=True, verbose_name=gettext_lazy("Redeemed"))
    source = tables.Choice(IssueSource.choices, verbose_name=gettext_lazy("Source"))
    came_from = tables.Column(
        draw=came_from,
        export=lambda row: row["came_from"][0] if row["came_from"] else row["note"],
        needs=("source_kind", "source_id", "note"),
        verbose_name=gettext_lazy("Opportunity or booking"),
    )
    number = tables.Column(
        accessor="pk", sort="pk", hidden=True, number=True, verbose_name=gettext_lazy("Number")
    )
    external_id = tables.Column(hidden=True, css="code", verbose_name=gettext_lazy("External ID"))


def entries_of_issue(pk, *, over: bool, spendable: int, settings: TokenSettings):
    """The menu of an issue: what may be done with it now. What is switched off is not there."""
    if over:
        yield Action(
            _("Change Expiry"),
            page_of("tokens:change_expiry", pk),
            why=_("It has expired. Issue new tokens to make good."),
            permission="tokens.change_token_expiry",
        )
        return
    if spendable:
        yield Action(
            _("Redeem"),
            page_of("tokens:redeem_issue", pk),
            "ticket-check",
            permission="tokens.redeem_tokens",
        )
    yield Action(
        _("Change Expiry"),
        page_of("tokens:change_expiry", pk),
        "calendar-plus",
        permission="tokens.change_token_expiry",
    )
    if settings.adjustments:
        if spendable:
            yield Action(
                _("Transfer"),
                page_of("tokens:transfer", pk),
                "arrow-right-left",
                permission="tokens.transfer_tokens",
            )
        yield LINE
        yield Action(
            _("Adjust"), page_of("tokens:adjust", pk), "scale", permission="tokens.adjust_tokens"
        )


# Ledger entries


def signed(number: int) -> str:
    """+4, −4"""
    return f"{'−' if number < 0 else '+'}{days.number(abs(number))}"


def what_for(row):
    """What an entry was for: by name, and for whom."""
    what, who = linked(row["what_for"]), person(row)
    return format_html("{}, {}", what, who) if what and who else what or who


def person(row):
    if not row["contact_id"]:
        return ""
    return format_html(
        '<a href="{}"><bdi>{}</bdi></a>', page_of("crm:contact", row["contact_id"]), name_in(row)
    )


def name_in(row) -> str:
    names = ("contact__first_name", "contact__last_name", "contact__email")
    return contact_called(*(row[name] for name in names))


def what_for_plain(row) -> str:
    what = row["what_for"][0] if row["what_for"] else ""
    who = name_in(row) if row["contact_id"] else ""
    return ", ".join(filter(None, [what, who]))


PURPOSE = (
    "purpose_kind",
    "purpose_id",
    "contact_id",
    "contact__first_name",
    "contact__last_name",
    "contact__email",
)
ROADS = {
    "api": gettext_lazy("%(name)s, by API"),
    "import": gettext_lazy("%(name)s, by import"),
}


def by_whom(row) -> str:
    """A person, and the road where it wasn't a page; or the system."""
    name = row["by__name"] or row["by__email"]
    if not name:
        return _("The system")
    return str(ROADS[row["source"]]) % {"name": name} if row["source"] in ROADS else name


class EntryTable(tables.Table):
    at = tables.Moment(sort="on", main=True, verbose_name=gettext_lazy("When"))
    kind = tables.Choice(EntryKind.choices, verbose_name=gettext_lazy("Entry"))
    what_for = tables.Column(
        draw=what_for,
        export=what_for_plain,
        needs=PURPOSE,
        verbose_name=gettext_lazy("For"),
    )
    reason = tables.Column(verbose_name=gettext_lazy("Reason"))
    by = tables.Column(
        draw=by_whom,
        export=by_whom,
        needs=("by__name", "by__email", "source"),
        verbose_name=pgettext_lazy("who", "By"),
    )
    issue = tables.Column(
        draw=lambda row: format_html(
            '<a href="{}">#{}</a>', page_of("tokens:issue", row["issue_id"]), row["issue_id"]
        ),
        export=lambda row: row["issue_id"],
        needs=("issue_id",),
        verbose_name=gettext_lazy("Issue"),
    )
    until = Ends(accessor="issue__expires_on", verbose_name=gettext_lazy("Issue until"))
    token_type = tables.Column(
        accessor="token_type__unit__label", verbose_name=gettext_lazy("Type")
    )
    quantity = tables.Column(
        draw=lambda row: signed(row["quantity"]),
        export=lambda row: row["quantity"],
        needs=("quantity",),
        number=True,
        verbose_name=gettext_lazy("Tokens"),
    )
    number = tables.Column(
        accessor="pk", sort="pk", hidden=True, number=True, verbose_name=gettext_lazy("Number")
    )
    recorded_at = tables.Moment(hidden=True, verbose_name=gettext_lazy("Written down"))


class IssueEntryTable(EntryTable):
    """On the page of one issue, which says the rest."""

    issue = until = token_type = None


class LatestTable(EntryTable):
    """On the tab of an account: the newest few."""

    what_for = tables.Column(
        draw=lambda row: what_for(row) or row["reason"],
        needs=(*PURPOSE, "reason"),
        verbose_name=gettext_lazy("For"),
    )
    reason = number = recorded_at = issue = None
