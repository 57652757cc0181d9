"""What tokens bring to the control panel."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui.register import FINANCIAL, TOKENS, Option, Panel, ReportEntry, SearchKind, Tab

from . import happenings, told
from .search import find_issues
from .views import dashboard
from .views.types import MANAGE

CONTROL_PANEL = [
    Option(
        FINANCIAL,
        _("Training Tokens"),
        _("Pre-paid units that training is paid with: their types, and what staff may do"),
        "tokens:types",
        MANAGE,
        "coins",
        words=("units", "credits", "prepaid", "Gold", "vouchers"),
        position=20,
    ),
    Option(
        FINANCIAL,
        _("Token liability"),
        _("Tokens owed on any day, what was paid for them, and what expired unused"),
        "tokens:liability",
        told.MAY_SEE,
        "chart-column",
        words=("deferred revenue", "breakage", "report", "outstanding"),
        position=22,
    ),
    Option(
        FINANCIAL,
        _("Token books"),
        _("The proof that every balance is the sum of its entries"),
        "tokens:books",
        told.MAY_SEE,
        "book-check",
        words=("audit", "proof", "ledger", "sums"),
        position=24,
    ),
]

REPORTS = [
    ReportEntry(
        TOKENS,
        _("Token liability"),
        _("Tokens owed on any day, what was paid for them, and what expired unused"),
        "tokens:liability",
        told.MAY_SEE,
        "scale",
        10,
    ),
    ReportEntry(
        TOKENS,
        _("Token use and breakage"),
        _("How many tokens of a type were issued, redeemed, and expired unused"),
        "tokens:report_use",
        told.MAY_SEE,
        "coins",
        20,
    ),
]

SCOPES = [
    Scope("tokens:read", _("See training tokens and balances"), ("tokens.view_tokens",)),
    Scope("tokens:issue", _("Issue training tokens"), ("tokens.issue_tokens",)),
    Scope("tokens:redeem", _("Redeem and refund training tokens"), ("tokens.redeem_tokens",)),
    Scope("tokens:expiry", _("Change when tokens expire"), ("tokens.change_token_expiry",)),
    Scope("tokens:adjust", _("Adjust training tokens"), ("tokens.adjust_tokens",)),
    Scope("tokens:transfer", _("Transfer training tokens"), ("tokens.transfer_tokens",)),
    Scope(
        "tokens:spending",
        _("Set who may spend an account's tokens"),
        ("tokens.set_token_spending",),
    ),
    Scope("token-types:write", _("Set up token types"), ("tokens.manage_token_types",)),
]

SEARCH = [SearchKind(_("Training tokens"), find_issues, told.MAY_SEE, 75, "coins")]

PANELS = [Panel("dashboard", "expiring", dashboard.expiring, told.MAY_SEE, 40)]

TABS = [
    Tab("account", _("Training Tokens"), "tokens", "tokens:of_account", told.MAY_SEE, 45),
]

FACTS, NAMES = told.FACTS, told.NAMES

HAPPENINGS = happenings.HAPPENINGS
