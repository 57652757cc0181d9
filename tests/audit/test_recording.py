"""Whatever changes a business record leaves a row in the audit trail, by whatever road."""

import datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import tax_levels
from crm import contacts
from crm.models import Contact
from lms.models import Certificate
from passes import expiring, lifecycle
from passes.models import Pass, PassType
from tests.factories import CourseFactory, PassFactory, PassTypeFactory
from tms import audit, recorded, recording
from tms.models import AuditRow, User
from tms.people import roles

pytestmark = pytest.mark.django_db

# What leaves no row of the trail, and why.
NOT_RECORDED = {
    "it is history itself, and only added to": """
        tms.AuditRow tms.JournalRow tokens.LedgerEntry crm.Change crm.Erasure crm.Fulfilment
        lms.PaymentNews lms.ScormEntry
    """,
    "signing in: the journal says what changed, and none of it is anybody else's to read": """
        account.EmailAddress account.EmailConfirmation mfa.Authenticator sessions.Session
        socialaccount.SocialAccount socialaccount.SocialApp socialaccount.SocialToken
        usersessions.UserSession
    """,
    "the product's own, and the same everywhere": """
        auth.Permission contenttypes.ContentType pghistory.Context
    """,
    "it has nothing but its number": "catalog.Priced",
    "the machinery: how far work has come": """
        tms.InvariantRun tms.Job tms.NightRun tms.OperationKey tms.Pulse crm.NumberSeries
        tms.KeptMail tms.WebhookDelivery comms.Message comms.AddressTrouble
    """,
    "what learners do while they learn, told many times a minute": """
        lms.AttemptAnswer lms.Progress lms.ScormAttempt lms.ScormLaunch lms.ScormState
    """,
}
DAY = datetime.date(2026, 11, 22)


def told(**which):
    """The rows, oldest first, as (model, operation, before, after)."""
    rows = AuditRow.objects.filter(**which).order_by("id")
    return list(rows.values_list("model", "operation", "before", "after"))


def test_of_every_table_it_is_said_whether_it_is_recorded():
    there = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    told = {model._meta.label for model in recording.recorded()}
    without = [label for labels in NOT_RECORDED.values() for label in labels.split()]
    assert sorted(there - told) == sorted(without), "List it in tms/recorded.py, or say why not"


def test_a_certificate_that_is_made_valid_again_by_hand_shows(ada):
    """And so does a mark, a result or a completion that somebody changes past the program."""
    made = Certificate.objects.create(
        number="K7QF-2M9X-TB4H",
        contact=ada,
        item=CourseFactory(),
        cause="c1",
        name=ada.name,
        title="Coaching",
        issuer="Northlight",
        completed_on=DAY,
        issued_at=moment(),
        withdrawn_at=moment(),
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lms_certificate SET withdrawn_at = NULL, title = 'x'")
    row = AuditRow.objects.get(model="lms.certificate", record=made.pk, operation="changed")
    assert (row.source, row.contact_id, {*row.before}, row.after) == (
        "database",
        ada.pk,
        {"withdrawn_at"},
        {"withdrawn_at": None},
    )


def test_adding_changing_and_removing_leave_a_row_each_with_what_changed():
    level = tax_levels.create(name="Full", percent=Decimal(20), at=moment(), on=DAY, by=None)
    tax_levels.edit(level, name="Whole", percent=Decimal(20), at=moment(), on=DAY, by=None)
    tax_levels.delete(level, at=moment(), on=DAY, by=None)
    assert told(model="catalog.taxlevel", record=level.pk) == [
        ("catalog.taxlevel", "added", {}, {"name": "Full", "percent": 20.00}),
        ("catalog.taxlevel", "changed", {"name": "Full"}, {"name": "Whole"}),
        ("catalog.taxlevel", "removed", {"name": "Whole", "percent": 20.00}, {}),
    ]


def moment():
    return datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)


def test_what_was_done_in_the_database_itself_names_the_role(ada):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE crm_contact SET job_title = 'Head' WHERE id = %s", [ada.pk])
        cursor.execute("SELECT session_user")
        (role,) = cursor.fetchone()
    row = AuditRow.objects.latest("id")
    assert (row.source, row.user_id, row.address, row.request, row.path) == (
        "database",
        None,
        role,
        "",
        "",
    )
    assert (row.before, row.after) == ({"job_title": "Operations Lead"}, {"job_title": "Head"})
    assert (row.model, row.record, row.contact_id, row.account_id) == (
        "crm.contact",
        ada.pk,
        ada.pk,
        ada.account_id,
    )


def test_an_update_of_many_rows_is_recorded_by_one_statement(ada):
    passes = PassFactory.create_batch(300, contact=ada, account=ada.account)
    with CaptureQueriesContext(connection) as captured:
        Pass.objects.update(expires_on=datetime.date(2027, 1, 31))
    assert len(captured) == 1
    rows = AuditRow.objects.filter(model="passes.pass", operation="changed")
    assert rows.count() == 300
    assert set(rows.values_list("record", flat=True)) == {each.pk for each in passes}
    assert len(set(rows.values_list("xact", "recorded_at"))) == 1


def test_a_change_of_nothing_leaves_nothing(ada):
    before = AuditRow.objects.count()
    Contact.objects.filter(pk=ada.pk).update(job_title=ada.job_title, version=7)
    assert AuditRow.objects.count() == before


def test_passwords_and_sign_ins_are_never_recorded(office):
    office.set_password("a-new-secret-one")
    office.save()
    User.objects.filter(pk=office.pk).update(last_login=moment())
    rows = AuditRow.objects.filter(model="tms.user", record=office.pk)
    (made,) = rows
    assert made.operation == "added"
    assert not {"password", "last_login"} & {*made.after}
    assert made.after["email"] == "office@example.com"


def test_the_roles_of_a_user_and_the_rights_of_a_role_are_recorded(office):
    roles.sync()
    group = Group.objects.get(name="Support")
    before = AuditRow.objects.latest("id").pk
    office.groups.add(group)
    group.permissions.clear()
    rows = AuditRow.objects.filter(pk__gt=before)
    (member,) = rows.filter(model="tms.user_groups")
    assert member.after == {"user_id": office.pk, "group_id": group.pk}
    taken = rows.filter(model="auth.group_permissions", operation="removed")
    assert taken.count() == len(roles.rights_of("Support"))


def test_the_night_that_notes_expiries_leaves_no_row(ada, clock):
    PassFactory.create_batch(
        3,
        contact=ada,
        account=ada.account,
        starts_on=datetime.date(2025, 1, 1),
        expires_on=datetime.date(2026, 1, 1),
    )
    before = AuditRow.objects.count()
    assert expiring.record_expired(on=DAY, at=clock.at) == {"expired": 3}
    assert AuditRow.objects.count() == before


def test_a_verb_on_a_pass_leaves_the_columns_that_it_changed(ada, clock, office):
    held = PassFactory(contact=ada, account=ada.account, expires_on=datetime.date(2027, 3, 1))
    lifecycle.extend(
        held.pk,
        version=held.version,
        expires_on=datetime.date(2027, 5, 1),
        at=clock.at,
        on=DAY,
        by=office,
    )
    row = AuditRow.objects.filter(model="passes.pass", operation="changed").get()
    assert (row.before, row.after) == ({"expires_on": "2027-03-01"}, {"expires_on": "2027-05-01"})
    assert (row.contact_id, row.account_id) == (ada.pk, ada.account_id)


def test_who_and_from_where_travel_with_the_statement(office, ada):
    with audit.context(source="api", user=office, key=12, address="203.0.113.9", request="r-1"):
        contacts.edit(ada.pk, phone="+44 20 7946 0000", at=moment(), on=DAY, by=office)
    row = AuditRow.objects.latest("id")
    assert (row.source, row.user_id, row.key_id) == ("api", office.pk, 12)
    assert (row.address, row.request, row.path) == ("203.0.113.9", "r-1", "")


def test_within_another_context_what_is_named_counts_until_it_is_left(office, ada):
    with audit.context(source="page", address="203.0.113.9"):
        with audit.context(source="job", user=office):
            Contact.objects.filter(pk=ada.pk).update(phone="1")
        Contact.objects.filter(pk=ada.pk).update(phone="2")
    rows = AuditRow.objects.order_by("-id")[:2]
    assert [(row.after["phone"], row.source, row.user_id) for row in rows] == [
        ("2", "page", None),
        ("1", "job", office.pk),
    ]


@pytest.mark.parametrize("label", recorded.ONLY)
def test_a_change_of_any_column_that_is_named_is_looked_at(label):
    """By the column's own name: a statement that names no such column costs nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_trigger t JOIN pg_attribute a "
            "ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr) "
            "WHERE t.tgrelid = %s::regclass AND t.tgname LIKE 'pgtrigger_audit_changed%%'",
            [apps.get_model(label)._meta.db_table],
        )
        assert {name for (name,) in cursor.fetchall()} == set(recorded.ONLY[label])


def test_the_triggers_are_made_once_and_again_after_one_is_lost():
    assert recording.install() == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'crm_contact'::regclass "
            "AND tgname LIKE 'pgtrigger_audit_changed%'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f"DROP TRIGGER {name} ON crm_contact")
    assert recording.install() == 1
    assert recording.install() == 0


def test_no_session_can_switch_the_trail_off(ada):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', '{' || string_agg(tgname, ',') || '}', true) "
            "FROM pg_trigger WHERE tgname LIKE 'pgtrigger_audit%'"
        )
    before = AuditRow.objects.count()
    Contact.objects.filter(pk=ada.pk).update(phone="1")
    assert AuditRow.objects.count() == before + 1


def test_a_pass_type_and_its_list_are_recorded_as_rows_of_their_own():
    made = PassTypeFactory(name="Library")
    PassType.objects.filter(pk=made.pk).delete()
    rows = told(model="passes.passtype", record=made.pk)
    assert [operation for _model, operation, _before, _after in rows] == ["added", "removed"]
