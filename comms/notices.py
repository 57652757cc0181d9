"""What does a mail server's notice say about which message? (RFC 3464)

Only who was told the message's own return address is believed; everything else in it may be forged.
"""

import dataclasses
import email
import email.message
import email.policy
import re

from . import return_path
from .transport import HARD, plain

# So much of a notice is read: what it says stands first, and after it the mail that came back.
MOST = 256 * 1024
# Where servers and mailboxes say to whom it was sent.
SENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclasses.dataclass(frozen=True)
class Notice:
    """Message `number` came back, because of `why`; `permanent`: its address doesn't exist."""

    number: int
    why: str
    permanent: bool


def read(content: bytes, *, to: str = "") -> Notice | None:
    """What the mail says, `to` whom it was sent as far as that is known beside it.

    None where it isn't about a message of ours, or not that it failed for good: a delay, a receipt,
    an answer by a machine.
    """
    try:
        mail = email.message_from_bytes(content[:MOST], policy=email.policy.compat32)
    except RecursionError:
        # Parts in parts in parts: no mail server writes that, but whoever likes can send it.
        return None
    number = _number(mail, to)
    if number is None or not mail.is_multipart():
        return None
    for part in mail.get_payload():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for about in part.get_payload()[1:]:
                if _said(about, "Action").lower() == "failed":
                    return _notice(number, about)
    return None


def _number(mail: email.message.Message, to: str) -> int | None:
    headers = [str(value) for name in SENT_TO for value in mail.get_all(name, [])]
    return next(filter(None, map(return_path.whose, [to, *headers])), None)


def _notice(number: int, about: email.message.Message) -> Notice:
    status, words = _said(about, "Status"), _said(about, "Diagnostic-Code")
    _kind, semicolon, said = words.partition(";")
    codes = CODE.findall(f"{status} {words}")
    why = plain(said if semicolon else words) or status
    return Notice(number, why[:300], any(HARD.match(code) for code in codes))


def _said(about: email.message.Message, name: str) -> str:
    return plain(str(about.get(name, "")))
