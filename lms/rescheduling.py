"""What becomes of places when their event meets at other times? They stay; learners are asked, and
written to.
"""

from django.db.models import F
from django.utils.translation import gettext as _

from catalog.models import Event
from tms import journal
from tms.consequences import Consequence, Fact
from tms.days import day_text

from . import effects, letters
from .models import Registration
from .transferring import time_to_choose


def follow(fact: Fact) -> list[Consequence]:
    """Who has a place on an event that was rescheduled may take another date or give the place up
    for a while, and is written to. Who has completed it is left alone. The event is locked.
    """
    if fact.kind != "event.rescheduled":
        return []
    rows = Registration.objects.live().filter(event__in=fact.subjects, completed_at=None)
    places = list(rows.select_for_update(of=("self",)).order_by("pk"))
    (event,) = Event.objects.filter(pk__in=fact.subjects)
    until, told = time_to_choose(fact.data["choose_until"], event, fact.on), []
    if until and places:
        told = _ask(places, until, fact)
    if fact.data["tell"]:
        told += letters.rescheduled_later([each.pk for each in places], at=fact.at)
    return told


def _ask(places: list[Registration], until, fact: Fact) -> list[Consequence]:
    """Let learners choose until that day. Two statements, and those that tell of it."""
    ids = [each.pk for each in places]
    Registration.objects.filter(pk__in=ids).update(choose_until=until, version=F("version") + 1)
    journal.write_all(
        journal.row(
            "registration.rescheduled",
            each.pk,
            account_id=each.account_id,
            contact_id=each.contact_id,
            before={"choose_until": each.choose_until} if each.choose_until else None,
            after={"choose_until": until},
            at=fact.at,
            on=fact.on,
            by=fact.by,
            operation=fact.operation,
        )
        for each in places
    )
    sentence = _("Until %(day)s they may take another date, or give the place up")
    people = effects.touched(ids, fact.on)
    return effects.group("stays", sentence % {"day": day_text(until)}, [p.line for p in people])
