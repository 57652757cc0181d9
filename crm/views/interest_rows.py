"""What does the row of an interest look like? Html from values, without a template per cell."""

import functools
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import UnitKind
from catalog.money import written
from tms.days import number
from tms.ui import icons
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action
from tms.ui.menus import Menus

from .. import offers
from ..documents import percent


class Page:
    """What an interest's menu depends on: what is sold. Stands for a list, to `Menus`."""

    id = "interest"
    menu_ids: tuple[str, ...] = ()
    menu_names: tuple[str, ...] = ()

    def __init__(self, opportunity_id: int):
        self.page = self
        self.removal = reverse("crm:remove_interest", args=[opportunity_id, 0])

    def kind(self, row) -> dict:
        return {"offer": row["offer"]}

    def permitted(self, actions):
        return actions

    def menu(self, row):
        if offer := offers.all_of().get(row["offer"]):
            yield Action(_("Edit"), page_of(offer.edit_url, row["pk"]), "pencil")
        yield LINE
        url = self.removal.replace("/0/", f"/{row['pk']}/")
        yield Action(_("Remove"), url, "trash-2", danger=True)


def draw(lines, opportunity_id: int, *, menus: bool) -> tuple[SafeString, SafeString]:
    """The rows of the interests (with unit and tax level), and the drawings that they refer to."""
    drawn = Menus(Page(opportunity_id)) if menus else None
    row = functools.partial(_row, drawn=drawn, amount=_amounts(), cell=_cells())
    html = "".join(map(row, lines))
    return SafeString(html), icons.symbols(drawn.icons) if drawn else SafeString("")


def _amounts():
    """`written`, each amount once: most come several times."""
    return functools.cache(lambda amount, unit: escape(written(amount, unit)))


def _cells():
    """What makes a cell: the number of its heading, and its html."""
    labels = [
        escape(each)
        for each in (
            _("Quantity"), _("Price"), _("Discount"), _("Tax level"), _("Net"), _("Tax"),
            _("Total"),
        )
    ]  # fmt: skip
    css = ["num", *["num nowrap"] * 2, "nowrap", *["num nowrap"] * 3]
    tags = [
        f'<td class="{each}" data-label="{label}">' for each, label in zip(css, labels, strict=True)
    ]
    return lambda cells: "".join(
        [f"{tag}{cell}</td>" for tag, cell in zip(tags, cells, strict=True)]
    )


def _row(line, *, drawn, amount, cell) -> str:
    unit, offer = line.unit, offers.all_of().get(line.offer)
    title, money = escape(line.title), unit.kind == UnitKind.CURRENCY
    detail = f"<bdi>{escape(line.detail)}</bdi>, " if line.detail else ""
    price = amount(line.unit_price, unit)
    if line.list_price not in (None, line.unit_price):
        price += f"<small>{escape(_('agreed'))}</small>"
    cells = (
        number(line.quantity),
        price,
        percent(line.discount) if line.discount else "",
        escape(f"{line.tax_name} {percent(line.tax_percent)}") if money else "",
        amount(line.net, unit),
        amount(line.tax, unit) if money else "",
        amount(line.gross, unit),
    )
    menu = '<td class="table__menu"></td>'
    if drawn:
        menu = drawn.draw({"pk": line.pk, "offer": line.offer}, title)
    return (
        f'<tr><th scope="row" class="table__main"><bdi>{title}</bdi><small>{detail}'
        f"{escape(str(offer.label)) if offer else ''}</small></th>{cell(cells)}{menu}</tr>"
    )
