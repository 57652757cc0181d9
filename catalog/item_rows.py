"""How is an item written down? Locked, tidied, saved under a code and an address of its own."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from .models import Item
from .richtext import clean

PLAIN = ("title", "code", "summary", "duration")
RICH = ("description", "objectives", "prerequisites")


def locked(item: Item) -> Item:
    found = Item.objects.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def write_values(item: Item, values: dict) -> None:
    """Put values on the row: texts stripped, rich text cleaned, tags once each."""
    for name, value in values.items():
        if name in PLAIN:
            setattr(item, name, " ".join(value.split()))
        elif name in RICH:
            setattr(item, name, clean(value))
        elif name == "tags":
            item.tags = tidy(value)
        else:
            raise TypeError(f"An item has no {name}.")
    if not item.title:
        raise Refusal(_("It needs a title."), field="title")
    if not item.code:
        raise Refusal(_("It needs a code."), field="code")
    taken = Item.objects.filter(code__iexact=item.code).exclude(pk=item.pk).first()
    if taken:
        raise code_taken(taken)


def tidy(tags) -> list[str]:
    """Tags without spaces around them, each once whatever its capitals, in their order."""
    found = {}
    for tag in tags:
        word = " ".join(str(tag).split())[:40]
        if word:
            found.setdefault(word.casefold(), word)
    return list(found.values())


def code_taken(other: Item) -> Refusal:
    return Refusal(
        _("%(code)s is taken by %(title)s. Codes differ in more than capitals.")
        % {"code": other.code, "title": other.title},
        field="code",
    )


def save(item: Item) -> None:
    """Save with the next version; a code taken by somebody at the same moment is the sentence."""
    if item.pk:
        item.version = F("version") + 1
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        if "item_code_regardless_of_case" not in str(error):
            raise
        raise code_taken(Item.objects.get(code__iexact=item.code)) from error


def save_with_slug(item: Item) -> None:
    """Save a new item under an address of its own: from its title, else its code, else a number."""
    base = slugify(item.title)[:100] or slugify(item.code) or item.kind
    for number in range(1, 1000):
        item.slug = base if number == 1 else f"{base}-{number}"
        if Item.objects.filter(slug=item.slug).exists():
            continue
        try:
            return save(item)
        except IntegrityError as error:
            if "slug" not in str(error):
                raise
    raise Refusal(_("There are too many items of this title. Choose another one."), field="title")


def forget_image(name: str) -> None:
    """Delete a picture's file, unless another item shows it."""
    if not Item.objects.filter(image=name).exists():
        Item._meta.get_field("image").storage.delete(name)


def said(item: Item) -> dict:
    """An item as the journal keeps it."""
    values = {name: getattr(item, name) for name in (*PLAIN, *RICH, "tags", "status")}
    categories = sorted(item.categories.values_list("pk", flat=True)) if item.pk else []
    return values | {"image": item.image.name or "", "categories": categories}


def changes(before: dict, after: dict) -> tuple[dict, dict]:
    """Only what differs, before and after."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
