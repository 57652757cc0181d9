"""What do the lists of tokens show?"""

from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tms.ui import tables

from .models import TokenType


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
    name = tables.Column(accessor="unit__label", main=True, sort="name_key", verbose_name=_("Name"))
    description = tables.Column(verbose_name=_("Description"))
    period = tables.Column(
        draw=lambda row: period_of(row) or _("never expire"),
        export=period_of,
        needs=("period", "period_unit"),
        verbose_name=_("Redemption Period"),
    )
