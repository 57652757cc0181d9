"""What is due is written down once, on its day, to whoever it is for."""

import datetime

import pytest

from comms import answers, postman
from comms.models import CommsSettings, Message, Trigger
from passes import lifecycle
from tests.factories import LearnerFactory

pytestmark = pytest.mark.django_db


def day_before(clock, pass_, days, hour=9):
    clock.set(f"{pass_.expires_on - datetime.timedelta(days=days)} {hour:02}:00", "Europe/London")


def test_a_warning_is_written_on_its_day_at_its_hour_and_once(clock, trigger, issue, fire, log):
    trigger(offset=30, side="before")
    pass_ = issue()
    clock.move(days=1)
    assert fire().written == 0
    day_before(clock, pass_, 30, hour=7)
    fire()
    assert log("pk") == []
    day_before(clock, pass_, 30, hour=8)
    fire()
    fire()
    clock.move(days=1)
    fire()
    assert log("state", "occurrence", "recipient", "late") == [
        ("queued", "pass:2027-11-22", f"c{pass_.contact_id}", False)
    ]
    assert Message.objects.get().due_at == datetime.datetime(2027, 10, 23, 7, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("offset", "side", "days"),
    [(0, "before", 0), (0, "after", 1), (1, "after", 1), (7, "after", 7)],
)
def test_days_count_from_the_expiry_date(clock, trigger, issue, fire, log, offset, side, days):
    trigger(offset=offset, side=side)
    pass_ = issue()
    clock.set(f"{pass_.expires_on + datetime.timedelta(days=days - 1)} 12:00")
    fire()
    assert log("pk") == []
    clock.move(days=1)
    fire()
    assert log("due_on") == [pass_.expires_on + datetime.timedelta(days=days)]


def test_what_happens_goes_out_at_once_and_not_what_happened_before(
    clock, trigger, issue, fire, log
):
    issue()
    clock.move(minutes=1)
    trigger("pass.issued")
    fire()
    assert log("pk") == []
    second = issue()
    fire()
    fire()
    assert log("state", "subject_id", "occurrence") == [("queued", second.pk, "pass issued")]


def test_a_pass_given_to_nobody_is_issued_when_somebody_first_gets_it(
    clock, trigger, issue, fire, log, ada, office
):
    trigger("pass.issued")
    pass_ = issue(contact=None)
    fire()
    assert log("pk") == []
    who = {"at": clock.at, "on": clock.on(), "by": office}
    lifecycle.assign(pass_.pk, version=None, contact=ada, **who)
    fire()
    lifecycle.assign(pass_.pk, version=None, contact=LearnerFactory(account=ada.account), **who)
    fire()
    assert log("recipient") == [f"c{ada.pk}"]


def test_a_pass_from_before_the_rule_that_somebody_gets_now_is_news_to_them_alone(
    clock, trigger, issue, fire, log, ada, office
):
    ada.account.main_contact, ada.account.owner = LearnerFactory(account=ada.account), office
    ada.account.save()
    pass_ = issue(contact=None)
    clock.move(minutes=1)
    everybody = ["learner", "main_contact", "owner", "addresses"]
    trigger("pass.issued", audience=everybody, addresses=["sales@northlight.example"])
    lifecycle.assign(pass_.pk, version=None, contact=ada, at=clock.at, on=clock.on(), by=office)
    fire()
    assert log("role", "recipient") == [("learner", f"c{ada.pk}")]
    issue(contact=None)
    fire()
    assert sorted(log("role")[1:]) == ["addresses", "main_contact", "owner"]


def test_the_messages_of_a_day_are_due_from_its_hour_on(clock, now):
    for hour, due in (("07:59", "2026-11-22"), ("08:00", "2026-11-23")):
        clock.set(f"2026-11-23 {hour}")
        assert str(now().last_due) == due


def test_an_address_is_the_same_however_it_is_written(clock, trigger, issue, fire, log):
    rule = trigger("pass.issued", audience=["addresses"], addresses=["Sales@northlight.example"])
    issue()
    fire()
    Trigger.objects.filter(pk=rule.pk).update(addresses=["sales@Northlight.example"])
    fire()
    assert log("recipient") == ["a:sales@northlight.example"]


def test_a_shorter_pass_is_noted_and_gets_no_warning(clock, trigger, issue, fire, log):
    trigger(offset=30, side="before")
    issue(expires_on=clock.on() + datetime.timedelta(days=30))
    issue(expires_on=clock.on() + datetime.timedelta(days=7))
    clock.move(minutes=1)
    fire()
    assert log("state", "reason") == [("skipped", "too_short"), ("skipped", "too_short")]


def test_missed_days_are_caught_up_and_older_ones_wait_for_a_person(
    clock, trigger, issue, fire, log
):
    trigger(offset=30, side="before")
    first = issue()
    second = issue(expires_on=first.expires_on + datetime.timedelta(days=1))
    third = issue(expires_on=first.expires_on + datetime.timedelta(days=4))
    day_before(clock, first, 31)
    fire()
    day_before(clock, third, 30)
    fire()
    assert log("subject_id", "state", "late") == [
        (first.pk, "missed", True),
        (second.pk, "queued", True),
        (third.pk, "queued", False),
    ]


def test_a_warning_of_what_is_over_meanwhile_is_skipped(clock, trigger, issue, fire, log):
    trigger(offset=1, side="before")
    pass_ = issue()
    day_before(clock, pass_, 3)
    fire()
    day_before(clock, pass_, -1)
    fire()
    assert log("state", "reason", "late") == [("skipped", "over", True)]


def test_a_moved_expiry_voids_the_warning_that_waits_and_is_warned_of_anew(
    clock, trigger, issue, fire, log, office
):
    trigger(offset=30, side="before", automatic=False)
    pass_ = issue()
    day_before(clock, pass_, 30)
    fire()
    lifecycle.renew(
        pass_.pk, version=None, option=pass_.option, at=clock.at, on=clock.on(), by=office
    )
    clock.move(days=1)
    fire()
    assert log("state", "reason") == [("skipped", "changed")]
    pass_.refresh_from_db()
    day_before(clock, pass_, 30)
    fire()
    assert log("state", "occurrence")[1:] == [("waiting", f"pass:{pass_.expires_on}")]


def test_far_more_than_usual_waits_for_a_person(clock, trigger, issue, fire, log):
    CommsSettings.objects.create(pk=1, unusual_from=2)
    trigger("pass.issued")
    for _each in range(3):
        issue()
    assert fire().held == "unusual"
    assert log("state", "reason") == [("waiting", "unusual")] * 3


def test_what_left_today_already_counts_as_usual_no_more(clock, trigger, issue, fire, log):
    CommsSettings.objects.create(pk=1, unusual_from=3)
    trigger("pass.issued")
    for held in ("", "unusual"):
        for _each in range(2):
            issue()
        assert fire().held == held
    assert log("state") == ["queued", "queued", "waiting", "waiting"]


def test_what_was_committed_late_over_midnight_is_found(clock, trigger, issue, fire, log, office):
    trigger("pass.issued")
    before = {"at": clock.at, "on": clock.on(), "by": office}
    clock.set("2026-11-23 00:01")
    fire()
    issue(**before)
    clock.set("2026-11-23 00:02")
    fire()
    assert log("state") == ["queued"]


def test_a_rule_that_was_switched_off_a_moment_ago_writes_nothing(trigger, issue, now, log):
    rule = trigger("pass.issued", disabled=True)
    issue()
    assert postman.fire(rule.pk, now()) == postman.Run()
    assert log("pk") == []


def test_what_somebody_sends_again_is_not_voided_by_its_rule(
    clock, trigger, issue, fire, log, office
):
    trigger(offset=30, side="before")
    pass_ = issue()
    day_before(clock, pass_, 31)
    fire()
    day_before(clock, pass_, 30)
    fire()
    Message.objects.update(state="failed")
    who = {"at": clock.at, "on": clock.on(), "by": office}
    answers.resend(Message.objects.values_list("pk", flat=True), **who)
    lifecycle.renew(pass_.pk, version=None, option=pass_.option, **who)
    clock.move(days=1)
    fire()
    assert log("state") == ["failed", "queued"]


def test_a_rule_by_approval_waits_for_a_person(trigger, issue, fire, log):
    trigger("pass.issued", automatic=False)
    issue()
    fire()
    assert log("state", "reason") == [("waiting", "")]


def test_what_one_happening_sends_to_several_is_counted_by_each(clock, trigger, issue, fire, log):
    CommsSettings.objects.create(pk=1, unusual_from=5)
    many = ["x@y.example", "z@y.example"]
    trigger("pass.issued", audience=["learner", "addresses"], addresses=many)
    for _each in range(2):
        issue()
    assert fire().held == "unusual"
    assert log("state", "reason") == [("waiting", "unusual")] * 6


def test_after_more_than_thirty_days_a_person_looks_first(clock, trigger, issue, fire, log):
    month = datetime.timedelta(days=30)
    CommsSettings.objects.create(pk=1, ran_at=clock.at - month)
    trigger("pass.issued")
    issue()
    assert fire().held == ""
    CommsSettings.objects.update(ran_at=clock.at - month - datetime.timedelta(seconds=1))
    issue()
    assert fire().held == "long_gap"
    assert log("state", "reason") == [("queued", ""), ("waiting", "long_gap")]


def test_two_runs_at_the_same_moment_are_one(clock, trigger, issue, now):
    rule = trigger("pass.issued")
    issue()
    assert postman.fire(rule.pk, now()).written == 1
    assert postman.fire(rule.pk, now()).written == 0
