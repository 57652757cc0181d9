"""What would happen if? The verb itself, run and rolled back."""

from django.db import connection, transaction


def run(verb):
    """Call `verb` in a transaction that is rolled back, and return what it returned.

    Whatever the verb would refuse, it refuses here: `Refusal` passes through. Deferred foreign
    keys are checked, so that a preview doesn't promise what COMMIT would refuse. `on_commit`
    callbacks are dropped. Takes the verb's real locks, and gives up on them after a second
    (`OperationalError`). Ids seen in a preview mean nothing afterwards.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        outcome = verb()
        connection.check_constraints()
        transaction.set_rollback(True)
    return outcome
