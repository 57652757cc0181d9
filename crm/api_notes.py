"""What can programs do with notes? Read, add, change, remove them."""

import datetime
from typing import Annotated

from ninja import Query
from pydantic import Field

from tms.programs.fields import Asked, Version
from tms.programs.looking import values_at
from tms.programs.paging import Page, page
from tms.programs.resource import Resource, who

from . import notes as verbs
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
from .models import Note

notes = Resource(tags=["Tasks and notes"])

VALUES = (*ABOUT, "text", "author_id", "at", "edited_at", "version")

Words = Annotated[str, Field(min_length=1, max_length=verbs.LONGEST)]


class NoteTold(AboutTold):
    """What somebody wrote down."""

    id: int
    text: str
    author: int = Field(description="The user who wrote it first.")
    at: datetime.datetime
    edited_at: datetime.datetime | None
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class NewNote(AboutAsked):
    text: Words


class NoteChange(Asked):
    text: Words
    version: Version | None = None


def told(row: dict) -> NoteTold:
    """From a row of VALUES."""
    return NoteTold(
        id=row.pop("pk"),
        **{name.removesuffix("_id"): value for name, value in row.items()},
    )


def told_one(pk: int) -> NoteTold:
    return told(values_at(Note.objects, pk, VALUES))


@notes.reads("/notes", scope="tasks:read", answer=Page[NoteTold])
def list_notes(request, asked: Query[AboutQuery]):
    """List notes."""
    found = narrowed(seen(Note.objects.all(), request), asked)
    items, following = page(found, asked, "notes", VALUES)
    return Page[NoteTold](items=[told(row) for row in items], next=following)


@notes.reads("/notes/{int:pk}", scope="tasks:read", answer=NoteTold)
def get_note(request, pk: int):
    """Get a note."""
    return told(values_at(seen(Note.objects.all(), request), pk, VALUES))


@notes.writes("/notes", scope="tasks:write", answer=NoteTold, status=201)
def add_note(request, asked: NewNote):
    """Note something about a contact, an account or an opportunity."""
    return told_one(verbs.add(owner_of(request, asked), text=asked.text, **who(request)).pk)


@notes.writes("/notes/{int:pk}", scope="tasks:write", answer=NoteTold, method="PATCH")
def change_note(request, pk: int, asked: NoteChange):
    """Change the words of a note; who wrote it first stays."""
    changeable(Note.objects.all(), request, pk)
    verbs.edit(pk, text=asked.text, version=asked.version, **who(request))
    return told_one(pk)


@notes.writes("/notes/{int:pk}/removal", scope="tasks:write", answer=NoteTold)
def remove_note(request, pk: int):
    """Remove a note; the answer is what it was, and the history keeps it."""
    changeable(Note.objects.all(), request, pk)
    gone = told_one(pk)
    verbs.remove(pk, **who(request))
    return gone
