"""The journal is only added to: by trigger for everybody, by privilege for the application."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from tms import grants, journal
from tms.models import JournalRow

ROLE = "lanyard_app"


@pytest.fixture
def row(db, clock):
    on = datetime.date(2026, 11, 22)
    return journal.write("pass.issued", 7, at=clock.at, on=on, by=None, reason="Asked by phone")


@pytest.fixture
def as_application(row):
    """The rest of the test speaks to the database as the application does."""
    grants.grant(ROLE)
    grants.grant(ROLE)  # again: nothing changes
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield cursor
        cursor.execute("RESET ROLE")


def refused(statement: str) -> str:
    """The database's sentence when it refuses `statement`."""
    with (
        pytest.raises(DatabaseError) as no,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(no.value).splitlines()[0]


def test_even_the_owner_changes_no_row(row):
    assert refused("UPDATE journal SET kind = 'pass.given'") == (
        f"The journal is only added to: UPDATE of row {row.pk} refused."
    )


def test_even_the_owner_deletes_no_row(row):
    assert refused("DELETE FROM journal") == (
        f"The journal is only added to: DELETE of row {row.pk} refused."
    )


def test_a_reason_is_erased_on_the_one_road(row):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lanyard.erasing = 'on'")
        cursor.execute("UPDATE journal SET reason = '[erased]' WHERE id = %s", [row.pk])
    assert JournalRow.objects.get().reason == "[erased]"


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'Another story'",
        "reason = '[erased]', kind = 'pass.given'",
        "subject_id = 8",
        '"on" = "on" - 1, reason = \'[erased]\'',
    ],
)
def test_the_one_road_changes_nothing_else(row, change):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lanyard.erasing = 'on'")
    assert refused(f"UPDATE journal SET {change}") == (
        f"The journal is only added to: UPDATE of row {row.pk} refused."
    )


@pytest.mark.parametrize(
    "statement",
    ["TRUNCATE journal", "DELETE FROM journal", "UPDATE journal SET kind = 'pass.given'"],
)
def test_the_application_has_no_right_to_rewrite_history(as_application, statement):
    assert refused(statement) == "permission denied for table journal"


def test_the_application_adds_to_history_and_reads_it(as_application, clock):
    journal.write("pass.renewed", 7, at=clock.at, on=clock.on(), by=None)
    assert list(journal.about("pass", 7).values_list("kind", flat=True)) == [
        "pass.renewed",
        "pass.issued",
    ]


def test_the_application_changes_what_is_not_history(organisation, as_application):
    as_application.execute("UPDATE tms_organisation SET name = 'Harbour'")
    assert as_application.rowcount == 1


def test_the_application_makes_no_tables_and_no_migrations(as_application):
    assert refused("CREATE TABLE mine (id int)") == "permission denied for schema public"
    assert refused("DELETE FROM django_migrations") == (
        "permission denied for table django_migrations"
    )
