"""People approve, void, send again and settle messages."""

import datetime

import pytest

from comms import answers
from comms.models import AddressTrouble, Message
from passes import lifecycle
from tests.comms.made import AT, message
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return lambda: {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def warned(clock, trigger, issue, fire):
    """A pass that ends in 30 days, whose warning waits for approval."""
    rule = trigger(offset=30, side="before", automatic=False)
    pass_ = issue()
    clock.set(f"{pass_.expires_on - datetime.timedelta(days=30)} 09:00")
    fire()
    return pass_, rule, Message.objects.get()


def facts():
    rows = JournalRow.objects.filter(subject_kind="message").order_by("pk")
    return list(rows.values_list("kind", "subject_id"))


def test_what_is_approved_is_queued(warned, who, log):
    _pass, _rule, waits = warned
    done = answers.approve([waits.pk], version=waits.version, **who())
    assert (done.done, done.voided, done.left) == ([waits.pk], 0, 0)
    assert log("state", "reason", "late", "version") == [("queued", "", False, 1)]
    assert facts() == [("message.approved", waits.pk)]


def test_what_does_not_apply_any_more_is_voided_instead(warned, who, log):
    pass_, _rule, waits = warned
    lifecycle.cancel(pass_.pk, version=None, **who())
    done = answers.approve([waits.pk], **who())
    assert (done.done, done.voided) == ([], 1)
    assert log("state", "reason") == [("skipped", "changed")]
    assert facts() == []


def test_what_was_missed_is_sent_after_all_and_says_that_it_is_late(warned, who, clock, log):
    _pass, _rule, waits = warned
    Message.objects.update(state="missed")
    clock.move(days=5)
    answers.approve([waits.pk], **who())
    assert log("state", "late") == [("queued", True)]


def test_a_warning_that_was_missed_is_not_sent_once_its_pass_is_over(warned, who, clock, log):
    _pass, _rule, waits = warned
    Message.objects.update(state="missed")
    clock.move(days=31)
    assert answers.approve([waits.pk], **who()).voided == 1
    assert log("state", "reason") == [("skipped", "over")]


@pytest.mark.parametrize("off", [{"disabled": True}, {"archived_at": AT}])
def test_nothing_of_a_rule_that_is_off_is_approved_or_sent_again(warned, who, off, log):
    _pass, rule, waits = warned
    type(rule).objects.update(**off)
    with pytest.raises(Refusal, match=r"The trigger Rule 1 is (disabled|archived): nothing of it"):
        answers.approve([waits.pk], **who())
    Message.objects.update(state="failed")
    with pytest.raises(Refusal, match="The trigger Rule 1 is"):
        answers.resend([waits.pk], **who())
    assert log("state") == ["failed"]


@pytest.mark.parametrize("state", ["waiting", "queued", "missed", "failed"])
def test_what_has_not_left_is_voided(trigger, ada, who, log, state):
    row = message(trigger(), ada, state)
    answers.void([row.pk], version=0, **who())
    assert log("state", "reason") == [("skipped", "voided")]
    assert facts() == [("message.voided", row.pk)]


@pytest.mark.parametrize(
    ("verb", "states"),
    [
        ("approve", "queued sending sent unclear failed bounced skipped invalid"),
        ("void", "sending sent unclear bounced skipped invalid"),
        ("resend", "waiting queued sending missed"),
        ("settle", "waiting queued sending sent failed bounced missed skipped invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(trigger, ada, who, verb, states, log):
    rule = trigger()
    for state in states.split():
        row = message(rule, ada, state)
        with pytest.raises(Refusal) as no:
            getattr(answers, verb)([row.pk], **who())
        assert str(no.value).endswith((f"is: {row.get_state_display()}.", "look again.", "again."))
    assert log("state") == states.split()


def test_somebody_elses_change_is_seen_first(trigger, ada, who, log):
    row = message(trigger(), ada, version=3)
    for verb in (answers.approve, answers.void):
        with pytest.raises(Stale):
            verb([row.pk], version=2, **who())
    assert log("state") == ["waiting"]


def test_of_many_those_are_done_of_which_it_can_be_done(
    trigger, ada, who, log, django_assert_num_queries
):
    rule = trigger()
    rows = [message(rule, ada, state) for state in ("waiting", "sending", "queued", "sent")]
    # Begin, the messages, the change, the facts, end.
    with django_assert_num_queries(5):
        done = answers.void([row.pk for row in rows], **who())
    assert (done.done, done.left) == ([rows[0].pk, rows[2].pk], 2)
    assert done.why == str(answers.IN_HAND)
    assert log("state") == ["skipped", "sending", "skipped", "sent"]


def test_what_is_unclear_is_marked_as_arrived(trigger, ada, who, log):
    row = message(trigger(), ada, "unclear", title="Hello", first_at=AT)
    answers.settle([row.pk], version=0, **who())
    assert log("state", "sent_at") == [("sent", AT)]
    assert facts() == [("message.settled", row.pk)]


def test_what_is_sent_again_is_a_message_of_its_own(trigger, ada, who, clock, log):
    first = message(trigger(), ada, "sent", occurrence="j:7")
    clock.move(hours=1)
    (second,) = answers.resend([first.pk], **who()).made
    answers.resend([first.pk], **who())
    Message.objects.filter(pk=second).update(state="failed")
    answers.resend([second], **who())
    assert log("occurrence", "state", "resend_of") == [
        ("j:7", "sent", None),
        ("j:7#again:1", "failed", first.pk),
        ("j:7#again:2", "queued", first.pk),
        ("j:7#again:3", "queued", second),
    ]
    made = Message.objects.get(pk=second)
    assert (made.recipient, made.to, made.title, made.due_at) == (f"c{ada.pk}", "", "", clock.at)
    assert facts() == [("message.resent", pk) for pk in (first.pk, first.pk, second)]


def test_what_is_sent_again_to_a_fixed_address_goes_there(trigger, who, log):
    row = message(
        trigger(), None, "sent", role="addresses", recipient="a:x@y.example", to="x@y.example"
    )
    answers.resend([row.pk], **who())
    assert log("to") == ["x@y.example", "x@y.example"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"erased_at": AT, "archived_at": AT}, "This person was erased: nothing is written"),
        ({"archived_at": AT}, "Ada Lindqvist is archived. Restore the contact first."),
        ({"email": None}, "Ada Lindqvist has no email address. Enter one first."),
        ({"reminders": False}, "Ada Lindqvist doesn’t want such messages."),
        ({"email": "Gone@Kestrel.example"}, "Mail to gone@kestrel.example comes back."),
    ],
)
def test_nothing_is_sent_again_to_whom_nothing_is_written(
    trigger, letter, ada, who, change, sentence, log
):
    AddressTrouble.objects.create(email="gone@kestrel.example", at=AT)
    row = message(trigger(template=letter("pass", kind="reminder")), ada, "sent")
    type(ada).objects.filter(pk=ada.pk).update(**change)
    with pytest.raises(Refusal, match=sentence):
        answers.resend([row.pk], **who())
    assert log("state") == ["sent"]


def test_who_wants_no_announcements_gets_service_messages_again(trigger, ada, who, log):
    type(ada).objects.filter(pk=ada.pk).update(reminders=False, announcements=False)
    answers.resend([message(trigger(), ada, "failed").pk], **who())
    assert log("state") == ["failed", "queued"]


def test_many_are_sent_again_in_few_statements(trigger, ada, who, django_assert_num_queries):
    rule = trigger()
    ids = [message(rule, ada, "sent").pk for _ in range(30)]
    # Begin and end; accounts, contacts, rules, messages, troubles, numbers, messages, facts.
    with django_assert_num_queries(10):
        answers.resend(ids, **who())
    assert Message.objects.filter(state="queued").count() == 30
