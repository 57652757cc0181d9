"""What is foretold is what will be written."""

import dataclasses
import datetime
import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comms import forecast, postman, rules
from comms.models import Message, TemplateKind, Trigger
from passes import lifecycle
from tests.factories import (
    CourseFactory,
    EventFactory,
    LearnerFactory,
    PassOptionFactory,
    RegistrationFactory,
    TokenTypeFactory,
)
from tms.occasions import occasions
from tms.refusals import Refusal
from tokens import issuing

pytestmark = pytest.mark.django_db
DAYS = 10
OCCASIONS = [
    "pass.expired",
    "pass.expired",
    "pass.renewed",
    "pass.issued",
    "tokens.expired",
    "registration.starts",
    "registration.ends",
]
ROLES = ["learner", "main_contact", "owner", "addresses"]
VERBS = ["renew", "extend", "shorten", "cancel", "assign"]


def seen(rows):
    return sorted(
        (row.subject_kind, row.subject_id, row.occurrence, row.recipient, row.due_on, row.reason)
        for row in rows
    )


# A world is drawn from one number: small ones, which are drawn first else, have nothing in them.
@settings(
    max_examples=4,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(st.integers(0, 2**32))
def test_what_is_foretold_is_written(world, trigger, clock, now, office, number):
    drawn = random.Random(number)
    clock.set("2026-11-22 09:00")
    with transaction.atomic():
        for _each in range(3):
            made(trigger, drawn, world)
        passes = []
        for _each in range(6):
            clock.move(minutes=7)
            passes += world.make(drawn, clock, office)
        clock.move(days=2)
        postman.run(at=clock.at)
        for _each in range(5 if passes else 0):
            clock.move(minutes=7)
            world.change(drawn, drawn.choice(passes), clock, office)
        walk_and_compare(clock, now)
        transaction.set_rollback(True)


def walk_and_compare(clock, now):
    postman.run(at=clock.at)
    first = clock.on()
    last = first + datetime.timedelta(days=DAYS)
    foretold = []
    for each in Trigger.objects.all():
        foretold += forecast.foretell(rules.rule_of(each), now(), first, last, limit=1000)
    known, written = dict(Message.objects.values_list("pk", "state")), []
    for _day in range(DAYS):
        clock.move(days=1)
        postman.run(at=clock.at)
        for each in Message.objects.all():
            revived = known.get(each.pk) == "skipped" != each.state
            # That a day had gone by is noted at the next run, and nobody's future.
            if (each.pk not in known or revived) and each.due_on >= first:
                written.append(each)
            known[each.pk] = each.state
    assert seen(foretold) == seen(written)
    assert {each.state for each in written} <= {"waiting", "queued", "skipped"}


def made(trigger, drawn, world):
    occasion = drawn.choice(OCCASIONS)
    ahead = occasions()[occasion].ahead
    roles = [role for role in occasions()[occasion].roles if role in ROLES and drawn.random() < 0.6]
    narrowed = {}
    if occasion.startswith("pass") and drawn.random() < 0.3:
        narrowed["pass_type"] = world.pass_type
    trigger(
        occasion,
        drawn.randrange(6),
        drawn.choice(["before", "after"]) if ahead else "after",
        audience=roles or ["main_contact"],
        addresses=["Ada@kestrelrail.example", "archive@northlight.example"],
        automatic=drawn.random() < 0.5,
        template=drawn.choice(world.templates),
        **narrowed,
    )


class World:
    """Ada and Ben at one account, one option each of two pass types, a token type, a course."""

    def __init__(self, ada, templates):
        self.ada, self.account, self.templates = ada, ada.account, templates
        self.ben = LearnerFactory(account=ada.account, reminders=False)
        self.account.main_contact = ada
        self.account.save()
        self.options = [PassOptionFactory(), PassOptionFactory()]
        self.pass_type = self.options[0].pass_type
        self.tokens, self.course = TokenTypeFactory(), CourseFactory()

    def make(self, drawn, clock, by):
        ends = clock.on() + datetime.timedelta(days=drawn.randint(1, DAYS + 4))
        who = {"at": clock.at, "on": clock.on(), "by": by}
        holder, kind = drawn.choice([self.ada, self.ben, None]), drawn.randrange(5)
        if kind == 0:
            issuing.issue(self.account, self.tokens, 5, expires_on=ends, **who)
        elif kind == 1:
            event = EventFactory(course=self.course, first_on=ends, days=2)
            RegistrationFactory(contact=holder or self.ada, event=event)
        else:
            option = drawn.choice(self.options)
            more = {"option": option, "account": self.account, "expires_on": ends}
            return [lifecycle.issue(contact=holder, **more, **who).pk]
        return []

    def change(self, drawn, pk, clock, by):
        who = {"version": None, "at": clock.at, "on": clock.on(), "by": by}
        ends, verb = clock.on() + datetime.timedelta(drawn.randint(0, DAYS)), drawn.choice(VERBS)
        try:
            if verb == "renew":
                lifecycle.renew(pk, expires_on=ends, confirmed_shorter=True, **who)
            elif verb == "cancel":
                lifecycle.cancel(pk, **who)
            elif verb == "assign":
                lifecycle.assign(pk, contact=drawn.choice([self.ada, self.ben, None]), **who)
            else:
                lifecycle.extend(pk, expires_on=ends, **who)
        except Refusal:
            pass  # what can't be done isn't


@pytest.fixture
def world(ada, letter):
    return World(ada, [letter(kind=kind) for kind in TemplateKind.values])


def test_a_forecast_is_of_what_comes_and_the_past_of_what_would_have_been(
    clock, trigger, issue, now, ada
):
    first = issue(expires_on=datetime.date(2026, 12, 10))
    second = issue(expires_on=datetime.date(2026, 12, 20))
    clock.move(days=20)
    rule = rules.rule_of(trigger(offset=7, side="before"))
    planned = forecast.foretell(rule, now(), clock.on(), datetime.date(2027, 1, 30))
    assert [(row.subject_id, row.due_on, row.name) for row in planned] == [
        (second.pk, datetime.date(2026, 12, 13), ada.name)
    ]
    gone = forecast.past(rule, now(), datetime.date(2026, 11, 22))
    assert [(row.subject_id, row.due_on, row.reason) for row in gone] == [
        (first.pk, datetime.date(2026, 12, 3), "")
    ]
    assert forecast.count(rule, now(), datetime.date(2027, 1, 30)) == 1
    assert forecast.count_past(rule, now(), datetime.date(2026, 11, 22)) == 1
    assert Message.objects.count() == 0


def test_a_forecast_goes_on_where_it_was_left(trigger, issue, now):
    for _each in range(3):
        issue()
    rule, last = rules.rule_of(trigger(offset=7, side="before")), datetime.date(2027, 12, 31)
    found, after = [], None
    while page := forecast.foretell(rule, now(), now().today, last, after=after, limit=2):
        found += page
        after = page[-1].key
    assert [row.key for row in found] == sorted({row.key for row in found})
    assert len(found) == 3


def test_an_edit_adds_removes_and_moves(clock, trigger, issue, now, ada):
    issue(expires_on=clock.on() + datetime.timedelta(days=60))
    saved = trigger(offset=30, side="before")
    old = rules.rule_of(saved)
    clock.move(days=1)
    for change, expected in [
        ({"offset": 7}, {"moves": (1, [ada.name])}),
        ({"offset": 60}, {"removes": (1, [ada.name])}),
        (
            {"audience": ("learner", "addresses"), "addresses": ("a@x.example",)},
            {"adds": (1, ["a@x.example"])},
        ),
        ({"audience": ("owner",)}, {"removes": (1, [ada.name])}),
        ({}, {}),
    ]:
        new = dataclasses.replace(old, due_since=clock.at, **change)
        assert forecast.difference(old, new, now()).changes == expected
    assert forecast.difference(old, None, now()).changes == {"removes": (1, [ada.name])}


def test_pass_types_whose_passes_would_expire_unwarned_are_named(
    trigger, issue, now, library, yearly
):
    other = PassOptionFactory(pass_type__name="Data Skills", pass_type__code="DATA")
    assert [name for _pk, name in forecast.unwarned_types(now())] == [
        "Data Skills",
        "Leadership Library",
    ]
    trigger(offset=7, side="after")
    one = trigger(offset=7, side="before", pass_type=library, options=[yearly])
    assert forecast.unwarned_types(now()) == [(other.pass_type_id, "Data Skills")]
    PassOptionFactory(pass_type=library, name="Monthly", period=1)
    assert len(forecast.unwarned_types(now())) == 2
    one.options.clear()
    assert forecast.unwarned_types(now()) == [(other.pass_type_id, "Data Skills")]
    trigger(offset=0, side="before")
    assert forecast.unwarned_types(now()) == []
