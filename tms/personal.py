"""Who holds what about a person, and what becomes of it when the person is erased?

`settings.PERSONAL` lists modules, in the order in which they are asked. Each has
`held(person)`, which yields a `Part` for each kind of thing it holds, and
`erase(person, *, at, on, by)`, which takes it away or sets it to the fixed word, in the caller's
transaction, and returns the consequences. tests/audit/register.py says of every column of the
product whether it is personal.
"""

import dataclasses
import urllib.parse
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from . import journal
from .consequences import Consequence

# What stands in the place of text that was erased, and of a name.
ERASED = "[erased]"
NAME = "Erased person"


@dataclasses.dataclass(frozen=True)
class Person:
    """Everything by which a person is known.

    `users` are their sign-ins: the one they have, and those of doubles that were merged.
    `names` are full names and addresses, also former ones: what is looked for in other people's
    text. `own_accounts` are theirs alone, `accounts` those they belong to besides.
    """

    contact_id: int
    users: tuple[int, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    own_accounts: tuple[int, ...]
    accounts: tuple[int, ...]
    # Doubles that were merged into the contact: history names them.
    merged: tuple[int, ...] = ()

    @property
    def contacts(self) -> tuple[int, ...]:
        """The contact, and those that were merged into it."""
        return (self.contact_id, *self.merged)

    def mentioned(self, *columns: str) -> Q:
        """Rows in which one of the columns has a name or an address of theirs, also as they
        stand in an address of a page."""
        found = Q(pk__in=[])
        for column in columns:
            for name in self.names:
                for spelt in {name, urllib.parse.quote(name), urllib.parse.quote_plus(name)}:
                    found |= Q(**{f"{column}__icontains": spelt})
        return found


@dataclasses.dataclass(frozen=True)
class Part:
    """One kind of thing that is held: what it is called, and its rows as {label: value}."""

    key: str
    title: str
    rows: list[dict]


def called(name: str) -> str:
    """The name, in the reader's language where it is that of somebody who was erased."""
    return _("Erased person") if name == NAME else name


def part(key: str, title: str, queryset, *fields: str) -> Part:
    """The rows of a queryset as a part: all columns, or `fields`."""
    names = fields or [field.attname for field in queryset.model._meta.concrete_fields]
    rows = [
        {name: journal.plain(value) for name, value in row.items()}
        for row in queryset.order_by("pk").values(*names)
    ]
    return Part(key, title, rows)


def held(person: Person) -> Iterator[Part]:
    """All that is held about the person, part by part; parts without rows are left out."""
    for path in settings.PERSONAL:
        yield from (each for each in import_string(f"{path}.held")(person) if each.rows)


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Let everybody erase what they hold; then, last, what history holds. One transaction."""
    told = []
    for path in settings.PERSONAL:
        told += import_string(f"{path}.erase")(person, at=at, on=on, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT erase_history(contact, sign_in, %s::bigint[], %s::bigint[], %s::text[]) "
            "FROM unnest(%s::bigint[]) contact, unnest(%s::bigint[]) sign_in",
            [
                list(person.own_accounts),
                list(person.accounts),
                list(person.names),
                list(person.contacts),
                list(person.users) or [None],
            ],
        )
    return told
