"""The history of a course, a path and an event: every fact in words, at a fixed cost."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse

from catalog import events, items, paths, pricing, register, sessions
from tests.factories import CategoryFactory, CourseFactory, CurrencyFactory
from tms.ui import timeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_follows")]
WALL = datetime.datetime.fromisoformat


def told(client, kind, pk):
    """The history as text, a fact a line."""
    html = client.get(reverse(f"catalog:{kind}_history", args=[pk])).content.decode()
    facts = re.search(r'<ol class="timeline">(.*?)</ol>', html, re.DOTALL)[1]
    lines = []
    for fact in re.findall(r"<strong>.*?<small>", facts, re.DOTALL):
        text = re.sub(r"<svg.*?</svg>", "", fact, flags=re.DOTALL)
        lines.append(" ".join(re.sub(r"<[^>]+>", " ", text).split()))
    return lines


def test_what_happened_to_a_path_is_told(browse, office, now, europe):
    path = items.create(kind="path", title="Sea", code="SEA", **now)
    courses = [CourseFactory(title="Sailing"), CourseFactory(title="Rowing")]
    steps = paths.add_steps(path, courses=courses, **now)
    paths.move_step(steps[1], to=1, **now)
    paths.set_step(steps[0], required=False, locked_until_before=False, **now)
    items.edit(
        path,
        title="Seas",
        categories=[CategoryFactory(name="Water")],
        description="<p>x</p>",
        **now,
    )
    items.publish(path, **now)
    price = pricing.set_price(
        path.priced, region=europe, unit=CurrencyFactory(), amount=Decimal(490), **now
    )
    pricing.edit_price(
        price,
        region=europe,
        unit=price.unit,
        amount=Decimal(400),
        valid_to=datetime.date(2026, 12, 31),
        **now,
    )
    paths.remove_step(steps[0], **now)
    items.archive(path, reason="Outdated", **now)
    items.restore(path, **now)
    copy, _told = items.duplicate(path, title="Again", code="AGAIN", **now)

    assert told(browse(office), "item", path.pk) == [
        "Restored Published",
        "Archived Outdated",
        "Step Sailing removed",
        "Price changed Europe , 490 EUR Europe , 400 EUR , until 31 December 2026",
        "Price added Europe , 490 EUR",
        "Published",
        "Edited Description Title Sea Seas Categories Water",
        "Step Sailing changed Required yes no",
        "Step Rowing moved 2 1",
        "Steps added Sailing , Rowing",
        "Made as a draft",
    ]
    assert told(browse(office), "item", copy.pk) == ["Made as a copy of Seas"]


def test_what_happened_to_an_event_is_told(browse, office, now):
    event = events.create(CourseFactory(), event_type="classroom", place="Leeds", **now)
    session = sessions.add_session(
        event,
        starts=WALL("2026-12-07 09:00"),
        ends=WALL("2026-12-07 17:00"),
        time_zone="Europe/Stockholm",
        place="Malmö",
        instructor="Ingrid",
        **now,
    ).session
    other = sessions.add_session(
        event,
        starts=WALL("2026-12-08 09:00"),
        ends=WALL("2026-12-08 17:00"),
        time_zone="Europe/London",
        **now,
    ).session
    sessions.edit_session(
        session,
        starts=WALL("2026-12-07 10:00"),
        ends=WALL("2026-12-07 17:00"),
        time_zone="Europe/Stockholm",
        **now,
    )
    sessions.remove_session(other, **now)
    events.edit(event, capacity=12, closes_on=datetime.date(2026, 12, 1), **now)
    events.edit(event, event_type="blended", **now)
    events.open_(event, **now)
    events.withdraw(event, **now)
    copy = events.duplicate(event, **now)
    events.cancel(event, reason="The trainer is ill", **now)

    assert told(browse(office), "event", event.pk) == [
        "Cancelled The trainer is ill",
        "Made a draft again Draft",
        "Opened",
        "Edited Type Classroom Blended",
        "Edited Maximum 12 Registration deadline 1 December 2026",
        "Session removed 8 Dec 2026, 09:00–17:00",
        "Session changed 7 Dec 2026, 08:00–16:00, Malmö, Ingrid 7 Dec 2026, 09:00–16:00",
        "Session added 8 Dec 2026, 09:00–17:00",
        "Session added 7 Dec 2026, 08:00–16:00, Malmö, Ingrid",
        "Made as a draft",
    ]
    assert told(browse(office), "event", copy.pk) == ["Made as a copy"]


def test_the_history_stands_on_the_page_and_refreshes_alone(browse, office, now):
    course = items.create(kind="course", title="Sailing", code="SAIL", **now)
    page = browse(office).get(reverse("catalog:course", args=[course.pk])).content.decode()
    assert "Made as a draft" in page
    url = reverse("catalog:item_history", args=[course.pk])
    panel = browse(office).get(f"{url}?panel=1", HTTP_HX_REQUEST="true").content.decode()
    assert panel.startswith("<section")
    assert "Made as a draft" in panel


def test_every_fact_is_told_that_the_verbs_write():
    written = set()
    for path in Path(items.__file__).parent.glob("*.py"):
        written |= set(re.findall(r'"((?:item|event|priced)\.[a-z_]+)"', path.read_text()))
    assert {fact.kind for fact in register.FACTS} == written - {
        "item.deleted",  # nobody is left to look at it
        "event.deleted",
        "event.seats_changed",  # what follows from an edit, which is a fact
        "item.duplicated",  # what follows from making it, which is a fact
        "event.duplicated",  # what follows from making it, which is a fact
        "event.instructors_chosen",  # told by crm, which writes it
        "event.moved",  # what follows from its sessions, of which each is a fact
        "event.rescheduled",  # the same
    }
    assert timeline.PANEL < 50
