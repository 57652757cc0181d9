"""Messages come from addresses that somebody confirmed, and from no header of anybody's making."""

import re

import pytest
from django.core import mail

from comms import senders
from comms.models import SendingAddress
from tests.comms.conftest import TODAY
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return lambda: {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def add(who, django_capture_on_commit_callbacks):
    """`add("Training", "training@…")`: the address, and the link that was sent to it."""

    def added(name="Training", email="learning@northlight.example"):
        with django_capture_on_commit_callbacks(execute=True):
            sender = senders.add(name=name, email=email, **who())
        return sender, link_of(mail.outbox[-1])

    return added


def link_of(letter):
    return re.search(r"http://localhost:8000(/sending-addresses/confirmation/\S+)", letter.body)[1]


def test_an_address_is_confirmed_by_the_link_that_was_sent_to_it(add, browse, clock):
    sender, link = add()
    assert mail.outbox[-1].to == ["learning@northlight.example"]
    visitor = browse()
    assert visitor.get(link).status_code == 200
    sender.refresh_from_db()
    assert sender.confirmed_at is None, "opening the link confirms nothing"
    assert visitor.post(link).status_code == 200
    sender.refresh_from_db()
    assert (sender.confirmed_at, sender.is_default) == (clock.at, True)
    assert visitor.get(link).status_code == 404, "the link is good once"


def test_a_link_is_good_for_a_week_and_only_the_last_one(
    add, browse, clock, who, django_capture_on_commit_callbacks
):
    sender, first = add()
    clock.move(minutes=2)
    with django_capture_on_commit_callbacks(execute=True):
        senders.ask_again(sender.pk, **who())
    second = link_of(mail.outbox[-1])
    assert browse().get(first).status_code == 404
    clock.move(days=8)
    assert browse().post(second).status_code == 404
    assert browse().get(second[:-2] + "/").status_code == 404
    assert not SendingAddress.objects.filter(confirmed_at__isnull=False).exists()


def test_asking_twice_within_a_minute_is_refused(add, who):
    sender, _link = add()
    with pytest.raises(Refusal, match="just now"):
        senders.ask_again(sender.pk, **who())


def test_the_default_changes_only_to_a_confirmed_one(add, who, browse, northlight):
    sender, link = add()
    with pytest.raises(Refusal, match="isn't confirmed"):
        senders.make_default(sender.pk, **who())
    browse().post(link)
    senders.make_default(sender.pk, **who())
    assert list(SendingAddress.objects.filter(is_default=True)) == [sender]


def test_an_address_in_use_stays(add, who, browse, northlight, trigger):
    sender, link = add()
    browse().post(link)
    rule = trigger("pass.issued", sender=sender)
    with pytest.raises(Refusal, match=f"Triggers send from it: {rule.name}"):
        senders.remove(sender.pk, **who())
    with pytest.raises(Refusal, match="It is the default"):
        senders.remove(northlight.pk, **who())
    type(rule).objects.update(archived_at=rule.enabled_at)
    senders.remove(sender.pk, **who())
    senders.remove(northlight.pk, **who())
    assert list(SendingAddress.objects.living()) == []


def test_the_last_address_stays_while_triggers_send_from_it(who, northlight, trigger):
    trigger("pass.issued")
    with pytest.raises(Refusal, match="Triggers send from the default: Rule 1"):
        senders.remove(northlight.pk, **who())


def test_a_confirmed_address_is_another_ones_only_beside_it(add, who, northlight):
    with pytest.raises(Refusal, match="beside it"):
        senders.edit(northlight.pk, name="N", email="other@northlight.example", **who())
    assert senders.edit(northlight.pk, name="North", **who()).name == "North"
    sender, _link = add(email="typo@northlight.example")
    changed = senders.edit(sender.pk, name="T", email="t@northlight.example", **who())
    assert changed.email == "t@northlight.example"
    with pytest.raises(Refusal, match="in the list already"):
        senders.add(name="Again", email="T@Northlight.example", **who())


ENDS = ["\r\n", "\n", "\r", "\x00", "\u2028", "\u2029", "\x0b", "\x0c", "\x85"]
HEADERS = ["Bcc: all@example.com", "Subject: x", "\n<script>alert(1)</script>"]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("end", ENDS)
def test_no_name_and_no_address_makes_a_header(who, end, header):
    for name, email in (
        (f"Training{end}{header}", "a@example.com"),
        ("Training", f"a@example.com{end}{header}"),
        ("Training", f"a{end}{header}@example.com"),
    ):
        with pytest.raises(Refusal):
            senders.add(name=name, email=email, **who())
    assert not SendingAddress.objects.exists()


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b", "a@example.com, b@example.com", "<a@example.com>", "ä@example.com"],
)
def test_what_is_no_address_is_refused(who, email):
    with pytest.raises(Refusal) as no:
        senders.add(name="Training", email=email, **who())
    assert no.value.field == "email"


def test_the_pages_do_it(browse, office, northlight, django_capture_on_commit_callbacks):
    desk = browse(office)
    with django_capture_on_commit_callbacks(execute=True):
        added = desk.post("/sending-addresses/new/", {"name": "Sales", "email": "s@example.com"})
    assert added.status_code == 302
    page = desk.get("/sending-addresses/").text
    assert "Not confirmed yet" in page
    assert "training@northlight.example" in page
    sender = SendingAddress.objects.get(email="s@example.com")
    refused = desk.post(f"/sending-addresses/{sender.pk}/default/", {})
    assert refused.status_code == 422
    assert "isn&#x27;t confirmed" in refused.text
    assert desk.post(f"/sending-addresses/{sender.pk}/removal/", {}).status_code == 302
    assert list(
        JournalRow.objects.filter(subject_kind="sending_address").values_list("kind", "on")
    ) == [
        ("sending_address.added", TODAY),
        ("sending_address.removed", TODAY),
    ]


def test_the_list_costs_the_same_for_one_and_for_three(
    browse, office, northlight, django_assert_num_queries
):
    desk = browse(office)
    desk.get("/sending-addresses/")
    with django_assert_num_queries(4):
        desk.get("/sending-addresses/")
    for number in range(2):
        SendingAddress.objects.create(name="More", email=f"more{number}@example.com")
    with django_assert_num_queries(4):
        desk.get("/sending-addresses/")
