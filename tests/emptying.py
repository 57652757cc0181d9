"""How is the database emptied after a test that committed?

Django truncates all tables and makes permissions and roles anew, 0.4 s a test; to delete the few
rows that a test leaves takes a twentieth of that. What `migrate` made stays, and is looked at: a
test that changed it gets Django's own way.
"""

from django.db import connection
from django.test import TransactionTestCase

from comms.models import Trigger

KEPT = [
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "crm_stage",
    "comms_commssettings",
    "comms_template",
    "comms_trigger",
]

django_s_own = TransactionTestCase._fixture_teardown
made_by_migrate: list[tuple] = []


def empty(case) -> None:
    """In the place of TransactionTestCase._fixture_teardown."""
    if not made_by_migrate or not delete_rows():
        django_s_own(case)
        let_rules_rest()
        made_by_migrate[:] = [what_is_kept()]


def let_rules_rest() -> None:
    """The ready-made rules are there, and write nothing: they began when the database was made."""
    Trigger.objects.update(disabled=True)


def delete_rows() -> bool:
    """Delete the rows of all other tables; False where that isn't all, or not allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        if cursor.fetchone() != (True,) or what_is_kept() != made_by_migrate[0]:
            return False
        tables = connection.introspection.django_table_names(only_existing=True)
        deletes = [f'DELETE FROM "{table}"' for table in tables if table not in KEPT]
        # The journal's triggers refuse a DELETE, and foreign keys ask for an order, but not here.
        cursor.execute("; ".join(["SET session_replication_role = replica", *deletes]))
        cursor.execute("SET session_replication_role = origin")
    return True


def what_is_kept() -> tuple:
    """How many rows each of the kept tables has, and a sum over what stands in them."""
    sums = [f'(SELECT (count(*), sum(hashtext(t::text)))::text FROM "{t}" t)' for t in KEPT]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(sums))
        return cursor.fetchone()
