"""Which address shows this list in another state? Every link and hidden input of a list."""

import functools
from urllib.parse import quote

from django.urls import reverse
from django.utils.functional import cached_property

# Stands for an id in an address that is reversed once.
PLACE = 987654321987

# Not a state but a place in it, or something done with it.
FLEETING = {"after", "before", "export", "ids", "all"}


@functools.cache
def _pattern(url_name: str) -> str:
    return reverse(url_name, args=[PLACE])


@functools.cache
def one_page(url_name: str) -> str:
    """The address of `url_name`, which has nothing in it that differs."""
    return reverse(url_name)


def page_of(url_name: str, pk: int) -> str:
    """The address of `url_name` with the id `pk`, reversed once for all ids.

    In a list of fifty rows with menus, reversing each address is a tenth of the page's time.
    """
    return _pattern(url_name).replace(str(PLACE), str(pk))


class Address:
    """The state of a list as its address tells it, and the addresses of the states beside it."""

    filters = None

    def __init__(self, request):
        self.request, self.asked = request, request.GET

    def address(self, **changes):
        """The page's address with some of its state changed; "" drops it. Pages start anew."""
        query = {name: values for name, values in self.asked.lists() if name not in FLEETING}
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = [value]
        if "columns" in query:
            query["columns"] = [",".join(query["columns"])]
        text = "&".join(
            f"{quote(name, ',')}={quote(str(value), ',')}"
            for name, values in query.items()
            if any(values)
            for value in values
        )
        return f"{self.request.path}?{text}" if text else self.request.path

    def kept(self, *without):
        """The state as (name, value) pairs: hidden inputs of forms that change another part."""
        return [
            (name, value)
            for name, values in self.asked.lists()
            if name not in FLEETING and name not in without
            for value in values
            if value
        ]

    @property
    def beside_columns(self):
        return self.kept("columns")

    @cached_property
    def beside_filters(self):
        """Of the state, what isn't asked by the form of filters."""
        form = () if self.filters is None else self.filters.form
        asked = {name for field in form for name in names_in(field)}
        return [(name, value) for name, value in self.kept() if name not in asked]

    @cached_property
    def filter_state(self):
        """Of the state, what the filters say: for "all that match"."""
        beside = set(self.beside_filters)
        return [pair for pair in self.kept() if pair not in beside]

    @cached_property
    def everything(self):
        """The address without any filter."""
        return self.address(**dict.fromkeys((name for name, _value in self.filter_state), ""))

    @property
    def is_filtered(self):
        return bool(self.filter_state)


def names_in(field):
    """The names under which a field of a form of filters stands in the address."""
    widgets = getattr(field.field.widget, "widgets_names", None)
    return [field.html_name + suffix for suffix in widgets] if widgets else [field.html_name]
