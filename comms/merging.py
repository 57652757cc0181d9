"""What becomes of messages when whom they are for, or the account they are about, is merged?

They go to the one kept. What both were written about one happening stays twice where it has left;
what hasn't left yet leaves once.
"""

from django.db import connection
from django.utils.translation import ngettext

from crm.merging import Merge
from tms.consequences import Consequence

from .models import Message, MessageState

NOT_LEFT = [MessageState.WAITING, MessageState.QUEUED, MessageState.MISSED]

# What the one kept was written too about the same happening keeps the key of the one gone.
CONTACT = """
UPDATE comms_message m SET
    contact_id = %(kept)s,
    recipient = CASE WHEN m.recipient = %(was)s AND NOT twice THEN %(is)s ELSE m.recipient END,
    state = CASE WHEN twice AND m.state = ANY(%(not_left)s) THEN 'skipped' ELSE m.state END,
    reason = CASE WHEN twice AND m.state = ANY(%(not_left)s) THEN 'changed' ELSE m.reason END,
    version = m.version + 1
FROM comms_message o, LATERAL (SELECT EXISTS (
    SELECT FROM comms_message k WHERE k.trigger_id = o.trigger_id AND k.subject_id = o.subject_id
    AND k.occurrence = o.occurrence AND k.recipient = %(is)s) AS twice) found
WHERE m.id = o.id AND o.contact_id = %(gone)s
"""
ACCOUNT = """
UPDATE comms_message SET account_id = %(kept)s, version = version + 1 WHERE account_id = %(gone)s
"""


def accounts(merge: Merge) -> set[int]:
    """Nothing is needed beyond the accounts of the two."""
    return set()


def follow(merge: Merge) -> list[Consequence]:
    """Two statements, and one to say how many have yet to leave."""
    theirs = Message.objects.filter(**{merge.noun: merge.gone.pk})
    locked = theirs.select_for_update(of=("self",), no_key=True).order_by("pk")
    waiting = sum(state in NOT_LEFT for (state,) in locked.values_list("state"))
    ids = {"kept": merge.kept.pk, "gone": merge.gone.pk}
    keys = {"was": f"c{merge.gone.pk}", "is": f"c{merge.kept.pk}", "not_left": list(NOT_LEFT)}
    with connection.cursor() as cursor:
        cursor.execute(CONTACT if merge.noun == "contact" else ACCOUNT, ids | keys)
    if not waiting:
        return []
    sentence = ngettext(
        "%(count)s message that hasn’t left moves.",
        "%(count)s messages that haven’t left move.",
        waiting,
    )
    return [Consequence("stays", sentence % {"count": waiting}, waiting)]
