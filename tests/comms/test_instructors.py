"""Messages to an event's instructors go to the contacts who were chosen to teach it."""

import datetime

import pytest

from crm import contacts, teaching
from tests.factories import ContactFactory, EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


def test_whoever_was_chosen_is_written_to_once_for_all_sessions(
    clock, trigger, fire, log, ada, office
):
    who = {"at": clock.at, "on": clock.on(), "by": office}
    ingrid, left = (
        ContactFactory(
            first_name=name, last_name="Solberg", is_instructor=True, email=f"{name}@x.y"
        )
        for name in ("Ingrid", "Left")
    )
    ContactFactory(first_name="Named", last_name="Only", is_instructor=True)
    trigger("registration.starts", 1, "before", audience=["instructors"])
    event = EventFactory(first_on=day("2026-12-03"), days=2)
    event.sessions.update(instructor="Named Only")
    teaching.choose(event.sessions.first(), [ingrid, left], every_session=True, **who)
    contacts.edit(left.pk, is_instructor=False, **who)
    RegistrationFactory(contact=ada, event=event)
    clock.set("2026-12-02 08:00", "Europe/London")
    fire()
    assert log("contact") == [ingrid.pk]
