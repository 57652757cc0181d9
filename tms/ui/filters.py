"""How is a list narrowed? django-filter's sets, with our form, and filters that lists share."""

import copy
import functools
from html import escape

import django_filters
from django import forms
from django.db import connection
from django.db.models import Q, Value
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tms import clock
from tms.among import Ids
from tms.compiled import Question, Together
from tms.text import Fold, contains_all, patterns, words_of

from . import icons
from .address import names_in
from .forms import DayInput, Form, made_native
from .widgets import Select, marked, written

# The empty choice, unless a filter names its own ("Every status").
EVERYTHING = _("All")
MANY = 10_000  # are walked to rather than looked for
# Controls as they look with nothing chosen: by set, filter, language and the names of rows.
DRAWN: dict[tuple, str] = {}
MOST_DRAWN = 2000


class FilterForm(Form):
    """The form of a list's filters. Its ids aren't those of a dialog over the list."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="filter_%s", **kwargs)

    def ask(self, fields: dict) -> None:
        """These are the questions. Nothing is copied: what forms share, none of them changes."""
        self.fields = fields
        for field in fields.values():
            made_native(field)


def control(bound) -> str:
    """A filter as it stands over the list."""
    widget, label = bound.field.widget, escape(str(bound.label))
    kind = getattr(widget, "input_type", None)
    if bound.use_fieldset and kind != "search":
        return f'<fieldset class="field"><legend>{label}</legend>{bound}</fieldset>'
    if kind == "checkbox":
        return f'<div class="field"><label class="check">{bound}<span>{label}</span></label></div>'
    named = f'<label for="{bound.id_for_label}">{label}</label>'
    if kind == "search":
        drawing = icons.icon("search")
        return (
            f'<div class="field field--search">{named}'
            f'<div class="search">{drawing}{bound}</div></div>'
        )
    return f'<div class="field">{named}{bound}</div>'


class FilterSet(django_filters.FilterSet):
    """Derive from this one: its form has native inputs."""

    class Meta:
        form = FilterForm

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None):
        # As django-filter's own, but for the copies: nothing below a filter is ever changed.
        self.is_bound, self.data = data is not None, data or QueryDict()
        self.queryset, self.request, self.form_prefix = queryset, request, prefix
        self.filters = {name: self.taken(name, each) for name, each in self.base_filters.items()}
        # What stands for chosen rows where a statement is made that is kept (tms.ui.kept).
        self.instead = {}

    def taken(self, name: str, of_the_class):
        """The filter of a class, for this set alone."""
        if isinstance(of_the_class, Alike):
            of_the_class.keep_field()
        taken = copy.copy(of_the_class)
        taken.model, taken.parent = self.queryset.model, self
        if taken.method is not None:
            taken.method = taken.method  # it is looked up on the parent
        if isinstance(taken, Alike):
            taken.take_field(name)
        return taken

    @cached_property
    def names(self) -> dict[str, list[tuple]]:
        """(id, name) of the rows to choose from, for each filter by them. One statement for all."""
        shown = [(name, each) for name, each in self.base_filters.items() if isinstance(each, Of)]
        found = names_asked(type(self))()
        return {
            name: [(pk, each.shown(called)) for pk, called in rows]
            for (name, each), rows in zip(shown, found, strict=True)
        }

    def drawn(self) -> SafeString:
        """The form, a control with its label each."""
        return mark_safe("".join(map(self.control, self.form)))

    def control(self, bound) -> str:
        """One control. With nothing chosen it looks as it did the last time; a choice is marked."""
        each = self.filters[bound.name]
        chosen = [value for value in map(self.data.get, names_in(bound)) if value]
        marks = isinstance(bound.field.widget, Select)
        differs = bound.name in self.form.errors or (chosen and not marks)
        if differs or not getattr(each, "looks_alike", False):
            return control(bound)
        names = tuple(self.names[bound.name]) if isinstance(each, Of) else None
        state = type(self), bound.name, get_language(), names
        if (drawn := DRAWN.get(state)) is None:
            if len(DRAWN) >= MOST_DRAWN:
                DRAWN.clear()
            blank = FilterForm()
            blank.ask({bound.name: bound.field})
            drawn = DRAWN[state] = control(blank[bound.name])
        # Without a choice it is the empty one that is marked.
        return marked(drawn.replace(" selected>", ">", 1), chosen) if chosen else drawn

    def filter_queryset(self, queryset):
        """The rows that match all that is chosen."""
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, self.instead.get(name, value))
        return queryset

    def beyond(self) -> int | None:
        """So many rows and more are meant by a search alone; None where that isn't known."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        for name, value in chosen.items():
            each = self.filters[name]
            if isinstance(each, Found) and isinstance(value, str) and each.is_beyond(value):
                return each.FEW
        return None

    def number_found(self) -> int | None:
        """How many a search alone means, one more than it looks for where it is more; or None."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        for name, value in chosen.items():
            each = self.filters[name]
            if isinstance(each, Found) and isinstance(value, str) and value.strip():
                found = each.looked_for(value.strip())
                return None if found is None else min(len(found), each.FEW + 1)
        return None

    @property
    def form(self):
        """django-filter would make a class for it each time, and the form copies of its fields."""
        if not hasattr(self, "_form"):
            self._form = FilterForm(self.data if self.is_bound else None)
            self._form.ask({name: each.field for name, each in self.filters.items()})
        return self._form


@functools.cache
def names_asked(filterset) -> Together:
    """What asks for the names of all rows that a set's filters have to choose from."""
    return Together(each.names for each in filterset.base_filters.values() if isinstance(each, Of))


class Alike:
    """Mixed into filters whose control depends on nothing but the language and what is chosen.

    Their field is made once. Forms share it, or have a copy of it where they change it.
    """

    looks_alike = True

    def keep_field(self) -> None:
        """Make the field of a class's filter, of which the filters of its sets are copies."""
        if not hasattr(self, "_field"):
            made = copy.copy(self)
            made_native(made.field)
            self._field = made.field

    def take_field(self, name: str) -> None:
        """It belongs to a set now, where it is called so."""


class Search(Alike, django_filters.CharFilter):
    """The search field of a list: every word, anywhere in `field_name`, without case and accents.

    The column is folded by the database already (`search_text`), or `fold=True` folds it now.
    """

    def __init__(self, *args, placeholder="", fold=False, **kwargs):
        kwargs.setdefault("label", _("Search"))
        kwargs.setdefault("widget", forms.TextInput({"type": "search", "placeholder": placeholder}))
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)
        self.fold = fold

    def filter(self, qs, value):
        name = self.field_name
        if value and self.fold:
            qs, name = qs.annotate(searched=Fold(name)), "searched"
        for word in (value or "").split()[:8]:
            qs = qs.filter(**{f"{name}__contains": Fold(Value(word))})
        return qs


class Found(Search):
    """What matches is found first, by its ids, each way to match by an index of its own.

    Where more than `FEW` match, the list is walked in its order instead: the first page is full
    soon then. Derive from it: `few(text)` gives the ids, at most `FEW + 1`, or None where that
    can't be told quickly; `many(text)` is the condition for a walk.
    """

    FEW = 1000

    def filter(self, qs, value):
        if isinstance(value, Ids):
            return qs.filter(pk__among=value)
        if not (text := (value or "").strip()):
            return qs
        ids = self.ids(text)
        return qs.filter(self.many(text) if ids is None else Q(pk__among=Ids.of(ids)))

    def ids(self, text: str) -> list[int] | None:
        """Those that match, found once for rows and count; None: too many."""
        found = self.looked_for(text.strip())
        return None if found is None or len(found) > self.FEW else found

    def is_beyond(self, text: str) -> bool:
        """Are there surely more than `FEW`?"""
        found = self.looked_for(text.strip()) if text.strip() else None
        return found is not None and len(found) > self.FEW

    def looked_for(self, text: str) -> list[int] | None:
        """What `few` gives, asked once."""
        kept = self.__dict__.setdefault("_ids", {})
        if text not in kept:
            kept[text] = self.few(text)
        return kept[text]

    def first(self, ways: list[str], given: dict) -> list[int]:
        """The ids that these statements find, one for each way to match, with their values.

        Planned anew each time: how many a word finds differs by thousands.
        """
        found = " UNION ".join(f"({each} LIMIT {self.FEW + 1})" for each in ways)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({found}) f LIMIT {self.FEW + 1}", given)  # noqa: S608
            return [pk for (pk,) in cursor.fetchall()]

    def few(self, text: str) -> list[int] | None:
        raise NotImplementedError

    def many(self, text: str) -> Q:
        raise NotImplementedError


class Indexed(Found):
    """Every word in `field_name`, a folded column of the rows' own that has an index for it.

    `within` is the SQL for what is listed of the table `t` as long as none of the filters `unless`
    is chosen, so that no more is found than that.
    """

    def __init__(self, *args, within="true", unless=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.within, self.unless = within, unless

    def few(self, text):
        given = patterns(words_of(text))
        if not given:
            return None
        named = contains_all(f"t.{self.field_name}", given)
        table, within = self.model._meta.db_table, self.within
        if any(self.parent.form.cleaned_data.get(name) for name in self.unless):
            within = "true"
        way = f"SELECT t.id FROM {table} t WHERE {within} AND {named}"  # noqa: S608
        return self.first([way], given)

    def many(self, text):
        found = Q()
        for word in words_of(text):
            found &= Q(**{f"{self.field_name}__contains": Fold(Value(word))})
        return found


def found_by(path: str, rows, words: list[str]) -> Q:
    """Every word is in the column that `path` (`contact__search_text`) ends in.

    `rows` is the queryset of what it leads to. Looked for once, and then met with in the order of
    the list, unless nearly all are meant.
    """
    noun, _dots, column = path.rpartition("__")
    plain, within = Q(), Q()
    for word in words:
        plain &= Q(**{f"{path}__contains": Fold(Value(word))})
        within &= Q(**{f"{column}__contains": Fold(Value(word))})
    matching = rows.filter(within).order_by().values("pk")
    few = matching[: MANY + 1].count() <= MANY
    return Q(**{f"{noun}__in": matching}) if few else plain


class DayRangeWidget(forms.MultiWidget):
    """From and to, as two native days: `name_from` and `name_to` in the address."""

    template_name = "ui/day_range.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        parts = {
            "from": DayInput({"aria-label": _("from")}),
            "to": DayInput({"aria-label": _("to")}),
        }
        super().__init__(parts, attrs)

    def decompress(self, value):
        return [value.start, value.stop] if value else [None, None]


class DayRangeField(forms.MultiValueField):
    widget = DayRangeWidget

    def __init__(self, **kwargs):
        kwargs.pop("max_length", None)
        super().__init__(
            fields=(forms.DateField(required=False), forms.DateField(required=False)),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, values):
        first, last = values or (None, None)
        if first and last and first > last:
            raise forms.ValidationError(_("The first day is after the last."))
        return slice(first, last) if first or last else None


class DayRange(Alike, django_filters.Filter):
    """Days from … to …, both included, on `field_name`; or `method(queryset, name, slice)`."""

    field_class = DayRangeField

    def filter(self, qs, value):
        if not value:
            return qs
        if value.start:
            qs = qs.filter(**{f"{self.field_name}__gte": value.start})
        if value.stop:
            qs = qs.filter(**{f"{self.field_name}__lte": value.stop})
        return qs


class Moments(DayRange):
    """The same on moments; the days are those of the reader's zone."""

    def filter(self, qs, value):
        zone = self.parent.request.zone
        if value and value.start:
            qs = qs.filter(**{f"{self.field_name}__gte": clock.start_of(value.start, zone)})
        if value and value.stop:
            qs = qs.filter(**{f"{self.field_name}__lt": clock.end_of(value.stop, zone)})
        return qs


class Choice(Alike, django_filters.ChoiceFilter):
    """One of some choices; `every` names the empty one ("Every status").

    `keeps`: what it narrows by depends on the choice and the day alone, and asks the database
    nothing (tms.ui.kept).
    """

    def __init__(self, *args, every=EVERYTHING, keeps=True, **kwargs):
        super().__init__(*args, empty_label=every, **kwargs)
        self.keeps, self.looks_alike = keeps, not callable(kwargs.get("choices"))


class Among(Alike, django_filters.Filter):
    """One row among very many, found by a few letters: `field_class` makes its field."""

    by_id = True

    def __init__(self, field_class, **kwargs):
        self.field_class = field_class
        super().__init__(**kwargs)

    def take_field(self, name):
        self._field = copy.deepcopy(self._field)  # it remembers what was found


class Names(django_filters.fields.ModelChoiceIterator):
    """The rows of a short list by their names: no object is made of each."""

    def __iter__(self):
        yield ("", self.field.empty_label)
        yield from self.field.names()

    def written(self) -> str:
        """The options as html: two hundred types seldom differ from one time to the next."""
        return options(str(self.field.empty_label), tuple(self.field.names()))


@functools.lru_cache(maxsize=64)
def options(empty: str, names: tuple) -> str:
    """The options of a short list of rows."""
    return written([("", empty), *names])


class OfField(django_filters.fields.ModelChoiceField):
    iterator = Names

    def __init__(self, *args, names, **kwargs):
        self.names = names
        super().__init__(*args, **kwargs)

    def calling(self, names) -> "OfField":
        """The same with other names, for one form."""
        field = copy.copy(self)
        field.names, field.widget = names, copy.copy(self.widget)
        field.widget.choices = field.choices
        return field


class Of(Alike, django_filters.ModelChoiceFilter):
    """One row of a short list ("Every type"), called by its column `called`; `shown` puts that in
    the reader's words."""

    keeps = True
    field_class = OfField

    def __init__(self, *args, queryset, called="name", every=EVERYTHING, shown=str, **kwargs):
        self.names, self.shown = names_of(queryset, called), shown
        super().__init__(*args, queryset=queryset, names=list, empty_label=every, **kwargs)

    def take_field(self, name):
        self._field = self._field.calling(lambda: self.parent.names[name])


def names_of(queryset, called: str) -> Question:
    """What asks for (id, name) of the rows."""
    return Question(lambda: queryset.values_list("pk", called))


def one_of(queryset, *, label, every, called="name", shown=str) -> OfField:
    """The same choice for a form of a report."""
    rows = names_of(queryset, called)
    return OfField(
        queryset=queryset,
        names=lambda: [(pk, shown(name)) for pk, name in rows()],
        empty_label=every,
        label=label,
        required=False,
    )
