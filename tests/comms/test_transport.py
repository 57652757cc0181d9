"""What becomes of a letter that is handed over, told truly: by a mail server that fails as told."""

import contextlib
import dataclasses
import smtplib

import pytest
from django.core import mail

from comms import return_path, transport
from comms.letter import Letter
from comms.transport import Fate, Transport
from tests.comms.mailbox import Mailbox, serving
from tms import smtp
from tms.environment import mailer_from

LETTER = Letter(
    to="ada@x.example",
    to_name="Ada Lindqvist",
    sender="training@northlight.example",
    sender_name="Northlight",
    title="Your pass expires",
    text="It expires in 30 days.\n",
    html="<p>It expires in 30 days.</p>",
)


@pytest.fixture(scope="module")
def server():
    box = Mailbox()
    with serving(box) as (host, port):
        yield box, f"{host}:{port}"


@pytest.fixture
def box(server, settings):
    """The mailbox of the one server of this module, empty; mail leaves by it."""
    found, address = server
    found.__init__()
    settings.MAILERS = {"default": mailer_from(f"smtp://{address}")}
    return found


@pytest.fixture
def hand(clock):
    """`hand("ada.unknown@x.example", ...)`: what became of a letter to each, by one connection."""

    def handed(*addresses, **changes):
        with Transport() as way:
            return [
                way.hand(dataclasses.replace(LETTER, to=each, **changes), number, clock.at)
                for number, each in enumerate(addresses, start=1)
            ]

    return handed


def test_a_letter_arrives_as_text_and_as_html(box, hand, settings):
    settings.SITE_URL = "https://learn.northlight.example"
    (outcome,) = hand("ada@x.example", files=(("plan.pdf", b"%PDF-1", "application/pdf"),))
    assert outcome == transport.SENT
    ((address, message),) = box.arrived
    assert address == "ada@x.example"
    assert {name: message[name] for name in ("From", "To", "Subject", "Message-ID", "Date")} == {
        "From": "Northlight <training@northlight.example>",
        "To": "Ada Lindqvist <ada@x.example>",
        "Subject": "Your pass expires",
        "Message-ID": "<message-1@learn.northlight.example>",
        "Date": "Sun, 22 Nov 2026 09:00:00 +0000",
    }
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["Reply-To"], message["List-Unsubscribe"]) == (None, None)
    assert message.get_body(("plain",)).get_content() == "It expires in 30 days.\n"
    assert message.get_body(("html",)).get_content() == "<p>It expires in 30 days.</p>\n"
    assert [each.get_content() for each in message.iter_attachments()] == [b"%PDF-1"]


def test_each_comes_back_to_an_address_of_its_own(box, hand, settings):
    hand("ada@x.example")
    settings.BOUNCES_TO = "bounces@mail.northlight.example"
    hand("ada@x.example", "bob@x.example")
    assert box.returns == [
        "training@northlight.example",
        return_path.of(1),
        return_path.of(2),
    ]
    assert [return_path.whose(each) for each in box.returns] == [None, 1, 2]
    froms = {message["From"] for _address, message in box.arrived}
    assert froms == {"Northlight <training@northlight.example>"}


def test_the_address_for_unsubscribing_stays_whole(box, hand):
    link = "https://learn.northlight.example/email-preferences/" + "x" * 120 + "/unsubscription/"
    hand("ada@x.example", unsubscribe=link)
    ((_address, message),) = box.arrived
    assert f"List-Unsubscribe: <{link}>".encode() in box.raw[0].split(b"\r\n")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("fate", "expected", "hard"),
    [
        ("not-now", Fate.NOT_NOW, False),
        ("busy", Fate.NOT_NOW, False),
        ("closing", Fate.NOT_NOW, False),
        ("reset", Fate.NOT_NOW, False),
        ("unknown", Fate.REFUSED, True),
        ("not-found", Fate.REFUSED, False),
        ("unwanted", Fate.REFUSED, False),
        ("spam", Fate.REFUSED, False),
        ("dropped-after", Fate.UNCLEAR, False),
    ],
)
def test_whatever_the_server_does_it_is_told_truly_and_the_next_one_arrives(
    box, hand, fate, expected, hard
):
    first, second = hand(f"ada.{fate}@x.example", "grace@x.example")
    assert (first.fate, first.hard, bool(first.why)) == (expected, hard, True)
    assert second == transport.SENT
    assert "grace@x.example" in box.addresses


def test_a_server_that_says_nothing_after_the_data_leaves_it_unclear(box, hand, monkeypatch):
    monkeypatch.setattr(smtp, "AFTER_DATA", 0.2)
    monkeypatch.setitem(mail.mailers.settings["default"]["OPTIONS"], "timeout", 0.2)
    (outcome,) = hand("ada.silent-after@x.example")
    assert (outcome.fate, box.addresses) == (Fate.UNCLEAR, ["ada.silent-after@x.example"])


def test_a_connection_that_breaks_amid_the_data_has_not_handed_it_over(box, hand, monkeypatch):
    def broken(self, words):
        if isinstance(words, bytes) and b"Content-Type" in words:
            self.close()
            raise smtplib.SMTPServerDisconnected("gone")
        return sent(self, words)

    sent = smtplib.SMTP.send
    monkeypatch.setattr(smtplib.SMTP, "send", broken)
    (outcome,) = hand("ada@x.example")
    assert (outcome.fate, outcome.away, box.arrived) == (Fate.NOT_NOW, True, [])


@pytest.mark.parametrize(
    ("no", "hard"),
    [
        (smtplib.SMTPRecipientsRefused({"ada@x.example": (550, b"5.1.1 Nobody")}), True),
        (smtplib.SMTPRecipientsRefused({"ada@x.example": (550, b"5.1.8 Bad sender")}), False),
        (smtplib.SMTPSenderRefused(550, b"5.1.1 Nobody", "training@northlight.example"), False),
        (smtplib.SMTPDataError(554, b"5.7.1 Not wanted"), False),
    ],
)
def test_an_address_is_bad_for_good_only_where_the_server_says_so_of_the_recipient(no, hard):
    outcome = transport.judged(no, may_have_left=False)
    assert (outcome.fate, outcome.hard) == (Fate.REFUSED, hard)


def test_a_sign_in_that_the_server_refuses_is_nobodys_address():
    outcome = transport.judged(smtplib.SMTPAuthenticationError(535, b"5.7.8 No"), False)
    assert (outcome.fate, outcome.hard) == (Fate.NOT_NOW, False)


def test_nobody_there_is_not_now(hand, settings):
    with serving(Mailbox()) as (host, port):
        pass
    settings.MAILERS = {"default": mailer_from(f"smtp://{host}:{port}")}
    (outcome,) = hand("ada@x.example")
    assert (outcome.fate, outcome.away) == (Fate.NOT_NOW, True)


def test_without_the_tls_that_was_asked_for_nothing_is_said_in_plain(box, hand, settings):
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    settings.MAILERS = {"default": mailer_from(f"smtp+tls://me:secret@127.0.0.1:{port}")}
    outcomes = hand("ada@x.example", "grace@x.example")
    assert {(each.fate, each.away) for each in outcomes} == {(Fate.NOT_NOW, True)}
    assert "STARTTLS" in outcomes[0].why
    assert (box.logins, box.arrived, dict(box.seen)) == (0, [], {})


def test_nothing_in_a_letter_can_add_a_header_or_a_recipient(box, hand):
    evil = "Ada\r\nBcc: eve@x.example\r\n\r\nHello\0\u2028\x1b"
    hand("ada@x.example", to_name=evil, sender_name=evil, title=evil, unsubscribe=evil)
    ((address, message),) = box.arrived
    assert address == "ada@x.example"
    assert dict(box.seen) == {"ada@x.example": 1}
    for name in ("To", "From", "Subject", "List-Unsubscribe"):
        assert len(message.get_all(name)) == 1
    assert message["Bcc"] is None
    assert message["Subject"] == "Ada Bcc: eve@x.example Hello"
    assert message.get_body(("plain",)).get_content() == LETTER.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada+passes@x.example", "ada+passes@x.example"),
        ("o'brien@x.example", "o'brien@x.example"),
        ('"ada..lovelace"@x.example', '"ada..lovelace"@x.example'),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("a" * 64 + "@" + "x." * 90 + "example", "a" * 64 + "@" + "x." * 90 + "example"),
        ("ada@x.example ", "ada@x.example"),
        ("adá@x.example", None),
        ("ada@x.example\nBcc: eve@x.example", None),
        ("ada@x.example, eve@x.example", None),
        ("ada", None),
        ("", None),
        ("a" * 250 + "@x.example", None),
        ("ada@x.example\0", None),
    ],
)
def test_addresses_that_can_be_written_to(address, expected):
    with contextlib.nullcontext() if expected else pytest.raises(ValueError, match="no address"):
        assert transport.address(address) == expected


def test_what_can_not_be_an_address_is_not_even_tried(box, hand):
    outcome, second = hand("ada@", "grace@x.example")
    assert (outcome.fate, outcome.bad) == (Fate.REFUSED, True)
    assert (second.fate, dict(box.seen)) == (Fate.SENT, {"grace@x.example": 1})


def test_without_a_mail_server_nothing_leaves_and_nothing_is_kept_twice(db, hand, settings):
    settings.MAILERS = {"default": mailer_from("")}
    assert transport.leaves() is False
    assert hand("ada@x.example") == [transport.SENT]
    assert mail.outbox == []
    from tms.models import KeptMail

    assert not KeptMail.objects.exists()


class Provider(Exception):
    def __init__(self, status_code):
        super().__init__(f"status {status_code}")
        self.status_code = status_code


@pytest.mark.parametrize(
    ("broke", "fate"),
    [
        (Provider(400), Fate.REFUSED),
        (Provider(429), Fate.NOT_NOW),
        (Provider(502), Fate.UNCLEAR),
        (TimeoutError("read"), Fate.UNCLEAR),
    ],
)
def test_other_backends_are_judged_by_what_they_answer(hand, monkeypatch, broke, fate):
    def refuse(self, messages):
        raise broke

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    (outcome,) = hand("ada@x.example")
    assert outcome.fate == fate


def test_any_backend_of_django_will_do(hand, settings):
    assert hand("ada@x.example", "grace@x.example") == [transport.SENT, transport.SENT]
    assert [message.to for message in mail.outbox] == [
        ["Ada Lindqvist <ada@x.example>"],
        ["Ada Lindqvist <grace@x.example>"],
    ]
