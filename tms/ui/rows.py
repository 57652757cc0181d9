"""What does a row of a list look like? Html from values, without a template per cell.

What is the same in every row (tags, labels, headings) is made once. Icons are drawn once
(`icons.symbols`) and referred to, so that fifty menus weigh little.
"""

from html import escape

from django.utils.translation import gettext as _

from . import icons


def draw(listing) -> str:
    """All rows of the page, with their tick boxes and menus."""
    page = listing.page
    cells = [(*tags(column), column.cell) for column in listing.shown]
    ticked = bool(listing.bulk)
    menus = Menus(listing) if listing.has_menu else None
    parts = ["<tbody>"]
    for row in listing.slice.rows:
        parts.append("<tr data-dim>" if page.dim(row) else "<tr>")
        name = escape(name_of(page, listing.columns, row)) if ticked or menus else ""
        if ticked:
            parts.append(
                f'<td class="table__check"><input type="checkbox" name="ids" value="{row["pk"]}" '
                f'aria-label="{name}"></td>'
            )
        for opening, closing, cell in cells:
            parts.append(f"{opening}{cell(row)}{closing}")
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


def name_of(page, columns, row) -> str:
    """What the row is called, for those who don't see the row."""
    if page.name_of:
        return str(page.name_of(row))
    main = next((column for column in columns.values() if column.main), None)
    return str(main.plain(row)) if main else str(row["pk"])


class Menus:
    """The ellipses of the rows, and which icons they use."""

    def __init__(self, listing):
        self.page, self.id = listing.page, listing.id
        self.icons, self.may = {"ellipsis"}, {None: True}
        self.ellipsis = icons.use("ellipsis")
        # A name may hold a per cent sign of its own: it is put in by replacing, once.
        self.label = escape(_("Actions for %(name)s"))

    def draw(self, row, name) -> str:
        """The cell of the ellipsis: a button and the menu it opens."""
        groups, group = [], []
        for entry in self.page.menu(row) or ():
            if entry is not None:
                if self.permitted(entry):
                    group.append(self.entry(entry))
            elif group:
                groups.append("".join(group))
                group = []
        if group:
            groups.append("".join(group))
        if not groups:
            return '<td class="table__menu"></td>'
        target = f"{self.id}-menu-{row['pk']}"
        label = self.label.replace("%(name)s", name)
        return (
            f'<td class="table__menu"><button class="button button--quiet button--icon '
            f'button--small" type="button" id="{target}-button" popovertarget="{target}" '
            f'aria-label="{label}">{self.ellipsis}</button><div class="menu" id="{target}" popover>'
            f"<ul>{'</ul><hr><ul>'.join(groups)}</ul></div></td>"
        )

    def permitted(self, entry) -> bool:
        """Does the user's role include it? Asked once for each permission."""
        if entry.permission not in self.may:
            self.may[entry.permission] = bool(self.page.permitted([entry]))
        return self.may[entry.permission]

    def entry(self, action) -> str:
        """One entry: a link that opens a dialog or a page, or why there is none."""
        label = escape(str(action.label))
        if action.why:
            return (
                f'<li><button type="button" aria-disabled="true"><span>{label}</span>'
                f"<small>{escape(str(action.why))}</small></button></li>"
            )
        drawing = ""
        if action.icon:
            self.icons.add(action.icon)
            drawing = icons.use(action.icon)
        url = escape(action.url)
        opens = f' hx-get="{url}" hx-target="#dialog"' if action.dialog else ""
        danger = " data-danger" if action.danger else ""
        return f'<li><a href="{url}"{opens}{danger}>{drawing}{label}</a></li>'
