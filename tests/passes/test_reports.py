"""The reports on passes: sold, active as of then, renewed of what was due, ending (REP-1)."""

import collections
import contextlib
import csv
import datetime
import io
import random

import pytest

from passes import lifecycle, reports
from passes.models import Pass, Source
from tests.factories import PassFactory, PassOptionFactory, PassTypeFactory, UserFactory
from tests.passes.pages import names, text
from tms.models import JournalRow
from tms.people import roles
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
ZONE = "Europe/London"
SOLD, ACTIVE = "/reports/passes/sold/", "/reports/passes/active/"
RENEWAL, ENDING = "/reports/passes/renewal/", "/reports/passes/ending/"
PAGES = (SOLD, ACTIVE, RENEWAL, ENDING)


@pytest.fixture
def monthly(library):
    return PassOptionFactory(pass_type=library, name="Monthly", period=1)


@pytest.fixture
def deed(clock, office):
    """`deed("2026-04-01")`: when and by whom, on a day; the clock stands there from then on."""

    def when(on, at="09:00"):
        return {"at": clock.set(f"{on} {at}", ZONE), "on": day(on), "by": office}

    return when


@pytest.fixture
def given(deed, kestrel, ada, monthly):
    """`given("2026-01-10")`: a pass of a month to Ada on that day."""

    def issued(on, **more):
        who = {"option": monthly, "contact": ada, **deed(on), **more}
        return lifecycle.issue(account=kestrel, **who)

    return issued


def lines(answer):
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


# Sold


def at(text, **more):
    moment = datetime.datetime.fromisoformat(text)
    return PassFactory(issued_at=moment, **more)


def test_what_was_issued_is_counted_by_the_month_in_the_installations_zone(library, yearly):
    # Half past midnight of 1 July in London is June yet in Greenwich.
    for moment in ("2026-05-31T22:59+00:00", "2026-06-30T22:59+00:00", "2026-06-30T23:30+00:00"):
        at(moment, option=yearly)
    at("2026-06-10T10:00+00:00", option=yearly, cancelled_at=at("2026-06-11T10:00+00:00").issued_at)
    months = [day("2026-05-01"), day("2026-06-01"), day("2026-07-01")]
    found = reports.sold(months, months[0], day("2026-07-31"), zone=ZONE, pass_type=library.pk)
    assert {start: n for (start, _pk), n in found.items()} == {
        months[0]: 1,
        months[1]: 2,
        months[2]: 1,
    }
    utc = reports.sold(months, months[0], day("2026-07-31"), zone="UTC", pass_type=library.pk)
    assert utc == {(months[0], library.pk): 1, (months[1], library.pk): 3}


def test_only_what_lies_in_the_period_is_counted(yearly):
    for moment in ("2026-06-09T22:59+00:00", "2026-06-09T23:00+00:00", "2026-06-11T22:59+00:00"):
        at(moment, option=yearly, source=Source.API)
    at("2026-06-11T23:00+00:00", option=yearly)
    found = reports.sold(
        [day("2026-06-01")], day("2026-06-10"), day("2026-06-11"), zone=ZONE, by="source"
    )
    assert found == {(day("2026-06-01"), "api"): 2}


def test_the_page_splits_by_type_or_source_and_the_file_has_it_all(desk, yearly, clock):
    other = PassTypeFactory(name="Data Skills")
    at("2026-11-02T10:00+00:00", option=yearly)
    at("2026-11-03T10:00+00:00", option=yearly, source=Source.IMPORT)
    at("2026-10-03T10:00+00:00", option=PassOptionFactory(pass_type=other))
    said = text(desk.get(SOLD))
    assert "Time Leadership Library Data Skills Passes issued" in said
    assert "September 2026 0 0 0 October 2026 0 1 1 November 2026 2 0 2 Together 2 1 3" in said
    by_source = f"{SOLD}?split=source&first=2026-11-01&by=year"
    assert "2026 1 1 2 Together 1 1 2" in text(desk.get(by_source))
    found = lines(desk.get(f"{SOLD}?first=2026-10-01&export=csv"))
    assert found == [
        ["From", "Time", "Pass Type", "Passes issued"],
        ["2026-10-01", "October 2026", "Leadership Library", "0"],
        ["2026-10-01", "October 2026", "Data Skills", "1"],
        ["2026-11-01", "November 2026", "Leadership Library", "2"],
        ["2026-11-01", "November 2026", "Data Skills", "0"],
    ]
    assert desk.get(f"{SOLD}?export=xlsx").content.startswith(b"PK")
    only = text(desk.get(f"{SOLD}?pass_type={other.pk}&source=hand"))
    assert "October 2026 1 November 2026 0 Together 1" in only


def test_more_types_than_colours_are_shown_as_others(desk):
    for number in range(8):
        option = PassOptionFactory(pass_type=PassTypeFactory(name=f"Type {number}"))
        for _each in range(9 - number):
            PassFactory(option=option)
    said = text(desk.get(f"{SOLD}?first=2026-11-01"))
    assert "Type 0 Type 1 Type 2 Type 3 Type 4 Others Passes issued" in said
    assert "November 2026 9 8 7 6 5 9 44" in said
    assert len(lines(desk.get(f"{SOLD}?first=2026-11-01&export=csv"))) == 1 + 8


# Active


@pytest.fixture
def spring(given, deed, yearly, monthly):
    """Half a year of deeds: [how many were active at the end of each day], from 1 January on."""
    held = []

    def until(number, on):
        def extend(**who):
            lifecycle.extend(held[number].pk, expires_on=day(on), **who)

        return extend

    plan = {
        "2026-01-05": lambda **who: held.append(given("2026-01-05")),
        "2026-01-31": lambda **who: held.append(given("2026-01-31")),
        "2026-02-10": lambda **who: lifecycle.renew(held[1].pk, option=monthly, **who),
        "2026-02-11": lambda **who: held.append(
            given("2026-02-11", starts_on=day("2026-03-01"), source=Source.API)
        ),
        # Over since 5 February: revived, and on the next day made longer.
        "2026-03-20": lambda **who: lifecycle.extend(
            held[0].pk, expires_on=day("2026-03-25"), **who
        ),
        "2026-03-21": lambda **who: lifecycle.extend(
            held[0].pk, expires_on=day("2026-05-02"), **who
        ),
        "2026-03-27": lambda **who: lifecycle.cancel(held[2].pk, **who),
        "2026-03-29": lambda **who: lifecycle.extend(
            held[1].pk, expires_on=day("2026-03-30"), **who
        ),
        "2026-06-30": lambda **who: lifecycle.renew(held[0].pk, option=yearly, **who),
    }
    seen = []
    for ahead in range(181):
        on = day("2026-01-01") + datetime.timedelta(days=ahead)
        if deed_of_day := plan.get(on.isoformat()):
            deed_of_day(version=None, **deed(on.isoformat()))
        seen.append(Pass.objects.active_on(on).count())
    return seen


def test_active_is_as_of_then_whatever_happened_since(spring, library):
    days = [day("2026-01-01") + datetime.timedelta(days=ahead) for ahead in range(181)]
    assert set(spring) == {0, 1, 2, 3}
    found = reports.active(days, zone=ZONE)
    assert [found.get((each, library.pk), 0) for each in days] == spring
    for first in (20, 50, 85, 120):
        some = days[first::7]
        found = reports.active(some, zone=ZONE, pass_type=library.pk)
        assert [found.get((each, library.pk), 0) for each in some] == spring[first::7]


@pytest.fixture
def year(deed, kestrel, ada, monthly):
    """Four months in which something happens to some pass nearly every day, by chance: [how many
    of each type were active at the end of each day], from 1 January on."""
    dice, held, seen = random.Random(5), [], []
    other = PassOptionFactory(pass_type=PassTypeFactory(name="Data Skills"), period=2)

    def days(*span):
        return datetime.timedelta(days=dice.randint(*span))

    def happens(on, who):
        lot = dice.choice(["issue", "issue", "ahead", "extend", "shorten", "renew", "cancel"])
        one = dice.choice(held) if held else None
        if lot in ("issue", "ahead") or one is None:
            starts = on + days(1, 20) if lot == "ahead" else on
            option = dice.choice([monthly, other])
            held.append(
                lifecycle.issue(
                    option=option, account=kestrel, contact=ada, starts_on=starts, **who
                ).pk
            )
        elif lot == "cancel":
            lifecycle.cancel(one, version=None, **who)
        elif lot == "renew":
            option = Pass.objects.get(pk=one).option
            lifecycle.renew(one, version=None, option=option, **who)
        else:
            last = Pass.objects.get(pk=one).expires_on
            ends = last + days(1, 30) if lot == "extend" else last - days(1, 30)
            lifecycle.extend(one, version=None, expires_on=ends, **who)

    for ahead in range(120):
        on = day("2026-01-01") + datetime.timedelta(days=ahead)
        for _each in range(dice.choice([0, 1, 1, 2])):
            # What its status doesn't allow doesn't happen.
            with contextlib.suppress(Refusal):
                happens(on, deed(on.isoformat()))
        active = Pass.objects.active_on(on).values_list("pass_type_id", flat=True)
        seen.append(dict(collections.Counter(active)))
    return seen


def test_a_world_by_chance_is_counted_as_it_was_on_each_of_its_days(year):
    days = [day("2026-01-01") + datetime.timedelta(days=ahead) for ahead in range(len(year))]
    kinds = JournalRow.objects.filter(kind__startswith="pass.").values_list("kind", flat=True)
    happened = collections.Counter(kinds)
    for kind in ("issued", "renewed", "extended", "shortened", "cancelled"):
        assert happened[f"pass.{kind}"] > 5, happened
    for first, step in ((0, 1), (3, 7), (40, 11), (100, 1), (118, 2)):
        some, found = days[first::step], collections.defaultdict(dict)
        for (on, pk), number in reports.active(some, zone=ZONE).items():
            found[on][pk] = number
        assert [found[on] for on in some] == year[first::step]


def test_one_cancelled_just_after_midnight_was_active_the_day_before(given, deed, library):
    one = given("2026-06-15")
    lifecycle.cancel(one.pk, version=None, **deed("2026-07-01", "00:30"))
    days = [day("2026-06-30"), day("2026-07-01")]
    assert reports.active(days, zone=ZONE) == {(days[0], library.pk): 1}


def test_the_page_draws_a_line_of_one_type_and_ends_with_the_period(desk, spring, clock, library):
    clock.set("2026-06-30 09:00")
    address = f"{ACTIVE}?first=2026-03-01&last=2026-06-30"
    page = desk.get(address)
    assert "March 2026 1 April 2026 1 May 2026 0 June 2026 1" in text(page)
    assert '<desc id="chart-desc">Active passes. Leadership Library: Mar 1' in page.content.decode()
    assert "March 2026 3" in text(desk.get(f"{ACTIVE}?first=2026-03-01&last=2026-03-26"))


# Renewed


def test_what_was_due_in_a_month_was_renewed_extended_or_left_to_end(
    given, deed, monthly, library, clock
):
    passes = [given("2026-01-10") for _each in range(8)]
    early, late, longer, within, _left, gone, back, twice = passes
    start = day("2026-02-10")
    assert {each.expires_on for each in Pass.objects.all()} == {start}
    lifecycle.renew(early.pk, version=None, option=monthly, **deed("2026-01-20"))
    lifecycle.extend(within.pk, version=None, expires_on=day("2026-02-28"), **deed("2026-01-21"))
    lifecycle.extend(longer.pk, version=None, expires_on=day("2026-03-01"), **deed("2026-01-22"))
    # Renewed within the month that it was due in, and extended out of it: it was extended.
    by_hand = {"version": None, "expires_on": day("2026-02-27")}
    lifecycle.renew(twice.pk, **by_hand, **deed("2026-01-22"))
    lifecycle.extend(twice.pk, version=None, expires_on=day("2026-03-09"), **deed("2026-01-22"))
    lifecycle.renew(back.pk, version=None, option=monthly, **deed("2026-01-22"))
    lifecycle.extend(back.pk, version=None, expires_on=day("2026-02-11"), **deed("2026-01-23"))
    lifecycle.cancel(gone.pk, version=None, **deed("2026-02-10"))
    lifecycle.renew(late.pk, version=None, option=monthly, **deed("2026-05-05"))
    found = reports.renewal(day("2026-02-01"), day("2026-02-28"), zone=ZONE)
    assert found == {day("2026-02-01"): reports.Due(renewed=2, extended=2, ended=3)}
    assert found[day("2026-02-01")].rate == pytest.approx(2 / 7)
    march = reports.renewal(day("2026-03-01"), day("2026-06-30"), zone=ZONE, pass_type=library.pk)
    # `early`, `longer` and `twice`; and `late`, renewed from the day it was revived on.
    assert march == {
        day("2026-03-01"): reports.Due(ended=3),
        day("2026-06-01"): reports.Due(ended=1),
    }
    assert reports.renewal(day("2026-02-01"), day("2026-02-28"), zone=ZONE, pass_type=0) == found


def test_the_rate_stands_once_the_month_is_over(desk, given, deed, monthly, clock):
    first, _second = given("2026-10-20"), given("2026-10-20")
    lifecycle.renew(first.pk, version=None, option=monthly, **deed("2026-11-10"))
    clock.set("2026-11-22 09:00")
    page = f"{RENEWAL}?first=2026-10-05"
    said = text(desk.get(page))
    assert "October 2026 0 0 0 0 November 2026 2 1 0 1 Months that are over 0 0 0 0" in said
    clock.set("2026-12-01 00:00")
    said = text(desk.get(page))
    assert (
        "November 2026 2 1 0 1 50% December 2026 1 0 0 1 Months that are over 2 1 0 1 50%" in said
    )
    assert lines(desk.get(f"{page}&export=csv"))[2] == [
        "November 2026",
        "2",
        "1",
        "0",
        "1",
        "0.5",
    ]


# Ending


def test_what_ends_is_counted_ahead_and_leads_to_the_list(desk, yearly, ada, clock):
    for until in ("2026-11-22", "2026-11-30", "2026-12-01", "2027-11-21", "2027-11-22"):
        PassFactory(option=yearly, contact=ada, expires_on=day(until))
    PassFactory(option=yearly, cancelled_at=clock.at)
    PassFactory(option=yearly, starts_on=day("2026-12-01"))
    page = desk.get(ENDING)
    assert "November 2026 2 December 2026 1 January 2027 0" in text(page)
    assert "November 2027 1 Together 4" in text(page)
    address = "/passes/?status=active&amp;expires_from=2026-11-22&amp;expires_to=2026-11-30"
    assert f'<a href="{address}">November 2026</a>' in page.content.decode()
    assert len(names(desk.get(address.replace("&amp;", "&")))) == 2


# All of them


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("first=2026-02-01&last=2026-01-01", "The first day is after the last."),
        ("last=2026-11-23", "This day is to come."),
        ("first=2020-01-01&by=week", "That is more than 60 columns."),
        ("first=soon", "Enter a valid date."),
        ("pass_type=99999999999", "Select a valid choice."),
        ("by=decade", "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_answered_with_the_reason(desk, query, sentence):
    answer = desk.get(f"{SOLD}?{query}")
    assert (answer.status_code, sentence in text(answer)) == (422, True)


def test_an_empty_installation_has_empty_reports(desk):
    for page in (SOLD, ACTIVE):
        assert "Nothing happened in this time" in text(desk.get(page))
    assert "No pass was due in this time" in text(desk.get(RENEWAL))
    assert "No pass ends in this time" in text(desk.get(ENDING))


@pytest.mark.parametrize("page", PAGES)
def test_reports_are_for_who_may_see_passes_and_files_for_who_may_export(page, browse, someone):
    roles.sync()
    assert browse(UserFactory(is_staff=True)).get(page).status_code == 403
    support = someone("Support")
    shown = support.get(page)
    assert (shown.status_code, b"export=csv" in shown.content) == (200, False)
    assert support.get(f"{page}?export=csv").status_code == 403
    assert b"export=csv" in someone("Sales").get(page).content


@pytest.mark.parametrize("count", [1, 3, 30])
def test_reports_cost_the_same_however_many_passes(desk, count, count_queries):
    for number in range(count):
        option = PassOptionFactory(pass_type__name=f"Type {number}")
        PassFactory(option=option, expires_on=day("2026-11-22") + datetime.timedelta(days=number))
    assert [count_queries(lambda page=page: desk.get(page)) for page in PAGES] == [5, 5, 4, 5]


def test_the_page_reports_lists_what_the_role_includes(browse, someone, desk):
    roles.sync()
    said = text(desk.get("/reports/"))
    assert "Passes Passes sold How many passes were issued" in said
    nobody = browse(UserFactory(is_staff=True))
    assert "No report is for your role" in text(nobody.get("/reports/"))
    assert 'href="/reports/"' not in nobody.get("/dashboard/").content.decode()
    assert 'href="/reports/"' in desk.get("/dashboard/").content.decode()
