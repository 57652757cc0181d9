"""What do programs see alike in accounts and contacts? Names elsewhere, the archive, a search."""

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from tms.programs.fields import Asked, Line, Told
from tms.programs.paging import Listing
from tms.refusals import Refusal

from .models import ExternalId

TAGS = ["Accounts and contacts"]
MERGED = "The one it became part of for good: read that one. null: it is one of its own."
Show = Literal["current", "archived", "all"]


class Identity(Told):
    """What another system calls it."""

    system: str
    value: str


class NewIdentity(Asked):
    """What another system calls it."""

    system: Annotated[Line, Field(min_length=1, max_length=60)]
    value: Annotated[Line, Field(min_length=1, max_length=120)]


Identities = Annotated[list[NewIdentity], Field(max_length=20)]
ExternalText = Annotated[
    Line, Field(pattern="^[^:]+:.+$", description="System and ID, like HubSpot:1234.")
]


class GoneIdentity(NewIdentity):
    """An ID that another system no longer has for it."""


class People(Listing):
    q: Annotated[Line, Field(description="Words of the name, or of the email address.")] = ""
    external_id: ExternalText | None = None
    show: Show = "current"


def narrowed(rows, asked: People):
    """By what both lists are asked."""
    if asked.show != "all":
        rows = rows.filter(archived_at__isnull=asked.show == "current")
    if asked.external_id:
        system, _colon, value = asked.external_id.partition(":")
        rows = rows.filter(external_ids__system=system, external_ids__value=value)
    return rows


def identities(noun: str, ids) -> dict[int, list[Identity]]:
    """The names in other systems of accounts or contacts. One statement, none for none."""
    found: dict[int, list[Identity]] = {pk: [] for pk in ids}
    rows = ExternalId.objects.filter(**{f"{noun}__in": list(found)}) if found else []
    for row in rows:
        found[getattr(row, f"{noun}_id")].append(Identity(system=row.system, value=row.value))
    return found


def told_apart(noun: str, pk: int, gone: GoneIdentity) -> int:
    """The id of the row that keeps this ID. Raises Refusal without one."""
    rows = ExternalId.objects.filter(**{noun: pk}, system=gone.system, value=gone.value)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise Refusal(
            _("There is no ID %(system)s %(value)s here.")
            % {"system": gone.system, "value": gone.value},
            field="value",
        )
    return found


def without_id(row: dict) -> dict:
    return {name.removesuffix("_id"): value for name, value in row.items()}
