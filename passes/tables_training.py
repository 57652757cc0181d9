"""Which columns has the training of a pass type, and how is it narrowed?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import EventType, ItemKind
from passes.content import narrowed
from passes.forms.training import KINDS, category_choices
from passes.models import Inclusion
from tms import days
from tms.ui import filters, tables

KIND_LABELS = [*ItemKind.choices, *EventType.choices]


def what_it_opens(row) -> str:
    """5 courses; all events, or those of some types; when and where a single event is."""
    if row["kind"] == ItemKind.PATH:
        return ngettext("%(n)d course", "%(n)d courses", row["steps"]) % {"n": row["steps"]}
    if row["kind"] == ItemKind.COURSE:
        if not row["event_types"]:
            return _("All events")
        return ", ".join(str(EventType(each).label) for each in row["event_types"])
    if row["event__first_on"] is None:
        return _("One event, always open")
    parts = [days.day_short(row["event__first_on"]), row["event__place"]]
    return ", ".join(filter(None, parts))


PAGES = {
    kind: tables.Link(f"catalog:{name}", key=key)
    for kind, name, key in [
        (ItemKind.COURSE, "course", "item_id"),
        (ItemKind.PATH, "path", "item_id"),
        *((each, "event", "event_id") for each in EventType),
    ]
}


def page_of(row) -> str:
    """The page of the course, path or event."""
    return PAGES[row["kind"]].address(row)


class Kind(tables.Choice):
    """Course, Learning path, or the type of the event."""

    def text(self, value):
        words = super().text(value)
        return _("%(type)s event") % {"type": words} if value in EventType.values else words


class TrainingTable(tables.Table):
    title = tables.Column(
        main=True,
        sort="key",
        link=page_of,
        needs=("kind", "item_id", "event_id"),
        verbose_name=gettext_lazy("Title"),
    )
    code = tables.Column(css="code", verbose_name=gettext_lazy("Code"))
    kind = Kind(KIND_LABELS, sort="kind", verbose_name=gettext_lazy("Type"))
    category = tables.Column(accessor="category_names", verbose_name=gettext_lazy("Category"))
    opens = tables.Column(
        draw=what_it_opens,
        needs=("kind", "steps", "event_types", "event__first_on", "event__place"),
        verbose_name=gettext_lazy("What it opens"),
    )


class TrainingFilter(filters.FilterSet):
    q = filters.Search(placeholder=gettext_lazy("Title or code"))
    category = filters.Choice(
        keeps=False,  # it means all below it, too
        choices=lambda: list(category_choices())[1:],
        every=gettext_lazy("Every category"),
        label=gettext_lazy("Category"),
    )
    kind = filters.Choice(
        choices=KINDS, every=gettext_lazy("Every type"), label=gettext_lazy("Type")
    )

    class Meta(filters.FilterSet.Meta):
        model = Inclusion
        fields = ()

    def filter_queryset(self, queryset):
        asked = self.form.cleaned_data
        return narrowed(
            queryset,
            q=asked.get("q"),
            category=int(asked["category"]) if asked.get("category") else None,
            kind=asked.get("kind"),
        )
