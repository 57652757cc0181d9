"""What people go through with rules that write to them: the stories of the specification."""

import datetime

import pytest

from comms.models import AddressTrouble, CommsSettings, Message, Trigger
from comms.rules import setting
from crm.models import Contact
from passes import lifecycle
from passes.models import Source
from tests.factories import (
    ContactFactory,
    EventFactory,
    LearnerFactory,
    PassOptionFactory,
    RegistrationFactory,
    TokenTypeFactory,
)
from tms.models import Organisation
from tms.occasions import occasions
from tokens import issuing

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


@pytest.fixture
def who(clock, office):
    return lambda: {"version": None, "at": clock.at, "on": clock.on(), "by": office}


# COM-6, E20: on which day, for each occasion, offset and side


@pytest.mark.parametrize(
    ("occasion", "offset", "side", "due_on"),
    [
        ("pass.expired", 30, "before", "2026-12-02"),
        ("pass.expired", 0, "before", "2027-01-01"),
        ("pass.expired", 0, "after", "2027-01-02"),
        ("pass.expired", 1, "after", "2027-01-02"),
        ("pass.expired", 7, "after", "2027-01-08"),
        ("tokens.expired", 7, "before", "2026-12-25"),
        ("tokens.expired", 0, "after", "2027-01-02"),
        ("registration.starts", 14, "before", "2026-12-18"),
        ("registration.starts", 0, "before", "2027-01-01"),
        ("registration.starts", 0, "after", "2027-01-01"),
        ("registration.ends", 0, "after", "2027-01-02"),
        ("registration.ends", 1, "after", "2027-01-03"),
        ("pass.issued", 3, "after", "2026-11-25"),
    ],
)
def test_the_day_counts_from_the_happening(
    clock, trigger, issue, fire, log, ada, office, occasion, offset, side, due_on
):
    role = "main_contact" if occasion.startswith("tokens") else "learner"
    trigger(occasion, offset, side, audience=[role])
    end = day("2027-01-01")
    issue(expires_on=end)
    who = {"at": clock.at, "on": clock.on(), "by": office}
    issuing.issue(ada.account, TokenTypeFactory(), 5, expires_on=end, **who)
    RegistrationFactory(contact=ada, event=EventFactory(first_on=end, days=2))
    clock.set(f"{due_on} 07:59", "Europe/London")
    fire()
    assert log("pk") == []
    clock.move(minutes=1)
    fire()
    assert log("due_on") == [day(due_on)]


# COM-9, E12, E13


def test_extended_by_mistake_and_set_back_is_not_warned_twice(
    clock, trigger, issue, fire, log, who
):
    trigger(offset=30, side="before")
    pass_ = issue(expires_on=day("2027-01-01"))
    clock.set("2026-12-02 09:00")
    fire()
    lifecycle.extend(pass_.pk, expires_on=day("2027-06-01"), **who())
    clock.move(days=1)
    fire()
    lifecycle.extend(pass_.pk, expires_on=day("2027-01-01"), **who())
    for _each in range(3):
        clock.move(days=1)
        fire()
    assert log("occurrence") == ["pass:2027-01-01"]


def test_extending_says_nothing_and_moves_the_warning(clock, trigger, issue, fire, log, who):
    trigger("pass.renewed")
    trigger(offset=30, side="before")
    pass_ = issue(expires_on=day("2027-01-01"))
    lifecycle.extend(pass_.pk, expires_on=day("2027-02-01"), **who())
    clock.set("2026-12-03 09:00")
    fire()
    assert log("pk") == []
    clock.set("2027-01-02 09:00")
    fire()
    assert log("occurrence") == ["pass:2027-02-01"]


def test_renewed_after_its_warning_it_is_warned_of_again(clock, trigger, issue, fire, log, who):
    trigger(offset=30, side="before")
    pass_ = issue(expires_on=day("2027-01-01"))
    clock.set("2026-12-02 09:00")
    fire()
    Message.objects.update(state="sent", sent_at=clock.at)
    lifecycle.renew(pass_.pk, option=pass_.option, **who())
    for begun in ("2026-12-20", "2027-12-01", "2027-12-02"):
        clock.set(f"{begun} 09:00")
        CommsSettings.objects.update(ran_at=clock.at)
        fire()
    assert log("occurrence", "state") == [
        ("pass:2027-01-01", "sent"),
        ("pass:2028-01-01", "queued"),
    ]


# COM-12, E14, E15


@pytest.mark.parametrize(
    ("lasts", "expected"),
    [(29, [("skipped", "too_short")]), (30, [("skipped", "too_short")]), (31, [("queued", "")])],
)
def test_a_pass_shorter_than_the_offset_is_never_warned_by_surprise(
    clock, trigger, issue, fire, log, lasts, expected
):
    trigger(offset=30, side="before")
    issue(expires_on=clock.on() + datetime.timedelta(days=lasts))
    for _each in range(3):
        clock.move(days=1)
        fire()
    assert log("state", "reason") == expected


def test_a_cancelled_pass_gets_nothing_about_its_expiry(clock, trigger, issue, fire, log, who):
    trigger(offset=30, side="before")
    trigger(offset=0, side="after")
    pass_ = issue(expires_on=day("2027-01-01"))
    lifecycle.cancel(pass_.pk, **who())
    for on in ("2026-12-02", "2026-12-20", "2027-01-02"):
        clock.set(f"{on} 09:00")
        fire()
    assert log("pk") == []


def test_what_was_over_when_it_came_is_nobodys_news(clock, trigger, yearly, fire, log, ada, who):
    trigger(offset=7, side="after")
    trigger("pass.issued")
    more = {name: value for name, value in who().items() if name != "version"}
    lifecycle.issue(
        option=yearly,
        account=ada.account,
        contact=ada,
        starts_on=day("2025-11-20"),
        expires_on=day("2026-11-19"),
        source=Source.IMPORT,
        tell=True,
        **more,
    )
    for _each in range(8):
        fire()
        clock.move(days=1)
    assert log("state", "reason") == [("skipped", "too_short")]


# E16: reassigned before the due day


def test_it_goes_to_whoever_holds_it_then_and_to_each_once(
    clock, trigger, issue, fire, log, who, ada
):
    trigger("pass.issued")
    trigger(offset=30, side="before")
    ben = LearnerFactory(account=ada.account)
    pass_ = issue(expires_on=day("2027-01-01"))
    fire()
    lifecycle.assign(pass_.pk, contact=ben, **who())
    fire()
    clock.set("2026-12-02 09:00")
    fire()
    assert log("occurrence", "recipient") == [
        ("pass issued", f"c{ada.pk}"),
        ("pass:2027-01-01", f"c{ben.pk}"),
    ]


def test_of_two_ways_to_somebody_the_first_that_is_due_counts(
    clock, trigger, issue, fire, log, who, ada
):
    ada.account.main_contact = ada
    ada.account.save()
    trigger("pass.issued", 3, audience=["learner", "main_contact"])
    pass_ = issue(contact=None, account=ada.account)
    clock.move(days=2)
    lifecycle.assign(pass_.pk, contact=ada, **who())
    for _each in range(5):
        clock.move(days=1)
        fire()
    assert log("state", "role", "due_on") == [("queued", "main_contact", day("2026-11-25"))]


# E18, E24, E25


def test_two_rules_about_the_same_are_two_messages(clock, trigger, issue, fire, log, library):
    trigger("pass.issued")
    trigger("pass.issued", pass_type=library)
    issue()
    fire()
    assert log("state") == ["queued", "queued"]


def test_the_same_person_by_several_ways_gets_one(clock, trigger, issue, fire, log, ada):
    ada.account.main_contact = ada
    ada.account.save()
    trigger(
        "pass.issued",
        audience=["learner", "main_contact", "addresses"],
        addresses=[ada.email.upper(), "archive@northlight.example"],
    )
    issue()
    fire()
    assert sorted(log("recipient")) == ["a:archive@northlight.example", f"c{ada.pk}"]


# COM-16, E26, F5


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"email": ""}, "skipped", "no_address"),
        ({"reminders": False}, "skipped", "opted_out"),
        (
            {"archived_at": datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)},
            "skipped",
            "archived",
        ),
        ({"erased_at": datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)}, "skipped", "erased"),
    ],
)
def test_who_cannot_be_written_to_is_noted_with_the_reason(
    clock, trigger, issue, fire, log, letter, ada, change, state, reason
):
    trigger("pass.issued", template=letter(kind="reminder"))
    issue()
    Contact.objects.filter(pk=ada.pk).update(**change)
    fire()
    assert log("state", "reason") == [(state, reason)]


def test_an_address_that_mail_comes_back_from_is_invalid_as_soon_as_it_is_due(
    clock, trigger, issue, fire, log, ada
):
    AddressTrouble.objects.create(email=ada.email.lower(), why="Nobody here", at=clock.at)
    Contact.objects.filter(pk=ada.pk).update(email=ada.email.title())
    trigger("pass.issued")
    issue()
    fire()
    assert log("state", "reason") == [("invalid", "bad_address")]


def test_an_owner_who_works_here_no_more_is_not_written_to(
    clock, trigger, issue, fire, log, ada, office
):
    ada.account.owner = office
    ada.account.save()
    trigger("pass.issued", audience=["owner"])
    issue()
    office.is_active = False
    office.save()
    fire()
    assert log("role", "state", "reason") == [("owner", "skipped", "archived")]


def test_an_address_that_comes_in_time_lets_the_warning_go(clock, trigger, issue, fire, log):
    trigger(offset=30, side="before")
    nobody = ContactFactory(email="")
    issue(contact=nobody, account=nobody.account, expires_on=day("2027-01-01"))
    clock.set("2026-12-02 09:00")
    fire()
    assert log("state", "reason") == [("skipped", "no_address")]
    Contact.objects.filter(pk=nobody.pk).update(email="found@x.example")
    clock.move(days=1)
    fire()
    assert log("state", "reason", "late") == [("queued", "", True)]


@pytest.mark.parametrize(
    ("days", "state", "reason"), [(3, "queued", ""), (5, "skipped", "no_address")]
)
def test_an_address_that_comes_late_helps_as_far_as_is_caught_up(
    clock, trigger, issue, fire, log, days, state, reason
):
    trigger(offset=30, side="before")
    nobody = ContactFactory(email="")
    issue(contact=nobody, account=nobody.account, expires_on=day("2027-01-01"))
    for passed in range(days):
        clock.set(f"2026-12-{2 + passed:02} 09:00")
        fire()
    Contact.objects.filter(pk=nobody.pk).update(email="found@x.example")
    clock.set(f"2026-12-{2 + days:02} 09:00")
    fire()
    assert log("state", "reason") == [(state, reason)]


# E17: an old world and a new rule


def test_a_new_rule_writes_about_what_comes_and_not_about_what_was(
    clock, trigger, issue, fire, log
):
    for days in (20, 40):
        issue(expires_on=clock.on() + datetime.timedelta(days=days))
    clock.move(days=5)
    trigger(offset=30, side="before")
    trigger("pass.issued")
    fire()
    assert log("pk") == []
    clock.move(days=5)
    fire()
    assert log("occurrence") == ["pass:2027-01-01"]


def test_what_was_due_yesterday_is_not_caught_up_by_a_rule_of_today(
    clock, trigger, issue, fire, log
):
    first = issue(expires_on=clock.on() + datetime.timedelta(days=40))
    second = issue(expires_on=clock.on() + datetime.timedelta(days=42))
    clock.set("2026-12-03 12:00")
    assert (first.expires_on - clock.on()).days == 29
    rule = trigger(offset=30, side="before")
    fire()
    assert log("pk") == []
    # Nor by one that became another today.
    clock.set("2026-12-05 12:00")
    Trigger.objects.filter(pk=rule.pk).update(changed_at=clock.at)
    fire()
    assert log("pk") == []
    Trigger.objects.filter(pk=rule.pk).update(changed_at=rule.changed_at, fired_until=None)
    fire()
    assert log("subject_id") == [second.pk]


def test_what_happened_before_the_rule_is_not_written_about_though_it_falls_due_after_it(
    clock, trigger, issue, fire, log
):
    issue()
    clock.move(days=1)
    trigger("pass.issued", offset=5)
    later = issue()
    clock.move(days=8)
    fire()
    assert log("subject_id") == [later.pk]


# A6, E22: zones and gaps


def test_a_change_of_zone_and_back_sends_nothing_twice(clock, trigger, issue, fire, log):
    trigger(offset=30, side="before")
    issue(expires_on=day("2027-01-01"))
    issue(expires_on=day("2027-01-02"))
    clock.set("2026-12-02 09:00")
    fire()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London"):
        Organisation.objects.update(time_zone=zone)
        clock.move(hours=9)
        fire()
    clock.move(days=2)
    fire()
    assert sorted(log("occurrence")) == ["pass:2027-01-01", "pass:2027-01-02"]


@pytest.mark.parametrize(
    ("send_at", "due_on", "moment"),
    [
        # The hour that is skipped is the first moment after the gap; of two it is the first.
        ("01:30", "2027-03-28", "2027-03-28 01:30"),
        ("01:30", "2027-10-31", "2027-10-31 00:30"),
    ],
)
def test_an_hour_that_a_clock_change_skips_or_repeats_is_one_moment(
    clock, trigger, issue, fire, log, send_at, due_on, moment
):
    CommsSettings.objects.create(pk=1, send_at=send_at)
    trigger(offset=1, side="before")
    issue(expires_on=day(due_on) + datetime.timedelta(days=1))
    assert setting(clock.at).hour_of(day(due_on)) == datetime.datetime.fromisoformat(
        f"{moment}+00:00"
    )
    clock.set(f"{moment}")
    clock.move(minutes=-1)
    fire()
    assert log("pk") == []
    for _each in range(4):
        clock.move(minutes=30)
        fire()
    assert log("due_at") == [datetime.datetime.fromisoformat(f"{moment}+00:00")]


# COM-5: what an occasion is about


def test_each_target_has_its_triggers():
    found: dict = {}
    for each in occasions().values():
        found.setdefault(each.target, []).append(str(each.label))
    assert found == {
        "pass": ["Issued", "Renewed", "Cancelled", "Expired"],
        "tokens": ["Issued", "Redeemed", "Expired"],
        "registration": [
            "Registered",
            "Cancelled",
            "Event cancelled",
            "Moved to another date",
            "Event Starts",
            "Event Ends",
            "Completed",
        ],
        "waiting": ["Joined", "Place offered", "Offer ended"],
        "opportunity": ["Won", "Lost"],
        "content": ["Expired", "Completed"],
        "certificate": ["Certificate granted"],
        "assignment": ["Assignment marked"],
    }


def test_one_type_and_of_it_chosen_options_only(
    clock, trigger, issue, fire, log, who, library, yearly
):
    monthly = PassOptionFactory(pass_type=library, name="Monthly", period=1)
    trigger("pass.renewed", pass_type=library, options=[monthly])
    pass_ = issue()
    lifecycle.renew(pass_.pk, option=yearly, **who())
    fire()
    assert log("pk") == []
    lifecycle.renew(pass_.pk, option=monthly, **who())
    # A date that is set by hand keeps the option.
    lifecycle.renew(pass_.pk, expires_on=day("2030-01-01"), **who())
    fire()
    assert len(log("pk")) == 2
