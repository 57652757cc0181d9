"""Two contacts, or two accounts, are one: what was written to either was written to the one."""

import pytest

from comms.models import Message
from crm import merging
from tests.comms.made import message
from tests.factories import AccountFactory, LearnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def bo(kestrel):
    return LearnerFactory(first_name="Bo", last_name="Ek", account=kestrel)


def test_messages_follow_the_contact_and_waiting_ones_leave_once(trigger, ada, bo, who, log):
    rule = trigger()
    message(rule, bo, "sent", occurrence="1")
    message(rule, bo, "queued", occurrence="2")
    for contact in (ada, bo):
        message(rule, contact, "waiting", occurrence="3")
        message(rule, contact, "sent", occurrence="4")
    told = merging.merge_contacts(ada.pk, bo.pk, **who)
    assert "2 messages that haven’t left move." in [each.sentence for each in told]
    kept, gone = f"c{ada.pk}", f"c{bo.pk}"
    assert log("occurrence", "recipient", "state", "reason") == [
        ("1", kept, "sent", ""),
        ("2", kept, "queued", ""),
        ("3", kept, "waiting", ""),
        ("4", kept, "sent", ""),
        ("3", gone, "skipped", "changed"),
        ("4", gone, "sent", ""),
    ]
    assert set(log("contact")) == {ada.pk}


def test_what_was_written_to_the_double_is_not_written_again(
    clock, trigger, issue, fire, ada, bo, who, log
):
    trigger("pass.issued")
    issue(contact=bo)
    fire()
    merging.merge_contacts(ada.pk, bo.pk, **who)
    clock.move(hours=1)
    fire()
    assert log("recipient", "state") == [(f"c{ada.pk}", "queued")]


def test_messages_follow_the_account(trigger, ada, kestrel, europe, who):
    northwind = AccountFactory(name="Northwind", region=europe)
    message(trigger(), ada, "sent", account=northwind)
    merging.merge_accounts(kestrel.pk, northwind.pk, **who)
    assert Message.objects.get().account == kestrel
