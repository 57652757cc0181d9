"""How is it told what happened to tasks and notes?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from tms.compiled import Question
from tms.ui.timeline import Told, day, value

from .models import Task

TITLES = Question(lambda ids: Task.objects.filter(pk__in=ids).values_list("pk", "title"))


def tasks(ids, user) -> dict:
    return {pk: (title, "") for pk, title in TITLES(ids=ids)}


def said(row, names, side: str) -> dict:
    """What the words were, on one side of the change; nothing where they were erased."""
    change = names.row("change", row.after.get("change"))
    return getattr(change, side) if change else {}


def task_added(row, names):
    words = said(row, names, "after")
    title = format_html(_("Task added: {title}"), title=words.get("title", ""))
    if words.get("due_on"):
        return Told(title, details=_("Due %(day)s") % {"day": day(words["due_on"])})
    return title


def task_edited(row, names):
    before, after = said(row, names, "before"), said(row, names, "after")
    found = []
    for name in sorted({*before, *after}):
        label = str(Task._meta.get_field(name).verbose_name).capitalize()
        sides = (shown(name, side.get(name), names) for side in (before, after))
        found.append((label, *sides))
    return Told(
        format_html(_("Task edited: {title}"), title=names("task", row.subject_id)), changes=found
    )


def shown(name, given, names):
    if name == "assignee":
        return names("user", given)
    if name == "due_on":
        return day(given) if given else ""
    return value(given)


def task_done(row, names):
    return format_html(_("Task done: {title}"), title=names("task", row.subject_id))


def task_not_done(row, names):
    return format_html(_("Task not done after all: {title}"), title=names("task", row.subject_id))


def task_removed(row, names):
    title = said(row, names, "before").get("title", "")
    return format_html(_("Task removed: {title}"), title=title)


def note_added(row, names):
    return Told(_("Note added"), details=value(said(row, names, "after").get("text")))


def note_edited(row, names):
    before, after = said(row, names, "before"), said(row, names, "after")
    sides = value(before.get("text")), value(after.get("text"))
    return Told(_("Note edited"), changes=[("", *sides)] if any(sides) else [])


def note_removed(row, names):
    return Told(_("Note removed"), details=value(said(row, names, "before").get("text")))
