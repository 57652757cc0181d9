"""How do an event's sessions get into somebody's calendar? As a file (iCalendar)."""

import datetime
import urllib.parse
import zoneinfo

from django.conf import settings

from .models import Registration


def calendar_of(registration: Registration, sessions, *, url: str, at: datetime.datetime) -> bytes:
    """The sessions of the registration's event, each in its zone, with the zones' definitions.

    Of a registration that was cancelled, or whose event was, it takes them out again. Names stay,
    and the sequence rises with every change of the event or the registration, so that calendars
    follow.

    `url` is the registration's page and `at` when the file was made. The site's name makes the
    names of the entries ours for good. No statement of its own.
    """
    from icalendar import Calendar, Event, vText  # loaded by who makes one

    course = registration.event.course
    host = urllib.parse.urlsplit(settings.SITE_URL).hostname or "localhost"
    calendar = Calendar()
    calendar.add("prodid", f"-//Lanyard//{host}//")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    over = registration.cancelled_at is not None or registration.called_off
    calendar.add("method", "CANCEL" if over else "PUBLISH")
    for number, session in enumerate(sessions, 1):
        zone = zoneinfo.ZoneInfo(session.time_zone)
        entry = Event()
        entry.add("uid", f"session-{session.pk}-{registration.contact_id}@{host}")
        entry.add("dtstamp", at)
        entry.add("dtstart", session.starts_at.astimezone(zone))
        entry.add("dtend", session.ends_at.astimezone(zone))
        entry.add("sequence", registration.event.version + registration.version)
        if over:
            entry.add("status", "CANCELLED")
        entry.add("summary", course.title)
        place = session.place or registration.event.place
        if place:
            entry["location"] = vText(place)
        about = [f"{course.title}, {number}", session.taught_by, session.link, url]
        entry.add("description", "\n".join(filter(None, about)))
        if session.link:
            entry.add("url", session.link)
        calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()
