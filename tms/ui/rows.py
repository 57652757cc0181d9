"""What does a row of a list look like? Html from values, without a template per cell.

Icons are drawn once (`icons.symbols`) and referred to, so that fifty menus weigh little.
"""

from django.utils.html import conditional_escape, escape
from django.utils.translation import gettext as _

from . import icons


def draw(listing) -> str:
    """All rows of the page, with their tick boxes and menus."""
    page, shown = listing.page, listing.shown
    ticked, has_menu = bool(listing.bulk), page.menu is not None
    used, parts = {"ellipsis"} if has_menu else set(), []
    for row in listing.slice.rows:
        dim = " data-dim" if page.dim(row) else ""
        name = escape(name_of(page, listing.columns, row))
        cells = [tick(row, name)] if ticked else []
        cells.extend(cell(column, row) for column in shown)
        if has_menu:
            cells.append(menu(listing, row, name, used))
        parts.append(f"<tr{dim}>{''.join(cells)}</tr>")
    return f"<tbody>{''.join(parts)}</tbody></table>{icons.symbols(used)}"


def name_of(page, columns, row) -> str:
    """What the row is called, for those who don't see the row."""
    if page.name_of:
        return page.name_of(row)
    main = next((column for column in columns.values() if column.main), None)
    return str(main.plain(row)) if main else str(row["pk"])


def tick(row, name) -> str:
    return (
        f'<td class="table__check"><input type="checkbox" name="ids" value="{row["pk"]}" '
        f'aria-label="{name}"></td>'
    )


def cell(column, row) -> str:
    html = column.cell(row)
    if column.main:
        return f'<th scope="row" class="{column.classes}">{html}</th>'
    css = f' class="{column.classes}"' if column.classes else ""
    return f'<td{css} data-label="{escape(column.label)}">{html}</td>'


def menu(listing, row, name, used) -> str:
    entries = list(listing.page.menu(row) or ())
    groups, group = [], []
    for entry in [*entries, None]:
        if entry is not None:
            if listing.page.permitted([entry]):
                group.append(action(entry, used))
        elif group:
            groups.append(f"<ul>{''.join(group)}</ul>")
            group = []
    if not groups:
        return '<td class="table__menu"></td>'
    target = f"{listing.id}-menu-{row['pk']}"
    label = escape(_("Actions for %(name)s")) % {"name": name}
    return (
        f'<td class="table__menu"><button class="button button--quiet button--icon button--small" '
        f'type="button" id="{target}-button" popovertarget="{target}" aria-label="{label}">'
        f"{icons.use('ellipsis')}</button>"
        f'<div class="menu" id="{target}" popover>{"<hr>".join(groups)}</div></td>'
    )


def action(entry, used) -> str:
    """One entry of a menu: a link that opens a dialog or a page, or why there is none."""
    label = conditional_escape(entry.label)
    drawing = ""
    if entry.icon:
        used.add(entry.icon)
        drawing = icons.use(entry.icon)
    if entry.why:
        return (
            f'<li><button type="button" aria-disabled="true"><span>{label}</span>'
            f"<small>{escape(entry.why)}</small></button></li>"
        )
    url = escape(entry.url)
    opens = f' hx-get="{url}" hx-target="#dialog"' if entry.dialog else ""
    danger = " data-danger" if entry.danger else ""
    return f'<li><a href="{url}"{opens}{danger}>{drawing}{label}</a></li>'
