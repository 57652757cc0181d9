"""Every night is worked through once, in order, however late and however often it is asked for."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tms import nightly, tasks
from tms.models import NightRun
from tms.refusals import Refusal

worked = []


def step(on, at):
    worked.append(on.day)
    return {"expired": on.day}


def break_on_the_24th(on, at):
    if on.day == 24:
        raise ZeroDivisionError
    return 0


def day(number: int) -> datetime.date:
    return datetime.date(2026, 11, number)


@pytest.fixture(autouse=True)
def steps(settings, organisation):
    worked.clear()
    settings.NIGHTLY = [f"{__name__}.step"]


def test_the_first_night_is_that_day_alone(clock):
    (night,) = nightly.run(day(22), clock.at)
    assert (night.on, night.finished_at) == (day(22), clock.at)
    assert night.done == {f"{__name__}.step": {"expired": 22}}


def test_nights_that_were_missed_are_made_up_in_order(clock):
    nightly.run(day(20), clock.at)
    nights = nightly.run(day(23), clock.at)
    assert worked == [20, 21, 22, 23]
    assert [night.on for night in nights] == [day(21), day(22), day(23)]


def test_the_last_night_may_be_worked_through_again(clock):
    nightly.run(day(22), clock.at)
    nightly.run(day(22), clock.move(hours=1))
    assert worked == [22, 22]
    assert NightRun.objects.count() == 1


def test_a_night_before_the_last_is_refused(clock):
    nightly.run(day(22), clock.at)
    with pytest.raises(Refusal) as no:
        nightly.run(day(21), clock.at)
    assert str(no.value) == (
        "The night of 2026-11-22 was already worked through. Name that day or a later one."
    )


def test_a_step_that_breaks_lets_the_others_run_and_its_night_is_done_again(
    clock, settings, monkeypatch
):
    settings.NIGHTLY = [f"{__name__}.break_on_the_24th", f"{__name__}.step"]
    nightly.run(day(23), clock.at)
    with pytest.raises(nightly.Unfinished):
        nightly.run(day(26), clock.at)
    assert worked == [23, 24]
    monkeypatch.setitem(globals(), "break_on_the_24th", lambda on, at: 0)
    nightly.run(day(26), clock.at)
    assert worked == [23, 24, 24, 25, 26]
    assert not NightRun.objects.filter(finished_at=None).exists()


def test_the_very_first_night_is_not_lost_when_it_broke(clock, settings):
    settings.NIGHTLY = [f"{__name__}.break_on_the_24th"]
    with pytest.raises(nightly.Unfinished):
        nightly.run(day(24), clock.at)
    settings.NIGHTLY = [f"{__name__}.step"]
    nightly.run(day(25), clock.at)
    assert worked == [24, 25]


def test_the_scheduler_works_by_the_day_of_the_installation(clock, organisation):
    organisation.time_zone = "Asia/Tokyo"
    organisation.save()
    clock.set("2026-11-22 14:59:59")
    tasks.night()
    clock.move(seconds=1)  # midnight in Tokyo
    tasks.night()
    tasks.night()
    assert worked == [22, 23]


def test_the_command_says_what_was_done(clock, capsys):
    call_command("nightly", "--on", "2026-11-22")
    assert capsys.readouterr().out == f"2026-11-22:\n  {__name__}.step: {{'expired': 22}}\n"


def test_the_command_refuses_a_day_before_the_last(clock):
    call_command("nightly")
    with pytest.raises(CommandError, match="was already worked through"):
        call_command("nightly", "--on", "2026-11-01")


@pytest.mark.django_db(transaction=True)
def test_a_second_scheduler_goes_away(clock):
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [nightly.LOCK])
            assert nightly.run(day(22), clock.at, wait=False) == []
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [nightly.LOCK])
        assert len(nightly.run(day(22), clock.at, wait=False)) == 1
    finally:
        other.close()
    assert worked == [22]
