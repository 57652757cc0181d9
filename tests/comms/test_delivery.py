"""What is queued leaves once, and the log says truly what became of it."""

import contextlib
import datetime
import itertools

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from comms import bounces, delivery, rules, transport
from comms.models import AddressTrouble, CommsSettings, Message, SendingAddress
from comms.transport import Fate, Outcome, Transport
from crm.models import Contact
from tests import races
from tests.factories import ContactFactory, PassFactory
from tms.environment import mailer_from
from tms.models import KeptMail


class Wire:
    """Stands for the way out: answers what it is told to, and notes what left."""

    def __init__(self):
        self.left, self.fates, self.passed, self.log = [], {}, 0.0, []
        self.takes = 0.0

    def hand(self, _way, letter, _number, _at):
        self.passed += self.takes
        self.log.append(sending())
        self.left.append(letter.to)
        outcome = self.fates.get(letter.to, transport.SENT)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def sending() -> int:
    return Message.objects.filter(state="sending").count()


@pytest.fixture
def wire(monkeypatch):
    """The way out of this test, and a stopwatch that runs only while something leaves."""
    found = Wire()
    monkeypatch.setattr(Transport, "hand", lambda *given: found.hand(*given))
    monkeypatch.setattr(delivery, "monotonic", lambda: found.passed)
    monkeypatch.setattr(delivery, "sleep", lambda seconds: None)
    return found


@pytest.fixture
def queue(clock, letter, northlight, ada):
    """`queue("a@x.example", ...)`: a queued message to a contact with each address."""
    numbers = itertools.count(1)

    def queued(*addresses, kind="service", **particulars):
        template = letter("pass", kind=kind, body="<p>Hello {{ recipient.email }}</p>")
        about, made = PassFactory(), []
        for address in addresses:
            contact = ContactFactory(email=address or None, account=ada.account)
            values = {
                "template": template,
                "contact": contact,
                "subject_kind": "pass",
                "subject_id": about.pk,
                "occurrence": f"test {next(numbers)}",
                "recipient": f"c{contact.pk}",
                "state": "queued",
                "due_at": clock.at,
                "due_on": clock.on(),
                "made_at": clock.at,
                **particulars,
            }
            made.append(Message.objects.create(**values))
        return made

    return queued


@pytest.fixture
def deliver(clock):
    return lambda **more: delivery.run(at=clock.at, **more)


def states(*names):
    names = names or ("state",)
    return list(Message.objects.order_by("pk").values_list(*names, flat=len(names) == 1))


def test_what_was_sent_is_kept_as_it_was_sent(wire, queue, deliver, clock):
    queue("ada@x.example")
    assert deliver() == delivery.Run(sent=1)
    sent = Message.objects.get()
    assert (sent.state, sent.to, sent.sender, sent.title) == (
        "sent",
        "ada@x.example",
        "Northlight <training@northlight.example>",
        "News",
    )
    assert "Hello ada@x.example" in sent.text
    assert "Hello ada@x.example</p>" in sent.html
    assert (sent.sent_at, sent.first_at, sent.attempts, sent.trouble) == (
        clock.at,
        clock.at,
        1,
        "",
    )
    assert (sent.leased_until, sent.next_at, sent.late) == (None, None, False)
    assert deliver() == delivery.Run()
    assert wire.left == ["ada@x.example"]


def test_it_is_marked_before_the_conversation_begins(wire, queue, deliver):
    queue("a@x.example", "b@x.example")
    deliver()
    assert wire.log == [1, 1]


def test_more_are_marked_at_once_the_quicker_they_leave_and_never_more_than_fifty(
    wire, queue, deliver
):
    wire.takes = 0.0005
    queue(*(f"n{number}@x.example" for number in range(250)))
    assert deliver().sent == 250
    assert wire.log[0] == 1
    assert max(wire.log) == 50


def test_a_server_that_becomes_slow_holds_up_only_what_it_has_in_hand(wire, queue, deliver):
    queue(*(f"n{number}@x.example" for number in range(60)))
    wire.takes = 0.0005
    deliver(budget=0.005)
    quick = len(wire.left)
    wire.takes = 2.0
    deliver(budget=3.0)
    assert (len(wire.left) - quick, sending()) == (2, 0)
    assert states().count("queued") == 60 - quick - 2
    assert set(states("attempts", "state")) == {(1, "sent"), (0, "queued")}


def test_what_may_have_left_when_its_worker_died_is_unclear_and_stays_so(
    wire, queue, deliver, clock
):
    (message,) = queue("ada@x.example", state="sending", leased_until=clock.at + delivery.LEASE)
    assert (deliver(), states()) == (delivery.Run(), ["sending"])
    clock.move(seconds=delivery.LEASE.total_seconds())
    assert deliver() == delivery.Run(unclear=1)
    clock.move(days=3)
    deliver()
    message.refresh_from_db()
    assert (message.state, message.leased_until, wire.left) == ("unclear", None, [])


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_amid_a_handful_leaves_it_marked_and_the_rest_queued(
    wire, queue, deliver, clock
):
    queue("a@x.example", "b@x.example", "c@x.example")
    wire.takes, wire.fates["b@x.example"] = 0.04, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        deliver()
    assert states() == ["sent", "sending", "queued"]
    clock.move(hours=1)
    assert deliver() == delivery.Run(sent=1, unclear=1)
    assert wire.left == ["a@x.example", "b@x.example", "c@x.example"]
    assert states() == ["sent", "unclear", "sent"]


@pytest.mark.django_db(transaction=True)
def test_what_is_known_is_written_although_the_database_went_away(wire, queue, deliver):
    queue("ada@x.example")

    def gone(*given):
        connection.close()
        return transport.SENT

    wire.hand = gone
    with contextlib.suppress(DatabaseError):
        deliver()
    assert states() == ["sent"]


def test_what_is_found_out_after_the_lease_ran_out_still_counts(wire, queue, deliver, clock):
    queue("ada@x.example")

    def slow(*given):
        delivery.orphaned(at=clock.at + datetime.timedelta(hours=1))
        assert states() == ["unclear"]
        return transport.SENT

    wire.hand = slow
    deliver()
    assert states() == ["sent"]


def test_what_is_not_taken_now_is_tried_again_with_growing_pauses_for_48_hours(
    wire, queue, deliver, clock
):
    queue("ada@x.example")
    wire.fates["ada@x.example"] = Outcome(Fate.NOT_NOW, "450 4.2.0 Come back later")
    begun, pauses = clock.at, []
    for _try in range(100):
        if states() != ["queued"]:
            break
        deliver()
        message = Message.objects.get()
        if message.next_at:
            assert deliver() == delivery.Run()
            pauses.append(int((message.next_at - clock.at).total_seconds() / 60))
            clock.at = message.next_at
    assert pauses[:7] == [1, 5, 15, 60, 120, 240, 240]
    assert (message.state, message.trouble) == ("failed", "450 4.2.0 Come back later")
    assert clock.at - begun == delivery.GIVEN_UP
    assert message.attempts == len(wire.left) == len(pauses) + 1


def test_where_nobody_is_there_the_others_wait_without_a_try(wire, queue, deliver, clock):
    addresses = [f"n{number}@x.example" for number in range(10)]
    queue(*addresses)
    wire.fates = dict.fromkeys(addresses, Outcome(Fate.NOT_NOW, "refused", away=True))
    assert deliver().postponed == delivery.OUTAGE
    assert states("attempts", "state") == [(1, "queued")] * 3 + [(0, "queued")] * 7
    wire.fates.clear()
    clock.move(minutes=1)
    assert deliver().sent == 10


def test_an_address_that_does_not_exist_is_remembered_and_not_written_to_again(
    wire, queue, deliver, clock
):
    queue("ada@x.example")
    wire.fates["ada@x.example"] = Outcome(Fate.REFUSED, "550 5.1.1 No such mailbox", hard=True)
    assert deliver() == delivery.Run(refused=1)
    trouble = AddressTrouble.objects.get()
    assert (trouble.email, trouble.why, trouble.at) == (
        "ada@x.example",
        "550 5.1.1 No such mailbox",
        clock.at,
    )
    Contact.objects.filter(email="ada@x.example").update(email="ADA@x.example")
    queue("grace@x.example")
    Message.objects.filter(state="queued").update(
        contact=Contact.objects.get(email="ADA@x.example")
    )
    assert deliver() == delivery.Run(kept_back=1)
    assert states("state", "reason", "trouble") == [
        ("bounced", "", "550 5.1.1 No such mailbox"),
        ("invalid", "bad_address", ""),
    ]


def test_a_refusal_for_good_is_not_tried_again(wire, queue, deliver, clock):
    queue("ada@x.example", "grace@x.example")
    wire.fates["ada@x.example"] = Outcome(Fate.REFUSED, "554 5.7.1 Refused by policy")
    wire.fates["grace@x.example"] = Outcome(Fate.REFUSED, "no address", bad=True)
    assert deliver().refused == 2
    clock.move(days=1)
    assert deliver() == delivery.Run()
    assert states("state", "reason") == [("failed", ""), ("invalid", "bad_address")]
    assert not AddressTrouble.objects.exists()


def test_while_sending_is_paused_nothing_leaves(wire, queue, deliver):
    queue("ada@x.example")
    CommsSettings.objects.create(pk=1, paused=True)
    assert (deliver(), states()) == (delivery.Run(), ["queued"])
    CommsSettings.objects.update(paused=False)
    assert deliver().sent == 1


def test_pausing_stops_a_run_that_is_under_way(wire, queue, deliver):
    queue(*(f"n{number}@x.example" for number in range(40)))

    def pauses(*given):
        wire.passed += 0.2
        CommsSettings.objects.update_or_create(pk=1, defaults={"paused": True})
        return transport.SENT

    wire.hand = pauses
    assert deliver().sent <= delivery.MOST_AT_ONCE // 2
    assert "queued" in states()


def test_what_cannot_be_filled_in_waits_for_a_person(wire, queue, deliver):
    (message,) = queue("ada@x.example")
    message.template.body = "<p>{{ pass.cancelled_on }}</p>"
    message.template.save()
    assert deliver() == delivery.Run(kept_back=1)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("waiting", "incomplete")
    assert message.trouble != ""


def test_one_that_breaks_what_fills_in_does_not_keep_the_others(wire, queue, deliver, monkeypatch):
    queue("a@x.example", "b@x.example", "c@x.example")
    letters = delivery.rendering.letters

    def breaks(messages, *, now):
        if any(each.contact.email == "b@x.example" for each in messages):
            raise ZeroDivisionError
        return letters(messages, now=now)

    monkeypatch.setattr(delivery.rendering, "letters", breaks)
    assert deliver() == delivery.Run(sent=2, kept_back=1)
    assert states("state", "trouble") == [
        ("sent", ""),
        ("waiting", "ZeroDivisionError"),
        ("sent", ""),
    ]


def test_without_a_confirmed_sending_address_it_waits(wire, queue, deliver):
    queue("ada@x.example")
    SendingAddress.objects.update(is_default=False, confirmed_at=None)
    assert deliver() == delivery.Run(kept_back=1)
    assert states("state", "reason") == [("waiting", "no_sender")]


def test_with_no_mail_server_it_is_kept_in_the_log_and_nowhere_else(queue, deliver, settings):
    settings.MAILERS = {"default": mailer_from("")}
    queue("ada@x.example")
    assert deliver() == delivery.Run(sent=1)
    assert "Hello ada@x.example" in Message.objects.get().text
    assert not KeptMail.objects.exists()


# By their rules


@pytest.fixture
def issued(trigger, letter, issue, ada, fire):
    """A message about a pass that was issued to Ada, queued by a rule; the rule and the pass."""
    rule = trigger("pass.issued", template=letter("pass", kind="reminder"))
    pass_ = issue()
    fire()
    assert states() == ["queued"]
    return rule, pass_


def test_a_rule_that_is_disabled_sends_nothing_and_goes_on_when_enabled(
    wire, issued, deliver, clock
):
    rule, _pass = issued
    rule.disabled = True
    rule.save()
    assert (deliver(), states()) == (delivery.Run(), ["queued"])
    rule.disabled = False
    rule.save()
    assert deliver().sent == 1


def test_what_does_not_apply_any_more_is_voided_before_it_leaves(wire, issued, deliver, ada):
    Contact.objects.filter(pk=ada.pk).update(reminders=False)
    assert deliver() == delivery.Run(kept_back=1)
    assert (states("state", "reason"), wire.left) == ([("skipped", "opted_out")], [])


def test_what_lay_too_long_is_missed_unless_somebody_asked_for_it(wire, issued, deliver, clock):
    clock.move(days=3)
    Message.objects.update(trigger=None, template=issued[0].template)
    (message,) = Message.objects.all()
    Message.objects.create(
        **{
            field.attname: getattr(message, field.attname)
            for field in Message._meta.concrete_fields
            if field.attname not in {"id", "search_text", "made_at", "occurrence"}
        }
        | {"occurrence": "again", "made_at": clock.at + datetime.timedelta(days=1)}
    )
    clock.move(days=1)
    deliver()
    assert states("state", "late") == [("missed", True), ("sent", True)]


def test_what_is_late_is_marked_so_within_the_days_that_are_caught_up(wire, issued, deliver, clock):
    clock.move(days=3)
    assert deliver().sent == 1
    assert states("state", "late") == [("sent", True)]


def test_what_was_tried_or_is_sent_again_is_never_too_old(wire, queue, deliver, clock):
    tried, again, old = queue("tried@x.example", "again@x.example", "old@x.example")
    Message.objects.filter(pk=tried.pk).update(attempts=1, first_at=clock.at)
    Message.objects.filter(pk=again.pk).update(resend_of=old)
    clock.move(days=1)
    Message.objects.update(due_on=clock.on() - datetime.timedelta(days=4))
    deliver()
    assert sorted(wire.left) == ["again@x.example", "tried@x.example"]
    assert Message.objects.get(pk=old.pk).state == "missed"


@pytest.mark.parametrize("change", [{"version": 7}, {"state": "skipped", "reason": "voided"}])
def test_what_changed_since_it_was_looked_at_is_not_marked(queue, clock, change):
    queue("one@x.example", "two@x.example")
    now = rules.setting(clock.at)
    _number, found = delivery.prepare(now, 10, delivery.Run())
    first, second = (message.pk for message, _letter in found)
    Message.objects.filter(pk=first).update(**change)
    assert delivery.mark(found, now, clock.at) == {second}


def test_what_came_back_before_it_was_written_down_as_sent_has_come_back(queue, clock):
    queue("one@x.example")
    now = rules.setting(clock.at)
    _number, found = delivery.prepare(now, 10, delivery.Run())
    delivery.mark(found, now, clock.at)
    ((message, letter),) = found
    bounces.bounced(message.pk, why="Nobody here", permanent=True, at=clock.at)
    delivery.write_down([(message, letter, transport.SENT, clock.at)], [])
    assert states() == ["bounced"]


def test_an_earlier_attempt_does_not_say_what_became_of_a_later_one(queue, clock):
    queue("one@x.example")
    now = rules.setting(clock.at)
    _number, found = delivery.prepare(now, 10, delivery.Run())
    delivery.mark(found, now, clock.at)
    Message.objects.update(attempts=2)
    ((message, letter),) = found
    delivery.write_down([(message, letter, transport.SENT, clock.at)], [])
    assert states() == ["sending"]


# By two at once


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(queue, clock, monkeypatch):
    """Also where the door is open to both: a message is marked by one of them."""
    left = []
    monkeypatch.setattr(
        Transport, "hand", lambda *given: left.append(given[1].to) or transport.SENT
    )
    monkeypatch.setattr(delivery, "alone", lambda door: contextlib.nullcontext(True))
    addresses = [f"n{number}@x.example" for number in range(120)]
    queue(*addresses)
    done = races.race(*[lambda: delivery.run(at=clock.at)] * 2)
    assert sorted(left) == sorted(addresses)
    assert sum(run.sent for run in done.answers) == 120


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_delivers(wire, queue, clock):
    queue("ada@x.example")
    answers = []
    wire.hand = lambda *given: (
        answers.extend(races.race(lambda: delivery.run(at=clock.at)).answers) or transport.SENT
    )
    assert delivery.run(at=clock.at) == delivery.Run(sent=1)
    assert answers == [delivery.Run()]


def test_the_number_of_statements_does_not_grow_with_the_messages(wire, queue, deliver):
    counts = []
    wire.hand = lambda *_given: transport.SENT
    for number in (30, 130):
        delivery_of = queue(*(f"n{number}x{each}@x.example" for each in range(number)))
        with CaptureQueriesContext(connection) as captured:
            assert deliver().sent == len(delivery_of)
        counts.append(len(captured))
    assert counts[1] - counts[0] <= 10
