"""How is it told what happened to courses, paths and events?"""

import datetime

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tms import days
from tms.compiled import Question
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact
from tms.ui.timeline import Told, day, value

from .models import Category, EventStatus, EventType, Item, ItemStatus

LABELS = {
    "title": gettext_lazy("Title"),
    "code": gettext_lazy("Code"),
    "summary": gettext_lazy("Summary"),
    "duration": gettext_lazy("Duration"),
    "tags": gettext_lazy("Tags"),
    "categories": gettext_lazy("Categories"),
    "type": gettext_lazy("Type"),
    "place": gettext_lazy("Place"),
    "minimum": gettext_lazy("Minimum"),
    "capacity": gettext_lazy("Maximum"),
    "closes_on": gettext_lazy("Registration deadline"),
    "cancel_until": gettext_lazy("Cancellation deadline"),
    "content_days": gettext_lazy("Days of content"),
    "required": gettext_lazy("Required"),
    "locked": gettext_lazy("Locked until the step before is complete"),
}
# What is too long to be shown before and after: that it changed is said.
LONG = {
    "description": gettext_lazy("Description"),
    "objectives": gettext_lazy("Objectives"),
    "prerequisites": gettext_lazy("Prerequisites"),
    "image": gettext_lazy("Picture"),
}
WORDS = {"type": dict(EventType.choices)}

# Names


ITEMS = Question(lambda ids: Item.objects.filter(pk__in=ids).values_list("pk", "title", "kind"))


def items(ids, user) -> dict:
    may = allowed(user, "catalog.view_catalogue")
    return {
        pk: (title, page_of(f"catalog:{kind}", pk) if may else "")
        for pk, title, kind in ITEMS(ids=ids)
    }


def categories(ids, user) -> dict:
    found = Category.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: (name, "") for pk, name in found}


# Facts


def created(row, names):
    source = row.after.get("copy_of")
    if source and row.subject_kind == "item":
        return format_html(_("Made as a copy of {item}"), item=names("item", source))
    return _("Made as a copy") if source else _("Made as a draft")


def edited(row, names):
    return Told(
        _("Edited"),
        ", ".join(str(LONG[name]) for name in row.after if name in LONG),
        [
            (LABELS[name], written(name, row.before.get(name), names), written(name, new, names))
            for name, new in row.after.items()
            if name in LABELS
        ],
    )


def written(name, given, names) -> str:
    """A value of the journal as people read it."""
    if name == "categories":
        return format_html_join(", ", "{}", ((names("category", pk),) for pk in given or ()))
    if name in ("closes_on", "cancel_until"):
        return day(given)
    return str(WORDS.get(name, {}).get(given, value(given)))


def restored(row, names):
    status = dict(ItemStatus.choices).get(row.after.get("status"), "")
    return Told(_("Restored"), str(status))


def withdrawn(row, names):
    return Told(_("Made a draft again"), str(EventStatus.DRAFT.label))


def steps_added(row, names):
    courses = ((names("item", pk),) for pk in row.after["courses"])
    return Told(_("Steps added"), format_html_join(", ", "{}", courses))


def step_changed(row, names):
    title = format_html(_("Step {course} changed"), course=names("item", row.after["course"]))
    changes = [
        (LABELS[name], value(row.before[name]), value(row.after[name]))
        for name in ("required", "locked")
        if row.before[name] != row.after[name]
    ]
    return Told(title, changes=changes)


def step_moved(row, names):
    title = format_html(_("Step {course} moved"), course=names("item", row.after["course"]))
    return Told(title, changes=[("", str(row.before["position"]), str(row.after["position"]))])


def step_removed(row, names):
    return format_html(_("Step {course} removed"), course=names("item", row.before["course"]))


def session(values) -> str:
    """A session in one line: when, where, with whom; in the installation's zone."""
    if not values:
        return ""
    starts, ends = (
        datetime.datetime.fromisoformat(values[name]) for name in ("starts_at", "ends_at")
    )
    until = days.here(ends)
    when = f"{days.moment(starts)}–{until:%H:%M}"
    return ", ".join(filter(None, [when, values["place"], values["instructor"]]))


def session_added(row, names):
    return Told(_("Session added"), session(row.after))


def session_changed(row, names):
    return Told(_("Session changed"), changes=[("", session(row.before), session(row.after))])


def session_removed(row, names):
    return Told(_("Session removed"), session(row.before))


FACTS = [
    Fact("item.created", "plus", created, "good"),
    Fact("item.edited", "pencil", edited),
    Fact("item.published", "check", gettext_lazy("Published"), "good"),
    Fact("item.archived", "archive", gettext_lazy("Archived"), "bad"),
    Fact("item.restored", "archive-restore", restored, "good"),
    Fact("item.steps_added", "plus", steps_added),
    Fact("item.step_changed", "pencil", step_changed),
    Fact("item.step_moved", "arrow-up-down", step_moved),
    Fact("item.step_removed", "minus", step_removed, "warn"),
    Fact("event.created", "plus", created, "good"),
    Fact("event.edited", "pencil", edited),
    Fact("event.opened", "check", gettext_lazy("Opened"), "good"),
    Fact("event.withdrawn", "undo-2", withdrawn, "warn"),
    Fact("event.cancelled", "ban", pgettext_lazy("event", "Cancelled"), "bad"),
    Fact("event.session_added", "calendar-plus", session_added),
    Fact("event.session_changed", "calendar", session_changed),
    Fact("event.session_removed", "calendar-minus", session_removed, "warn"),
]
