"""How do an event's sessions get into somebody's calendar? As a file (iCalendar)."""

import datetime
import zoneinfo

from icalendar import Calendar, Event, vText

from .models import Registration


def calendar_of(registration: Registration, *, host: str, url: str, at: datetime.datetime) -> bytes:
    """The sessions of the registration's event, each in its zone, with the zones' definitions.

    `host` makes the entries' names ours for good; `at` is when the file was made.
    """
    course = registration.event.course
    calendar = Calendar()
    calendar.add("prodid", f"-//Lanyard//{host}//")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for number, session in enumerate(registration.event.sessions.order_by("starts_at", "id"), 1):
        zone = zoneinfo.ZoneInfo(session.time_zone)
        entry = Event()
        entry.add("uid", f"session-{session.pk}-{registration.contact_id}@{host}")
        entry.add("dtstamp", at)
        entry.add("dtstart", session.starts_at.astimezone(zone))
        entry.add("dtend", session.ends_at.astimezone(zone))
        entry.add("sequence", registration.event.version)
        entry.add("summary", course.title)
        place = session.place or registration.event.place
        if place:
            entry["location"] = vText(place)
        about = [f"{course.title}, {number}", session.instructor, session.link, url]
        entry.add("description", "\n".join(filter(None, about)))
        if session.link:
            entry.add("url", session.link)
        calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()
