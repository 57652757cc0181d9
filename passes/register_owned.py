"""What the passes that somebody has bring to the shell and to other pages."""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from tms.compiled import Question
from tms.ui.address import page_of
from tms.ui.register import (
    PASSES,
    Bulk,
    Fact,
    Hit,
    MenuEntry,
    Names,
    Panel,
    ReportEntry,
    SearchKind,
    Tab,
)

from . import history
from .models import Pass
from .tables import contact_name
from .views import dashboard, owned

MAY_SEE = "passes.view_passes"


def find_passes(query, _user, limit):
    """Passes by their number (#12) or one of their external IDs. One statement."""
    text = query.strip()
    found = Q(external_ids__contains=[text])
    number = text.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        found |= Q(pk=int(number))
    names = ("contact__first_name", "contact__last_name", "contact__email")
    rows = Pass.objects.filter(found).order_by("-pk")
    return [
        Hit(
            f"{row['pass_type__name']} #{row['pk']}",
            page_of("passes:detail", row["pk"]),
            subtitle=contact_name(row),
            aside=row["account__name"],
        )
        for row in rows.values("pk", "pass_type__name", "account__name", *names)[:limit]
    ]


OF_ACCOUNT = Question(
    lambda account_id: (
        Pass.objects.filter(account=account_id)
        .order_by()
        .values("account")
        .annotate(n=Count("*"))
        .values_list("n")
    )
)


def count(account) -> int:
    """How many passes the account owns, for its tab."""
    return OF_ACCOUNT.value(0, account_id=account.pk)


MENU = [MenuEntry(_("Passes"), "passes:list", MAY_SEE, 50)]

REPORTS = [
    ReportEntry(
        PASSES,
        _("Passes sold"),
        _("How many passes were issued, by time, type and source"),
        "passes:report_sold",
        MAY_SEE,
        position=10,
    ),
    ReportEntry(
        PASSES,
        _("Active passes"),
        _("How many passes ran at the end of each month, as of then"),
        "passes:report_active",
        MAY_SEE,
        "chart-line",
        20,
    ),
    ReportEntry(
        PASSES,
        _("Renewal rate"),
        _("Of the passes due in a month, how many were renewed, extended, or ended"),
        "passes:report_renewal",
        MAY_SEE,
        "refresh-cw",
        30,
    ),
    ReportEntry(
        PASSES,
        _("Passes ending"),
        _("How many active passes end in the months ahead"),
        "passes:report_ending",
        MAY_SEE,
        "calendar-clock",
        40,
    ),
]

SEARCH_OWNED = [SearchKind(_("Training passes"), find_passes, MAY_SEE, 70, "id-card-lanyard")]

PANELS_OWNED = [
    Panel("contact", "passes", owned.contact_panel, MAY_SEE, 20),
    Panel("dashboard", "issued", dashboard.issued, MAY_SEE, 10, "charts"),
    Panel("dashboard", "ending", dashboard.ending, MAY_SEE, 30),
]

TABS = [
    Tab("account", _("Training Passes"), "passes", "passes:of_account", MAY_SEE, 40, count),
]

BULK = [
    Bulk(
        "contacts",
        _("Add Training Pass"),
        "passes:give",
        "id-card-lanyard",
        "passes.issue_pass",
    ),
]

FACTS = [
    Fact(kind, happened.icon, history.TOLD[kind], happened.tone)
    for kind, happened in history.KINDS.items()
]

NAMES = [
    Names("pass", history.names_of_passes),
    Names("pass_option", history.names_of_options),
]
