"""What can programs do with courses and learning paths? Make, change, publish, archive, lead."""

from typing import Annotated, Literal

from pydantic import Field

from tms.programs.fields import IN_JSON, Asked, Id, Line, Rich, Version
from tms.programs.looking import at_address, held, several
from tms.programs.previews import (
    Deleted,
    Outcome,
    Versioned,
    VersionedAction,
    outcome,
)
from tms.programs.resource import who

from . import items as verbs
from . import paths
from .api import ItemWhole, catalogue, told_item
from .models import Category, Item, Step

Title = Annotated[Line, Field(min_length=1, max_length=200)]
Code = Annotated[Line, Field(min_length=1, max_length=40)]
Ids = Annotated[list[Id], Field(max_length=200)]


class ItemChanged(Outcome):
    """What an action did to a course or a learning path, and to others."""

    changed: ItemWhole


# Making and changing


class ItemFields(Asked):
    summary: Annotated[Line, Field(max_length=300)] = ""
    duration: Annotated[Line, Field(max_length=60)] = ""
    description: Rich = ""
    objectives: Rich = ""
    prerequisites: Rich = ""
    categories: Annotated[Ids, Field(description="All of them: others are taken off.")] = []
    tags: Annotated[list[Annotated[Line, Field(max_length=40)]], Field(max_length=40)] = []


class NewItem(ItemFields):
    kind: Literal["course", "path"]
    title: Title
    code: Code


class ItemChange(ItemFields):
    title: Title = ""
    code: Code = ""
    version: Version | None = None


class Copy(Asked):
    title: Title
    code: Code


def values_of(asked: Asked) -> dict:
    values = asked.model_dump(exclude_unset=True, exclude={"version"})
    if "categories" in values:
        values["categories"] = several(Category.objects.all(), values["categories"], "categories")
    return values


@catalogue.writes("/items", scope="catalogue:write", answer=ItemWhole, status=201)
def create_item(request, asked: NewItem):
    """Make a course or a learning path, as a draft."""
    return told_item(verbs.create(**values_of(asked), **who(request)).pk)


@catalogue.writes("/items/{int:pk}", scope="catalogue:write", answer=ItemWhole, method="PATCH")
def change_item(request, pk: int, asked: ItemChange):
    """Change some fields of a course or a learning path.

    Its picture has an address of its own, `/items/{pk}/image`.
    """
    item = held(Item.objects, pk, asked.version)
    verbs.edit(item, **values_of(asked), **who(request))
    return told_item(pk)


@catalogue.writes(
    "/items/{int:pk}/duplication", scope="catalogue:write", answer=ItemWhole, status=201
)
def duplicate_item(request, pk: int, asked: Copy):
    """Make a draft like it, with its texts, steps and prices."""
    item = at_address(Item.objects, pk)
    made, _told = verbs.duplicate(item, **asked.model_dump(), **who(request))
    return told_item(made.pk)


# What can happen to one


@catalogue.writes("/items/{int:pk}/publication", scope="catalogue:write", answer=ItemChanged)
def publish_item(request, pk: int, asked: Versioned):
    """Show a course or a learning path to learners."""
    verbs.publish(held(Item.objects, pk, asked.version), **who(request))
    return changed(pk, asked, [])


@catalogue.writes("/items/{int:pk}/archiving", scope="catalogue:write", answer=ItemChanged)
def archive_item(request, pk: int, asked: VersionedAction):
    """Take a course or a learning path out of the catalogue.

    Who is registered goes on.
    """
    item = held(Item.objects, pk, asked.version)
    return changed(pk, asked, verbs.archive(item, reason=asked.reason, **who(request)))


@catalogue.writes("/items/{int:pk}/restoring", scope="catalogue:write", answer=ItemChanged)
def restore_item(request, pk: int, asked: Versioned):
    """Bring a course or a learning path back from the archive."""
    verbs.restore(held(Item.objects, pk, asked.version), **who(request))
    return changed(pk, asked, [])


@catalogue.writes("/items/{int:pk}/deletion", scope="catalogue:write", answer=Deleted)
def delete_item(request, pk: int, asked: Versioned):
    """Delete a course or a learning path that was never used."""
    verbs.delete(held(Item.objects, pk, asked.version), **who(request))
    return Deleted(id=pk, **outcome(asked, []))


def changed(pk: int, asked, consequences) -> ItemChanged:
    return ItemChanged(changed=told_item(pk), **outcome(asked, consequences))


# The steps of a learning path


class NewSteps(Asked):
    courses: Annotated[list[Id], Field(min_length=1, max_length=200)]
    required: bool = True
    locked: Annotated[bool, Field(description="Until the step before is complete.")] = False
    version: Version | None = None


class StepChange(Asked):
    position: Annotated[int, Field(ge=1, le=1000, description="Counted from 1."), IN_JSON] = 1
    required: bool = True
    locked: bool = False
    version: Version | None = None


@catalogue.writes("/items/{int:pk}/steps", scope="catalogue:write", answer=ItemWhole, status=201)
def add_steps(request, pk: int, asked: NewSteps):
    """Add courses at the end of a learning path."""
    path = held(Item.objects, pk, asked.version)
    paths.add_steps(
        path,
        courses=several(Item.objects.all(), asked.courses, "courses"),
        required=asked.required,
        locked_until_before=asked.locked,
        **who(request),
    )
    return told_item(pk)


@catalogue.writes(
    "/items/{int:pk}/steps/{int:step}", scope="catalogue:write", answer=ItemWhole, method="PATCH"
)
def change_step(request, pk: int, step: int, asked: StepChange):
    """Move a step, or say whether it is required, and locked."""
    held(Item.objects, pk, asked.version)
    found = at_address(Step.objects.filter(path=pk), step)
    given = asked.model_dump(exclude_unset=True)
    if "position" in given:
        paths.move_step(found, to=asked.position, **who(request))
    paths.set_step(
        found,
        required=given.get("required", found.required),
        locked_until_before=given.get("locked", found.locked),
        **who(request),
    )
    return told_item(pk)


@catalogue.writes(
    "/items/{int:pk}/steps/{int:step}/removal", scope="catalogue:write", answer=ItemChanged
)
def remove_step(request, pk: int, step: int, asked: Versioned):
    """Take a step out of a learning path."""
    held(Item.objects, pk, asked.version)
    found = at_address(Step.objects.filter(path=pk), step)
    return changed(pk, asked, paths.remove_step(found, **who(request)))
