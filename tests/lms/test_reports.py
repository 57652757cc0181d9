"""The reports on training: registered, attended, completed and certified over time (REP-1)."""

import csv
import datetime
import io

import pytest

from lms import reports
from lms.models import Certificate, Completion, PaidBy
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    RegistrationFactory,
    UserFactory,
)
from tests.passes.pages import names, text

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
REGISTERED, ATTENDANCE = "/reports/training/registrations/", "/reports/training/attendance/"
COMPLETION, DONE = "/reports/training/completion/", "/reports/training/completions/"
MONTHS = [day("2026-09-01"), day("2026-10-01"), day("2026-11-01")]


@pytest.fixture
def desk(browse, office):
    return browse(office)


@pytest.fixture
def signals(organisation):
    return LmsEventFactory(course__title="Signals")


@pytest.fixture
def route(signals):
    return PathFactory(title="First year", courses=[signals.course])


def asked(**more):
    given = {"starts": MONTHS, "first": MONTHS[0], "last": day("2026-11-22"), **more}
    return reports.Asked(zone="Europe/London", **given)


def placed(on, *, event=None, path=None, **more):
    return RegistrationFactory(event=event, path=path, registered_on=day(on), **more)


def done(contact, item, moment, *, certified=False):
    at = datetime.datetime.fromisoformat(moment)
    made = Completion.objects.create(contact=contact, item=item, at=at)
    if certified:
        Certificate.objects.create(
            number=f"NUM-{made.pk}",
            contact=contact,
            item=item,
            cause=f"c{made.pk}",
            name=contact.name,
            title=item.title,
            issuer="Northlight",
            completed_on=at.date(),
            issued_at=at,
        )
    return made


def lines(answer):
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


@pytest.fixture
def places(signals, route, ada, clock):
    """Ada on the path and its part, Ben on the course; one cancelled, one before the time."""
    way = placed("2026-09-01", path=route, contact=ada)
    placed("2026-09-01", event=signals, contact=ada, path_registration=way)
    ben = placed("2026-10-31", event=signals, paid_by=PaidBy.FREE)
    placed("2026-11-01", event=signals, cancelled_at=clock.at)
    placed("2026-08-31", event=signals)
    placed("2026-11-23", event=signals)
    return ada, ben.contact


def test_places_are_counted_by_the_day_of_registration_a_path_as_one(places, signals, route):
    course = signals.course_id
    assert reports.registered(asked()) == {
        (MONTHS[0], route.pk): 1,
        (MONTHS[1], course): 1,
        (MONTHS[2], course): 1,
    }
    assert reports.registered(asked(), by="paid") == {
        (MONTHS[0], "staff"): 1,
        (MONTHS[1], "free"): 1,
        (MONTHS[2], "staff"): 1,
    }
    assert reports.registered(asked(), by="kept") == {
        (MONTHS[0], "kept"): 1,
        (MONTHS[1], "kept"): 1,
        (MONTHS[2], "cancelled"): 1,
    }
    ada, ben = places
    assert reports.registered(asked(account=ada.account_id)) == {(MONTHS[0], route.pk): 1}
    assert reports.registered(asked(account=ben.account_id, course=course)) == {
        (MONTHS[1], course): 1
    }


def test_the_page_of_registrations_splits_and_the_file_has_it_all(places, desk):
    found = f"{REGISTERED}?first=2026-09-01"
    said = text(desk.get(found))
    assert "Time Signals First year Registrations September 2026 0 1 1 October 2026 1 0 1" in said
    assert "Together 2 1 3" in said
    assert "October 2026 1 0 1 November 2026 0 1 1" in text(desk.get(f"{found}&split=kept"))
    assert "Time By staff Free Registrations" in text(desk.get(f"{found}&split=paid"))
    assert lines(desk.get(f"{found}&export=csv"))[:3] == [
        ["From", "Time", "Training", "Registrations"],
        ["2026-09-01", "September 2026", "Signals", "0"],
        ["2026-09-01", "September 2026", "First year", "1"],
    ]
    assert desk.get(f"{found}&export=xlsx").content.startswith(b"PK")


def test_who_was_there_counts_by_the_day_on_which_events_begin(organisation, clock, desk):
    course = CourseFactory(title="Track safety")
    for first, status, seen in (
        ("2026-08-31", "open", [True]),
        ("2026-09-01", "open", [True, True, False, None]),
        ("2026-11-22", "open", [False]),
        ("2026-11-21", "cancelled", [True]),
        ("2026-11-23", "open", [None]),
    ):
        event = EventFactory(course=course, first_on=day(first), status=status)
        for attended in seen:
            placed("2026-08-01", event=event, attended=attended)
        placed("2026-08-01", event=event, attended=True, cancelled_at=clock.at)
    one, two = reports.Attendance(2, 1, 1), reports.Attendance(0, 1, 0)
    assert reports.attendance(asked()) == {MONTHS[0]: one, MONTHS[2]: two}
    assert (one.rate, reports.Attendance(unknown=3).rate) == (pytest.approx(2 / 3), None)
    other = EventFactory(course__title="Signals", first_on=day("2026-10-01"))
    placed("2026-08-01", event=other)
    assert reports.attendance(asked(), by_item=True) == {
        course.pk: reports.Attendance(2, 2, 1),
        other.course_id: reports.Attendance(unknown=1),
    }
    page = f"{ATTENDANCE}?first=2026-09-01"
    said = text(desk.get(page))
    assert "September 2026 4 2 1 1 67% October 2026 1 0 0 1 November 2026 1 0 1 0 0%" in said
    assert "Together 6 2 2 2 50%" in said
    answer = desk.get(f"{page}&rows=item")
    assert names(answer) == ["Track safety", "Signals", "Together"]
    assert "Track safety 5 2 2 1 50% Signals 1 0 0 1" in text(answer)
    assert lines(desk.get(f"{page}&rows=item&export=csv"))[1] == [
        "Track safety", "5", "2", "2", "1", "0.5"
    ]  # fmt: skip


def test_completion_is_the_part_of_those_who_registered(places, signals, route, desk, clock):
    ada, ben = places
    done(ada, route, "2026-11-02T09:00+00:00", certified=True)
    done(ada, signals.course, "2026-11-02T09:00+00:00")
    assert reports.completion(asked()) == {
        MONTHS[0]: reports.Completion(1, 1, 1),
        MONTHS[1]: reports.Completion(1, 0, 0),
    }
    placed("2026-10-02", event=signals, completed_at=clock.at)
    assert reports.completion(asked(), by_item=True) == {
        route.pk: reports.Completion(1, 1, 1),
        signals.course_id: reports.Completion(2, 1, 0),
    }
    page = f"{COMPLETION}?first=2026-09-01"
    assert "September 2026 1 1 100% 1 October 2026 2 1 50% 0" in text(desk.get(page))
    answer = desk.get(f"{page}&rows=item")
    assert "Signals 2 1 50% 0 First year 1 1 100% 1 Together 3 2 67% 1" in text(answer)
    assert f'<a href="/learning-paths/{route.pk}/">First year</a>' in answer.content.decode()
    assert "Signals" in text(desk.get(f"{page}&rows=item&account={ben.account_id}"))
    assert names(desk.get(f"{page}&rows=item&account={ada.account_id}")) == [
        "First year",
        "Together",
    ]
    placed("2026-10-03", path=route, contact=ben)
    assert reports.completion(asked(), by_item=True)[route.pk] == reports.Completion(2, 1, 1)


def test_completions_and_certificates_are_counted_by_their_day_in_the_zone(
    places, signals, route, desk
):
    ada, ben = places
    # Half past midnight of 1 October in London is September yet in Greenwich.
    done(ada, signals.course, "2026-09-30T23:30+00:00")
    done(ben, signals.course, "2026-11-22T23:59+00:00", certified=True)
    done(ada, route, "2026-11-23T00:00+00:00", certified=True)
    course = signals.course_id
    assert reports.completions(asked()) == {(MONTHS[1], course): 1, (MONTHS[2], course): 1}
    assert reports.certificates(asked()) == {(MONTHS[2], course): 1}
    assert reports.completions(asked(account=ada.account_id)) == {(MONTHS[1], course): 1}
    assert reports.certificates(asked(course=route.pk)) == {}
    page = f"{DONE}?first=2026-10-01"
    assert "October 2026 1 November 2026 1 Together 2" in text(desk.get(page))
    certified = text(desk.get(f"{page}&what=certificates"))
    assert "October 2026 0 November 2026 1 Together 1" in certified


def test_reports_are_narrowed_to_one_path_or_one_event(places, signals, route, desk):
    ada, _ben = places
    part = ada.registrations.get(event=signals)
    part.attended = True
    part.save()
    signals.first_on = day("2026-10-01")
    signals.save()
    done(ada, route, "2026-11-02T09:00+00:00", certified=True)
    done(ada, signals.course, "2026-11-02T09:00+00:00", certified=True)
    of_path, of_event = asked(path=route.pk), asked(event=signals.pk)
    assert reports.registered(of_path) == {(MONTHS[0], route.pk): 1}
    assert reports.registered(of_event) == {
        (MONTHS[1], signals.course_id): 1,
        (MONTHS[2], signals.course_id): 1,
    }
    assert reports.attendance(of_path) == {MONTHS[1]: reports.Attendance(1, 0, 0)}
    assert reports.attendance(of_event)[MONTHS[1]].there == 1
    assert reports.attendance(asked(event=signals.pk + 1)) == {}
    assert reports.completion(of_path) == {MONTHS[0]: reports.Completion(1, 1, 1)}
    assert reports.completion(of_event) == {MONTHS[1]: reports.Completion(1, 0, 0)}
    assert reports.completions(of_path) == {(MONTHS[2], route.pk): 1}
    assert reports.certificates(of_path) == {(MONTHS[2], route.pk): 1}
    said = text(desk.get(f"{REGISTERED}?first=2026-09-01&path={route.pk}"))
    assert "Together 1 Enter" in said
    assert 'name="event"' not in desk.get(DONE).text


def test_paths_and_events_are_found_by_a_few_letters(signals, route, desk):
    assert text(desk.get("/reports/training/paths/?q=first")).strip() == "First year"
    assert "Signals" in desk.get("/reports/training/events/?q=sig").text
    assert "Nothing matches." in desk.get("/reports/training/paths/?q=sig").text


def test_reports_on_training_are_listed_for_who_may_see_registrations(browse, desk):
    said = text(desk.get("/reports/"))
    assert "Training Registrations How many places were registered for" in said
    nobody = browse(UserFactory(is_staff=True))
    for page in (REGISTERED, ATTENDANCE, COMPLETION, DONE):
        assert nobody.get(page).status_code == 403
        assert "Choose a longer time, or fewer filters." in text(desk.get(page))
        assert desk.get(f"{page}?first=2026-12-01").status_code == 422


@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_report_costs_the_same_however_much_there_is(count, desk, clock, count_queries):
    for number in range(count):
        contact = ContactFactory(account=AccountFactory(name=f"Account {number}"))
        event = EventFactory(first_on=day("2026-11-20"))
        placed("2026-11-20", event=event, contact=contact, attended=True)
        done(contact, event.course, "2026-11-20T09:00+00:00", certified=True)
    pages = [REGISTERED, f"{REGISTERED}?split=paid", ATTENDANCE, f"{ATTENDANCE}?rows=item"]
    pages += [COMPLETION, f"{COMPLETION}?rows=item", DONE, f"{DONE}?what=certificates"]
    asked = [count_queries(lambda page=page: desk.get(page)) for page in pages]
    assert asked == [4, 3, 3, 4, 3, 4, 4, 4]


def test_a_course_and_a_path_together_are_asked_only_where_parts_of_paths_are_counted(
    places, signals, route, desk
):
    both, sentence = f"&path={route.pk}&course={signals.course_id}", "counted with the path"
    for page in (REGISTERED, COMPLETION, DONE):
        answer = desk.get(f"{page}?first=2026-09-01{both}")
        assert answer.status_code == 422
        assert sentence in text(answer)
    for page in (REGISTERED, COMPLETION):
        answer = desk.get(f"{page}?first=2026-09-01&path={route.pk}&event={signals.pk}")
        assert (answer.status_code, sentence in text(answer)) == (422, True)
    signals.first_on = day("2026-10-01")
    signals.save()
    assert reports.attendance(asked(path=route.pk, course=signals.course_id)) == {
        MONTHS[1]: reports.Attendance(0, 0, 1)
    }
    answer = desk.get(f"{ATTENDANCE}?first=2026-09-01{both}")
    assert answer.status_code == 200
    assert "Together 1 0 0 1" in text(answer)
