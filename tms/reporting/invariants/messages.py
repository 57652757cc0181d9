"""What must never be with messages. Reads them whole, some of them by their indexes."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    Invariant(
        "I9 once",
        _("Messages of one trigger to one recipient about one happening that are there twice"),
        """
SELECT trigger_id, subject, occurrence, recipient, count(*) AS messages
FROM reporting.messages
WHERE trigger_id IS NOT NULL
GROUP BY trigger_id, subject, occurrence, recipient
HAVING count(*) > 1
""",
    ),
    Invariant(
        "I9 in hand",
        _("Messages that are being sent by nobody, or for more than ten minutes"),
        """
SELECT id, leased_until FROM comms_message
WHERE state = 'sending'
  AND (leased_until IS NULL OR leased_until < %(at)s::timestamptz - interval '10 minutes')
""",
    ),
    Invariant(
        "O13 sent",
        _("Messages that were sent, without address, subject or moment"),
        """
SELECT id FROM comms_message
WHERE state = 'sent' AND (sent_at IS NULL OR "to" = '' OR title = '')
""",
    ),
    Invariant(
        "O13 not left",
        _("Messages that wait to leave, and were sent"),
        """
SELECT id, state, sent_at FROM comms_message
WHERE state IN ('waiting', 'queued') AND sent_at IS NOT NULL
""",
    ),
    Invariant(
        "O14 archived",
        _("Messages of archived triggers that are about to leave"),
        """
SELECT m.id, m.trigger_id
FROM reporting.messages m JOIN reporting.triggers t ON t.id = m.trigger_id
WHERE m.state IN ('queued', 'sending') AND t.archived_at IS NOT NULL
""",
    ),
    # By contact where it is one: merged ones keep a key of their own where both were written to.
    Invariant(
        "O15 again",
        _("Messages sent again to somebody else, or about something else"),
        """
SELECT m.id, m.resend_of, m.recipient, o.recipient AS first
FROM reporting.messages m JOIN reporting.messages o ON o.id = m.resend_of
WHERE m.subject <> o.subject OR m.contact_id IS DISTINCT FROM o.contact_id
   OR m.contact_id IS NULL AND m.recipient <> o.recipient
   AND m.recipient NOT LIKE 'a:[erased]%%'
""",
    ),
    # What has left was so when it left, whatever its rule says by now.
    Invariant(
        "O16 other type",
        _("Messages about to leave that are about another type or course than their trigger"),
        """
SELECT m.id, m.trigger_id, m.subject
FROM reporting.messages m
JOIN reporting.triggers t ON t.id = m.trigger_id
LEFT JOIN reporting.passes p ON m.subject_kind = 'pass' AND p.id = m.subject_id
LEFT JOIN reporting.token_issues i ON m.subject_kind = 'token_issue' AND i.id = m.subject_id
LEFT JOIN reporting.registrations r ON m.subject_kind = 'registration' AND r.id = m.subject_id
LEFT JOIN reporting.events e ON e.id = r.event_id
WHERE m.state IN ('queued', 'sending') AND m.resend_of IS NULL
  AND (p.type_id <> t.pass_type_id OR i.type_id <> t.token_type_id
       OR coalesce(e.course_id, r.path_id) <> t.course_id)
""",
    ),
]
