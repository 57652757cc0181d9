"""What is written to a learner who got a place?"""

import datetime
from functools import partial

from django.db import transaction

from tms.people import letters

from . import calendars, offering
from .models import Registration


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
            "when": offering.when(event) if event else "",
            "sessions": sessions,
            "steps": [] if event else titles_of(found.path),
            "link": link,
        },
        language=found.contact.language
        or (found.contact.user.language if found.contact.user else ""),
        files=files,
    )


def titles_of(path) -> list[str]:
    """The courses of a path, in order."""
    return list(path.steps.order_by("position", "id").values_list("course__title", flat=True))
