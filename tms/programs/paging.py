"""Which rows come next? By id, from a signed cursor: nothing is skipped and nothing comes twice."""

from typing import Annotated, Any

from django.core import signing
from django.utils.translation import gettext as _
from pydantic import ConfigDict, Field

from .fields import IN_ADDRESS, Told
from .problems import Problem

MOST = 200
SALT = "api.cursor."


class Listing(Told):
    """What every list is asked: how many at most, and from where."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[
        int, Field(ge=1, le=MOST, description="How many at most, up to 200."), IN_ADDRESS
    ] = 50
    cursor: Annotated[
        str, Field(max_length=200, description="`next` of the page before; empty: the first.")
    ] = ""


class Page[Row](Told):
    """A page of a list, by id. Ask again with `cursor` set to `next` until that is null."""

    items: list[Row]
    next: str | None = Field(description="The cursor of the page after this one; null: the last.")


def page(rows, asked: Listing, of: str, names) -> tuple[list[dict[str, Any]], str | None]:
    """The page of the queryset `rows` as dicts of `names`, and the next cursor. One statement.

    `of` names the list: a cursor of another list is refused.
    """
    if asked.cursor:
        rows = rows.filter(pk__gt=read(asked.cursor, of))
    found = list(rows.order_by("pk").values("pk", *names)[: asked.limit + 1])
    more = len(found) > asked.limit
    found = found[: asked.limit]
    return found, written(found[-1]["pk"], of) if more else None


def written(pk: int, of: str) -> str:
    return signing.Signer(salt=SALT + of).sign_object(pk)


def read(cursor: str, of: str) -> int:
    """The id after which the page begins. Raises Problem for what this list never gave."""
    try:
        return int(signing.Signer(salt=SALT + of).unsign_object(cursor))
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem(
            "invalid",
            _("This cursor is not from this list. Send `next` as it was given, or none."),
            field="cursor",
        ) from None
