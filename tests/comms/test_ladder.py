"""A new installation warns by itself, once somebody has approved."""

import datetime

import pytest

from comms import ladder, liquid, rendering
from comms.letter import Letter
from comms.models import CommsSettings, Template, Trigger

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(clock):
    ladder.make("default", clock.at)


def test_it_warns_sixty_thirty_and_seven_days_before_on_the_day_and_a_week_after(made):
    rules = Trigger.objects.order_by("pk").values_list(
        "occasion", "offset", "side", "audience", "automatic", "disabled", "template__kind"
    )
    steps = [(60, "before"), (30, "before"), (7, "before"), (0, "before"), (7, "after")]
    assert list(rules) == [
        (occasion, offset, side, [role], False, False, "reminder")
        for occasion, role in [("pass.expired", "learner"), ("tokens.expired", "main_contact")]
        for offset, side in steps
    ]


def test_what_they_say_can_be_filled_in(made, clock, now, ada):
    drafts = {
        each.pk: rendering.Draft(each, contact_id=ada.pk, account_id=ada.account_id)
        for each in Template.objects.all()
    }
    written = rendering.write(drafts, now=now(), checked=False)
    assert {type(each) for each in written.values()} == {Letter}
    first = written[Template.objects.get(name="Pass ends in 30 days").pk]
    assert first.title == "Your Annual Unlimited expires in 30 days"
    assert "Hello Ada," in first.text
    for each in Template.objects.all():
        liquid.refuse_unless_sound(each.body, each.target, field="body", markup=True)
        liquid.refuse_unless_sound(each.subject, each.target, field="subject", markup=False)


def test_who_deletes_them_does_not_get_them_back(made, clock):
    Trigger.objects.all().delete()
    Template.objects.all().delete()
    ladder.make("default", clock.at)
    assert Trigger.objects.count() == 0
    assert CommsSettings.current().ladder_made_at == clock.at


def test_passes_of_today_are_warned_by_approval(made, clock, issue, fire, log):
    pass_ = issue(expires_on=clock.on() + datetime.timedelta(days=61))
    for days in (1, 31, 54, 61, 68):
        clock.set("2026-11-22 09:00")
        clock.move(days=days)
        fire()
    assert log("state", "due_on") == [
        ("skipped", pass_.expires_on - datetime.timedelta(days=60)),
        ("skipped", pass_.expires_on - datetime.timedelta(days=30)),
        ("skipped", pass_.expires_on - datetime.timedelta(days=7)),
        ("skipped", pass_.expires_on),
        ("waiting", pass_.expires_on + datetime.timedelta(days=7)),
    ]
    assert log("reason")[:4] == ["over"] * 4
