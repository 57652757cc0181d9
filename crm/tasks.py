"""What can happen to a task: added, edited, done, taken up again, removed."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms.compiled import Rows
from tms.refusals import Refusal, Stale

from . import owners, typed
from .models import Account, Contact, Opportunity, Task

TOLD = ("title", "details", "due_on", "assignee")


@transaction.atomic
def add(owner: Contact | Account | Opportunity, *, at: datetime.datetime, on, by, **values) -> Task:
    """Add a task about the owner, with some of `TOLD`; without an assignee it is for who adds it.

    Locks the owner. Refused without a title, for who doesn't work here, and about who is archived.
    """
    owner = owners.open_one(owner)
    values = typed.fields_of(Task, {"title": "", "assignee": by, **values}, TOLD)
    made = Task(**{owners.noun_of(owner): owner}, made_at=at, **values)
    _sound(made, set(values))
    made.save(force_insert=True)
    owners.write("task.added", made, at=at, on=on, by=by, after=_said(values))
    return made


@transaction.atomic
def edit(task_id: int, *, version: int | None = None, at, on, by, **values) -> Task:
    """Change some of `TOLD`; nothing changed writes nothing. Raises Stale and Refusal."""
    found = locked(task_id, version=version)
    values = typed.fields_of(Task, values, TOLD)
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed:
        return found
    before = {name: getattr(found, name) for name in changed}
    for name, value in changed.items():
        setattr(found, name, value)
    _sound(found, set(changed))
    _save(found, *changed)
    owners.write("task.edited", found, at=at, on=on, by=by, before=before, after=changed)
    return found


@transaction.atomic
def tick(task_id: int, *, at: datetime.datetime, on, by) -> Task:
    """Mark it done; done already: as it is."""
    found = locked(task_id)
    if found.done_at is None:
        found.done_at, found.done_by = at, by
        _save(found, "done_at", "done_by")
        owners.write("task.done", found, at=at, on=on, by=by)
    return found


@transaction.atomic
def untick(task_id: int, *, at, on, by) -> Task:
    """It isn't done after all; open already: as it is."""
    found = locked(task_id)
    if found.done_at is not None:
        found.done_at, found.done_by = None, None
        _save(found, "done_at", "done_by")
        owners.write("task.not_done", found, at=at, on=on, by=by)
    return found


@transaction.atomic
def remove(task_id: int, *, at, on, by) -> None:
    """Take it away; the history keeps what it said. Removed already: nothing happens."""
    found = LOCKED.one(pk=task_id)
    if found is None:
        return
    values = {name: getattr(found, name) for name in TOLD}
    owners.write("task.removed", found, at=at, on=on, by=by, before=_said(values))
    found.delete()


LOCKED = Rows(
    lambda pk: (
        Task.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=pk)
        .select_related("contact", "account", "opportunity", "assignee")
    )
)


def locked(task_id: int, *, version: int | None = None) -> Task:
    """The task, locked, if it is as whoever asks saw it. Raises Refusal where it is gone."""
    found = LOCKED.one(pk=task_id)
    if found is None:
        raise owners.gone()
    if version is not None and version != found.version:
        raise Stale(_("This task was changed meanwhile. Nothing of yours was saved."))
    return found


def _said(values: dict) -> dict:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _save(found: Task, *names: str) -> None:
    found.version += 1
    found.save(update_fields=[*names, "version"])


def _sound(found: Task, changed: set) -> None:
    if "title" in changed and not found.title:
        raise Refusal(_("Say what is to be done."), field="title")
    if "assignee" in changed:
        if found.assignee_id is None:
            raise Refusal(_("Choose who does it."), field="assignee")
        if not (found.assignee.is_staff and found.assignee.is_active):
            raise Refusal(
                _("%(name)s doesn't work in the back office.") % {"name": found.assignee},
                field="assignee",
            )
