"""When messages leave, and whether they do: settings, pausing, addresses, operations, ticks."""

import datetime

import pytest
from django.db import transaction
from django.urls import reverse

from comms import delivery, switches, ticks, watched
from comms.models import AddressTrouble, CommsSettings, Message
from comms.views import sending
from passes import lifecycle
from tests import races
from tms import tasks
from tms.condition import BAD, GOOD, NOTE, WARN
from tms.environment import mailer_from
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db

FORM = {
    "send_at": "07:30",
    "catch_up_days": "5",
    "unusual_from": "500",
    "unusual_times": "5",
    "keep_bodies_days": "730",
    "version": "0",
}


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def trouble(clock):
    return AddressTrouble.objects.create(
        email="gone@x.example", why="550 5.1.1 No such mailbox", at=clock.at
    )


def test_settings_are_changed_and_the_history_says_what(browse, office):
    page = browse(office)
    answer = page.post(reverse("comms:sending"), FORM)
    assert (answer.status_code, answer["Location"]) == (302, reverse("comms:sending"))
    now = CommsSettings.current()
    assert (now.send_at, now.catch_up_days, now.version) == (datetime.time(7, 30), 5, 1)
    row = JournalRow.objects.latest("id")
    assert (row.kind, row.subject_id, row.before, row.after) == (
        "comms_settings.changed",
        1,
        {"send_at": "08:00", "catch_up_days": 3},
        {"send_at": "07:30", "catch_up_days": 5},
    )
    shown = page.get(reverse("comms:sending")).content.decode()
    assert 'value="07:30"' in shown
    assert "Settings of sending changed" in shown


def test_a_form_that_somebody_else_overtook_changes_nothing(browse, office):
    page = browse(office)
    page.post(reverse("comms:sending"), FORM)
    answer = page.post(reverse("comms:sending"), FORM | {"catch_up_days": "1"})
    assert answer.status_code == 422
    assert "were changed meanwhile" in answer.content.decode()
    assert CommsSettings.current().catch_up_days == 5


@pytest.mark.parametrize(
    ("name", "value"), [("catch_up_days", "31"), ("send_at", "25:00"), ("unusual_from", "0")]
)
def test_what_makes_no_sense_is_refused(browse, office, name, value):
    assert browse(office).post(reverse("comms:sending"), FORM | {name: value}).status_code == 422
    assert not JournalRow.objects.filter(kind="comms_settings.changed").exists()


def test_nothing_changed_writes_nothing(who):
    switches.change(catch_up_days=3, **who)
    assert not JournalRow.objects.filter(kind="comms_settings.changed").exists()


def test_sending_is_paused_and_resumed(browse, office, who):
    page = browse(office)
    page.post(reverse("comms:pause_sending"), {})
    assert CommsSettings.current().paused
    assert (
        "Sending is paused. 0 messages wait." in page.get(reverse("comms:sending")).content.decode()
    )
    with pytest.raises(Refusal, match="paused already"):
        switches.pause(**who)
    page.post(reverse("comms:resume_sending"), {})
    assert not CommsSettings.current().paused
    with pytest.raises(Refusal, match="isn’t paused"):
        switches.resume(**who)
    kinds = JournalRow.objects.order_by("-id").values_list("kind", "after")[:2]
    assert list(kinds) == [
        ("comms_settings.changed", {"paused": False}),
        ("comms_settings.changed", {"paused": True}),
    ]


def test_while_paused_rules_go_on_writing(trigger, issue, fire, log, clock):
    CommsSettings.objects.create(pk=1, paused=True)
    trigger("pass.issued")
    issue()
    fire()
    assert delivery.run(at=clock.at) == delivery.Run()
    assert log("state") == ["queued"]


def test_an_address_that_mail_came_back_from_is_cleared(browse, office, trouble):
    page = browse(office)
    shown = page.get(reverse("comms:sending")).content.decode()
    assert "gone@x.example" in shown
    assert "550 5.1.1 No such mailbox" in shown
    page.post(reverse("comms:clear_trouble", args=[trouble.pk]), {})
    assert not AddressTrouble.objects.exists()
    row = JournalRow.objects.latest("id")
    assert (row.kind, row.subject_id, row.before, row.after) == (
        "address_trouble.cleared",
        trouble.pk,
        {},
        {},
    )
    twice = page.post(reverse("comms:clear_trouble", args=[trouble.pk]), {})
    assert twice.status_code == 422


def test_an_address_is_found_whole(browse, office, trouble, clock, monkeypatch):
    monkeypatch.setattr(sending, "SHOWN", 1)
    AddressTrouble.objects.create(email="other@x.example", at=clock.at)
    page = browse(office)
    assert "The newest 1" in page.get(reverse("comms:sending")).content.decode()
    found = page.get(reverse("comms:sending"), {"q": "GONE@x.example"}).content.decode()
    assert "gone@x.example" in found
    assert "other@x.example" not in found
    assert (
        "doesn’t come back"
        in page.get(reverse("comms:sending"), {"q": "ada@x.example"}).content.decode()
    )


def test_it_says_whether_mail_leaves(browse, office, settings):
    page = browse(office)
    settings.MAILERS = {"default": mailer_from("")}
    assert "No mail server is configured" in page.get(reverse("comms:sending")).content.decode()
    settings.MAILERS = {"default": mailer_from("smtp+tls://me:secret@mail.x.example")}
    shown = page.get(reverse("comms:sending")).content.decode()
    assert "mail.x.example:587, encrypted" in shown
    assert "secret" not in shown
    assert "No mail server is configured" not in shown


# Operations


def test_operations_say_whether_rules_are_followed(clock, trigger, fire):
    assert watched.firing(clock.at).tone == NOTE
    trigger("pass.issued")
    assert watched.firing(clock.at).tone == BAD
    fire()
    assert watched.firing(clock.at).tone == GOOD
    clock.move(minutes=16)
    found = watched.firing(clock.at)
    assert (found.tone, found.figures) == (BAD, {"triggers_run_age_seconds": 960.0})


def test_operations_say_that_messages_do_not_leave(clock, trigger, issue, fire):
    rule = trigger("pass.issued")
    issue()
    fire()
    assert watched.delivering(clock.at).tone == GOOD
    clock.move(minutes=16)
    found = watched.delivering(clock.at)
    assert (found.tone, found.value) == (BAD, "waiting for 16 minutes")
    assert found.figures["messages_oldest_queued_seconds"] == 960.0
    rule.disabled = True
    rule.save()
    assert watched.delivering(clock.at).tone == GOOD


@pytest.mark.parametrize(
    ("state", "more", "tone", "value"),
    [
        ("sending", {"minutes": -11}, BAD, "stuck"),
        ("sending", {"minutes": 1}, GOOD, "everything leaves"),
        ("unclear", None, WARN, "1 unclear"),
        ("failed", None, GOOD, "everything leaves"),
    ],
)
def test_operations_say_what_is_stuck_or_unclear(
    clock, trigger, issue, fire, state, more, tone, value
):
    trigger("pass.issued")
    issue()
    fire()
    leased = clock.at + datetime.timedelta(**more) if more else None
    Message.objects.update(state=state, leased_until=leased)
    found = watched.delivering(clock.at)
    assert (found.tone, found.value) == (tone, value)


def test_operations_say_that_sending_is_paused(clock):
    CommsSettings.objects.create(pk=1, paused=True)
    found = watched.delivering(clock.at)
    assert (found.tone, found.figures["messages_paused"]) == (WARN, 1.0)


# Three times a minute


@pytest.fixture
def database_clock(clock, monkeypatch):
    """The database's clock goes as this test's does, unless told otherwise."""
    apart = {"by": datetime.timedelta(0)}
    monkeypatch.setattr(ticks, "database_clock", lambda: clock.at + apart["by"])
    return apart


@pytest.fixture
def due(trigger, issue):
    """A pass was issued that a rule writes about at once."""
    trigger("pass.issued")
    return issue()


def test_a_tick_writes_what_is_due_and_sends_it(due, database_clock, log, mailoutbox):
    tasks.messages()
    assert log("state") == ["sent"]
    assert [message.to for message in mailoutbox] == [["Ada Lindqvist <ada@kestrelrail.example>"]]


def test_a_task_that_comes_twice_does_nothing_twice(due, database_clock, log, mailoutbox):
    tasks.messages()
    tasks.messages()
    assert (log("state"), len(mailoutbox)) == (["sent"], 1)


@pytest.mark.parametrize("seconds", [6, -6])
def test_with_clocks_that_disagree_nothing_is_written_and_the_log_says_so(
    due, database_clock, log, caplog, seconds
):
    database_clock["by"] = datetime.timedelta(seconds=seconds)
    tasks.messages()
    assert log("state") == []
    assert "the clocks of this machine and of the database are 6 seconds apart" in caplog.text
    database_clock["by"] = datetime.timedelta(seconds=seconds / 2)
    tasks.messages()
    assert log("state") == ["sent"]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_do_no_harm(due, database_clock, log, mailoutbox):
    races.race(tasks.messages, tasks.messages, tasks.messages)
    tasks.messages()
    assert (log("state"), len(mailoutbox)) == (["sent"], 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_follow_the_rules_at_once_one_does(clock, monkeypatch, due):
    answers = []

    def run(*, at):
        answers.extend(races.race(lambda: ticks.follow(at=clock.at)).answers)

    monkeypatch.setattr(ticks.postman, "run", run)
    ticks.follow(at=clock.at)
    assert answers == [None]


# Days that were missed


def days(clock, trigger, issue, fire, *, missed: bool) -> list[tuple]:
    """Warnings over three days, with a run a day, or with one at the end of them all."""
    trigger("pass.expired", 10, "before")
    for ahead in (11, 12, 13):
        pass_ = issue()
        who = {"at": clock.at, "on": clock.on(), "by": None}
        day = clock.on() + datetime.timedelta(days=ahead)
        lifecycle.extend(pass_.pk, version=pass_.version, expires_on=day, **who)
    for _day in range(3):
        clock.move(days=1)
        if not missed:
            fire()
            delivery.run(at=clock.at)
    fire()
    delivery.run(at=clock.at)
    rows = Message.objects.order_by("due_on", "recipient")
    return list(rows.values_list("occurrence", "recipient", "state", "due_on"))


def test_three_days_that_were_missed_end_like_three_in_time(
    clock, trigger, issue, fire, mailoutbox
):
    began, found = clock.at, []
    for missed in (False, True):
        clock.at = began
        with transaction.atomic():
            rows = days(clock, trigger, issue, fire, missed=missed)
            late = list(Message.objects.order_by("due_on").values_list("late", flat=True))
            found.append(([row[2:] for row in rows], len(mailoutbox), late))
            mailoutbox.clear()
            transaction.set_rollback(True)
    in_time, caught_up = found
    assert in_time[:2] == caught_up[:2]
    assert in_time[1] == 3
    assert (in_time[2], caught_up[2]) == ([False] * 3, [True, True, False])
