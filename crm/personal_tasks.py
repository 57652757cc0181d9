"""What do tasks and notes hold about a person, and how is it taken out of them?"""

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.consequences import Consequence
from tms.personal import ERASED, Part, Person, part

from . import tasks
from .erasing import without, without_in
from .models import Change, Note, Task

WORDS = {Task: ("title", "details"), Note: ("text",)}
SIDES = ("before", "after")


def theirs(person: Person) -> Q:
    """What stands under them, under their own account, or under what is sold to them."""
    own = person.own_accounts
    return (
        Q(contact=person.contact_id)
        | Q(account__in=own)
        | Q(opportunity__account__in=own)
        | Q(opportunity__contact=person.contact_id)
    )


def held(person: Person) -> list[Part]:
    titles = {
        Task: ("tasks", _("Tasks"), "tasks_mentioning", _("Mentioned in tasks")),
        Note: ("notes", _("Notes"), "notes_mentioning", _("Mentioned in notes")),
    }
    found = []
    for model, words in WORDS.items():
        key, title, other_key, other_title = titles[model]
        mine = model.objects.filter(theirs(person))
        others = model.objects.exclude(pk__in=mine.values("pk"))
        found.append(part(key, title, mine))
        found.append(
            part(other_key, other_title, others.filter(person.mentioned(*words)), "id", *words)
        )
    return found


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """What was to be done for them ends; no word about them stays, in what is about others too."""
    told = _end(person, at=at, on=on, by=by)
    for model, words in WORDS.items():
        for row in model.objects.filter(theirs(person)):
            _save(row, {word: getattr(row, word) and ERASED for word in words})
        for row in model.objects.filter(person.mentioned(*words)):
            _save(row, {word: without(getattr(row, word), person.names) for word in words})
    # What stood in them before, of whomever they are about; what is about them is emptied wholly.
    said = Q()
    for side in SIDES:
        said |= Q(**{f"{side}__has_any_keys": ["title", "details", "text"]})
    earlier = Change.objects.annotate(
        then=Cast("before", TextField()), since=Cast("after", TextField())
    ).filter(said)
    for change in earlier.filter(theirs(person)):
        _save(change, {"before": {}, "after": {}})
    for change in earlier.filter(person.mentioned("then", "since")):
        sides = {side: without_in(getattr(change, side), person.names) for side in SIDES}
        _save(change, sides)
    return told


def _end(person: Person, **who) -> list[Consequence]:
    waiting = Task.objects.open().filter(theirs(person)).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    for pk in ids:
        tasks.tick(pk, **who)
    if not ids:
        return []
    sentence = ngettext("%(count)s task ends.", "%(count)s tasks end.", len(ids))
    return [Consequence("closes", sentence % {"count": len(ids)}, len(ids))]


def _save(row, values: dict) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**values)
