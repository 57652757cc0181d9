"""What does the list of token packs show?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui import tables

from .models import TokenPack
from .tables import period_of


def lasts(pack: TokenPack) -> str:
    """12 months, or as its type says."""
    if pack.period is None:
        return _("as the token type says")
    return period_of({"period": pack.period, "period_unit": pack.period_unit})


class PackTable(tables.Table):
    name = tables.Link("tokens:pack", key="pk", main=True, verbose_name=gettext_lazy("Name"))
    token_type = tables.Column(
        accessor="token_type__unit__label", verbose_name=gettext_lazy("Token type")
    )
    units = tables.Column(number=True, verbose_name=gettext_lazy("Number of tokens"))
    period = tables.Column(
        draw=lambda row: period_of(row) or _("as the token type says"),
        export=period_of,
        needs=("period", "period_unit"),
        verbose_name=gettext_lazy("Redemption Period"),
    )
    position = tables.Column(number=True, sort="position", verbose_name=gettext_lazy("Order"))
