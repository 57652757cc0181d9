"""Is the database away or too busy, and will be back? Then the answer is 503, not a bug's 500."""

import select

from django.db import InterfaceError, OperationalError

# Classes of SQLSTATE: connection failed, resources are short (disk, connections), the server is
# told to stop or is starting.
AWAY = ("08", "53", "57P")
# Somebody else holds what was waited for; a deadlock; a statement that took too long.
BUSY = ("55P03", "40P01", "40001", "57014", "25P03", "25P04")


def is_away(error: BaseException | None) -> bool:
    """Whether `error`, or what it came from, says so. One without SQLSTATE is a lost connection."""
    for each in chain(error):
        if isinstance(each, InterfaceError):
            return True
        if isinstance(each, OperationalError):
            state = getattr(each.__cause__, "sqlstate", None)
            return state is None or state.startswith(AWAY) or state in BUSY
    return False


def chain(error: BaseException | None):
    """The error, what caused it, or what it met on the way; a few steps at most."""
    for _step in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def trust(connection) -> None:
    """Don't ask a kept connection whether it is still there (a journey a page), if it is quiet.

    A server that stops, and one that ends a connection, says so on it; then it is asked as ever.
    """
    line = connection.connection
    if line is None or line.closed or connection.health_check_done:
        return
    ear = select.poll()
    ear.register(line.fileno(), select.POLLIN)
    connection.health_check_done = not ear.poll(0)
