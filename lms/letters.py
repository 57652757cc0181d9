"""What is written to a learner who got a place, or whose event was rescheduled or called off?"""

import datetime
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Event, EventType
from tms.consequences import Consequence
from tms.people import letters

from . import billing, calendars, choice_links, effects
from .models import PaidBy, Registration

# So many other dates stand in a letter; the page has all.
DATES = 5


def confirm_later(registration: Registration, *, at: datetime.datetime) -> None:
    """Write to the learner once the place is theirs for good. A mail server's no undoes nothing."""
    transaction.on_commit(partial(confirm, registration.pk, at=at), robust=True)


def confirm(registration_id: int, *, at: datetime.datetime) -> None:
    """The confirmation of a live registration, with its sessions as a calendar file, if it has any.

    Goes to the contact's address for writing to; to nobody where there is none, or where the place
    was given up meanwhile. Three statements.
    """
    found = (
        Registration.objects.live()
        .filter(pk=registration_id)
        .exclude(contact__email=None)
        .select_related(
            "contact__user", "event__course", "path", "account", "unit", "used_pass__pass_type"
        )
        .first()
    )
    if found is None:
        return
    event, link = found.event, letters.address_of("lms:registration", found.pk)
    sessions = list(event.sessions.order_by("starts_at", "id")) if event else []
    files = []
    if sessions:
        content = calendars.calendar_of(found, sessions, url=link, at=at)
        files.append((f"{event.course.slug}.ics", content.decode(), "text/calendar"))
    letters.send(
        "lms/mail/place",
        found.contact.email,
        {
            "user": found.contact,
            "registration": found,
            "title": event.course.title if event else found.path.title,
            "sessions": sessions,
            "steps": [] if event else titles_of(found.path),
            "link": choice_links.link(found) if found.choose_until else link,
        },
        language=language_of(found.contact),
        files=files,
    )


def rescheduled_later(
    registration_ids: Sequence[int], *, at: datetime.datetime
) -> list[Consequence]:
    """Write to those whose event meets at other times, once that is for good; to whom."""
    transaction.on_commit(partial(rescheduled, registration_ids, at=at), robust=True)
    return to_whom(registration_ids, _("That it changed goes by email to"))


def rescheduled(registration_ids: Sequence[int], *, at: datetime.datetime) -> None:
    """How their event takes place by now, as a calendar file too.

    Goes to nobody without an address, nor whose place ended meanwhile. Two statements.
    """
    rows = Registration.objects.live().filter(pk__in=registration_ids)
    rows = rows.exclude(contact__email=None).select_related("contact__user", "event__course")
    found = list(rows.order_by("pk"))
    sessions = list(found[0].event.sessions.order_by("starts_at", "id")) if found else []
    for each in found:
        link = letters.address_of("lms:registration", each.pk)
        content = calendars.calendar_of(each, sessions, url=link, at=at)
        letters.send(
            "lms/mail/rescheduled",
            each.contact.email,
            {
                "user": each.contact,
                "registration": each,
                "event": each.event,
                "title": each.event.course.title,
                "sessions": sessions,
                "link": choice_links.link(each) if each.choose_until else link,
            },
            language=language_of(each.contact),
            files=[(f"{each.event.course.slug}.ics", content.decode(), "text/calendar")],
        )


def called_off_later(ended: Sequence[Registration], *, on: datetime.date) -> list[Consequence]:
    """Write to those whose places ended with their event, once that is for good; to whom."""
    ids = [each.pk for each in ended]
    transaction.on_commit(partial(called_off, ids, on=on), robust=True)
    return to_whom(ids, _("That it is cancelled goes by email to"))


def called_off(registration_ids: Sequence[int], *, on: datetime.date) -> None:
    """That their event was called off, what comes back of what was paid, and its other dates.

    Goes to nobody without an address. Two statements, and two for each event and letter.
    """
    rows = Registration.objects.filter(pk__in=registration_ids).exclude(contact__email=None)
    found = list(
        rows.select_related("contact__user", "event__course", "account", "unit").order_by("pk")
    )
    stays = {each.pk for each in billing.uncredited(found)}
    dates = {pk: other_dates(pk, on) for pk in sorted({each.event_id for each in found})}
    for each in found:
        credited = each.paid_by in billing.BILLED and each.pk not in stays
        letters.send(
            "lms/mail/called_off",
            each.contact.email,
            {
                "user": each.contact,
                "registration": each,
                "title": each.event.course.title,
                "event": each.event,
                "credited": credited,
                "by_card": credited and each.paid_by == PaidBy.CARD,
                "dates": dates[each.event_id],
                "link": letters.address_of("lms:item", each.event.course.slug),
            },
            language=language_of(each.contact),
        )


def other_dates(event_id: int, on: datetime.date) -> list[Event]:
    """The first dates of its course that can be booked now and have a seat. One statement."""
    rows = Event.objects.bookable_on(on).with_seats().exclude(type=EventType.LMS)
    rows = rows.filter(course__events=event_id).exclude(pk=event_id)
    return list(rows.order_by("first_on", "pk")[:DATES])


def to_whom(registration_ids: Sequence[int], sentence: str) -> list[Consequence]:
    """How a preview says who is written to: those with an address, by name. One statement."""
    rows = Registration.objects.filter(pk__in=registration_ids).exclude(contact__email=None)
    rows = rows.select_related("contact").order_by("contact__name_key", "contact_id")
    return effects.group("sent", sentence, [each.contact.name for each in rows])


def language_of(contact) -> str:
    """The contact's language, or what they chose as a user; "" for the installation's."""
    return contact.language or (contact.user.language if contact.user else "")


def titles_of(path) -> list[str]:
    """The courses of a path, in order."""
    return list(path.steps.order_by("position", "id").values_list("course__title", flat=True))
