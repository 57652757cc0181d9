"""What does a row of a list look like? Html from values, without a template per cell.

What is the same in every row (tags, labels, headings) is made once. Icons are drawn once
(`icons.symbols`) and referred to, so that fifty menus weigh little.
"""

from html import escape

from . import icons
from .menus import Menus


def draw(listing) -> str:
    """All rows of the page, with their tick boxes and menus."""
    page = listing.page
    cells = [(*tags(column), column.drawer()) for column in listing.shown]
    ticked = bool(listing.bulk)
    menus = Menus(listing) if listing.has_menu else None
    name_of = namer(page, listing.columns) if ticked or menus else None
    parts = ["<tbody>"]
    for row in listing.slice.rows:
        parts.append("<tr data-dim>" if page.dim(row) else "<tr>")
        name = escape(name_of(row)) if name_of else ""
        if ticked:
            parts.append(
                f'<td class="table__check"><input type="checkbox" name="ids" value="{row["pk"]}" '
                f'aria-label="{name}"></td>'
            )
        for opening, closing, cell in cells:
            parts += opening, cell(row), closing
        if menus:
            parts.append(menus.draw(row, name))
        parts.append("</tr>")
    parts.append("</tbody></table>")
    if menus:
        parts.append(icons.symbols(menus.icons))
    return "".join(parts)


def tags(column):
    """The opening and closing tag of a column's cells."""
    css = f' class="{column.classes}"' if column.classes else ""
    if column.main:
        return f'<th scope="row"{css}>', "</th>"
    return f'<td{css} data-label="{escape(str(column.label))}">', "</td>"


def namer(page, columns):
    """What says how a row is called, for those who don't see the row."""
    if page.name_of:
        return lambda row: str(page.name_of(row))
    main = next((column for column in columns.values() if column.main), None)
    return lambda row: str(main.plain(row)) if main else str(row["pk"])
