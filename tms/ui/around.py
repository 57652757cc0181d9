"""What stands around the rows of a list? Filters and tools over them, headings, pages, its menus.

Written as text, as the rows are (`tms.ui.rows`): forty tags of a template, most of them about one
link, cost as much as fifty rows do.
"""

from html import escape

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _

from tms import days

from . import icons, rows

CURRENT, NUMBER = ' aria-current="true"', ' class="num"'


def whole(listing) -> str:
    """A whole list: filters, then rows."""
    page = listing.page
    label = conditional_escape(page.label or page.title)
    filters = narrowing(listing) if listing.filters is not None else ""
    return (
        f'<section class="panel" id="{listing.id}" aria-label="{label}">\n'
        f"{filters}\n{part(listing)}\n</section>"
    )


def part(listing) -> str:
    """What changes when filters, order or page change."""
    events = listing.events
    refreshes = (
        f' hx-get="" hx-trigger="{escape(events)}" hx-target="this" hx-swap="outerHTML"'
        if events
        else ""
    )
    found = filled(listing) if listing.slice.rows else nothing(listing)
    return (
        f'<div id="{listing.id}-rows"{refreshes}>\n{troubles(listing)}{chips(listing)}\n{found}\n'
        f"{sorts(listing)}{columns(listing)}\n</div>"
    )


def leads(url: str, target: str, words: str, *, before="", after="", swap="outerHTML") -> str:
    """A link that changes a part of the list in place; `words` and what stands in it are html."""
    url = escape(url)
    return (
        f'<a{before} href="{url}"{after} hx-get="{url}" hx-target="#{target}" '
        f'hx-swap="{swap}">{words}</a>'
    )


def hidden(pairs) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in pairs
    )


def button(listing, menu: str, words: str, css: str = "", label: str = "") -> str:
    """What opens one of the list's own menus."""
    named = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<button class="button{css}" type="button" popovertarget="{listing.id}-{menu}"{named}>'
        f"{words}</button>"
    )


# Over the rows


def narrowing(listing) -> str:
    """The form of the filters."""
    path = escape(listing.request.path)
    return (
        f'<form class="filters" method="get" action="{path}" role="search" hx-get="{path}" '
        'hx-trigger="change, submit, input changed delay:300ms from:find input[type=search]" '
        f'hx-target="#{listing.id}-rows" hx-swap="outerHTML" hx-sync="this:replace">\n'
        f"{listing.filters.drawn()}\n{hidden(listing.beside_filters)}\n"
        f'<div class="filters__end"><noscript><button class="button">{escape(_("Filter"))}</button>'
        f"</noscript>{tools(listing)}</div>\n</form>"
    )


def tools(listing) -> str:
    """Filters and order where there is no room for them; columns and export."""
    parts = []
    if listing.folds:
        parts.append(
            '<details class="filters__narrow"><summary class="button">'
            f"{icons.icon('sliders-horizontal')}{escape(_('Filters'))}</summary></details>"
        )
    if listing.sortable:
        css = " button--icon filters__narrow"
        parts.append(button(listing, "sort", icons.icon("arrow-up-down"), css, _("Sort")))
    if len(listing.choosable) > 2:
        drawing = icons.icon("columns-3")
        parts.append(button(listing, "columns", drawing, " button--icon", _("Columns")))
    if listing.exports:
        parts.append(button(listing, "export", icons.icon("download") + escape(_("Export"))))
        files = "".join(
            f'<li><a href="{escape(url)}">{icons.icon("file-text")}{escape(label)}</a></li>'
            for label, url in listing.exports
        )
        parts.append(f'<div class="menu" id="{listing.id}-export" popover><ul>{files}</ul></div>')
    return "".join(parts)


def troubles(listing) -> str:
    """What in the filters makes no sense."""
    return "".join(
        f'<p class="error filters__trouble" id="{escape(name)}_error" role="alert">'
        f"{icons.icon('circle-x')}<span>{escape(str(label))}: {escape(str(error))}</span></p>"
        for label, name, error in listing.troubles
    )


def chips(listing) -> str:
    """The filters that are on."""
    if not listing.chips:
        return ""
    parts = []
    for label, words, url in listing.chips:
        drop = escape(_("Drop the filter %(label)s") % {"label": label})
        link = leads(url, listing.id, icons.icon("x"), after=f' aria-label="{drop}"')
        parts.append(f'<span class="chip">{escape(str(label))}: {escape(str(words))} {link}</span>')
    return f'<div class="filters__chips">{"".join(parts)}{everything(listing)}</div>'


def everything(listing, css: str = "") -> str:
    return leads(listing.everything, listing.id, escape(_("Show everything")), before=css)


# The rows


def filled(listing) -> str:
    """The table with its headings, and the foot with its pages."""
    return (
        f'<form method="get" data-rows>\n{hidden(listing.filter_state)}\n{bulk(listing)}\n'
        f'<div class="table-box"><table class="table">{head(listing)}{rows.draw(listing)}</div>\n'
        f"</form>\n{foot(listing)}"
    )


def bulk(listing) -> str:
    """What can be done with ticked rows."""
    if not listing.bulk:
        return ""
    parts = []
    for action in listing.bulk:
        url = escape(action.url)
        opens = (
            f' hx-get="{url}" hx-include="closest form" hx-target="#dialog"'
            if action.dialog
            else ""
        )
        drawing = icons.icon(action.icon) if action.icon else ""
        parts.append(
            f'<button class="button button--small" formaction="{url}"{opens}>'
            f"{drawing}{escape(str(action.label))}</button>"
        )
    quiet = "button button--quiet button--small"
    ticked = _("<span data-ticked></span> ticked")
    return (
        f'<div class="bulk" role="group" aria-label="{escape(_("Ticked rows"))}">'
        f"<strong>{ticked}</strong>{''.join(parts)}"
        f'<button class="{quiet} bulk__page" type="button" data-tick-all>'
        f"{escape(_('Tick the page'))}</button>"
        f'<button class="{quiet}" type="reset" data-untick>{escape(_("Untick"))}</button>'
        f"{all_that_match(listing)}</div>"
    )


def all_that_match(listing) -> str:
    if listing.count <= len(listing.slice.rows):
        return ""
    if listing.count_is_capped:
        most = days.number(listing.most)
        words = escape(_("All of the more than %(count)s that match") % {"count": most})
    else:
        words = _("All %(count)s that match") % {"count": days.number(listing.count)}
    return (
        '<label class="check" data-all-match><input type="checkbox" name="all" value="1">'
        f"<span>{words}</span></label>"
    )


def head(listing) -> str:
    """The headings; those that sort are links."""
    parts = ["<thead><tr>"]
    if listing.bulk:
        label = escape(_("Tick every row of this page"))
        parts.append(
            '<th class="table__check"><input type="checkbox" data-tick-page '
            f'aria-label="{label}"></th>'
        )
    target = f"{listing.id}-rows"
    for column, url, sorted_ in listing.headings:
        label = escape(str(column.label))
        order = f' aria-sort="{sorted_}"' if sorted_ else ""
        words = leads(url, target, label) if url else label
        parts.append(f'<th scope="col"{NUMBER if column.number else ""}{order}>{words}</th>')
    if listing.has_menu:
        words = escape(_("Actions"))
        parts.append(f'<th class="table__menu"><span class="hidden-visually">{words}</span></th>')
    parts.append("</tr></thead>")
    return "".join(parts)


def foot(listing) -> str:
    """Which of how many, the pages beside, and how many stand on one."""
    return (
        '<footer class="panel__footer"><nav class="pagination" '
        f'aria-label="{escape(_("Pages"))}"><span>{where(listing)}</span>{beside(listing)}</nav>'
        f"{sizes(listing)}</footer>"
    )


def where(listing) -> str:
    said = {"first": days.number(listing.slice.first), "last": days.number(listing.last)}
    if listing.count_is_capped:
        return _("%(first)s–%(last)s of %(count)s+") % (said | {"count": days.number(listing.most)})
    return _("%(first)s–%(last)s of %(count)s") % (said | {"count": days.number(listing.count)})


def beside(listing) -> str:
    """The page before and the page after."""
    if not (listing.previous_page or listing.following_page):
        return ""
    before = icons.icon("chevron-left") + escape(_("Previous"))
    after = escape(_("Next")) + icons.icon("chevron-right")
    return (
        f"<ol><li>{turned(listing, listing.previous_page, before, 'prev')}</li>"
        f"<li>{turned(listing, listing.following_page, after, 'next')}</li></ol>"
    )


def turned(listing, url: str, words: str, rel: str) -> str:
    if not url:
        return f'<span aria-disabled="true">{words}</span>'
    swap = f"outerHTML show:#{listing.id}:top"
    return leads(url, f"{listing.id}-rows", words, after=f' rel="{rel}"', swap=swap)


def sizes(listing) -> str:
    if listing.count <= 25:
        return ""
    links = "".join(
        f' <a href="{escape(url)}"{CURRENT if here else ""}>{size}</a>'
        for size, url, here in listing.sizes
    )
    return f'<span class="sizes">{escape(_("Rows on a page"))}{links}</span>'


def nothing(listing) -> str:
    """What an empty list says."""
    if listing.is_filtered:
        link = everything(listing, ' class="button"')
        title = escape(_("Nothing matches these filters"))
        return f'<div class="empty"><h3>{title}</h3><p class="row">{link}</p></div>'
    empty = listing.page.empty
    sentence = f"<p>{conditional_escape(empty.sentence)}</p>" if empty.sentence else ""
    action = ""
    if empty.action:
        drawn = render_to_string("ui/_action.html", {"action": empty.action, "primary": 1})
        action = f'<p class="row">{drawn}</p>'
    return f'<div class="empty"><h3>{conditional_escape(empty.title)}</h3>{sentence}{action}</div>'


# The list's own menus


def sorts(listing) -> str:
    """By what it can be sorted, for where there are no headings."""
    if not listing.sortable:
        return ""
    parts = []
    for column, url, sorted_ in listing.sortable:
        drawing = ""
        if sorted_:
            drawing = icons.icon("arrow-up" if sorted_ == "ascending" else "arrow-down")
        parts.append(
            f'<li><a href="{escape(url)}"{CURRENT if sorted_ else ""}>'
            f"{drawing}{escape(str(column.label))}</a></li>"
        )
    return (
        f'<div class="menu" id="{listing.id}-sort" popover><p class="menu__head">'
        f"{escape(_('Sort by'))}</p><ul>{''.join(parts)}</ul></div>"
    )


def columns(listing) -> str:
    """Which columns are shown."""
    if len(listing.choosable) <= 2:
        return ""
    boxes = "".join(
        f'<label class="check"><input type="checkbox" name="columns" value="{escape(column.name)}"'
        f"{' checked' if shown else ''}><span>{escape(str(column.label))}</span></label>"
        for column, shown in listing.choosable
    )
    return (
        f'<form class="menu menu--columns" id="{listing.id}-columns" popover method="get">{boxes}'
        f'{hidden(listing.beside_columns)}<button class="button button--small">'
        f"{escape(_('Show these'))}</button></form>"
    )
