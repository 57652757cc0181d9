"""Which rows, in which order, in which columns? One list, in the state that the address tells."""

import copy

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import F
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tms.among import Ids

from . import around, export, kept, keyset, rows
from .access import allowed
from .address import Address
from .chips import chips

SIZES = (25, 50, 100)
COUNTED = 10_000
FORMATS = ("csv", "xlsx")


class Listing(Address):
    """A ListPage bound to a request. Nothing is asked of the database before it is drawn."""

    def __init__(self, page):
        super().__init__(page.request)
        self.page = page
        self.columns = page.columns()
        self.id = page.list_id

    # What the address says

    @cached_property
    def filters(self):
        if self.page.filterset is None:
            return None
        return self.page.filterset(self.asked, queryset=self.page.queryset(), request=self.request)

    @cached_property
    def found(self):
        """The rows that match, without order."""
        return self.page.queryset() if self.filters is None else self.filters.qs

    @cached_property
    def sorting(self):
        """(column's name, is it descending?), the page's own where the address makes no sense."""
        for wanted in (self.asked.get("sort", ""), self.page.sort):
            name = wanted.removeprefix("-")
            if name == "pk" or (name in self.columns and self.columns[name].sort is not None):
                return name, wanted.startswith("-")
        raise ImproperlyConfigured(
            f"{type(self.page).__name__} sorts by {self.page.sort!r}, which has no sort=."
        )

    @cached_property
    def size(self):
        wanted = self.asked.get("size", "")
        return int(wanted) if wanted.isdecimal() and int(wanted) in SIZES else 50

    @cached_property
    def shown(self):
        """The columns that are drawn: those chosen, or those that aren't hidden at first."""
        chosen = {name for part in self.asked.getlist("columns") for name in part.split(",")}
        chosen &= set(self.columns)
        return [
            column
            for name, column in self.columns.items()
            if column.main or (name in chosen if chosen else not column.hidden)
        ]

    def sort_expression(self):
        name, _descending = self.sorting
        expression = F("pk") if name == "pk" else self.columns[name].sort
        if isinstance(expression, F):
            refuse_nullable(self.found, expression.name)
        return expression

    @cached_property
    def troubles(self):
        """What in the filters makes no sense: (label, id of the control, sentence)."""
        form = [] if self.filters is None else self.filters.form
        return [(each.label, each.auto_id, error) for each in form for error in each.errors]

    # What is found

    @cached_property
    def values(self):
        """What is read of each row."""
        # Hidden columns may be dear: they are read when they are shown. All others always are,
        # so that `menu` and `dim` can rely on them.
        read = [*self.shown, *(each for each in self.columns.values() if not each.hidden)]
        needed = {accessor for column in read for accessor in column.accessors()}
        return sorted((needed | set(self.page.values)) - {"pk", "sort_key"})

    @cached_property
    def slice(self):
        if self.statements:
            found = keyset.first(self.statements.rows(**self.given), self.size)
        else:
            found = keyset.page(
                self.found,
                sort=self.sort_expression(),
                descending=self.sorting[1],
                size=self.size,
                after=self.asked.get("after", ""),
                before=self.asked.get("before", ""),
                values=self.values,
            )
        self.page.complete(found.rows)
        return found

    @cached_property
    def count(self):
        """How many match, counted up to one more than `most`."""
        if self.page.shows_all and not self.narrowed:
            found = self.filters and self.filters.number_found()
            if found is not None:
                return found
        if self.statements:
            # Nothing is asked where a search found no id.
            return self.statements.number(COUNTED, self.request.now, **self.given)
        return self.found.order_by().values("pk")[: self.most + 1].count()

    @cached_property
    def most(self):
        """How far is counted? Where a search found more than it looks for, no further than that."""
        beyond = self.filters and self.filters.beyond()
        return COUNTED if beyond is None else beyond

    @property
    def narrowed(self):
        """Are its rows fewer by something else than a search?"""
        return self.page.kwargs or len(list(kept.on(self.filters))) > 1

    @cached_property
    def statements(self):
        """The statements of rows and count, where they are kept (tms.ui.kept)."""
        state = kept.state_of(self)
        return state and kept.statements(state, self.first_page, self.matching)

    @cached_property
    def given(self):
        """What those statements get."""
        return self.page.rows_by() | kept.rows_chosen(self.filters)

    def first_page(self, **given):
        """The question for the first page."""
        order = (self.sort_expression(), self.sorting[1], self.size, self.values)
        found, instead = self.found_and_instead(given)
        if any(isinstance(each, Ids) for each in instead.values()):
            return keyset.asked_in_two(found, self.all_by(given), *order)
        return keyset.asked(found, *order)

    def matching(self, **given):
        """The question for what is counted."""
        found, _instead = self.found_and_instead(given)
        return found.order_by().values("pk")[: COUNTED + 1]

    def found_and_instead(self, given):
        """`found`, of other values than this page gives; and what stands for chosen rows in it."""
        instead = kept.stand_ins(self.filters, given)
        rows = self.all_by(given)
        if self.filters is None:
            return rows, instead
        # For this once: an export asks for what was chosen itself, afterwards.
        self.filters.instead = instead
        try:
            return self.filters.filter_queryset(rows), instead
        finally:
            self.filters.instead = {}

    def all_by(self, given):
        """The rows before filters, of these values."""
        given = {name: each for name, each in given.items() if not name.startswith(kept.PREFIX)}
        if self.page.rows_of:
            return self.page.rows_of(**given)
        page = copy.copy(self.page)
        page.kwargs = given
        return page.queryset()

    @property
    def count_is_capped(self):
        return self.count > self.most

    @property
    def last(self):
        return self.slice.first + len(self.slice.rows) - 1

    def selected(self):
        """The rows a bulk action is about."""
        if self.asked.get("all"):
            return self.found.order_by()
        ids = [
            int(each) for each in self.asked.getlist("ids") if each.isdecimal() and len(each) < 19
        ]
        return self.page.queryset().order_by().filter(pk__in=ids)

    @cached_property
    def chips(self):
        return chips(self)

    @property
    def folds(self):
        """Are there so many filters that a phone shows them only when asked?"""
        return self.filters is not None and len(self.filters.form.fields) > 2

    @cached_property
    def sortable(self):
        """The headings that sort, for where there is no room for headings."""
        return [heading for heading in self.headings if heading[1]]

    @cached_property
    def headings(self):
        """The columns as (column, address that sorts by it, aria-sort)."""
        return list(self._headings())

    def _headings(self):
        now, descending = self.sorting
        for column in self.shown:
            if column.sort is None:
                yield column, "", ""
            elif column.name == now:
                turned = column.name if descending else f"-{column.name}"
                yield column, self.address(sort=turned), "descending" if descending else "ascending"
            else:
                yield column, self.address(sort=column.name), ""

    @cached_property
    def choosable(self):
        shown = {column.name for column in self.shown}
        return [
            (column, column.name in shown) for column in self.columns.values() if not column.main
        ]

    @property
    def sizes(self):
        return [
            (size, self.address(size="" if size == 50 else size), size == self.size)
            for size in SIZES
        ]

    @cached_property
    def previous_page(self):
        return self.slice.previous and self.address(before=self.slice.previous, after="")

    @cached_property
    def following_page(self):
        return self.slice.following and self.address(after=self.slice.following, before="")

    @cached_property
    def exports(self):
        """(label, address) of the files this user may take."""
        if not (self.page.export_name and allowed(self.request.user, self.page.export_permission)):
            return []
        return [("CSV", self.address(export="csv")), ("Excel", self.address(export="xlsx"))]

    # Drawing

    @property
    def has_menu(self):
        return self.page.menu is not None

    @cached_property
    def bulk(self):
        return self.page.permitted(self.page.bulk())

    @property
    def body(self):
        """The rows of the table, as html: for panels, which have a frame of their own."""
        return mark_safe(rows.draw(self))

    @property
    def events(self):
        names = [self.page.changes] if isinstance(self.page.changes, str) else self.page.changes
        return ", ".join(
            f"{name if ':' in name else f'{name}:changed'} from:body" for name in names if name
        )

    def answer(self) -> HttpResponse | None:
        """The list's own requests: an export, or a part of the list for htmx; else None."""
        wanted = self.asked.get("export", "")
        if wanted in FORMATS:
            if not self.exports:
                raise PermissionDenied(
                    _(
                        "Your role doesn't include exporting lists. Who manages users and roles "
                        "can add it."
                    )
                )
            return export.answer(self, wanted)
        htmx = self.request.htmx
        if (
            not htmx
            or htmx.history_restore_request
            or htmx.target not in (self.id, f"{self.id}-rows")
        ):
            return None
        part = around.whole if htmx.target == self.id else around.part
        response = HttpResponse(part(self))
        # A list that refreshes itself stays where it is; anything else is a new address.
        here = self.address(after=self.asked.get("after", ""), before=self.asked.get("before", ""))
        if here != htmx.current_url_abs_path:
            response["HX-Push-Url"] = here
        return response

    def __html__(self):
        return mark_safe(around.whole(self))

    __str__ = __html__


def refuse_nullable(queryset, path):
    """A nullable column would lose rows between pages: it needs a twin that is never null."""
    if path in queryset.query.annotations:
        return
    model = queryset.model
    for name in path.split("__"):
        if name == "pk":
            return
        field = model._meta.get_field(name)
        if field.null:
            raise ImproperlyConfigured(
                f"{queryset.model.__name__}.{path} can be null and can't sort a list: "
                "sort by a generated column or by Coalesce."
            )
        model = field.related_model or model
