"""A connection that is quiet is there; one that the database ended has said so, and is asked."""

import select

import pytest
from django.db import connection, connections

from tms import away


@pytest.mark.django_db
def test_a_kept_connection_is_asked_only_when_it_has_something_to_say():
    line = connections.create_connection("default")
    try:
        line.ensure_connection()
        line.health_check_enabled, line.health_check_done = True, False
        away.trust(line)
        assert line.health_check_done is True

        line.health_check_done = False
        with connection.cursor() as cursor:
            pid = line.connection.info.backend_pid
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        select.select([line.connection.fileno()], [], [], 10)
        away.trust(line)
        assert line.health_check_done is False
        assert line.is_usable() is False

        line.connection.close()
        away.trust(line)
        assert line.health_check_done is False
    finally:
        line.close()
