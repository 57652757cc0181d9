"""What can programs do with tasks? Read, add, change, mark done or not, remove them."""

import datetime
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from tms.models import User
from tms.programs.fields import Asked, Day, Id, IdText, Line, Text, Version
from tms.programs.looking import named, values_at
from tms.programs.paging import Page, page
from tms.programs.resource import Resource, who

from . import tasks as verbs
from .api_owners import (
    ABOUT,
    AboutAsked,
    AboutQuery,
    AboutTold,
    changeable,
    narrowed,
    owner_of,
    seen,
)
from .models import Task

tasks = Resource(tags=["Tasks and notes"])

VALUES = (
    *ABOUT, "title", "details", "due_on", "assignee_id", "made_at", "done_at", "done_by_id",
    "version",
)  # fmt: skip


class TaskTold(AboutTold):
    """One thing to do for somebody, by one colleague, perhaps by a day."""

    id: int
    title: str
    details: str
    due_on: datetime.date | None
    assignee: int = Field(description="The user who does it.")
    made_at: datetime.datetime
    done_at: datetime.datetime | None
    done_by: int | None
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class TaskQuery(AboutQuery):
    assignee: IdText | None = None
    state: Annotated[
        Literal["open", "overdue", "today", "done"] | None,
        Field(description="open: all that aren't done."),
    ] = None


class TaskFields(Asked):
    title: Line = ""
    details: Text = ""
    due_on: Day | None = None
    assignee: Annotated[Id | None, Field(description="null, for a new one: the key's owner.")] = (
        None
    )


class NewTask(AboutAsked, TaskFields):
    title: Annotated[Line, Field(min_length=1)]


class TaskChange(TaskFields):
    version: Version | None = None


def told(row: dict) -> TaskTold:
    """From a row of VALUES."""
    return TaskTold(
        id=row.pop("pk"),
        **{name.removesuffix("_id"): value for name, value in row.items()},
    )


def told_one(pk: int) -> TaskTold:
    return told(values_at(Task.objects, pk, VALUES))


def rows_of(asked: TaskFields) -> dict:
    """What was sent, with the assignee as a row. Raises Refusal where there is no such user."""
    values = asked.model_dump(include=asked.model_fields_set & {*TaskFields.model_fields})
    if values.get("assignee") is not None:
        colleagues = User.objects.filter(is_staff=True, is_active=True)
        values["assignee"] = named(colleagues, values["assignee"], "assignee")
    return values


@tasks.reads("/tasks", scope="tasks:read", answer=Page[TaskTold])
def list_tasks(request, asked: Query[TaskQuery]):
    """List tasks."""
    found = narrowed(seen(Task.objects.all(), request), asked)
    if asked.state:
        found = found.in_state(asked.state, request.today)
    if asked.assignee is not None:
        found = found.filter(assignee=asked.assignee)
    items, following = page(found, asked, "tasks", VALUES)
    return Page[TaskTold](items=[told(row) for row in items], next=following)


@tasks.reads("/tasks/{int:pk}", scope="tasks:read", answer=TaskTold)
def get_task(request, pk: int):
    """Get a task."""
    return told(values_at(seen(Task.objects.all(), request), pk, VALUES))


@tasks.writes("/tasks", scope="tasks:write", answer=TaskTold, status=201)
def add_task(request, asked: NewTask):
    """Add a task about a contact, an account or an opportunity."""
    owner, values = owner_of(request, asked), rows_of(asked)
    if values.get("assignee") is None:
        values.pop("assignee", None)
    return told_one(verbs.add(owner, **values, **who(request)).pk)


@tasks.writes("/tasks/{int:pk}", scope="tasks:write", answer=TaskTold, method="PATCH")
def change_task(request, pk: int, asked: TaskChange):
    """Change some fields of a task."""
    changeable(Task.objects.all(), request, pk)
    verbs.edit(pk, version=asked.version, **rows_of(asked), **who(request))
    return told_one(pk)


@tasks.writes("/tasks/{int:pk}/done", scope="tasks:write", answer=TaskTold)
def tick_task(request, pk: int):
    """Mark a task done; done already: as it is."""
    changeable(Task.objects.all(), request, pk)
    verbs.tick(pk, **who(request))
    return told_one(pk)


@tasks.writes("/tasks/{int:pk}/not-done", scope="tasks:write", answer=TaskTold)
def untick_task(request, pk: int):
    """Say that a task isn't done after all; open already: as it is."""
    changeable(Task.objects.all(), request, pk)
    verbs.untick(pk, **who(request))
    return told_one(pk)


@tasks.writes("/tasks/{int:pk}/removal", scope="tasks:write", answer=TaskTold)
def remove_task(request, pk: int):
    """Remove a task; the answer is what it was, and the history keeps it."""
    changeable(Task.objects.all(), request, pk)
    gone = told_one(pk)
    verbs.remove(pk, **who(request))
    return gone
