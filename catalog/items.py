"""What happens to a course or a learning path? Made, edited, published, archived, duplicated.

Courses and paths are rows of one table and live by the same rules; what only a path has, its
steps, is in `catalog.paths`.
"""

import datetime

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from tms import consequences, journal
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal

from . import images, pricing
from .item_rows import (
    PLAIN,
    RICH,
    changes,
    forget_image,
    locked,
    said,
    save,
    save_with_slug,
    write_values,
)
from .models import Item, ItemKind, ItemStatus, Priced, Step

# What may be done in which status: verbs ask under lock, pages ask before drawing a button.
MAY = {
    "publish": {ItemStatus.DRAFT},
    "archive": {ItemStatus.DRAFT, ItemStatus.PUBLISHED},
    "restore": {ItemStatus.ARCHIVED},
}
KEEP = object()


# Verbs


@transaction.atomic
def create(
    *,
    kind: str,
    title: str,
    code: str,
    summary: str = "",
    description: str = "",
    objectives: str = "",
    prerequisites: str = "",
    duration: str = "",
    image=None,
    categories=(),
    tags=(),
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Item:
    """Make a course (`kind="course"`) or a learning path (`kind="path"`), as a draft.

    `description`, `objectives` and `prerequisites` are rich text and cleaned; `image` is an upload
    or None; `categories` are rows, `tags` words. A code that is taken, in any capitals, is refused.
    """
    item = Item(kind=kind, priced=Priced.objects.create())
    write_values(
        item,
        {
            "title": title,
            "code": code,
            "summary": summary,
            "duration": duration,
            "description": description,
            "objectives": objectives,
            "prerequisites": prerequisites,
            "tags": tags,
        },
    )
    if image:
        item.image = images.keep(image)
    save_with_slug(item)
    item.categories.set(categories)
    journal.write("item.created", item.pk, at=at, on=on, by=by, after=said(item))
    return item


@transaction.atomic
def edit(
    item: Item,
    *,
    image=KEEP,
    categories=KEEP,
    at: datetime.datetime,
    on: datetime.date,
    by,
    **values,
) -> Item:
    """Change what is given of: title, code, summary, description, objectives, prerequisites,
    duration, tags, image (an upload; None takes it away), categories.

    The address of the item stays as it was made. Nothing is written when nothing changes.
    """
    item = locked(item)
    before = said(item)
    old_image = item.image.name
    write_values(item, values)
    if image is not KEEP:
        item.image = images.keep(image) if image else ""
    if categories is not KEEP:
        item.categories.set(categories)
    after = said(item)
    if after == before:
        return item
    save(item)
    if old_image and old_image != item.image.name:
        transaction.on_commit(lambda: forget_image(old_image))
    old, new = changes(before, after)
    journal.write("item.edited", item.pk, at=at, on=on, by=by, before=old, after=new)
    return item


@transaction.atomic
def publish(item: Item, *, at: datetime.datetime, on: datetime.date, by) -> Item:
    """Show it to learners. A path needs at least one step, and published courses in its steps."""
    item = locked(item)
    must("publish", item)
    reason = why_not_published(item)
    if reason:
        raise Refusal(reason)
    item.status = ItemStatus.PUBLISHED
    item.published_at = item.published_at or at
    save(item)
    journal.write(
        "item.published",
        item.pk,
        at=at,
        on=on,
        by=by,
        before={"status": ItemStatus.DRAFT},
        after={"status": item.status},
    )
    return item


@transaction.atomic
def archive(
    item: Item, *, reason: str = "", at: datetime.datetime, on: datetime.date, by
) -> list[Consequence]:
    """Take it out of the catalogue; who is registered goes on. Returns what that took away."""
    item = locked(item)
    must("archive", item)
    before = item.status
    item.status = ItemStatus.ARCHIVED
    save(item)
    found = []
    paths = list(
        Item.objects.filter(steps__course=item)
        .exclude(status=ItemStatus.ARCHIVED)
        .order_by("title_key", "pk")
        .values_list("title", flat=True)
    )
    if before == ItemStatus.PUBLISHED:
        found.append(Consequence("closes", _("Learners no longer find it in the catalogue."), 1))
    if paths:
        sentence = _("These learning paths keep it as a step:")
        found.append(Consequence("stays", sentence, len(paths), tuple(paths[:5])))
    fact = Fact("item.archived", (item.pk,), at=at, on=on, by=by, reason=reason)
    found.extend(consequences.follow(fact))
    journal.write(
        "item.archived",
        item.pk,
        at=at,
        on=on,
        by=by,
        before={"status": before},
        after={"status": item.status},
        reason=reason,
    )
    return found


@transaction.atomic
def restore(item: Item, *, at: datetime.datetime, on: datetime.date, by) -> Item:
    """Bring it back from the archive to what it was: published, or a draft if it never was."""
    item = locked(item)
    must("restore", item)
    item.status = ItemStatus.PUBLISHED if item.published_at else ItemStatus.DRAFT
    save(item)
    journal.write(
        "item.restored",
        item.pk,
        at=at,
        on=on,
        by=by,
        before={"status": ItemStatus.ARCHIVED},
        after={"status": item.status},
    )
    return item


@transaction.atomic
def duplicate(
    item: Item, *, title: str, code: str, at: datetime.datetime, on: datetime.date, by
) -> tuple[Item, list[Consequence]]:
    """A draft like `item` under another title and code: texts, picture, categories, tags, steps,
    and the prices that have not run out. Events and registrations stay with the original.

    Returns what else came along, from the floors above (the content of a course).
    """
    item = locked(item)
    values = {name: getattr(item, name) for name in (*PLAIN, *RICH, "tags", "image", "kind")}
    copy = Item(**values, priced=Priced.objects.create())
    write_values(copy, {"title": title, "code": code})
    save_with_slug(copy)
    copy.categories.set(item.categories.all())
    pricing.copy_prices(item.priced_id, copy.priced_id, on=on)
    Step.objects.bulk_create(
        Step(
            path=copy,
            course_id=step.course_id,
            position=step.position,
            required=step.required,
            locked=step.locked,
        )
        for step in item.steps.all()
    )
    journal.write(
        "item.created", copy.pk, at=at, on=on, by=by, after=said(copy) | {"copy_of": item.pk}
    )
    fact = Fact("item.duplicated", (copy.pk,), at=at, on=on, by=by, data={"copy_of": item.pk})
    return copy, consequences.follow(fact)


@transaction.atomic
def delete(item: Item, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete what was never used: no event, no place in a path or a pass, no registration.

    What was used is refused, and can be archived.
    """
    item = locked(item)
    before, priced_id, pk, image = said(item), item.priced_id, item.pk, item.image.name
    try:
        with transaction.atomic():
            item.delete()
            Priced.objects.filter(pk=priced_id).delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refusal(
            _("%(title)s is used, so it stays. Archive it to take it out of the catalogue.")
            % {"title": item.title}
        ) from error
    if image:
        transaction.on_commit(lambda: forget_image(image))
    journal.write("item.deleted", pk, at=at, on=on, by=by, before=before)


# Questions


def may(verb: str, status: str) -> bool:
    """May `verb` be done to an item in `status`?"""
    return status in MAY[verb]


def why_not_published(item: Item) -> str:
    """Why a draft can't be published yet, as a sentence; nothing if it can. A path: one query."""
    if item.kind != ItemKind.PATH:
        return ""
    courses = item.steps.values_list("course__status", "course__title")
    if not courses:
        return _("A learning path needs at least one step. Add a course first.")
    unready = [title for status, title in courses if status != ItemStatus.PUBLISHED]
    if unready:
        return _("%(title)s isn't published. Publish it, or remove the step.") % {
            "title": unready[0]
        }
    return ""


def must(verb: str, item: Item) -> None:
    if may(verb, item.status):
        return
    already = {
        ItemStatus.DRAFT: _("%(title)s is a draft."),
        ItemStatus.PUBLISHED: _("%(title)s is published already."),
        ItemStatus.ARCHIVED: _("%(title)s is archived. Restore it first."),
    }
    raise Refusal(already[item.status] % {"title": item.title})
