"""What stands in the menu of a row? Drawn once for all rows alike, and filled in for each.

Fifty rows have a few kinds of menu among them: which entries there are is decided by a status or
two, and all else that differs are the ids in the addresses. A list that says so (`kind`,
`menu_ids`, `menu_names`) has each kind drawn once, with stand-ins where a row's own values go.
"""

import re
from html import escape

from django.utils.translation import gettext as _

from . import icons


class StandIn:
    """Stands for a value that a menu may write, but not decide by: that differs in every row."""

    def __init__(self, number: int):
        # Digits, as addresses take ids, and escaping leaves them as they are.
        self.mark = f"7310{number:03}86420975319"

    def __str__(self):
        return self.mark

    def _no(self, *_other):
        raise TypeError("A menu decides only by what the list's `kind` says of a row.")

    __bool__ = __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __len__ = __iter__ = _no
    __hash__ = object.__hash__


MARK = re.compile(r"7310(\d{3})86420975319")


class Menus:
    """The ellipses of the rows, and which icons they use."""

    def __init__(self, listing):
        self.page, self.id = listing.page, listing.id
        self.icons, self.may = {"ellipsis"}, {None: True}
        self.ellipsis = icons.use("ellipsis")
        # A name may hold a per cent sign of its own: it is put in by replacing, once.
        self.label = escape(_("Actions for %(name)s"))
        self.ids, self.names = ("pk", *self.page.menu_ids), self.page.menu_names
        self.patterns = {}
        # What stands for names may not stand in an address.
        self.never_in_addresses: set[str] = set()

    def draw(self, row, name) -> str:
        """The cell of the ellipsis: a button and the menu it opens. `name` is html."""
        kind = self.page.kind(row)
        if kind is None:
            return self.cell(self.page.menu(row), str(row["pk"]), name)
        key = tuple(kind.values())
        pattern = self.patterns.get(key)
        if pattern is None:
            pattern = self.patterns[key] = self.pattern(kind)
        values = [str(row[each]) for each in self.ids]
        values += [escape(str(row[each])) for each in self.names]
        values.append(name)
        first, rest = pattern
        return first + "".join([values[fill] + text for fill, text in rest])

    def pattern(self, kind) -> tuple[str, list]:
        """The cell of a kind of rows: its first text, then (which value, the text after it)."""
        fills = (*self.ids, *self.names)
        row = kind | {name: StandIn(number) for number, name in enumerate(fills)}
        self.never_in_addresses = {str(row[name]) for name in self.names}
        html = self.cell(self.page.menu(row), str(row["pk"]), str(StandIn(len(fills))))
        first, *rest = MARK.split(html)
        return first, [(int(fill), text) for fill, text in zip(rest[::2], rest[1::2], strict=True)]

    def cell(self, entries, pk: str, name: str) -> str:
        groups, group = [], []
        for entry in entries or ():
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
        target = f"{self.id}-menu-{pk}"
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
        if any(mark in action.url for mark in self.never_in_addresses):
            raise TypeError("Of `menu_names`, nothing may stand in an address: it isn't quoted.")
        url = escape(action.url)
        opens = f' hx-get="{url}" hx-target="#dialog"' if action.dialog else ""
        danger = " data-danger" if action.danger else ""
        return f'<li><a href="{url}"{opens}{danger}>{drawing}{label}</a></li>'
