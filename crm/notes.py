"""What can happen to a note: added, edited, removed."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms.compiled import Rows
from tms.refusals import Refusal, Stale
from tms.text import paragraphs

from . import owners
from .models import Account, Contact, Note, Opportunity

LONGEST = 20_000


@transaction.atomic
def add(
    owner: Contact | Account | Opportunity, *, text: str, at: datetime.datetime, on, by
) -> Note:
    """Note something about the owner. Locks the owner; refused for who is archived or erased."""
    owner = owners.open_one(owner)
    text = _checked(text)
    made = Note.objects.create(**{owners.noun_of(owner): owner}, text=text, author=by, at=at)
    owners.write("note.added", made, at=at, on=on, by=by, after={"text": text})
    return made


@transaction.atomic
def edit(note_id: int, *, text: str, version: int | None = None, at, on, by) -> Note:
    """Change its words; who wrote it first stays. Raises Stale and Refusal."""
    found = locked(note_id, version=version)
    before, text = found.text, _checked(text)
    if text != before:
        found.text, found.edited_at = text, at
        found.version += 1
        found.save(update_fields=["text", "edited_at", "version"])
        who = {"at": at, "on": on, "by": by}
        owners.write("note.edited", found, before={"text": before}, after={"text": text}, **who)
    return found


@transaction.atomic
def remove(note_id: int, *, at, on, by) -> None:
    """Take it away; the history keeps what it said. Removed already: nothing happens."""
    found = LOCKED.one(pk=note_id)
    if found is None:
        return
    owners.write("note.removed", found, at=at, on=on, by=by, before={"text": found.text})
    found.delete()


LOCKED = Rows(
    lambda pk: (
        Note.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=pk)
        .select_related("contact", "account", "opportunity")
    )
)


def locked(note_id: int, *, version: int | None = None) -> Note:
    """The note, locked, if it is as whoever asks saw it. Raises Refusal where it is gone."""
    found = LOCKED.one(pk=note_id)
    if found is None:
        raise owners.gone()
    if version is not None and version != found.version:
        raise Stale(_("This note was changed meanwhile. Nothing of yours was saved."))
    return found


def _checked(text: str) -> str:
    text = paragraphs(text, field="text")
    if not text:
        raise Refusal(_("There is nothing to note yet."), field="text")
    if len(text) > LONGEST:
        raise Refusal(
            _("A note takes %(longest)s characters, and this has %(length)s.")
            % {"longest": LONGEST, "length": len(text)},
            field="text",
        )
    return text
