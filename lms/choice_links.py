"""By which link does a learner whose date was called off say otherwise, without signing in?

It names the place and the date that was kept for them, and is good for these alone: once the place
is on another date, given up, or the time to choose is over, it opens nothing.
"""

import datetime

from django.core import signing

from catalog.models import Event, EventType
from tms.people import letters

from .models import Registration

SALT = "lms.choice_links"


def link(registration: Registration) -> str:
    """The whole address, for a letter to the learner."""
    return letters.address_of("lms:choose_by_link", token_of(registration))


def token_of(registration: Registration) -> str:
    return signing.Signer(salt=SALT).sign_object([registration.pk, registration.event_id])


def place_of(token: str, on: datetime.date) -> Registration | None:
    """The place that the link lets one choose about on that day; None where there is none."""
    try:
        pk, event_id = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Registration.objects.live().filter(pk=pk, event=event_id, contact__erased_at=None)
    found = rows.select_related("contact__account", "event__course", "path", "unit").first()
    return found if found is not None and found.may_choose_on(on) else None


def dates(registration: Registration, on: datetime.date) -> list[Event]:
    """The other dates of its course that can be booked and have a seat."""
    rows = Event.objects.bookable_on(on).with_seats().exclude(type=EventType.LMS)
    rows = rows.filter(course=registration.event.course_id).exclude(pk=registration.event_id)
    return list(rows.order_by("first_on", "pk"))
