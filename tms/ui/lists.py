"""Lists: many rows, all alike everywhere. The address is the whole state.

    class PassTypes(ListPage):
        title = _("Training Pass Types")
        permission_required = "passes.view_type"
        table, filterset, sort = PassTypeTable, PassTypeFilter, "name"

        def queryset(self):
            return PassType.objects.with_counts()

        def menu(self, row):
            yield Action(_("Edit"), reverse("passes:edit_type", args=[row["pk"]]), "pencil")

The same class is embedded into another page (a tab, a panel) with `PassTypes.at(request, ...)`:
see docs/adding-a-page.md.
"""

import dataclasses
from collections.abc import Callable

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from .access import Guarded, allowed
from .listing import Listing
from .register import Permission
from .tables import Column, columns_of


@dataclasses.dataclass(frozen=True)
class Action:
    """An entry of a row's menu, a button over the list, or a bulk action over ticked rows.

    `dialog`: opens in the <dialog>, else it is a page. `why`: it doesn't apply, and this is why.
    """

    label: str
    url: str
    icon: str = ""
    dialog: bool = True
    danger: bool = False
    why: str = ""
    permission: Permission = None


# Between the entries of a row's menu: a line.
LINE = None


@dataclasses.dataclass(frozen=True)
class Empty:
    """What an empty list says: what the thing is, and the first step."""

    title: str
    sentence: str = ""
    action: Action | None = None


class ListPage(Guarded, View):
    """A list of rows, as a page or embedded.

    title, crumbs      the heading; crumbs are (label, address) pairs
    table              columns (tms.ui.tables)
    filterset          a tms.ui.filters.FilterSet, or None
    sort               the column it is sorted by at first, "-name" for descending
    values             accessors that `menu` and `row` need beyond the columns'
    empty              an Empty
    export_name        the file's name; empty: no export
    keeps              are its statements kept? Only where `queryset` and the choices of its filters
                       depend on nothing but the day and the ids of the address (tms.ui.kept)
    shows_all          without ids in its address: is everything listed that a search finds by
                       itself? Then what it found isn't counted once more
    changes            events that refresh the list in place ("passes" or a list)
    template_name      extends ui/list.html; `site` is its base
    audience           "staff" (with permission_required) or "learner"

    queryset()         the rows, before filters
    rows_by()          with `keeps`: the whole numbers, days and texts that the rows are of
                       (default: the ids of the address)
    rows_of            a plain function of these that gives `queryset()`, where they aren't the ids
                       of the address
    actions()          buttons at the top; the first is the primary one
    bulk()             Actions over ticked rows; their dialogs get `?ids=1&ids=2` or `?all=1&…`
    menu(row)          the entries of a row's ellipsis; LINE is a line
    kind(row)          what alone decides which entries these are, as {name: value}: rows of one
                       kind share a menu, which gets a row of these, `pk`, and the ids and names
    menu_ids           accessors of ids that stand in addresses of the menu
    menu_names         accessors of names that stand in its labels
    dim(row)           is what the row is about over?
    name_of(row)       what the row is called, for screen readers (default: its main cell's value)
    complete(rows)     puts into the rows what no join can bring, in one go: called for each page,
                       and for each part of an export
    """

    title = ""
    label = ""
    crumbs: tuple = ()
    table = None
    filterset = None
    sort = "pk"
    values: tuple[str, ...] = ()
    keeps = False
    shows_all = False
    empty = Empty(_("Nothing here yet"))
    export_name = ""
    export_permission = "tms.export"
    changes: str | tuple[str, ...] = ()
    template_name = "ui/list.html"
    site = "staff.html"
    list_id = "list"
    varies_on = ("HX-Request", "HX-Target")

    rows_of: Callable | None = None

    def rows_by(self) -> dict:
        return self.kwargs

    def queryset(self):
        raise NotImplementedError

    def columns(self) -> dict[str, Column]:
        """The columns by name: those of the table, and what an installation adds to them."""
        return columns_of(self.table)

    def actions(self):
        return []

    def bulk(self):
        return []

    menu = None
    menu_ids: tuple[str, ...] = ()
    menu_names: tuple[str, ...] = ()

    def kind(self, row) -> dict | None:
        return None

    def dim(self, row) -> bool:
        return False

    name_of = None

    def complete(self, rows) -> None:
        return

    # How it works

    def get(self, request, *args, **kwargs):
        listing = Listing(self)
        return listing.answer() or render(request, self.template_name, self.context(listing))

    def context(self, listing) -> dict:
        """What the template gets; add to it in a subclass."""
        return {"view": self, "listing": listing, "actions": self.permitted(self.actions())}

    def permitted(self, actions):
        """Those of the actions that the user's role includes."""
        user = self.request.user
        return [
            each
            for each in actions
            if each and (each.permission is None or allowed(user, each.permission))
        ]

    @classmethod
    def at(cls, request, *args, **kwargs) -> Listing:
        """The list as a part of another page: `{{ listing }}` draws it.

        That page's view must answer the list's own requests first:

            listing = AccountPasses.at(request, account=account)
            return listing.answer() or render(request, "…", {"listing": listing})
        """
        view = cls()
        view.setup(request, *args, **kwargs)
        return Listing(view)

    @classmethod
    def selected(cls, request, *args, **kwargs):
        """The rows that a bulk action is about, as a queryset without order: those whose `ids` are
        in the address, or with `all=1` everything that its filters match."""
        return cls.at(request, *args, **kwargs).selected()
