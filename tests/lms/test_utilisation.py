"""What the holders of a pass really use of it: by item and by holder (REP-1)."""

import csv
import datetime
import io

import pytest

from lms import utilisation
from lms.models import Completion
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CourseFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    RegistrationFactory,
    UserFactory,
)
from tests.passes.pages import names, text

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
PAGE = "/reports/passes/use/"
YEAR = {"first": day("2026-01-01"), "last": day("2026-12-31"), "zone": "Europe/London"}


@pytest.fixture
def desk(browse, office):
    return browse(office)


@pytest.fixture
def signals(organisation):
    return LmsEventFactory(course__title="Signals")


@pytest.fixture
def track(organisation):
    return LmsEventFactory(course__title="Track safety")


@pytest.fixture
def route(organisation):
    return PathFactory(title="First year", courses=[CourseFactory(title="Welcome")])


@pytest.fixture
def library(signals, route):
    """It opens an event's course, a path, and a course that nobody uses."""
    unused = CourseFactory(title="Quiet")
    return PassTypeFactory(name="Library", opens=[signals, route, unused])


@pytest.fixture
def hold(library, ada):
    """`hold(contact)`: they hold a pass of the library, this year unless said."""
    option = PassOptionFactory(pass_type=library)

    def held(contact=ada, **more):
        dates = {"starts_on": day("2026-01-10"), "expires_on": day("2027-01-10")}
        return PassFactory(option=option, contact=contact, **{**dates, **more})

    return held


def booked(pass_, contact=None, **on):
    where = {key: value for key, value in on.items() if key in {"event", "path"}}
    more = {key: value for key, value in on.items() if key not in where}
    given = {"registered_on": day("2026-05-05"), **more}
    return RegistrationFactory(contact=contact or pass_.contact, used_pass=pass_, **where, **given)


@pytest.fixture
def world(hold, ada, signals, track, route, clock):
    """Ada uses two items, of which she completed one; Ben one that was taken out; Cleo nothing."""
    adas = hold()
    bens, cleos = (
        hold(ContactFactory(first_name=name, last_name="X", account=ada.account))
        for name in ("Ben", "Cleo")
    )
    booked(adas, event=signals)
    Completion.objects.create(contact=ada, item=signals.course, at=clock.at)
    way = booked(adas, path=route, registered_on=day("2026-06-06"))
    # A part of the path, and what was cancelled, are not counted.
    part = LmsEventFactory(course=route.steps.get().course)
    booked(adas, event=part, path_registration=way)
    booked(cleos, event=signals, cancelled_at=clock.at)
    booked(bens, event=track)
    return adas, bens, cleos


def asked(library, **more):
    return utilisation.Asked(pass_type=library.pk, **{**YEAR, **more})


def used(found):
    return [(each.title, each.places, each.passes, each.completed, each.is_in) for each in found]


def test_items_are_told_with_those_that_nobody_uses(world, library):
    assert used(utilisation.items(asked(library))) == [
        ("First year", 1, 1, 0, True),
        ("Signals", 1, 1, 1, True),
        ("Track safety", 1, 1, 0, False),
        ("Quiet", 0, 0, 0, True),
    ]


def test_holders_are_told_with_those_who_use_nothing(world, library):
    adas, bens, cleos = world
    found = utilisation.holders(asked(library), limit=5)
    assert [
        (each.pass_id, each.items, each.places, each.completed, each.last) for each in found
    ] == [
        (adas.pk, 2, 2, 1, day("2026-06-06")),
        (bens.pk, 1, 1, 0, day("2026-05-05")),
        (cleos.pk, 0, 0, 0, None),
    ]
    assert list(utilisation.all_holders(asked(library))) == found
    assert utilisation.spread(asked(library)) == {0: 1, 1: 1, 2: 1}
    assert len(utilisation.holders(asked(library), limit=2)) == 2


def test_only_the_days_asked_about_count(world, library):
    found = utilisation.items(asked(library, first=day("2026-05-06")))
    assert [each[:2] for each in used(found)] == [("First year", 1), ("Quiet", 0), ("Signals", 0)]
    assert utilisation.spread(asked(library, last=day("2026-01-09"))) == {}
    assert utilisation.spread(asked(library, last=day("2026-01-10"))) == {0: 3}
    later = {"first": day("2027-01-10"), "last": day("2027-12-31")}
    assert utilisation.spread(asked(library, **later)) == {0: 3}
    assert utilisation.spread(asked(library, **{**later, "first": day("2027-01-11")})) == {}


def test_a_pass_counts_until_the_day_on_which_it_was_cancelled(hold, library):
    # The last minute of 5 March, and the first of 6 March.
    for moment in ("2026-03-05T23:59+00:00", "2026-03-06T00:00+00:00"):
        hold(cancelled_at=datetime.datetime.fromisoformat(moment))
    hold(contact=None, account=AccountFactory())
    assert utilisation.spread(asked(library, first=day("2026-03-05"))) == {0: 2}
    assert utilisation.spread(asked(library, first=day("2026-03-06"))) == {0: 1}


def test_what_the_one_before_used_is_not_the_holders_use(hold, ada, library, signals):
    pass_ = hold()
    booked(pass_, contact=ContactFactory(account=ada.account), event=signals)
    assert utilisation.spread(asked(library)) == {0: 1}
    assert used(utilisation.items(asked(library)))[0] == ("Signals", 1, 1, 0, True)


def test_it_can_be_of_one_account(world, hold, library):
    hold(ContactFactory())
    assert utilisation.spread(asked(library)) == {0: 2, 1: 1, 2: 1}
    adas, *_others = world
    assert utilisation.spread(asked(library, account=adas.account_id)) == {0: 1, 1: 1, 2: 1}


def test_the_page_says_it_by_item_and_by_holder(world, desk, ada):
    said = text(desk.get(PAGE))
    assert "First year Learning path 1 1 33% 0 Signals Course 1 1 33% 1" in said
    assert "Track safety (taken out) Course 1 1 33% 0 Quiet Course 0 0 0% 0" in said
    assert "3 passes were held in this time." in said
    adas, _bens, cleos = world
    answer = desk.get(f"{PAGE}?by=holder&account={ada.account_id}")
    assert names(answer) == ["Ada Lindqvist", "Ben X", "Cleo X"]
    assert f"Ada Lindqvist Kestrel Rail Group #{adas.pk} 2 2 1 6 Jun 2026" in text(answer)
    assert f'<a href="/passes/{cleos.pk}/">Cleo X</a>' in answer.content.decode()
    drawn = "Passes by how many items they were used for: 0 1, 1 1, 2–3 1</desc>"
    assert drawn in answer.content.decode()


def test_the_file_has_every_holder(world, desk, monkeypatch):
    monkeypatch.setattr("lms.views.utilisation.LISTED", 2)
    shown = desk.get(f"{PAGE}?by=holder")
    assert names(shown) == ["Ada Lindqvist", "Ben X"]
    assert "The 2 of 3 who used most. A file has them all." in text(shown)
    answer = desk.get(f"{PAGE}?by=holder&export=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content)))
    assert [line[0] for line in lines] == ["Holder", "Ada Lindqvist", "Ben X", "Cleo X"]


def test_it_is_for_who_may_see_passes_and_registrations(browse, desk):
    assert browse(UserFactory(is_staff=True)).get(PAGE).status_code == 403
    assert "There are no pass types yet" in text(desk.get(PAGE))


@pytest.mark.parametrize("count", [1, 3, 20])
def test_it_costs_the_same_however_many_hold_and_use(count, hold, desk, signals, count_queries):
    for _each in range(count):
        booked(hold(ContactFactory()), event=signals)
    pages = [PAGE, f"{PAGE}?by=holder"]
    assert [count_queries(lambda page=page: desk.get(page)) for page in pages] == [8, 8]
