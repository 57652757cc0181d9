"""What comes back is noted of the message that it is about, and of no other."""

import datetime
import io
import mailbox

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from comms import bounces, notices, return_path
from comms.models import AddressTrouble, Message
from tests.comms.made import message
from tests.factories import LearnerFactory

NOTICE = """\
From: MAILER-DAEMON@mx.other.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.other.example
Arrival-Date: Sun, 22 Nov 2026 08:00:00 +0000

Final-Recipient: rfc822; ada@kestrelrail.example
Action: {action}
Status: {status}
Diagnostic-Code: {code}

--b
Content-Type: message/rfc822

Message-ID: <message-4711@site.example>
Subject: Your pass ends soon

It ends in 30 days.

--b--
"""
UNKNOWN = "smtp; 550 5.1.1 <ada@kestrelrail.example>: no such\n mailbox here"


def notice(to, *, action="failed", status="5.1.1", code=UNKNOWN) -> bytes:
    return NOTICE.format(to=to, action=action, status=status, code=code).encode()


@pytest.fixture(autouse=True)
def returned_to(settings):
    settings.BOUNCES_TO = "bounces@mail.northlight.example"


@pytest.fixture
def sent(trigger, ada):
    return message(trigger(), ada, "sent")


@pytest.fixture
def take(clock):
    return lambda content, **more: bounces.take(content, at=clock.at, **more)


@pytest.fixture
def command(clock, monkeypatch):
    """`command(b"…")`: what it says of a notice that is piped to it, or of mailboxes."""

    def run(*words, piped=b""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped)))
        said = io.StringIO()
        call_command("take_bounces", *words, stdout=said)
        return said.getvalue().splitlines()

    return run


def troubles():
    return list(AddressTrouble.objects.values_list("email", flat=True))


def test_a_notice_is_noted_of_its_message_once(sent, take):
    content = notice(return_path.of(sent.pk))
    assert [take(content).pk for _ in range(2)] == [sent.pk, sent.pk]
    sent.refresh_from_db()
    why = "550 5.1.1 <ada@kestrelrail.example>: no such mailbox here"
    assert (sent.state, sent.trouble, sent.version) == ("bounced", why, 1)
    assert troubles() == ["ada@kestrelrail.example"]


@pytest.mark.parametrize(
    ("status", "code", "why", "known"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no such user", "550 5.1.1 no such user", True),
        ("5.1.10", "", "5.1.10", True),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", "552 5.2.2 mailbox full", False),
        ("4.4.7", "X-Postfix; delivery time expired", "delivery time expired", False),
        ("5.1.8", "smtp; 550 5.1.8 bad sender", "550 5.1.8 bad sender", False),
        ("5.7.1", "no kind at all", "no kind at all", False),
    ],
)
def test_an_address_is_bad_only_where_the_notice_says_so(sent, take, status, code, why, known):
    returned = take(notice(return_path.of(sent.pk), status=status, code=code))
    assert (returned.state, returned.trouble) == ("bounced", why)
    assert bool(troubles()) is known


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda to: notice(to, action="delayed", status="4.4.1"), id="a delay"),
        pytest.param(lambda to: notice(to, action="delivered", status="2.0.0"), id="a receipt"),
        pytest.param(lambda to: f"To: {to}\n\nI am away.".encode(), id="an answer by a machine"),
        pytest.param(
            lambda to: notice(to).replace(b"delivery-status\n", b"plain\n"), id="no report"
        ),
        pytest.param(lambda to: b"\xff\x00--b\n" * 500, id="nothing that can be read"),
        pytest.param(lambda to: b"", id="nothing"),
    ],
)
def test_other_mail_changes_nothing(sent, take, content):
    assert take(content(return_path.of(sent.pk))) is None
    sent.refresh_from_db()
    assert (sent.state, troubles()) == ("sent", [])


def test_nobody_can_make_up_a_return_address(sent, take, trigger, ada, settings):
    other = message(sent.trigger, ada, "sent")
    mine = return_path.of(sent.pk)
    signature = mine.rpartition("-")[2]
    forged = [
        "bounces@mail.northlight.example",
        f"bounces+m{other.pk}@mail.northlight.example",
        f"bounces+m{other.pk}-{signature}",
        f"bounces+m{other.pk}-{'0' * 20}@mail.northlight.example",
        mine.replace("+m", "+m0").replace(f"m0{sent.pk}", f"m1{sent.pk}"),
        f"message-{other.pk}@site.example",
    ]
    assert [take(notice(to)) for to in forged] == [None] * 6
    settings.SECRET_KEY = "another installation's key, of more than fifty characters"
    assert take(notice(mine)) is None
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_its_return_address_is_known_by_any_header_or_beside_it(sent):
    to = return_path.of(sent.pk)
    assert to == to.lower()
    shouted = f"Bounces <{to.upper()}>"
    for content, beside in [
        (notice(shouted), ""),
        (notice("postmaster@x.example"), to),
        (b"Delivered-To: " + to.encode() + b"\n" + notice("postmaster@x.example"), ""),
    ]:
        assert notices.read(content, to=beside).number == sent.pk


def test_what_never_left_or_is_gone_is_left_alone(trigger, ada, take):
    waiting = message(trigger(), ada, "waiting")
    assert take(notice(return_path.of(waiting.pk))) is None
    assert take(notice(return_path.of(10**12))) is None
    assert list(Message.objects.values_list("state", flat=True)) == ["waiting"]


def test_what_comes_back_for_the_third_time_is_not_written_to_again(trigger, ada, take):
    rule = trigger()
    full = {"status": "5.2.2", "code": "smtp; 552 5.2.2 mailbox full"}
    old = message(rule, ada, "bounced", due_at=datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC))
    message(rule, LearnerFactory(account=ada.account), "bounced")
    found = []
    for _ in range(2):
        message(rule, ada, "bounced", to="ada.before@kestrelrail.example")
    for _ in range(3):
        each = message(rule, ada, "sent")
        take(notice(return_path.of(each.pk), **full))
        found.append(troubles())
    assert found == [[], [], [old.to]]


def test_a_mail_server_pipes_it(sent, command):
    piped = notice(return_path.of(sent.pk), status="5.2.2", code="smtp; 552 full")
    assert command(piped=piped) == [
        f"Message {sent.pk} came back: 552 full",
        "1 came back, 0 said nothing of the kind about a message of ours.",
    ]
    assert command(piped=b"Subject: Hello\n\nHello")[-1].startswith("0 came back, 1 said")


def test_with_the_database_away_the_mail_server_comes_again(sent, command, monkeypatch):
    def away(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr(bounces, "take", away)
    with pytest.raises(CommandError) as no:
        command(piped=b"")
    assert no.value.returncode == 75


def test_mailboxes_are_emptied_of_what_was_taken(sent, command, tmp_path):
    """Also where one of them is nothing but parts in parts, which can't be read."""
    ours, other = notice(return_path.of(sent.pk)), b"Subject: Hello\n\nHello"
    deep = b"Subject: Deep\n" + b"Content-Type: message/rfc822\n\n" * 5_000
    (tmp_path / "mbox").write_bytes(
        b"".join(b"From x\n" + each + b"\n\n" for each in (deep, ours, other))
    )
    mailbox.Maildir(tmp_path / "maildir")
    for name, each in (("1.a", deep), ("2.a", ours), ("3.a", other)):
        (tmp_path / "maildir" / "new" / name).write_bytes(each)
    said = command(str(tmp_path / "mbox"), str(tmp_path / "maildir"))
    assert said[-1] == "2 came back, 4 said nothing of the kind about a message of ours."
    left = (tmp_path / "mbox").read_bytes()
    assert left.count(b"Subject:") == 2
    assert b"Subject: Hello" in left
    assert list((tmp_path / "maildir" / "new").iterdir()) == []
    read = sorted((tmp_path / "maildir" / "cur").iterdir())
    assert [each.name for each in read] == ["1.a:2,S", "2.a:2,S", "3.a:2,S"]
    assert [each.read_bytes() for each in read] == [deep, ours, other]
    assert command(str(tmp_path / "maildir"))[-1].startswith("0 came back, 0 said")
    with pytest.raises(CommandError, match="There is no mailbox"):
        command(str(tmp_path / "nowhere"))


def test_without_a_mailbox_for_them_it_says_so(command, settings):
    settings.BOUNCES_TO = ""
    assert return_path.of(1) == ""
    with pytest.raises(CommandError, match="Set BOUNCES_TO"):
        command(piped=b"")
