"""How is a question that every page asks turned into SQL only once?

Django builds the SQL of a queryset anew each time, which costs more than the answer does where that
is one short row. A `Question` keeps the SQL and puts the values in.
"""

import datetime

from django.db import connection

FIRST_DAY = datetime.date(9001, 1, 1)


class Question:
    """A queryset with `.values_list(...)`, asked with other values each time: one statement.

        names = Question(lambda ids: Pass.objects.filter(pk__in=ids).values_list("pk", "name"))
        names(ids=[7, 8])  # [(7, ...), (8, ...)]

    `ask` is called once for each number of values in its lists, with values that stand for the
    real ones; these must be whole numbers or days, alone or in lists, and may only become
    parameters: not a LIMIT, not a choice between two queries. Rows are tuples as the database
    gives them, without what a field of Django's makes of them.
    """

    def __init__(self, ask):
        self.ask = ask
        self.kept: dict[tuple, tuple[str, list]] = {}

    def __call__(self, **values) -> list[tuple]:
        given = {name: listed(value) for name, value in values.items()}
        if not all(given.values()):
            return []
        shape = tuple((name, len(value)) for name, value in given.items())
        if shape not in self.kept:
            self.kept[shape] = self.compiled(values)
        sql, places = self.kept[shape]
        found = [given[place[0]][place[1]] if is_place else place for is_place, place in places]
        with connection.cursor() as cursor:
            cursor.execute(sql, found)
            return cursor.fetchall()

    def compiled(self, values) -> tuple[str, list]:
        """The SQL, and for each of its parameters (True, (name, index)) or (False, value)."""
        stands, examples = {}, {}
        for name, value in values.items():
            marks = []
            for index, each in enumerate(listed(value)):
                mark = example(each, len(stands))
                stands[mark] = (name, index)
                marks.append(mark)
            examples[name] = marks if isinstance(value, list | tuple | set) else marks[0]
        sql, params = self.ask(**examples).query.sql_with_params()
        places = [
            (True, stands[each])
            if isinstance(each, int | datetime.date) and each in stands
            else (False, each)
            for each in params
        ]
        missing = set(stands.values()) - {place for is_place, place in places if is_place}
        if missing:
            raise TypeError(f"{missing} did not become parameters of the statement.")
        return sql, places


def listed(value) -> list:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def example(value, number: int):
    """Something of the same type that no statement has by itself."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return FIRST_DAY + datetime.timedelta(days=number)
    if isinstance(value, int) and not isinstance(value, bool):
        return 9_000_000_000_000_000_001 + number
    raise TypeError(f"{value!r} is neither a whole number nor a day.")
