"""What becomes of a place by pass when its event moves beyond the pass? It is kept.

The learner did nothing: the office moved the day. `Registration.kept_for` says for which day the
pass carried the place; cancelling, reassigning or shortening the pass asks that day.
"""

import datetime

from django.db import connection
from django.utils.translation import gettext as _

from passes.models import Pass
from tms import journal
from tms.consequences import Consequence, Fact
from tms.days import day_text

from . import carriers, effects
from .models import Registration

KEEP = """
UPDATE lms_registration r
SET kept_for = coalesce(%(first_on)s::date, u.expires_on), version = r.version + 1
FROM passes_pass u
WHERE r.id = ANY(%(ids)s) AND u.id = r.used_pass_id AND r.kept_for IS NULL
RETURNING r.id
"""


def beyond_passes(fact: Fact, first_on: datetime.date | None = None) -> list[Consequence]:
    """Keep the places on the events `fact.subjects` (a moved zone: on all) that passes end before.

    What another pass of theirs or a paid path carries is carried by it from now on. `first_on` is
    the day on which the event began before; None: the pass's last. A constant number of statements.
    """
    events = list(fact.subjects) if fact.kind == "event.moved" else None
    given = {"events": events, "on": fact.on, "at": fact.at}
    found = carriers.rows(carriers.BEYOND, given)
    if others := {row["other_pass_id"] for row in found if row["other_pass_id"]}:
        # Nobody takes these away while places are put on them; then look again.
        list(Pass.objects.select_for_update(no_key=True).filter(pk__in=others).order_by("pk"))
        found = carriers.rows(carriers.BEYOND, given)
    carried = [row for row in found if row["other_pass_id"] or row["paid_path_id"]]
    carriers.carry_over(carried, fact)
    kept = {row["id"]: row for row in found if row not in carried}
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"first_on": first_on, "ids": list(kept)})
        new = [row[0] for row in cursor]
    journal.write_all(
        journal.row(
            "registration.kept",
            pk,
            contact_id=kept[pk]["contact_id"],
            before={"first_on": first_on},
            after={"pass": kept[pk]["used_pass_id"]},
            at=fact.at,
            on=fact.on,
            by=fact.by,
            reason=fact.reason,
            operation=fact.operation,
        )
        for pk in sorted(new)
    )
    return told(list(kept), [row["id"] for row in carried], fact.on)


def told(kept: list[int], carried: list[int], on: datetime.date) -> list[Consequence]:
    """Whom that touches, by name, and until when their pass lasts. None for nobody."""
    if not kept and not carried:
        return []
    ends = dict(Registration.objects.filter(pk__in=kept).values_list("pk", "used_pass__expires_on"))
    people = effects.touched([*kept, *carried], on)
    return effects.group(
        "stays",
        _("Places that are kept, though the pass ends before the event begins"),
        (
            _("%(place)s; the pass ends on %(day)s")
            % {"place": each.line, "day": day_text(ends[each.id])}
            for each in people
            if each.id in ends
        ),
    ) + effects.group(
        "stays",
        _("Places that another pass, or a path that was paid for, carries from now on"),
        (each.line for each in people if each.id not in ends),
    )
