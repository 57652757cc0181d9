"""What expired is written down: once, late or twice, dated by when it happened."""

import datetime

import pytest

from passes import expiring, lifecycle
from passes.models import Pass, Status
from tests.factories import PassFactory, PassOptionFactory
from tms.models import JournalRow, Organisation

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db


def facts():
    rows = JournalRow.objects.filter(kind="pass.expired").order_by("subject_id", "id")
    return [(row.subject_id, row.on, row.at.isoformat()) for row in rows]


@pytest.fixture
def three(kestrel, office):
    return [
        PassFactory(account=kestrel, starts_on=day("2026-01-01"), expires_on=day(end))
        for end in ("2026-06-30", "2026-11-21", "2026-11-22")
    ]


def test_it_happened_at_the_first_moment_of_the_day_after(three, clock):
    done = expiring.record_expired(on=day("2026-11-22"), at=clock.at)
    assert done == {"expired": 2}
    assert facts() == [
        # British Summer Time in June, not in November.
        (three[0].pk, day("2026-07-01"), "2026-06-30T23:00:00+00:00"),
        (three[1].pk, day("2026-11-22"), "2026-11-22T00:00:00+00:00"),
    ]


def test_twice_changes_nothing(three, clock):
    expiring.record_expired(on=day("2026-11-22"), at=clock.at)
    before = facts()
    assert expiring.record_expired(on=day("2026-11-22"), at=clock.at) == {"expired": 0}
    assert facts() == before


def test_three_nights_late_writes_what_three_nights_in_time_would(kestrel, office, clock):
    def nights(days):
        passes = [
            PassFactory(account=kestrel, starts_on=day("2026-01-01"), expires_on=day(end))
            for end in ("2026-11-19", "2026-11-20", "2026-11-21")
        ]
        for night in days:
            expiring.record_expired(on=day(night), at=clock.at)
        mine = {pass_.pk for pass_ in passes}
        return [(on, at) for subject, on, at in facts() if subject in mine]

    in_time = nights(["2026-11-20", "2026-11-21", "2026-11-22"])
    late = nights(["2026-11-22"])
    assert len(late) == 3
    assert late == in_time


def test_cancelled_passes_never_expire(kestrel, office, clock):
    PassFactory(
        account=kestrel,
        starts_on=day("2026-01-01"),
        expires_on=day("2026-06-30"),
        cancelled_at=clock.at,
    )
    assert expiring.record_expired(on=day("2026-11-22"), at=clock.at) == {"expired": 0}


def test_a_pass_that_expires_again_is_written_down_again_and_an_old_date_is_not(
    kestrel, office, clock
):
    who = {"at": clock.at, "on": day("2026-11-22"), "by": office}
    pass_ = PassFactory(account=kestrel, starts_on=day("2026-01-01"), expires_on=day("2026-06-30"))
    expiring.record_expired(on=day("2026-11-22"), at=clock.at)
    lifecycle.extend(pass_.pk, version=0, expires_on=day("2026-12-01"), **who)
    assert expiring.record_expired(on=day("2026-12-01"), at=clock.at) == {"expired": 0}
    assert expiring.record_expired(on=day("2026-12-02"), at=clock.at) == {"expired": 1}
    assert [on for _pass, on, _at in facts()] == [day("2026-07-01"), day("2026-12-02")]


def test_a_pass_imported_after_its_end_is_no_news(kestrel, ada, office, clock):
    who = {"at": clock.at, "on": day("2026-11-22"), "by": office}
    past = lifecycle.issue(
        option=PassOptionFactory(),
        account=kestrel,
        contact=ada,
        starts_on=day("2025-01-01"),
        source="import",
        **who,
    )
    assert past.status_on(day("2026-11-22")) == Status.EXPIRED
    assert expiring.record_expired(on=day("2026-11-22"), at=clock.at) == {"expired": 0}


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Etc/GMT+12", "2026-11-22T12:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-11-21T10:00:00+00:00"),
        ("Asia/Kolkata", "2026-11-21T18:30:00+00:00"),
    ],
)
def test_the_moment_follows_the_zone(zone, at, kestrel, office, clock):
    Organisation.objects.update(time_zone=zone)
    PassFactory(account=kestrel, starts_on=day("2026-01-01"), expires_on=day("2026-11-21"))
    expiring.record_expired(on=day("2026-11-22"), at=clock.at)
    assert facts()[0][1:] == (day("2026-11-22"), at)


def test_a_chunk_is_one_statement(three, clock, django_assert_num_queries):
    # savepoint, zone, one statement, release
    with django_assert_num_queries(4):
        expiring.record_expired(on=day("2026-11-22"), at=clock.at)
    assert Pass.objects.filter(expiry_recorded=None).count() == 1
