"""How is a question that pages ask over and over turned into SQL, and planned, only once?

Django builds the SQL of a queryset anew each time and PostgreSQL plans it anew, which together
cost more than the answer does where that is a few short rows. A `Question` keeps the SQL and puts
the values in; asked often enough over a connection, its plan is kept, too (psycopg prepares it).
A `Statement` is the same for what is SQL from the start.
"""

import copy
import datetime
import functools
import re

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.http import Http404
from pghistory.runtime import _inject_history_context
from psycopg.types.numeric import Int8

from . import plans
from .among import Ids

# What the audit trail puts around statements leaves those alone that begin with SELECT, as all do
# that are kept.
AUDIT = frozenset({_inject_history_context})
FIRST_DAY = datetime.date(9001, 1, 1)
FIRST_MOMENT = datetime.datetime(9001, 1, 1, tzinfo=datetime.UTC)


class Question:
    """A queryset with `.values_list(...)`, asked with other values each time: one statement.

        names = Question(lambda ids: Pass.objects.filter(pk__in=ids).values_list("pk", "name"))
        names(ids=[7, 8])  # [(7, ...), (8, ...)]

    `ask` is called once, with values that stand for the real ones; these must be whole numbers,
    days, moments or texts, lists of them for an IN (once for each power of two that a list's
    length comes to) or `tms.among.Ids`, and may only become parameters: not a LIMIT, not a choice
    between two queries. Nothing else in it may differ from one time to the next, as the reader's
    language does. Rows are tuples as the database gives them, without what a field of Django's
    makes of them; see `Rows`.
    """

    def __init__(self, ask):
        self.ask = ask
        self.kept: dict[tuple, tuple] = {}

    def __deepcopy__(self, memo):
        return self  # what it keeps is for all who ask

    def __call__(self, **values) -> list:
        given = {name: listed(value) for name, value in values.items()}
        if not all(given.values()):
            return []
        shape = tuple((name, len(value)) for name, value in given.items())
        if shape not in self.kept:
            many = {name for name, value in values.items() if is_many(value)}
            self.kept[shape] = self.compiled(given, many)
        sql, places, compiled = self.kept[shape]
        rows = fetched(sql, [bound(given[name][index]) for name, index in places])
        return self.made(compiled, rows)

    def one(self, **values):
        """The first row, or None."""
        return next(iter(self(**values)), None)

    def value(self, otherwise=None, /, **values):
        """The first value of the first row; `otherwise` where there is no row."""
        row = self.one(**values)
        return otherwise if row is None else row[0]

    def made(self, compiled, rows) -> list:
        return rows

    def compiled(self, given, many) -> tuple:
        """The SQL, (name, index) of the value for each of its parameters, and what made it."""
        stands, examples = {}, {}
        for name, values in given.items():
            marks = []
            for index, each in enumerate(values):
                mark = example(each, len(stands))
                stands[mark] = (name, index)
                marks.append(mark)
            examples[name] = marks if name in many else marks[0]
        queryset = self.ask(**examples)
        compiler = queryset.query.get_compiler(using=connection.alias)
        sql, params = compiler.as_sql()
        places, parts, params = [], [], iter(params)
        for part in re.split("(%[s%])", sql):
            value = next(params) if part == "%s" else None
            if isinstance(value, int | datetime.date | str) and value in stands:
                places.append(stands[value])
            elif part == "%s":
                # What never differs is known when the statement is planned: a partial index can
                # only then be used.
                part = connection.ops.compose_sql("%s", [value]).replace("%", "%%")
            parts.append(part)
        if missing := set(stands.values()) - set(places):
            raise TypeError(f"{missing} did not become parameters of the statement.")
        if sql[0] == "(":
            # A union begins with a bracket, and is told from what writes by its first word.
            parts = ["SELECT * FROM (", *parts, ") answer"]
        return "".join(parts), places, (queryset, compiler)


class Rows(Question):
    """The same for any queryset, with the answer that the queryset itself would give.

        contact = Rows(lambda pk: Contact.objects.filter(pk=pk).select_related("account"))
        contact.one(pk=7).account.name

    Models (with `select_related` and annotations), dicts or tuples, with what the fields make of
    what the database has. It is a list: what would be asked afterwards can't be added to it.
    """

    def made(self, compiled, rows) -> list:
        queryset, kept = compiled
        compiler, query = copy.copy(kept), copy.copy(queryset.query)
        compiler.connection = connection
        compiler.execute_sql = lambda *args, **kwargs: [rows]
        # What fields make of values is the same for all rows of one question.
        if not hasattr(kept, "converters"):
            fields = [each[0] for each in kept.select[: kept.col_count]]
            kept.composite = kept.has_composite_fields(fields)
            kept.converters = kept.get_converters(fields)
        compiler.get_converters = lambda expressions: kept.converters
        compiler.has_composite_fields = lambda fields: kept.composite
        query.get_compiler = lambda *args, **kwargs: compiler
        answer = object.__new__(type(queryset))
        answer.__dict__ = {**queryset.__dict__, "_query": query, "_result_cache": None}
        return list(answer)

    def or_404(self, **values):
        """The first row. Raises Http404 where there is none."""
        if (found := self.one(**values)) is None:
            raise Http404
        return found


class Together:
    """Several questions without values, of two columns each, asked in one statement.

        names = Together([REGIONS, OWNERS])
        names()  # [[[1, "Nordics"]], [[7, "Ada"], [8, "Jonas"]]]

    For what JSON has: whole numbers and texts.
    """

    def __init__(self, questions):
        self.questions = list(questions)

    def __call__(self) -> list[list]:
        if not self.questions:
            return []
        [answers] = fetched(self.sql, [])
        return [answer or [] for answer in answers]

    @functools.cached_property
    def sql(self) -> str:
        asked = [each.compiled({}, set())[0] for each in self.questions]
        told = "SELECT json_agg(json_build_array(one, other))"
        answers = [f"({told} FROM ({sql}) pair(one, other))" for sql in asked]
        return f"SELECT {', '.join(answers)}"


class Statement:
    """A SELECT with values as `%(name)s`, asked over and over: one statement, its plan kept.

        passes = Statement("SELECT p.id FROM passes_pass p WHERE p.contact_id = %(contact)s")
        passes(contact=7)  # [(1,), (4,)]

    Values are whole numbers, days, moments, texts, None, or lists of one kind of these. Where the
    database could take one for another type, the SQL says which: `%(items)s::bigint[]`.
    """

    def __init__(self, sql: str):
        # What the audit trail puts before a statement that might write can't be prepared with it.
        if not sql.lstrip().lower().startswith("select"):
            raise ValueError("A statement that is kept begins with SELECT.")
        self.sql = sql

    def __call__(self, **values) -> list[tuple]:
        return fetched(self.sql, {name: bound(value) for name, value in values.items()})


def fetched(sql, values) -> list[tuple]:
    """The rows, by a cursor that leaves the values to the database, which then keeps the plan."""
    here = connections[DEFAULT_DB_ALIAS]
    here.close_if_health_check_failed()
    here.ensure_connection()
    try:
        return (looked_on if is_looked_on(here) else asked)(here, sql, values)
    except DatabaseError as error:
        if isinstance(error.__cause__, plans.STALE):
            plans.forget(here)
        raise


def asked(here, sql, values) -> list[tuple]:
    """By one cursor that stays with its connection: to make one takes as long as asking it, and so
    does what Django puts around it, which nobody looks at here.
    """
    here.validate_thread_sharing()
    here.validate_no_broken_transaction()
    kept = here.__dict__.get("kept_cursor")
    if kept is None or kept.connection is not here.connection:
        kept = here.kept_cursor = ServerBindingCursor(here.connection)
    with here.wrap_database_errors:
        return kept.execute(sql, values).fetchall()


def is_looked_on(here) -> bool:
    """Does somebody want to see each statement, or change it?"""
    return here.queries_logged or not AUDIT.issuperset(here.execute_wrappers)


def looked_on(here, sql, values) -> list[tuple]:
    """The same with all that Django puts around a cursor."""
    line = here.connection
    usual, line.cursor_factory = line.cursor_factory, ServerBindingCursor
    try:
        cursor = here.cursor()
    finally:
        line.cursor_factory = usual
    with cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def is_many(value) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def listed(value) -> list:
    """The values, the last repeated up to a power of two: few statements serve all lengths."""
    if isinstance(value, Ids):
        return [value] if value.any else []
    if not is_many(value):
        return [value]
    values = list(value)
    longer = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (longer - len(values))


def bound(value):
    """The value for the statement: numbers of one size, or it would be planned for each size."""
    if isinstance(value, list):
        return [bound(each) for each in value]
    return Int8(value) if isinstance(value, int) else value


def example(value, number: int):
    """Something of the same type that no statement has by itself."""
    if isinstance(value, datetime.datetime):
        return FIRST_MOMENT + datetime.timedelta(days=number)
    if isinstance(value, datetime.date):
        return FIRST_DAY + datetime.timedelta(days=number)
    if isinstance(value, str):
        return f"\x02{number}\x03"
    if isinstance(value, int) and not isinstance(value, bool):
        return 9_000_000_000_000_000_001 + number
    raise TypeError(f"{value!r} is no whole number, day, moment or text.")
