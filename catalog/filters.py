"""How are the lists of the catalogue narrowed?"""

import django_filters
from django import forms
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from tms.text import Fold
from tms.ui import filters

from . import categories
from .choosing import course_field, courses_matching
from .models import EventState, EventType, Item, ItemStatus, Session

FEW = 1000


class CategoryFilter(django_filters.ChoiceFilter):
    """A category and everything under it; the tree is the choices."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label", _("Category"))
        kwargs.setdefault("empty_label", _("Every category"))
        super().__init__(
            *args,
            choices=lambda: [(str(node.pk), node.label) for node in categories.tree()],
            **kwargs,
        )

    def filter(self, qs, value):
        if not value:
            return qs
        found = categories.with_descendants(int(value))
        inside = Item.categories.through.objects.filter(item=OuterRef("pk"), category__in=found)
        return qs.filter(Exists(inside))


def known_tags():
    """Every tag in use, with its own words as label."""
    tags = (
        Item.objects.annotate(tag=Func(F("tags"), function="unnest"))
        .order_by("tag")
        .values_list("tag", flat=True)
        .distinct()
    )
    return [(tag, tag) for tag in tags]


class ItemFilter(filters.FilterSet):
    q = filters.Search("search_text", placeholder=_("Title, code or summary"))
    category = CategoryFilter()
    status = filters.Choice(choices=ItemStatus.choices, every=_("Every status"), label=_("Status"))
    tag = filters.Choice(
        choices=known_tags, method="with_tag", every=_("Every tag"), label=_("Tag")
    )

    def with_tag(self, queryset, name, value):
        return queryset.filter(tags__contains=[value])


def of_courses_called(word: str) -> Q:
    """The events of the courses that match a word, so that an index serves an OR of them.

    A few courses are named by their ids. Of many, the events are asked one by one while the list
    is walked in its order: the first page is full soon then.
    """
    courses = courses_matching(Item.objects.courses(), word).order_by()
    ids = list(courses.values_list("pk", flat=True)[: FEW + 1])
    if len(ids) <= FEW:
        return Q(course__in=ids)
    return Q(course__search_text__contains=Fold(Value(word)))


class EventFilter(filters.FilterSet):
    """CAT-8: course, type, dates, place, instructor, status, free seats."""

    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": _("Course, code or place")}),
    )
    course = filters.Among(course_field, label=_("Course"))
    state = filters.Choice(choices=EventState.choices, every=_("Every status"), label=_("Status"))
    type = filters.Choice(choices=EventType.choices, every=_("Every type"), label=_("Type"))
    dates = filters.DayRange("first_on", label=_("First day"))
    place = filters.Search("place", fold=True, label=_("Place"), widget=forms.TextInput)
    instructor = django_filters.CharFilter(
        method="taught_by", label=_("Instructor"), max_length=120
    )
    free = django_filters.BooleanFilter(
        method="with_seats", label=_("Free places only"), widget=forms.CheckboxInput
    )

    def search(self, queryset, name, value):
        for word in value.replace("\x00", "").split()[:8]:
            here = Q(search_text__contains=Fold(Value(word)))
            queryset = queryset.filter(here | of_courses_called(word))
        return queryset

    def taught_by(self, queryset, name, value):
        sessions = Session.objects.filter(event=OuterRef("pk")).annotate(who=Fold(F("taught_by")))
        for word in value.replace("\x00", "").split()[:8]:
            sessions = sessions.filter(who__contains=Fold(Value(word)))
        return queryset.filter(Exists(sessions))

    def with_seats(self, queryset, name, value):
        return queryset.with_seats() if value else queryset


class NameFilter(filters.FilterSet):
    """Short lists of the control panel: by name, and archived ones only when asked for."""

    q = filters.Search("name", fold=True)
    archived = django_filters.BooleanFilter(
        method="with_archived", label=_("Show Archived"), widget=forms.CheckboxInput
    )

    def with_archived(self, queryset, name, value):
        return queryset if value else queryset.filter(archived_at=None)


class CurrencyFilter(NameFilter):
    q = filters.Search("label", fold=True)
