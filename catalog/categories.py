"""Under what is training found? The tree of categories: made, renamed, moved, deleted.

The tree is small and read whole, in one query. Verbs lock all of it, so that two moves at once
can't make a circle.
"""

import dataclasses
import datetime

from django.db import connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tms import journal
from tms.compiled import Rows
from tms.refusals import Refusal

from .models import Category, Item


@dataclasses.dataclass(frozen=True)
class Node:
    """A category in the tree's order: how deep it is, and the names from the top to it."""

    category: Category
    depth: int
    trail: tuple[str, ...]

    @property
    def pk(self):
        return self.category.pk

    @property
    def label(self):
        """Indented for a select, whose options can't be styled."""
        return "\u2003" * self.depth + self.category.name


# Verbs


@transaction.atomic
def create(
    *,
    name: str,
    parent: Category | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Category:
    """Add a category as the last under `parent`, or at the top. A doubled name there is refused."""
    rows = locked()
    name = checked_name(name, parent, rows)
    siblings = [row for row in rows.values() if row.parent_id == getattr(parent, "pk", None)]
    category = Category.objects.create(
        name=name,
        parent=parent,
        slug=free_slug(name, rows),
        position=max((row.position for row in siblings), default=0) + 1,
    )
    after = {"name": name, "parent": category.parent_id}
    journal.write("category.created", category.pk, at=at, on=on, by=by, after=after)
    return category


@transaction.atomic
def edit(
    category: Category,
    *,
    name: str,
    parent: Category | None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Category:
    """Rename a category and move it, with all that is under it, under `parent` or to the top.

    Its slug stays, so that addresses go on. Under itself or its own branch is refused.
    """
    rows = locked()
    category = still_there(category, rows)
    before = {"name": category.name, "parent": category.parent_id}
    parent_id = getattr(parent, "pk", None)
    if parent_id in branch(category.pk, rows.values()):
        raise Refusal(
            _("%(name)s can't be moved under itself or what belongs to it.")
            % {"name": category.name},
            field="parent",
        )
    category.name = checked_name(name, parent, rows, category)
    if parent_id != category.parent_id:
        siblings = [row.position for row in rows.values() if row.parent_id == parent_id]
        category.parent, category.position = parent, max(siblings, default=0) + 1
    after = {"name": category.name, "parent": category.parent_id}
    if after != before:
        category.save()
        journal.write(
            "category.edited", category.pk, at=at, on=on, by=by, before=before, after=after
        )
    return category


@transaction.atomic
def move(category: Category, *, by_one: int, at: datetime.datetime, on: datetime.date, by) -> None:
    """Move it one up (-1) or down (+1) among those beside it; at the end it stays."""
    rows = locked()
    category = still_there(category, rows)
    beside = [row for row in in_order(rows.values()) if row.parent_id == category.parent_id]
    old = [row.pk for row in beside].index(category.pk)
    new = min(max(old + by_one, 0), len(beside) - 1)
    if new == old:
        return
    beside.insert(new, beside.pop(old))
    for position, row in enumerate(beside, start=1):
        row.position = position
    Category.objects.bulk_update(beside, ["position"])
    journal.write(
        "category.moved",
        category.pk,
        at=at,
        on=on,
        by=by,
        before={"position": old + 1},
        after={"position": new + 1},
    )


@transaction.atomic
def delete(category: Category, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete a category that has nothing under it and no item in it."""
    rows = locked()
    category = still_there(category, rows)
    if any(row.parent_id == category.pk for row in rows.values()):
        raise Refusal(
            _("%(name)s has categories under it. Move or delete them first.")
            % {"name": category.name}
        )
    items = Item.objects.filter(categories=category)
    first = items.order_by("title_key").first()
    if first:
        raise Refusal(
            _("%(name)s is used, by %(title)s for one. Take it off there first.")
            % {"name": category.name, "title": first.title}
        )
    before, pk = {"name": category.name, "parent": category.parent_id}, category.pk
    try:
        with transaction.atomic():
            category.delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refusal(_("%(name)s is used.") % {"name": before["name"]}) from error
    journal.write("category.deleted", pk, at=at, on=on, by=by, before=before)


# Questions


ALL = Rows(lambda: Category.objects.order_by())


def tree() -> list[Node]:
    """All categories, parents before what is under them. One query."""
    under: dict[int | None, list[Category]] = {}
    for row in in_order(ALL()):
        under.setdefault(row.parent_id, []).append(row)
    nodes = []

    def walk(parent_id, trail):
        for row in under.get(parent_id, []):
            nodes.append(Node(row, len(trail), (*trail, row.name)))
            walk(row.pk, (*trail, row.name))

    walk(None, ())
    return nodes


def with_descendants(*ids: int) -> set[int]:
    """The ids given and of everything under them: what a filter by category means. One query."""
    rows = list(Category.objects.only("pk", "parent_id"))
    return set().union(*(branch(pk, rows) for pk in ids))


# How


def locked() -> dict[int, Category]:
    """All rows by id. The tree is changed by one at a time; reading it and using it goes on."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Category._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    return Category.objects.in_bulk()


def still_there(category: Category, rows: dict) -> Category:
    if category.pk not in rows:
        raise Refusal(_("This category was deleted meanwhile."))
    return rows[category.pk]


def in_order(rows):
    return sorted(rows, key=lambda row: (row.position, row.name.casefold(), row.pk))


def branch(pk: int, rows) -> set[int]:
    """`pk` and the ids of all that is under it."""
    under: dict[int | None, list[int]] = {}
    for row in rows:
        under.setdefault(row.parent_id, []).append(row.pk)
    found, waiting = set(), [pk]
    while waiting:
        each = waiting.pop()
        found.add(each)
        waiting.extend(under.get(each, []))
    return found


def checked_name(name: str, parent, rows: dict, category: Category | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("It needs a name."), field="name")
    for row in rows.values():
        if (
            row.parent_id == getattr(parent, "pk", None)
            and row.name.casefold() == name.casefold()
            and row.pk != getattr(category, "pk", None)
        ):
            raise Refusal(
                _("There is a category %(name)s here already.") % {"name": row.name}, field="name"
            )
    return name


def free_slug(name: str, rows: dict) -> str:
    base, taken = slugify(name)[:70] or "category", {row.slug for row in rows.values()}
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
