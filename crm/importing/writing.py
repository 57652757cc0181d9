"""How is what was matched written down? A dozen statements for a thousand rows, in one transaction.

Under the rules of the verbs (contacts, accounts, belonging, external_ids): the same columns, the
same facts in the journal, what was changed where it can be erased.
"""

import json

from django.db import connection
from django.db.models import Model

from tms import journal

from .. import accounts as verbs
from .. import changes
from ..models import Account, AccountKind, Change, Contact, Membership
from .people import People

# How the text of a column becomes its value.
CASTS = {
    "custom": "jsonb",
    "announcements": "boolean",
    "reminders": "boolean",
    "region": "bigint",
    "currency": "bigint",
    "owner": "bigint",
    "parent": "bigint",
}


class Moved(Exception):
    """Somebody else changed meanwhile what was matched: look again."""


class Writer:
    """Writes one batch. `who` is what every fact says: at, on, by."""

    def __init__(self, batch, who):
        self.batch, self.who = batch, {**who, "source": "import"}
        self.facts, self.noted = [], []

    def write(self) -> None:
        """Raises Moved, or IntegrityError, where somebody came between."""
        self.lock()
        if isinstance(self.batch, People):
            self.people()
        else:
            self.buyers()
        Change.objects.bulk_create(change for _kind, _owner, change in self.noted)
        self.facts += [
            self.fact(kind, owner, after={"change": change.pk})
            for kind, owner, change in self.noted
        ]
        journal.write_all(self.facts)

    def lock(self) -> None:
        """Accounts, then contacts, by number; as they were when they were looked at."""
        used = getattr(getattr(self.batch, "accounts", None), "used", {})
        if isinstance(self.batch, People):
            held(Account, {pk: account.version for pk, account in used.items()})
            held(Contact, {pk: known.version for pk, known in self.batch.changed.items()})
        else:
            held(Account, {pk: known.version for pk, known in self.batch.changed.items()})

    def people(self) -> None:
        made = [account.made for account in self.batch.accounts.new]
        Account.objects.bulk_create(made)
        for known in self.batch.new:
            known.made.account = self.account(known.account)
        insert(Contact, [known.made for known in self.batch.new])
        ids = [
            (self.account(account), *key)
            for account in {id(each): each for each in self.accounts()}.values()
            for key in account.keys
        ]
        ids += [(known.made, *key) for known in self.batch.new for key in known.keys]
        changed = self.changed(Contact)
        more = [
            (changed[pk], *key) for pk, known in self.batch.changed.items() for key in known.keys
        ]
        self.ids(ids + more)
        self.link(changed)
        self.lead(made)
        self.created("account.created", made)
        self.created("contact.created", [known.made for known in self.batch.new])
        self.note_ids(more)
        there = [(owner, *key) for owner, *key in ids if owner.__class__ is Account]
        new = {id(account) for account in made}
        self.note_ids([each for each in there if id(each[0]) not in new])

    def accounts(self):
        """Every account that the batch touches."""
        of_it = self.batch.accounts
        return [*of_it.new, *of_it.used.values()]

    def account(self, found) -> Account:
        """The account of a match, as a row."""
        if found.made is None:
            found.made = Account(pk=found.pk, name=found.name)
        return found.made

    def link(self, changed) -> None:
        """Further accounts: of the new by what they came with, of others as the office does."""
        links = [
            (known.made, self.account(account))
            for known in self.batch.new
            for account in known.joined
        ]
        joined = [
            (changed[pk], self.account(account))
            for pk, known in self.batch.changed.items()
            for account in known.joined
        ]
        Membership.objects.bulk_create(
            Membership(contact=contact, account=account) for contact, account in links + joined
        )
        self.facts += [
            self.fact("contact.account_added", contact, after={"account": account.pk})
            for contact, account in joined
        ]

    def lead(self, made) -> None:
        """A person alone is the main contact of their account."""
        own = [account.pk for account in made if account.kind == AccountKind.INDIVIDUAL]
        if own:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE crm_account SET main_contact_id = crm_contact.id FROM crm_contact "
                    "WHERE crm_contact.account_id = crm_account.id AND crm_account.id = ANY(%s)",
                    [own],
                )

    def buyers(self) -> None:
        # A parent further up in the file has its number once it is written: they go by rank.
        waiting = list(self.batch.new)
        while waiting:
            ready = [known for known in waiting if self.parent_of(known) is not Ellipsis]
            for known in ready:
                known.made.parent_id = self.parent_of(known)
            Account.objects.bulk_create(known.made for known in ready)
            for known in ready:
                known.pk = known.made.pk
            waiting = [known for known in waiting if known.pk is None]
        made = [known.made for known in self.batch.new]
        for known in self.batch.changed.values():
            if known.joined:
                known.set["parent"] = self.parent_of(known)
        changed = self.changed(Account)
        ids = [(known.made, *key) for known in self.batch.new for key in known.keys]
        more = [
            (changed[pk], *key) for pk, known in self.batch.changed.items() for key in known.keys
        ]
        self.ids(ids + more)
        self.created("account.created", made)
        self.note_ids(more)

    def parent_of(self, known):
        """The number of the parent, None without one, Ellipsis while it isn't written."""
        parent = known.account
        if parent is None or isinstance(parent, int):
            return parent
        return parent.pk or Ellipsis

    def changed(self, model: type[Model]) -> dict[int, Model]:
        """Write the changed columns of who was here; returns them by number."""
        known = self.batch.changed
        rows = model.objects.in_bulk(list(known)) if known else {}
        values = {}
        for pk, row in rows.items():
            columns = known[pk].set
            if not columns:
                values[pk] = {}
                continue
            before = {name: getattr(row, name) for name in columns}
            after = dict(columns)
            if "custom" in columns:
                keys = sorted(k for k, v in columns["custom"].items() if row.custom.get(k) != v)
                before["custom"] = {key: row.custom.get(key) for key in keys}
                after["custom"] = {key: columns["custom"][key] for key in keys}
            if "parent" in columns:
                before["parent"] = row.parent_id
            values[pk] = columns
            noun = changes.noun_of(row)
            change = Change(**{noun: row}, before=journal.plain(before), after=journal.plain(after))
            self.noted.append((f"{noun}.edited", row, change))
        update(model, values)
        if model is Contact:
            self.rename_along(rows)
        return rows

    def rename_along(self, rows) -> None:
        """An individual account and a sign-in that were called like the contact still are."""
        named = {
            pk: row
            for pk, row in rows.items()
            if {"first_name", "last_name"} & set(self.batch.changed[pk].set)
        }
        if not named:
            return
        now = Contact.objects.select_related("account", "user").in_bulk(list(named))
        for pk, contact in now.items():
            before = named[pk].name
            if contact.account.kind == AccountKind.INDIVIDUAL and contact.account.name == before:
                verbs.edit(contact.account_id, name=contact.name[:200], **self.who)
            if contact.user_id and contact.user.name == before:
                contact.user.name = contact.name
                contact.user.save(update_fields=["name"])

    def ids(self, ids) -> None:
        for noun, model in (("account", Account), ("contact", Contact)):
            of_noun = [each for each in ids if isinstance(each[0], model)]
            if of_noun:
                given = [
                    [owner.pk for owner, _system, _value in of_noun],
                    [system for _owner, system, _value in of_noun],
                    [value for _owner, _system, value in of_noun],
                ]
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"INSERT INTO crm_externalid ({noun}_id, system, value) "  # noqa: S608
                        "SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])",
                        given,
                    )

    def created(self, kind, made) -> None:
        """What was made. One statement."""
        ids = [
            (each.pk, each.pk, None)
            if isinstance(each, Account)
            else (each.pk, each.account_id, each.pk)
            for each in made
        ]
        journal.write_alike(kind, ids, **self.who)

    def note_ids(self, ids) -> None:
        """That who was here got a further ID."""
        for owner, system, value in ids:
            noun = changes.noun_of(owner)
            change = Change(**{noun: owner}, after={"system": system, "value": value})
            self.noted.append((f"{noun}.external_id_added", owner, change))

    def fact(self, kind, owner, **more):
        return journal.row(kind, owner.pk, **changes.ids_of(owner), **more, **self.who)


def held(model, versions: dict[int, int]) -> None:
    """Lock the rows, by number. Raises Moved where one isn't as it was."""
    if not versions:
        return
    rows = model.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.filter(pk__in=list(versions)).order_by("pk").values_list("pk", "version")
    if dict(rows) != versions:
        raise Moved


def insert(model, rows: list) -> None:
    """Write new rows, and give them their ids. One statement, in half the time of the library's:
    what is the same in all of them is sent once."""
    if not rows:
        return
    names, values, unnested, given = [], [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.generated:
            continue
        # As text: a cast to varchar(100) would cut off what is longer, where it has to be refused.
        kind = field.db_type(connection).partition("(")[0]
        kind = "text" if kind.startswith("varchar") else kind
        column = [as_text(getattr(row, field.attname)) for row in rows]
        names.append(f'"{field.column}"')
        if column.count(column[0]) == len(column):
            values.append((f"%s::{kind}", column[0]))
        else:
            values.append((f'v."{field.column}"::{kind}', None))
            unnested.append(f'"{field.column}"')
            given.append(column)
    same = [value for sql, value in values if sql.startswith("%s")]
    arrays = ", ".join(["%s::bigint[]", *("%s::text[]" for _column in unnested)])
    sql = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) "  # noqa: S608
        f"SELECT {', '.join(sql for sql, _value in values)} "
        f"FROM unnest({arrays}) AS v({', '.join(['place', *unnested])}) ORDER BY place RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*same, list(range(len(rows))), *given])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk


def update(model, values: dict[int, dict]) -> None:
    """Write these columns of these rows, and the next version of each. One statement."""
    if not values:
        return
    names = sorted({name for columns in values.values() for name in columns})
    table = model._meta.db_table
    arrays, sets = ["%s::bigint[]"], ["version = version + 1"]
    given: list = [list(values)]
    for name in names:
        column = model._meta.get_field(name).column
        arrays += ["%s::boolean[]", "%s::text[]"]
        given += [
            [name in columns for columns in values.values()],
            [as_text(columns.get(name)) for columns in values.values()],
        ]
        value = f'v."{name}"::{CASTS.get(name, "text")}'
        sets.append(f'"{column}" = CASE WHEN v."has_{name}" THEN {value} ELSE t."{column}" END')
    columns = ", ".join(["id", *(f'"has_{name}", "{name}"' for name in names)])
    # The names are those of our own columns, never what somebody typed.
    sql = (
        f"UPDATE {table} t SET {', '.join(sets)} "  # noqa: S608
        f"FROM unnest({', '.join(arrays)}) AS v({columns}) WHERE t.id = v.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def as_text(value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value)
    return str(getattr(value, "pk", value))
