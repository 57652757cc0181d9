"""Messages by program: read, answered for, and reported when they come back."""

import pytest

from comms.models import AddressTrouble, Message
from tests.comms.made import AT, SENT, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program):
    return program("messages:read", "message-bodies:read", "messages:write")


def test_a_message_is_told_without_what_it_says(able, trigger, ada):
    row = message(trigger(), ada, "sent")
    told = able.get(f"/messages/{row.pk}").json()
    assert told.pop("trigger") == row.trigger_id
    assert told == {
        "id": row.pk,
        "state": "sent",
        "reason": "",
        "trouble": "",
        "subject_kind": "pass",
        "subject_id": 12,
        "occurrence": "j:0",
        "recipient": f"c{ada.pk}",
        "role": "learner",
        "contact": ada.pk,
        "user": None,
        "account": ada.account_id,
        "to": SENT["to"],
        "sender": SENT["sender"],
        "title": SENT["title"],
        "late": False,
        "due_at": "2026-11-22T08:00:00Z",
        "due_on": "2026-11-22",
        "made_at": "2026-11-22T08:00:00Z",
        "next_at": None,
        "first_at": "2026-11-22T08:00:00Z",
        "sent_at": "2026-11-22T08:00:00Z",
        "attempts": 0,
        "resend_of": None,
        "version": 0,
    }


def test_what_it_says_needs_a_scope_of_its_own(program, able, trigger, ada):
    row = message(trigger(), ada, "sent")
    assert program("messages:read").get(f"/messages/{row.pk}/body").status_code == 403
    assert able.get(f"/messages/{row.pk}/body").json() == {
        "id": row.pk,
        "title": SENT["title"],
        "text": SENT["text"],
        "html": SENT["html"],
    }


def test_the_list_is_narrowed(able, trigger, ada):
    first, second = trigger(), trigger("pass.issued")
    rows = [
        message(first, ada, "waiting"),
        message(first, None, "sent", due_at=AT.replace(day=20)),
        message(second, ada, "failed"),
    ]

    def found(query):
        return [rows.index(Message(pk=each["id"])) for each in able.get(query).json()["items"]]

    assert found("/messages") == [0, 1, 2]
    assert found("/messages?state=sent") == [1]
    assert found("/messages?for_people=true") == [0, 2]
    assert found(f"/messages?trigger={second.pk}&contact={ada.pk}") == [2]
    assert found(f"/messages?account={ada.account_id}&due_to=2026-11-22") == [0, 2]
    assert found("/messages?due_from=2026-11-21") == [0, 2]
    assert found("/messages?due_to=2026-11-21") == [1]


def test_a_program_approves_voids_settles_and_sends_again(able, trigger, issue, fire, clock, ada):
    rule = trigger("pass.issued", automatic=False)
    issue()
    fire()
    waits = Message.objects.get()
    path = f"/messages/{waits.pk}"
    assert able.post(f"{path}/approval", {"version": 0}).json()["state"] == "queued"
    again = able.post(f"{path}/approval", {"version": 0})
    assert again.status_code == 409
    told = able.post(f"{path}/voiding").json()
    assert (told["state"], told["reason"]) == ("skipped", "voided")
    unclear = message(rule, ada, "unclear", first_at=AT)
    assert able.post(f"/messages/{unclear.pk}/settling").json()["state"] == "sent"
    made = [able.post(f"/messages/{unclear.pk}/resending", key="k1") for _ in "ab"]
    assert [each.status_code for each in made] == [201, 201]
    assert {each.json()["id"] for each in made} == {Message.objects.latest("pk").pk}
    assert made[0].json()["resend_of"] == unclear.pk


def test_what_cannot_be_done_is_told_as_a_sentence(able, trigger, ada):
    row = message(trigger(), ada, "sending")
    no = able.post(f"/messages/{row.pk}/voiding")
    assert (no.status_code, no.json()["detail"]) == (
        422,
        "This message is being sent right now. Wait a moment, then look again.",
    )


def test_what_came_back_is_noted_once(able, trigger, ada):
    row = message(trigger(), ada, "sent", to="Ada@kestrelrail.example")
    for permanent in (False, True, True):
        told = able.post(
            f"/messages/{row.pk}/bounce", {"why": "550 No such user", "permanent": permanent}
        ).json()
        assert (told["state"], told["trouble"], told["version"]) == (
            "bounced",
            "550 No such user",
            1,
        )
    assert list(AddressTrouble.objects.values_list("email", "why")) == [
        ("ada@kestrelrail.example", "550 No such user")
    ]


def test_a_bounce_of_what_never_left_or_is_unknown_is_refused(able, trigger, ada):
    row = message(trigger(), ada, "queued")
    no = able.post(f"/messages/{row.pk}/bounce", {"permanent": True})
    assert (no.status_code, no.json()["detail"]) == (
        422,
        "This message never left, so it can’t have come back. It is: Queued.",
    )
    assert able.post("/messages/987654/bounce", {"permanent": True}).status_code == 404
    assert not AddressTrouble.objects.exists()


def test_triggers_and_templates_are_told(able, trigger):
    rule = trigger(offset=30, side="before", name="Ends soon", abbreviation="END")
    told = able.get(f"/triggers/{rule.pk}").json()
    assert (told["name"], told["occasion"], told["offset"], told["side"], told["audience"]) == (
        "Ends soon",
        "pass.expired",
        30,
        "before",
        ["learner"],
    )
    assert able.get("/triggers").json()["items"] == [told]
    template = able.get(f"/templates/{rule.template_id}").json()
    assert (template["subject"], template["kind"]) == ("News", "service")
    assert able.get("/templates").json()["items"] == [template]
