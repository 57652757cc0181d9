"""Reports read views that stay the same, by a role that reads them and nothing else."""

import datetime
import io
import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from catalog.models import EventStatus
from crm import crediting, invoices
from crm.models import Invoice
from passes import lifecycle
from passes.models import Pass
from tests.crm.selling import invoiced, line
from tests.factories import (
    AccountFactory,
    ContactFactory,
    EventFactory,
    PassFactory,
    PassOptionFactory,
    RegistrationFactory,
)
from tests.races import race
from tms.management.commands import prepare
from tms.models import OperationKey
from tms.reporting import grants, making

# Spreadsheets and other programs were built on these. They stay, in this order.
PROMISED = {
    "accounts": "id name",
    "contacts": "id account_id first_name last_name email",
    "passes": "id account_id contact_id type_id starts_on expires_on cancelled_at created_at",
    "pass_events": "id pass_id kind before after actor at",
    "registrations": "id event_id contact_id state source_pass_id op_key",
    "events": "id capacity",
    "op_keys": "key actor status",
    "token_issues": "id account_id type_id qty remaining expires_on created_at",
    "token_entries": "id issue_id op_key kind qty effective_on at",
    "fulfilments": "interest_id unit kind object_id reversed",
    "invoices": "id number kind account_id currency status issued_on due_on paid_on voided_on net "
    "tax gross",
    "invoice_lines": "id invoice_id position title detail quantity unit_price discount tax_name "
    "tax_percent net tax",
    "opportunities": "id name account_id contact_id state stage currency worth",
    "messages": "id trigger_id subject occurrence recipient state message_id due_on at",
    "triggers": "id name abbreviation target occasion days template_id automatic disabled",
    "templates": "id name target kind subject archived_at",
    "interests": "id opportunity_id offer title detail quantity unit unit_price",
}
# Roles belong to the whole server, on which two processes may run these tests.
ROLE = f"lanyard_reports_{os.getpid()}"


def rows(statement: str, *given) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def today_is(day: datetime.date) -> None:
    """For the rest of the transaction, the reports' today is `day`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.today', %s, true)", [str(day)])


def in_the_database() -> dict[str, list[tuple[str, str, str]]]:
    """view → (column, type, meaning) in order, as PostgreSQL tells it."""
    found = {}
    for row in rows("""
        SELECT c.relname AS view, a.attname AS column,
               format_type(a.atttypid, NULL) AS type, col_description(c.oid, a.attnum) AS meaning
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v'
        ORDER BY c.relname, a.attnum
    """):
        found.setdefault(row["view"], []).append((row["column"], row["type"], row["meaning"]))
    return found


@pytest.mark.django_db
def test_what_was_promised_is_there_first_and_in_order():
    there = in_the_database()
    for view, promised in PROMISED.items():
        names = [column for column, _type, _meaning in there[view]]
        assert names[: len(promised.split())] == promised.split(), view


@pytest.mark.django_db
def test_the_page_about_reports_says_what_the_database_says():
    text = (Path(settings.BASE_DIR) / "docs/reporting.md").read_text()
    told = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        name = part.split()[0].strip("`")
        told[name] = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", part, re.MULTILINE)
    assert told == in_the_database()


@pytest.mark.django_db
def test_nothing_but_views_is_in_the_schema():
    kinds = rows(
        "SELECT DISTINCT relkind::text AS kind FROM pg_class "
        "WHERE relnamespace = 'reporting'::regnamespace"
    )
    assert kinds == [{"kind": "v"}]


@pytest.mark.django_db
def test_today_is_the_day_of_the_organisation(organisation):
    def today() -> datetime.date:
        return rows("SELECT reporting.today() AS day")[0]["day"]

    def in_zone(zone: str) -> datetime.date:
        return rows("SELECT (now() AT TIME ZONE %s)::date AS day", zone)[0]["day"]

    for zone in ("Pacific/Kiritimati", "Pacific/Midway"):  # 25 hours apart: never the same day
        organisation.time_zone = zone
        organisation.save()
        assert today() == in_zone(zone)
    today_is(datetime.date(2026, 11, 22))
    assert today() == datetime.date(2026, 11, 22)


@pytest.mark.django_db
def test_a_pass_has_the_status_that_the_pages_show(kestrel, ada, clock):
    on = clock.on()
    days = [on + datetime.timedelta(days=number) for number in (-2, -1, 0, 1, 2)]
    for starts_on in days:
        for expires_on in days:
            if starts_on <= expires_on:
                for cancelled_at in (None, clock.at):
                    PassFactory(
                        account=kestrel,
                        contact=ada,
                        starts_on=starts_on,
                        expires_on=expires_on,
                        cancelled_at=cancelled_at,
                    )
    for day in days:
        today_is(day)
        seen = {row["id"]: row["status"] for row in rows("SELECT id, status FROM reporting.passes")}
        assert seen == {each.pk: each.status_on(day) for each in Pass.objects.all()}
    assert len(seen) == 30


@pytest.mark.django_db
def test_an_event_has_the_state_that_the_pages_show(europe, clock):
    days = (-2, -1, 0, 1, None)
    events = []
    for first in days:
        for status in EventStatus:
            event = EventFactory(status=status)
            day = None if first is None else clock.on() + datetime.timedelta(days=first)
            event.first_on = event.last_on = day
            event.capacity, event.taken = (3, 3) if first == 1 else (3, 2)
            event.save()
            events.append(event)
    today_is(clock.on())
    seen = {row["id"]: row["state"] for row in rows("SELECT id, state FROM reporting.events")}
    assert seen == {event.pk: event.status_on(clock.on()) for event in events}
    assert set(seen.values()) == {"draft", "open", "full", "running", "completed", "cancelled"}


@pytest.mark.django_db
def test_what_happened_to_a_pass_is_told_in_order(kestrel, ada, office, clock):
    option = PassOptionFactory(period=12, period_unit="months")
    who = {"at": clock.at, "on": clock.on(), "by": office}
    issued = lifecycle.issue(option=option, account=kestrel, contact=ada, **who)
    lifecycle.cancel(issued.pk, version=0, operation="key-1", **who)
    seen = rows(
        "SELECT kind, actor, after->>'expires_on' AS until, op_key FROM reporting.pass_events "
        "WHERE pass_id = %s ORDER BY id",
        issued.pk,
    )
    assert seen == [
        {"kind": "issued", "actor": office.pk, "until": "2027-11-22", "op_key": None},
        {"kind": "cancelled", "actor": office.pk, "until": "2027-11-22", "op_key": "key-1"},
    ]


@pytest.mark.django_db
def test_a_place_says_how_it_was_booked(ada, clock):
    place = RegistrationFactory(contact=ada, event=EventFactory())
    OperationKey.objects.create(key="k", actor_id=7, digest="", status=201, at=clock.at)
    (seen,) = rows("SELECT id, event_id, contact_id, state, op_key FROM reporting.registrations")
    assert seen == {
        "id": place.pk,
        "event_id": place.event_id,
        "contact_id": ada.pk,
        "state": "active",
        "op_key": None,
    }
    assert rows("SELECT key, actor, status FROM reporting.op_keys") == [
        {"key": "k", "actor": 7, "status": 201}
    ]


@pytest.mark.django_db
def test_every_row_of_a_table_is_a_row_of_its_view(ada):
    AccountFactory()
    ContactFactory()
    for view, table in (("accounts", "crm_account"), ("contacts", "crm_contact")):
        seen = rows(f"SELECT id FROM reporting.{view} ORDER BY id")
        assert seen == rows(f"SELECT id FROM {table} ORDER BY id")


# The role


@pytest.fixture
def as_reports(ada):
    """The rest of the test speaks to the database as the reporting role does."""
    grants.reader(ROLE)
    grants.reader(ROLE)  # again: nothing changes
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield cursor
        cursor.execute("RESET ROLE")


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(no.value).splitlines()[0]


@pytest.mark.django_db
def test_the_role_reads_every_view_and_asks_for_today(as_reports):
    for view in PROMISED:
        as_reports.execute(f"SELECT * FROM reporting.{view}")
    as_reports.execute("SELECT reporting.today()")
    assert as_reports.fetchone()[0]
    as_reports.execute("SELECT email FROM reporting.contacts")
    assert as_reports.fetchall() == [("ada@kestrelrail.example",)]


@pytest.mark.django_db
def test_the_role_reads_no_table_and_changes_nothing(as_reports):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v', 'm') ORDER BY relname"
        )
        tables = [name for (name,) in cursor.fetchall()]
    assert {"passes_pass", "journal", "tms_user"} <= set(tables)
    for table in tables:
        assert refused(f'SELECT 1 FROM "{table}" LIMIT 1') == f"permission denied for table {table}"
    assert refused("UPDATE reporting.contacts SET email = ''") == (
        "permission denied for view contacts"
    )
    assert refused("DELETE FROM reporting.contacts") == "permission denied for view contacts"
    assert refused("CREATE TABLE reporting.mine (id int)") == (
        "permission denied for schema reporting"
    )
    assert refused("CREATE TABLE public.mine (id int)") == "permission denied for schema public"


@pytest.mark.django_db
def test_whoever_comes_as_the_role_writes_nothing_and_holds_nothing_for_hours():
    grants.reader(ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolconfig FROM pg_roles WHERE rolname = %s", [ROLE])
        (given,) = cursor.fetchone()
    assert sorted(given) == [
        "default_transaction_read_only=on",
        "idle_in_transaction_session_timeout=5min",
        "statement_timeout=15min",
    ]


@pytest.mark.django_db
def test_a_role_that_was_given_anything_of_ours_loses_it():
    grants.reader(ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
        grants.reader(ROLE)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    assert refused("SELECT nextval('journal_id_seq')") == (
        "permission denied for sequence journal_id_seq"
    )
    assert refused("CREATE TABLE public.mine (id int)") == "permission denied for schema public"


@pytest.mark.django_db
def test_a_role_that_was_given_a_table_loses_it():
    grants.reader(ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON tms_user TO {ROLE}")
        grants.reader(ROLE)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    assert refused("SELECT 1 FROM tms_user") == "permission denied for table tms_user"


@pytest.mark.django_db
def test_who_may_not_make_roles_is_told_what_to_do(caplog):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE lanyard_test_humble")
        cursor.execute("SET LOCAL ROLE lanyard_test_humble")
        grants.reader("lanyard_test_absent")
        cursor.execute("RESET ROLE")
    assert "CREATE ROLE lanyard_test_absent LOGIN PASSWORD" in caplog.text
    assert not grants.exists("lanyard_test_absent")


# Coming and going


@pytest.mark.django_db
def test_views_go_before_a_migration_and_come_back_after_it():
    before = in_the_database()
    first, last = making.with_models()[0], making.with_models()[-1]
    making.before_migrate(first, plan=[])
    making.before_migrate(last, plan=[("a migration", False)])
    assert in_the_database() == before
    making.before_migrate(first, plan=[("a migration", False)])
    assert in_the_database() == {}
    with connection.cursor() as cursor:  # what a view would have held
        cursor.execute("ALTER TABLE lms_certificate ALTER completed_on TYPE timestamp")
        cursor.execute("ALTER TABLE lms_certificate ALTER completed_on TYPE date")
    making.after_migrate(last)  # a flush
    assert in_the_database() == {}
    making.after_migrate(last, plan=[])
    assert in_the_database() == before


@pytest.mark.django_db
def test_views_of_another_version_wait_until_its_tables_are_there():
    making.drop()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tokens'")
    making.after_migrate(making.with_models()[-1], plan=[])
    assert in_the_database() == {}


@pytest.mark.django_db
def test_a_view_that_changed_is_made_anew_without_any_migration(monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON SCHEMA reporting IS 'of another version: abcdef123456'")
        cursor.execute("DROP VIEW reporting.op_keys")
    call_command("migrate", verbosity=0)
    assert "op_keys" in in_the_database()


@pytest.mark.django_db
def test_a_view_that_is_missing_comes_back_whatever_the_schema_says_of_itself():
    before = in_the_database()
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW reporting.token_issues")
    call_command("migrate", verbosity=0)
    assert in_the_database() == before


@pytest.mark.django_db
def test_an_upgrade_that_broke_off_has_all_views_and_who_reads_them_once_it_is_prepared(
    settings, monkeypatch
):
    settings.REPORTING_ROLE = ROLE
    monkeypatch.setattr(prepare.Command, "collect", lambda self: None)
    before = in_the_database()
    grants.reader(ROLE)
    # They go before the migrations, and come back after them.
    with connection.cursor() as cursor:
        making.remove(cursor)
    assert in_the_database() == {}
    call_command("prepare", stdout=io.StringIO())
    assert in_the_database() == before
    readable = rows(
        "SELECT bool_and(has_table_privilege(%s, format('reporting.%%I', viewname), 'SELECT')) "
        "AS every FROM pg_views WHERE schemaname = 'reporting'",
        ROLE,
    )
    assert readable == [{"every": True}]


@pytest.mark.django_db(transaction=True)
def test_two_who_prepare_a_database_take_turns(monkeypatch):
    inside, most = [], []

    def migrate(*_words, **_more):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.2)
        inside.pop()

    monkeypatch.setattr(prepare.Command, "collect", lambda self: None)
    monkeypatch.setattr(prepare.translations, "compile_stale", lambda: None)
    monkeypatch.setattr(prepare, "call_command", migrate)
    monkeypatch.setattr(prepare, "state", lambda: "own")
    verb = prepare.Command(stdout=io.StringIO()).handle
    race(verb, verb)
    assert most == [1, 1, 1, 1]


@pytest.mark.django_db
def test_making_them_twice_touches_nothing():
    def numbers():
        return rows(
            "SELECT oid FROM pg_class WHERE relnamespace = 'reporting'::regnamespace ORDER BY oid"
        )

    making.make()
    before = numbers()
    making.make()
    assert numbers() == before


@pytest.mark.django_db
def test_an_invoice_has_the_status_that_the_pages_show(kestrel, office, clock):
    euro = kestrel.region.currencies.first()
    who = {"at": clock.at, "on": clock.on(), "by": office}
    draft = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    issued, paid, void = (
        invoiced(kestrel, line(currency=euro), currency=euro, who=who) for _ in "123"
    )
    invoices.mark_paid(paid.pk, paid_on=clock.on(), **who)
    crediting.credit(void.pk, lines={void.lines.get().pk: 1}, reason="x", **who)
    today_is(issued.due_on + datetime.timedelta(days=1))
    seen = rows("SELECT id, status, overdue FROM reporting.invoices WHERE kind = 'invoice'")
    assert {row["id"]: row["status"] for row in seen} == {
        each.pk: each.status for each in Invoice.objects.filter(kind="invoice")
    }
    assert {row["id"]: row["overdue"] for row in seen} == {
        draft.pk: None,
        issued.pk: True,
        paid.pk: False,
        void.pk: False,
    }
