"""Does a connection keep its plans through a rollback, and forget those that are out of date?"""

import psycopg
import pytest
from django.db import NotSupportedError, connection, transaction

from tms import preview
from tms.compiled import Statement

NUMBERS = Statement("SELECT number FROM straightened WHERE number > %(above)s::int")


@pytest.fixture
def numbers(transactional_db):
    """A table of one number, and another program that may change it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE straightened AS SELECT 7 AS number")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        yield other
        other.execute("DROP TABLE straightened")


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'straighten'")
        return cursor.fetchone()[0]


def ask() -> list:
    for _often in range(12):
        answer = NUMBERS(above=1)
    return answer


def test_they_outlive_a_preview_a_savepoint_and_a_refusal(numbers):
    assert (ask(), kept()) == ([(7,)], 1)
    assert preview.run(lambda: NUMBERS(above=1)) == [(7,)]
    with transaction.atomic():
        assert preview.run(lambda: NUMBERS(above=1)) == [(7,)]
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        raise ValueError("no")
    assert kept() == 1


def test_what_was_rolled_back_is_asked_of_what_is_there(numbers):
    def renamed():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE straightened RENAME TO gone")
            cursor.execute("CREATE TABLE straightened AS SELECT 8 AS number")
        return ask()

    assert ask() == [(7,)]
    assert preview.run(renamed) == [(8,)]
    assert ask() == [(7,)]


def test_a_column_of_another_type_costs_one_answer(numbers):
    ask()
    numbers.execute("ALTER TABLE straightened ALTER number TYPE bigint")
    with pytest.raises(NotSupportedError, match="result type"):
        NUMBERS(above=1)
    assert ask() == [(7,)]
