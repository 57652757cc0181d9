"""What messages hold about a person is told, emptied when they are erased, and goes in time."""

import datetime

import pytest

from comms import personal, retention
from comms.models import AddressTrouble, CommsSettings, Message
from crm import deleting, erasure
from tests.comms.made import AT, message
from tests.factories import LearnerFactory
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db

SAID = ("title", "text", "html", "to")


@pytest.fixture
def erase(clock, office, ada):
    return lambda: erasure.erase(ada.pk, at=clock.at, on=clock.on(), by=office)


def test_what_they_were_written_is_emptied_and_what_waits_is_never_sent(trigger, ada, erase, log):
    rule = trigger()
    message(rule, ada, "sent", title="Dear Ada")
    for state in ("waiting", "queued", "missed"):
        message(rule, ada, state)
    told = erase()
    assert "3 messages that haven’t left are never sent." in [each.sentence for each in told]
    assert log("state", "reason", *SAID) == [
        ("sent", "", *["[erased]"] * 4),
        *[("skipped", "erased", "", "", "", "")] * 3,
    ]


def test_what_others_were_written_about_them_loses_the_name(trigger, ada, kestrel, erase, log):
    main = LearnerFactory(account=kestrel)
    text = "The pass of Ada Lindqvist ends."
    message(trigger(), main, "sent", title=text, text=text, html=f"<p>{text}</p>", to="m@x.example")
    message(trigger(), main, "sent", title="Else", text="Else", html="Else", to="m@x.example")
    erase()
    without = "The pass of [erased] ends."
    assert log(*SAID) == [
        (without, without, f"<p>{without}</p>", "m@x.example"),
        ("Else", "Else", "Else", "m@x.example"),
    ]


def test_addresses_that_a_rule_names_stay_the_rules(trigger, ada, erase, log):
    rule = trigger(audience=["addresses"], addresses=["Boss@kestrelrail.example"])
    at = {"role": "addresses", "state": "sent"}
    message(rule, None, recipient=f"a:{ada.email}", to=ada.email, **at)
    message(rule, None, recipient="a:boss@kestrelrail.example", to="boss@kestrelrail.example", **at)
    AddressTrouble.objects.create(email=ada.email, at=AT)
    erase()
    first = Message.objects.order_by("pk").first()
    assert log("recipient", "to") == [
        (f"a:[erased] {first.pk}", "[erased]"),
        ("a:boss@kestrelrail.example", "boss@kestrelrail.example"),
    ]
    assert not AddressTrouble.objects.exists()


def test_it_is_told_to_who_asks(trigger, ada):
    row = message(trigger(), ada, "sent")
    parts = {each.key: each.rows for each in personal.held(erasure.person_of(ada))}
    assert [(each["id"], each["title"]) for each in parts["messages"]] == [
        (row.pk, "Your pass ends soon")
    ]
    assert parts["messages_mentioning"] == parts["address_trouble"] == []


@pytest.mark.parametrize(("days", "kept"), [(730, 2), (30, 1), (0, 3)])
def test_the_night_empties_what_is_older_than_is_kept(trigger, ada, clock, days, kept):
    CommsSettings.objects.create(pk=1, keep_bodies_days=days)
    rule = trigger()
    for age in (1, 31, 731):
        message(rule, ada, "sent", due_at=clock.at - datetime.timedelta(days=age))
    message(rule, ada, "unclear", text="?", due_at=clock.at - datetime.timedelta(days=900))
    done = retention.forget(on=clock.on(), at=clock.at)
    assert done == {"message_bodies": 3 - kept}
    assert retention.forget(on=clock.on(), at=clock.at) == {"message_bodies": 0}
    assert Message.objects.exclude(text="").exclude(html="").filter(state="sent").count() == kept
    assert Message.objects.filter(text="", html="", title="Your pass ends soon").count() == 3 - kept


def test_who_was_written_to_stays_on_record(trigger, kestrel, clock, office):
    contact = LearnerFactory(account=kestrel, user=None)
    who = {"at": clock.at, "on": clock.on(), "by": office}
    message(trigger(), contact, "sent")
    with pytest.raises(Refusal, match="has a history, which stays"):
        deleting.delete_contact(contact.pk, **who)
