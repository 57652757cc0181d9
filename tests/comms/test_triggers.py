"""What can happen to a trigger, and what becomes of its messages."""

import dataclasses
import datetime

import pytest

from comms import triggers, wanted
from comms.models import Message, SendingAddress, Template, Trigger
from passes import lifecycle
from tests.factories import CourseFactory, PassOptionFactory, PathFactory
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return lambda: {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def said(letter):
    """`said(offset=7)`: a warning to the learner, 30 days before, as somebody wants it."""
    template = letter("pass", name="Your pass ends soon")

    def wants(**particulars):
        values = {
            "name": "Pass ends in 30 days",
            "abbreviation": "PE30",
            "occasion": "pass.expired",
            "template": template,
            "audience": ("learner",),
            "offset": 30,
            "side": "before",
            **particulars,
        }
        return wanted.Wanted(**values)

    return wants


def refused(call, *args, **more):
    with pytest.raises(Refusal) as no:
        call(*args, **more)
    return no.value.field, str(no.value)


def test_a_new_one_is_tried_out_by_approval_first(clock, said, who):
    made = triggers.create(said(), **who()).trigger
    assert (made.automatic, made.disabled, made.enabled_at, made.changed_at) == (
        False,
        False,
        clock.at,
        clock.at,
    )
    (row,) = JournalRow.objects.filter(kind="trigger.created")
    assert (row.subject_id, row.after["offset"], row.after["audience"]) == (
        made.pk,
        30,
        ["learner"],
    )


def test_what_makes_no_sense_is_refused_in_a_sentence(said, who, letter, library):
    path, other = PathFactory(), PassOptionFactory()
    triggers.create(said(), **who())
    more = {"name": "Another", "abbreviation": "A"}
    for particulars, field, sentence in [
        (
            {"name": "pass ends in 30 DAYS"},
            "name",
            "There is a trigger with this name already. Choose another.",
        ),
        (
            {"abbreviation": "pe30"},
            "abbreviation",
            "Pass ends in 30 days has this abbreviation already. Choose another.",
        ),
        ({"name": " "}, "name", "Give it a name."),
        ({"abbreviation": "X" * 13}, "abbreviation", "Make it shorter: at most 12 characters."),
        ({"occasion": "pass.lost"}, "occasion", "Choose what sets it off."),
        (
            {"template": letter("tokens")},
            "template",
            "This template is about something else. Choose one for this target.",
        ),
        (
            {"occasion": "pass.renewed"},
            "side",
            "“Renewed” isn't known before it happens. Choose days after it.",
        ),
        ({"offset": 731}, "offset", "Choose 0 to 730 days."),
        ({"audience": ()}, "audience", "Choose who is written to."),
        (
            {"audience": ("instructors",)},
            "audience",
            "“The event's instructors” doesn't apply to “Expired”. Leave it out.",
        ),
        ({"audience": ("addresses",)}, "addresses", "Name the addresses, one a line."),
        (
            {"audience": ("addresses",), "addresses": ("a@b",)},
            "addresses",
            "“a@b” isn't an email address.",
        ),
        (
            {"options": (other,)},
            "pass_type",
            "Choose the pass type that these options are of.",
        ),
        (
            {"pass_type": library, "options": (other,)},
            "options",
            "Choose options of the same pass type.",
        ),
        (
            {
                "occasion": "registration.starts",
                "template": letter("registration"),
                "course": path,
            },
            "course",
            f"{path.title} isn't a course.",
        ),
        (
            {"automatic": True},
            "sender",
            "There is no sending address yet. Add one and confirm it, or leave Automatic off "
            "until then.",
        ),
    ]:
        said_so = said(**more | particulars)
        assert refused(triggers.create, said_so, **who()) == (field, sentence)
    assert Trigger.objects.count() == 1


def test_an_address_that_nobody_confirmed_sends_nothing(said, who, northlight):
    young = SendingAddress.objects.create(name="Young", email="young@northlight.example")
    assert refused(triggers.create, said(sender=young), **who()) == (
        "sender",
        "young@northlight.example isn't confirmed yet. Follow the link that was sent to it first.",
    )
    made = triggers.create(said(automatic=True, sender=northlight), **who()).trigger
    triggers.disable(made.pk, **who())
    SendingAddress.objects.filter(pk=northlight.pk).update(confirmed_at=None, is_default=False)
    field, _sentence = refused(triggers.enable, made.pk, **who())
    assert field == "sender"


def test_what_a_target_does_not_ask_is_not_kept(said, who, letter, library):
    course = CourseFactory()
    made = triggers.create(
        said(
            occasion="registration.starts",
            template=letter("registration"),
            pass_type=library,
            course=course,
            addresses=("a@x.example",),
        ),
        **who(),
    ).trigger
    assert (made.pass_type, made.course, made.addresses) == (None, course, [])


def test_the_past_is_reached_back_to_only_where_asked(clock, said, who, issue, fire, log):
    old = issue(expires_on=clock.on() + datetime.timedelta(days=40))
    clock.move(days=20)
    made = triggers.create(said(), **who())
    fire()
    assert (made.consequences, log("pk")) == ([], [])
    again = said(name="Again", abbreviation="AG")
    assert refused(
        triggers.create, again, reach_back_to=clock.on() + datetime.timedelta(1), **who()
    ) == (
        "reach_back_to",
        "Choose a day that has come.",
    )
    first = clock.on() - datetime.timedelta(days=10)
    (told,) = triggers.create(again, reach_back_to=first, **who()).consequences
    assert (told.tone, told.count, told.lines) == ("sent", 1, (old.contact.name,))
    assert told.sentence == ("1 message about what was due since then is put up for approval.")
    assert log("subject_id", "state", "late", "due_on") == [
        (old.pk, "waiting", True, datetime.date(2026, 12, 2))
    ]
    fire()
    assert len(log("pk")) == 1


def test_an_edit_voids_what_waits_and_never_writes_twice(clock, said, who, issue, fire, log):
    made = triggers.create(said(), **who()).trigger
    issue(expires_on=clock.on() + datetime.timedelta(days=40))
    clock.move(days=10)
    fire()
    (told,) = triggers.edit(made.pk, said(offset=7), **who()).consequences
    assert told.sentence == "1 message that waits is voided."
    assert log("state", "reason") == [("skipped", "changed")]
    clock.move(days=23)
    fire()
    assert log("state", "due_on") == [("waiting", clock.on())]
    Message.objects.update(state="sent", sent_at=clock.at)
    triggers.edit(made.pk, said(offset=3), **who())
    clock.move(days=5)
    fire()
    assert log("state") == ["sent"]


def test_only_the_rule_itself_begins_anew(clock, said, who, library):
    made = triggers.create(said(), **who()).trigger
    begun = clock.at
    clock.move(days=1)
    triggers.edit(made.pk, said(name="Other name"), **who())
    made.refresh_from_db()
    assert (made.name, made.changed_at, made.version) == ("Other name", begun, 1)
    triggers.edit(made.pk, said(name="Other name", pass_type=library), **who())
    made.refresh_from_db()
    assert (made.changed_at, made.version) == (clock.at, 2)
    triggers.edit(made.pk, said(name="Other name", pass_type=library), **who())
    assert list(JournalRow.objects.filter(kind="trigger.edited").values_list("after")) == [
        ({"name": "Other name"},),
        ({"pass_type": library.pk},),
    ]


def test_other_fixed_addresses_are_another_rule_and_stay_out_of_the_history(said, who):
    more = {"audience": ("addresses",)}
    made = triggers.create(said(addresses=("a@x.example",), **more), **who()).trigger
    triggers.edit(made.pk, said(addresses=("b@x.example",), **more), **who())
    made.refresh_from_db()
    assert made.addresses == ["b@x.example"]
    rows = JournalRow.objects.filter(subject_kind="trigger").order_by("pk")
    assert [row.after.get("addresses") for row in rows] == [1, 1]


def test_what_waits_for_approval_keeps_waiting_when_it_becomes_automatic(
    clock, said, who, issue, fire, log, northlight
):
    made = triggers.create(said(), **who()).trigger
    issue(expires_on=clock.on() + datetime.timedelta(days=40))
    issue(expires_on=clock.on() + datetime.timedelta(days=41))
    clock.move(days=10)
    fire()
    triggers.edit(made.pk, said(automatic=True), **who())
    clock.move(days=1)
    fire()
    assert log("state") == ["waiting", "queued"]


@pytest.mark.parametrize(("hours", "state"), [(-1, "waiting"), (1, "missed")])
def test_enabled_again_it_catches_up_to_the_edge_of_the_window(
    clock, said, who, issue, fire, log, hours, state
):
    made = triggers.create(said(), **who()).trigger
    pass_ = issue(expires_on=clock.on() + datetime.timedelta(days=40))
    clock.move(days=10)
    fire()
    triggers.disable(made.pk, **who())
    due_on = pass_.expires_on - datetime.timedelta(days=30)
    # The last of the three days that are caught up ends at midnight.
    clock.set(f"{due_on + datetime.timedelta(days=4)} 00:00", "Europe/London")
    clock.move(hours=hours)
    triggers.enable(made.pk, **who())
    assert log("state") == [state]


def test_disabled_it_writes_nothing_and_enabled_only_what_falls_due_then(
    clock, said, who, issue, fire, log
):
    made = triggers.create(said(), **who()).trigger
    for days in (40, 50):
        issue(expires_on=clock.on() + datetime.timedelta(days=days))
    triggers.disable(made.pk, **who())
    assert refused(triggers.disable, made.pk, **who())[1] == "It is disabled already."
    clock.move(days=11)
    fire()
    triggers.enable(made.pk, **who())
    fire()
    assert log("pk") == []
    clock.move(days=9)
    fire()
    assert log("state", "due_on") == [("waiting", clock.on())]


def test_archived_it_voids_what_waits_and_keeps_what_was_sent(clock, said, who, issue, fire, log):
    made = triggers.create(said(), **who()).trigger
    for _each in range(2):
        issue(expires_on=clock.on() + datetime.timedelta(days=40))
    clock.move(days=10)
    fire()
    Message.objects.filter(pk=log("pk")[0]).update(state="sent", sent_at=clock.at)
    (told,) = triggers.archive(made.pk, **who()).consequences
    assert told.sentence == "1 message that waits is voided."
    assert log("state", "reason") == [("sent", ""), ("skipped", "voided")]
    with pytest.raises(Stale):
        triggers.enable(made.pk, **who())
    assert triggers.create(said(), **who()).trigger.pk != made.pk


def test_a_copy_is_disabled_and_by_approval(said, who, library, yearly, northlight):
    made = triggers.create(
        said(automatic=True, pass_type=library, options=(yearly,)), **who()
    ).trigger
    first, second = (triggers.duplicate(made.pk, **who()) for _each in range(2))
    assert (first.name, first.abbreviation) == ("Copy of Pass ends in 30 days", "PE302")
    assert (second.name, second.abbreviation) == ("Copy of Pass ends in 30 days 2", "PE303")
    assert (second.automatic, second.disabled, list(second.options.all())) == (
        False,
        True,
        [yearly],
    )


def test_it_is_not_enabled_while_its_template_is_archived(said, who, clock):
    made = triggers.create(said(disabled=True), **who()).trigger
    Template.objects.filter(pk=made.template_id).update(archived_at=clock.at)
    with pytest.raises(Refusal, match="Its template is archived"):
        triggers.enable(made.pk, **who())
    Template.objects.filter(pk=made.template_id).update(archived_at=None)
    assert not triggers.enable(made.pk, **who()).trigger.disabled


def test_somebody_elses_change_is_shown_first(said, who):
    made = triggers.create(said(), **who()).trigger
    triggers.edit(made.pk, said(name="Theirs"), version=0, **who())
    with pytest.raises(Stale):
        triggers.edit(made.pk, said(name="Mine"), version=0, **who())


def test_a_trigger_of_an_archived_type_goes_on(clock, said, who, issue, fire, log, library):
    made = triggers.create(said(), **who()).trigger
    issue(expires_on=clock.on() + datetime.timedelta(days=40))
    library.status = "archived"
    library.save()
    triggers.edit(made.pk, dataclasses.replace(said(), pass_type=library), **who())
    clock.move(days=10)
    fire()
    assert log("state") == ["waiting"]


def test_who_renews_meanwhile_is_voided_by_a_disabled_trigger_enabled_again(
    clock, said, who, issue, fire, log
):
    made = triggers.create(said(), **who()).trigger
    pass_ = issue(expires_on=clock.on() + datetime.timedelta(days=40))
    clock.move(days=10)
    fire()
    triggers.disable(made.pk, **who())
    lifecycle.renew(pass_.pk, version=None, option=pass_.option, **who())
    triggers.enable(made.pk, **who())
    clock.move(days=1)
    fire()
    assert log("state", "reason") == [("skipped", "changed")]
