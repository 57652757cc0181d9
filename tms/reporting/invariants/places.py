"""What must never be with places. Read whole: live registrations, by registration_once_on_event."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

# Each row takes a seat: an active registration, a place held for somebody yet to be named, or one
# held for somebody who is paying for it, or on offer to somebody on the waiting list.
SEATS = """
    SELECT event_id FROM reporting.registrations WHERE state = 'active' AND event_id IS NOT NULL
    UNION ALL
    SELECT event_id FROM reporting.held_places WHERE state = 'held' AND event_id IS NOT NULL
    UNION ALL
    SELECT event_id FROM lms_payment WHERE holds_seat
    UNION ALL
    SELECT event_id FROM reporting.waiting_lists WHERE state = 'offered'
"""

INVARIANTS = [
    Invariant(
        "I6 seats",
        _("Events with more active registrations and held places than places"),
        f"""
SELECT e.id, e.capacity, count(*) AS active
FROM reporting.events e JOIN ({SEATS}) s ON s.event_id = e.id
GROUP BY e.id, e.capacity
HAVING count(*) > e.capacity
""",  # noqa: S608 - a constant of this module
    ),
    Invariant(
        "I6 taken",
        _("Events whose number of taken places differs from their registrations and held places"),
        f"""
SELECT e.id, e.taken, count(s.event_id) AS active
FROM reporting.events e LEFT JOIN ({SEATS}) s ON s.event_id = e.id
GROUP BY e.id, e.taken
HAVING count(s.event_id) <> e.taken
""",  # noqa: S608 - a constant of this module
    ),
    Invariant(
        "I6 twice",
        _("Learners who are active on one event, or one learning path, more than once"),
        """
SELECT contact_id, event_id, path_id, count(*) AS active
FROM reporting.registrations
WHERE state = 'active'
GROUP BY contact_id, event_id, path_id
HAVING count(*) > 1
""",
    ),
    # The pass it was booked by covers it whatever its type opens by now (house rule: an item taken
    # out of a pass type stays open to those who booked it through a pass). Where the event moved
    # beyond the pass since, it has to cover the day that the place is kept for.
    Invariant(
        "I8 uncovered",
        _("Places by pass on events to come, whose first day no pass or payment covers"),
        """
SELECT r.id, r.contact_id, r.event_id, r.source_pass_id, e.first_on
FROM reporting.registrations r
JOIN reporting.events e ON e.id = r.event_id
LEFT JOIN reporting.passes u ON u.id = r.source_pass_id
LEFT JOIN reporting.registrations up
       ON up.id = r.path_registration_id AND up.state = 'active'
WHERE r.state = 'active' AND r.paid_by = 'pass' AND e.state <> 'cancelled'
  AND e.first_on > (SELECT reporting.today())
  AND (u.cancelled_at IS NULL AND u.contact_id = r.contact_id
       AND u.expires_on >= least(r.kept_for, e.first_on)) IS NOT TRUE
  AND NOT EXISTS (
      SELECT 1 FROM reporting.passes p
      JOIN passes_inclusion i ON i.pass_type_id = p.type_id
      WHERE p.contact_id = r.contact_id AND p.cancelled_at IS NULL
        AND p.starts_on <= e.first_on AND p.expires_on >= e.first_on
        AND (i.event_id = e.id OR i.item_id = up.path_id
             OR i.item_id = e.course_id
                AND (i.event_types = '{}' OR e.type = ANY(i.event_types))))
  AND NOT EXISTS (
      SELECT 1 FROM reporting.registrations q
      JOIN catalog_step s ON s.path_id = q.path_id AND s.course_id = e.course_id
      WHERE q.contact_id = r.contact_id AND q.state = 'active' AND q.paid_by <> 'pass'
        AND (q.content_until IS NULL OR q.content_until >= e.first_on))
""",
    ),
    Invariant(
        "O3 cancelled events",
        _("Registrations on events that were cancelled, active and not completed"),
        """
SELECT r.id, r.event_id, r.contact_id
FROM reporting.registrations r JOIN reporting.events e ON e.id = r.event_id
WHERE r.state = 'active' AND r.completed_at IS NULL AND e.state = 'cancelled'
""",
    ),
    Invariant(
        "O4 paths",
        _("Places that belong to somebody else's registration on a path"),
        """
SELECT r.id, r.contact_id, up.contact_id AS other
FROM reporting.registrations r
JOIN reporting.registrations up ON up.id = r.path_registration_id
WHERE up.contact_id <> r.contact_id OR up.path_id IS NULL
""",
    ),
    Invariant(
        "O8 paid by tokens",
        _("Registrations by tokens whose redemption is of another number, type, account or place"),
        """
SELECT r.id, r.amount, r.unit, r.token_move, -sum(e.qty) AS taken
FROM reporting.registrations r
LEFT JOIN reporting.token_entries e ON e.op_key = r.token_move AND e.kind = 'redeemed'
LEFT JOIN tokens_tokentype t ON t.id = e.type_id
LEFT JOIN catalog_unit u ON u.id = t.unit_id
LEFT JOIN crm_account a ON a.id = e.account_id
WHERE r.token_move IS NOT NULL
GROUP BY r.id, r.amount, r.unit, r.token_move, r.account_id
HAVING coalesce(-sum(e.qty), 0) <> r.amount
    OR bool_or(u.code <> r.unit OR coalesce(a.merged_into_id, a.id) <> r.account_id
               OR (e.purpose, e.purpose_id) IS DISTINCT FROM ('registration', r.id)
               -- Sold on an opportunity: paid by one of the redemptions of what it was sold as.
               AND NOT EXISTS (
                   SELECT 1 FROM crm_interest i
                   WHERE e.purpose = 'opportunity' AND e.purpose_id = i.opportunity_id
                     AND e.op_key = ANY (i.token_moves)
                     AND (i.id IN (SELECT f.interest_id FROM crm_fulfilment f
                                   WHERE f.kind = 'registration' AND f.object_id = r.id)
                          OR i.id IN (SELECT h.interest_id FROM reporting.held_places h
                                      WHERE h.filled_by = r.id))))
""",
    ),
    Invariant(
        "O9 held places",
        _("Held places whose seat, payment or history isn't that of what was sold"),
        """
SELECT h.id, h.state, h.interest_id, h.filled_by, h.token_move
FROM reporting.held_places h
JOIN crm_interest i ON i.id = h.interest_id
JOIN crm_opportunity o ON o.id = i.opportunity_id
LEFT JOIN reporting.registrations r ON r.id = h.filled_by
LEFT JOIN reporting.events e ON e.id = h.event_id
LEFT JOIN (
    SELECT subject_id, count(*) FILTER (WHERE kind = 'held_place.made') AS made,
           count(*) FILTER (WHERE kind = 'held_place.filled') AS filled,
           count(*) FILTER (WHERE kind = 'held_place.released') AS released
    FROM journal WHERE subject_kind = 'held_place' GROUP BY subject_id
) j ON j.subject_id = h.id
WHERE o.won IS NOT TRUE
   OR h.token_move IS NOT NULL AND h.token_move <> ALL (i.token_moves)
   OR h.state = 'held' AND e.state = 'cancelled'
   OR h.state = 'filled' AND (r.paid_by, r.unit, r.amount, r.token_move)
                             IS DISTINCT FROM (h.paid_by, h.unit, h.amount, h.token_move)
   OR coalesce(j.made, 0) <> 1
   OR coalesce(j.filled, 0) <> CASE h.state WHEN 'filled' THEN 1 ELSE 0 END
   OR coalesce(j.released, 0) <> CASE h.state WHEN 'released' THEN 1 ELSE 0 END
""",
    ),
    Invariant(
        "O5 history",
        _("Registrations whose journal doesn't say that they were made, or cancelled, once"),
        """
SELECT r.id, coalesce(j.made, 0) AS made, coalesce(j.cancelled, 0) AS cancelled, r.state
FROM reporting.registrations r
LEFT JOIN (
    SELECT subject_id, count(*) FILTER (WHERE kind = 'registration.made') AS made,
           count(*) FILTER (WHERE kind = 'registration.cancelled') AS cancelled
    FROM journal WHERE subject_kind = 'registration' GROUP BY subject_id
) j ON j.subject_id = r.id
WHERE coalesce(j.made, 0) <> 1
   OR coalesce(j.cancelled, 0) <> CASE r.state WHEN 'cancelled' THEN 1 ELSE 0 END
""",
    ),
]
