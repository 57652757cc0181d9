"""How is it told what happened to tokens? The journal in words, and what its things are called."""

import datetime

from django.db.models import Min, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms import days
from tms.compiled import Question
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told, value

from . import told_packs
from .models import EntryKind, LedgerEntry, TokenIssue, TokenType, WhoMaySpend

MAY_SEE = "tokens.view_tokens"

# Names


ISSUES = Question(
    lambda ids: TokenIssue.objects.filter(pk__in=ids).values_list("pk", "token_type__unit__label")
)
TYPES = Question(lambda ids: TokenType.objects.filter(pk__in=ids).values_list("pk", "unit__label"))


def issues(ids, user) -> dict:
    """Gold #12, with its page for who may see tokens."""
    may = allowed(user, MAY_SEE)
    return {
        pk: (f"{name} #{pk}", page_of("tokens:issue", pk) if may else "")
        for pk, name in ISSUES(ids=ids)
    }


def types(ids, user) -> dict:
    return {pk: (name, "") for pk, name in TYPES(ids=ids)}


MOVES = Question(
    lambda ids: (
        LedgerEntry.objects.filter(move__in=ids, kind=EntryKind.REDEEMED)
        .order_by("move")
        .values("move")
        .annotate(spent=-Sum("quantity"), label=Min("token_type__unit__label"))
        .values_list("move", "spent", "label")
    )
)


def moves(ids, user) -> dict:
    """What a redemption came to: 3 Gold."""
    return {move: (f"{days.number(spent)} {label}", "") for move, spent, label in MOVES(ids=ids)}


NAMES = [Names("token_issue", issues), Names("token_type", types), Names("tokens", moves)]
NAMES += told_packs.NAMES

# Facts


def amount(row, names, number=None):
    """3 Gold"""
    number = row.after.get("quantity") if number is None else number
    return format_html("{} {}", days.number(number), names("token_type", row.after["token_type"]))


def until(iso: str | None) -> str:
    return days.day_text(datetime.date.fromisoformat(iso)) if iso else _("never")


def issued(row, names):
    what = format_html(
        _("{number} issued as {issue}"),
        number=amount(row, names),
        issue=names("token_issue", row.subject_id),
    )
    ends = row.after.get("expires_on")
    details = _("until %(day)s") % {"day": until(ends)} if ends else _("never expire")
    if giver := row.after.get("from_account"):
        details = format_html(
            _("{until}; transferred from {account}"),
            until=details,
            account=names("account", giver),
        )
    return Told(what, details)


def expiry_changed(row, names):
    title = format_html(_("Expiry of {issue} changed"), issue=names("token_issue", row.subject_id))
    before, after = (until(kept.get("expires_on")) for kept in (row.before, row.after))
    return Told(title, changes=[(_("Expires on"), before, after)])


def adjusted(row, names):
    off = row.after["quantity"] < 0
    sentence = _("{number} taken off {issue}") if off else _("{number} added to {issue}")
    title = format_html(
        sentence,
        number=amount(row, names, abs(row.after["quantity"])),
        issue=names("token_issue", row.subject_id),
    )
    before, after = row.before.get("remaining"), row.after.get("remaining")
    return Told(title, changes=[(_("Remaining"), days.number(before), days.number(after))])


def transferred(row, names):
    title = format_html(
        _("{number} of {issue} transferred to {account}"),
        number=amount(row, names),
        issue=names("token_issue", row.subject_id),
        account=names("account", row.after["to_account"]),
    )
    return Told(title)


def expired(row, names):
    return Told(
        format_html(
            _("{number} of {issue} expired unused"),
            number=amount(row, names),
            issue=names("token_issue", row.subject_id),
        )
    )


def what_for(row, names):
    """What the tokens were for, and for whom: as far as the row says."""
    kind, pk = (*row.after.get("purpose", ()), None, None)[:2]
    what = names(kind, pk) if kind and pk else ""
    who = names("contact", row.contact_id)
    return format_html(_("{what}, {who}"), what=what, who=who) if what and who else what or who


def redeemed(row, names):
    return Told(
        format_html(_("{number} redeemed"), number=amount(row, names)), what_for(row, names)
    )


def refunded(row, names):
    title = format_html(_("{number} given back"), number=amount(row, names))
    details = what_for(row, names)
    if off := row.after.get("written_off"):
        gone = _("%(n)s of them written off again: their issue has expired") % {
            "n": days.number(off)
        }
        details = format_html("{}; {}", details, gone) if details else gone
    return Told(title, details)


RULE = {
    "who": gettext_lazy("Who may spend"),
    "yearly_limit": gettext_lazy("Tokens per learner and year"),
}


def spending_changed(row, names):
    changes = []
    for key, label in RULE.items():
        before, after = row.before.get(key), row.after.get(key)
        if key == "who":
            before, after = (WhoMaySpend(each).label if each else "" for each in (before, after))
        if before != after:
            changes.append((label, value(before), value(after)))
    before, after = (set(kept.get("contacts", ())) for kept in (row.before, row.after))
    changes += [(_("Contact"), names("contact", pk), "") for pk in sorted(before - after)]
    changes += [(_("Contact"), "", names("contact", pk)) for pk in sorted(after - before)]
    return Told(_("Who may spend its tokens changed"), changes=changes)


SWITCHES = {
    "manual_issues": gettext_lazy("Allow Manual Raising of Issues"),
    "adjustments": gettext_lazy("Allow Adjustments to Token Issues"),
}


def switched(row, names):
    words = {True: _("on"), False: _("off")}
    changes = [
        (label, words[row.before[key]], words[row.after[key]])
        for key, label in SWITCHES.items()
        if row.before[key] != row.after[key]
    ]
    return Told(_("Settings changed"), changes=changes)


FACTS = [
    Fact("token_issue.issued", "coins", issued, "good"),
    Fact("token_issue.expiry_changed", "calendar-plus", expiry_changed),
    Fact("token_issue.adjusted", "scale", adjusted, "warn"),
    Fact("token_issue.transferred", "arrow-right-left", transferred),
    Fact("token_issue.expired", "clock", expired, "over"),
    Fact("tokens.redeemed", "ticket-check", redeemed),
    Fact("tokens.refunded", "undo-2", refunded, "good"),
    Fact("token_spending.changed", "users", spending_changed),
    Fact("token_settings.changed", "settings", switched),
]
FACTS += told_packs.FACTS
