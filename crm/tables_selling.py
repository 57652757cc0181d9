"""Which columns has the list of opportunities?"""

import functools

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.models import Unit, UnitKind
from catalog.money import round_money, written
from tms.ui import tables

from .models import StageKind
from .models.contact import called

CURRENCY = ("currency__code", "currency__decimals")


@functools.cache
def currency(code: str, decimals: int) -> Unit:
    """A currency as far as amounts are written in it."""
    return Unit(kind=UnitKind.CURRENCY, code=code, decimals=decimals)


def unit_of(row) -> Unit:
    """The currency of a row that has read `CURRENCY`."""
    return currency(*(row[name] for name in CURRENCY))


def worth(row) -> str:
    """€12,750.00; nothing while there is nothing to sell."""
    return written(row["worth"], unit_of(row)) if row["worth"] else ""


def stage(row) -> SafeString:
    """The stage as a badge, in the colour of what it counts as."""
    kind = row["stage__kind"]
    status = "note" if kind == StageKind.OPEN else kind
    return format_html('<span class="badge" data-status="{}">{}</span>', status, row["stage__name"])


def contact(row) -> str:
    """The contact's name; "" without one."""
    if row["contact_id"] is None:
        return ""
    return called(*(row[f"contact__{part}"] for part in ("first_name", "last_name", "email")))


class ContactName(tables.Link):
    """Whom it is agreed with."""

    def __init__(self, **particulars):
        super().__init__(
            "crm:contact",
            key="contact_id",
            accessor="contact__last_name",
            needs=("contact__first_name", "contact__email"),
            export=contact,
            **particulars,
        )

    def cell(self, row):
        name = contact(row)
        link = f'<a href="{escape(self.address(row))}"><bdi>{escape(name)}</bdi></a>'
        return link if name else ""


class OpportunityTable(tables.Table):
    name = tables.Link(
        "crm:opportunity", main=True, sort="name_key", verbose_name=gettext_lazy("Name")
    )
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
    )
    contact = ContactName(verbose_name=gettext_lazy("Contact"))
    stage = tables.Column(
        accessor="stage__name",
        draw=stage,
        needs=("stage__kind",),
        repeats=True,
        css="nowrap",
        verbose_name=gettext_lazy("Stage"),
    )
    worth = tables.Column(
        number=True,
        sort="worth",
        draw=worth,
        accessor="worth",
        needs=CURRENCY,
        export=lambda row: round_money(row["worth"], unit_of(row)),
        repeats=True,
        css="nowrap",
        verbose_name=gettext_lazy("Worth"),
    )
    currency = tables.Column(
        accessor="currency__code", verbose_name=gettext_lazy("Currency"), hidden=True
    )
    probability = tables.Column(
        number=True,
        draw=lambda row: f"{row['probability']} %",
        accessor="probability",
        repeats=True,
        css="nowrap",
        verbose_name=gettext_lazy("Probability"),
    )
    closes_on = tables.Day(sort="closes_key", verbose_name=gettext_lazy("Expected close"))
    owner = tables.Column(accessor="owner__name", verbose_name=gettext_lazy("Owner"))
    region = tables.Column(
        accessor="region__name", verbose_name=gettext_lazy("Region"), hidden=True
    )
    source = tables.Column(verbose_name=gettext_lazy("Source"), hidden=True)
    opened_on = tables.Day(verbose_name=gettext_lazy("Opened"), hidden=True)
    closed_on = tables.Day(verbose_name=pgettext_lazy("day", "Closed"), hidden=True)
    lost_because = tables.Column(verbose_name=gettext_lazy("Lost because"), hidden=True)
    external_ids = tables.Column(
        accessor="known_as", verbose_name=gettext_lazy("External IDs"), hidden=True
    )
    notes = tables.Words(verbose_name=gettext_lazy("Notes"), hidden=True)
    noted = tables.Words(verbose_name=gettext_lazy("Notes by date"), hidden=True)
    number = tables.Number(
        accessor="pk", sort="pk", verbose_name=gettext_lazy("Number"), hidden=True
    )


class AccountOpportunityTable(OpportunityTable):
    """Of one account, which is said once."""

    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
        hidden=True,
    )

    class Meta:
        sequence = ("name", "contact", "stage")
