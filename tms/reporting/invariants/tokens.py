"""What must never be with tokens. Read whole: issues, and their entries by ledger_entry_issue."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    Invariant(
        "I1 books",
        _("Token issues whose balance differs from the sum of their entries"),
        """
SELECT i.id, i.remaining, i.redeemed, i.expired, e.remaining AS remaining_by_entries,
       e.redeemed AS redeemed_by_entries, e.expired AS expired_by_entries
FROM reporting.token_issues i
LEFT JOIN (
    SELECT issue_id, sum(qty) AS remaining,
           coalesce(-sum(qty) FILTER (WHERE kind IN ('redeemed', 'refunded')), 0) AS redeemed,
           coalesce(-sum(qty) FILTER (WHERE kind = 'expired'), 0) AS expired
    FROM reporting.token_entries GROUP BY issue_id
) e ON e.issue_id = i.id
WHERE (i.remaining, i.redeemed, i.expired)
      IS DISTINCT FROM (e.remaining, e.redeemed, e.expired)
""",
    ),
    Invariant(
        "I1 below zero",
        _("Token issues that were below zero at some time"),
        """
SELECT issue_id AS id, min(balance) AS balance
FROM (
    SELECT issue_id, sum(qty) OVER (PARTITION BY issue_id ORDER BY id) AS balance
    FROM reporting.token_entries
) e
WHERE balance < 0
GROUP BY issue_id
""",
    ),
    Invariant(
        "I1 opened",
        _("Token issues that don't open with the number that was issued"),
        """
SELECT i.id, i.qty, e.entries, e.opened
FROM reporting.token_issues i
LEFT JOIN (
    SELECT issue_id, count(*) AS entries, sum(qty) AS opened
    FROM reporting.token_entries
    WHERE kind = 'issued' OR kind = 'transferred' AND qty > 0
    GROUP BY issue_id
) e ON e.issue_id = i.id
WHERE (e.entries, e.opened) IS DISTINCT FROM (1, i.qty)
""",
    ),
    # Of the last days only, as balances of the past are added up for each: every night sees them.
    # An issue whose expiry was moved meanwhile stood in another place then.
    Invariant(
        "I3 spend order",
        _("Tokens redeemed while others that expire earlier were left"),
        """
SELECT e.id, e.issue_id, earlier.id AS instead_of
FROM reporting.token_entries e
JOIN reporting.token_issues i ON i.id = e.issue_id
JOIN reporting.token_issues earlier
  ON earlier.account_id = e.account_id AND earlier.type_id = e.type_id
 AND earlier.expires_on >= e.effective_on
 AND (earlier.expires_on < i.expires_on OR i.expires_on IS NULL)
WHERE e.kind = 'redeemed' AND NOT e.by_choice
  AND e.effective_on > (SELECT reporting.today()) - 7
  AND (SELECT sum(b.qty) FROM reporting.token_entries b
       WHERE b.issue_id = earlier.id AND b.id < e.id) > 0
  AND NOT EXISTS (
      SELECT FROM journal j
      WHERE j.subject_kind = 'token_issue' AND j.subject_id IN (i.id, earlier.id)
        AND j.kind = 'token_issue.expiry_changed' AND j.at >= e.at)
""",
    ),
    Invariant(
        "I4 refunds",
        _("Redemptions of which more came back than was taken"),
        """
SELECT t.id, -t.qty AS taken, sum(r.qty) AS came_back
FROM reporting.token_entries r
JOIN reporting.token_entries t ON t.id = r.of_id
WHERE r.kind = 'refunded'
GROUP BY t.id, t.kind, t.qty, t.issue_id
HAVING t.kind <> 'redeemed' OR sum(r.qty) > -t.qty OR bool_or(r.issue_id <> t.issue_id)
""",
    ),
    Invariant(
        "I5 expired",
        _("Tokens redeemed after the last day of their issue"),
        """
SELECT e.id, e.issue_id, e.effective_on, i.expires_on
FROM reporting.token_entries e
JOIN reporting.token_issues i ON i.id = e.issue_id
WHERE e.kind = 'redeemed' AND e.effective_on > i.expires_on
""",
    ),
    Invariant(
        "O6 moves",
        _("Redemptions of more than one token type or account, and transfers that don't add up"),
        """
SELECT op_key AS id, sum(qty) AS qty
FROM reporting.token_entries
WHERE kind IN ('redeemed', 'transferred')
GROUP BY op_key
HAVING count(DISTINCT type_id) > 1
    OR count(DISTINCT account_id) > 1 AND bool_or(kind = 'redeemed')
    OR bool_or(kind = 'transferred') AND sum(qty) <> 0
""",
    ),
    # Served by the partial index token_issue_to_write_off, which is empty after a good night.
    Invariant(
        "O7 written off",
        _("Token issues that expired more than two days ago, and were not written off"),
        """
SELECT id, expires_on, remaining
FROM tokens_tokenissue
WHERE remaining > 0 AND expires_on < (SELECT reporting.today()) - 2
""",
    ),
]
