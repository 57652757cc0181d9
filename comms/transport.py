"""What became of a letter that was handed over: sent, refused, not now, or can't it be known?

By Django's mail settings; any backend will do. Of SMTP it is known how far the conversation got. In
doubt the answer is `UNCLEAR`: nothing is sent twice knowingly.
"""

import contextlib
import dataclasses
import datetime
import email.headerregistry
import email.policy
import enum
import re
import smtplib
import unicodedata
import urllib.parse
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.validators import validate_email
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from tms.smtp import SmtpBackend

from . import return_path
from .letter import Letter

KEEPS = "tms.mail.KeepBackend"
LONGEST = 254
SHUTTING_DOWN = 421
# Of those codes that say that an address is bad (RFC 3463), these two mean the sender's.
HARD = re.compile(r"^5\.1\.(?![78]\b)\d+\b")


class Fate(enum.StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    NOT_NOW = "not now"
    UNCLEAR = "unclear"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of it, and why. `hard`: the address doesn't exist. `away`: nobody is there to
    take anything. `bad`: it can't be an address at all.
    """

    fate: Fate
    why: str = ""
    hard: bool = False
    away: bool = False
    bad: bool = False


SENT = Outcome(Fate.SENT)


def leaves() -> bool:
    """Is there a way out? Without one, messages are kept in the log and go nowhere."""
    return settings.MAILERS["default"].get("BACKEND") != KEEPS


class Transport:
    """Hands letters over, one after another by one connection. Use it as a context."""

    def __enter__(self):
        self.backend = mailers["default"] if leaves() else None
        self.opened = False
        return self

    def __exit__(self, *_why):
        self.let_go()

    def hand(self, letter: Letter, number: int, at: datetime.datetime) -> Outcome:
        """Send message `number` as this letter; never raises for what a server does."""
        if self.backend is None:
            return SENT
        try:
            mail = mail_of(letter, number, at)
        except ValueError as no:
            return Outcome(Fate.REFUSED, str(no), bad=True)
        if not self.opened:
            try:
                self.backend.open()
            except Exception as no:  # whatever a backend raises, nothing was said yet
                self.let_go()
                return Outcome(Fate.NOT_NOW, in_words(no), away=True)
            self.opened = True
        try:
            taken = self.backend.send_messages([mail])
        except Exception as no:  # each backend has its own
            return self._failed(no)
        return SENT if taken else Outcome(Fate.NOT_NOW, _("The mail server took nothing."))

    def _failed(self, no: Exception) -> Outcome:
        outcome = judged(no, getattr(self.backend, "may_have_left", None))
        if outcome.away or outcome.fate == Fate.UNCLEAR:
            self.let_go()
        return outcome

    def let_go(self) -> None:
        """Close the connection, if need be without a word."""
        if self.opened and self.backend is not None:
            with contextlib.suppress(Exception):
                self.backend.close()
        self.opened = False
        if isinstance(self.backend, SmtpBackend):
            self.backend.drop()


def judged(no: Exception, may_have_left: bool | None) -> Outcome:
    """What an exception means. `may_have_left`: what an SMTP conversation knows of it, or None."""
    code, words = answer_of(no)
    why = in_words(no)
    if code is not None and not may_have_left:
        if 500 <= code < 600 and not isinstance(no, smtplib.SMTPAuthenticationError):
            at_sender = isinstance(no, smtplib.SMTPSenderRefused)
            return Outcome(Fate.REFUSED, why, hard=bool(HARD.match(words)) and not at_sender)
        return Outcome(Fate.NOT_NOW, why, away=code == SHUTTING_DOWN)
    if may_have_left is False:
        return Outcome(Fate.NOT_NOW, why, away=True)
    # What a provider's interface answers (anymail): not this, or not so many.
    status = getattr(no, "status_code", None)
    if status == 429:
        return Outcome(Fate.NOT_NOW, why, away=True)
    if status is not None and 400 <= status < 500 and status != 408:
        return Outcome(Fate.REFUSED, why)
    return Outcome(Fate.UNCLEAR, why)


def answer_of(no: Exception) -> tuple[int | None, str]:
    """The code and the words of the server's answer, if it was one."""
    if isinstance(no, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(no.recipients.values()))
    elif isinstance(no, smtplib.SMTPResponseException):
        code, words = no.smtp_code, no.smtp_error
    else:
        return None, ""
    if not isinstance(code, int) or code < 0:
        return None, ""
    return code, words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def in_words(no: Exception) -> str:
    code, words = answer_of(no)
    said = f"{code} {words}" if code is not None else str(no) or type(no).__name__
    return plain(said)[:300]


# The letter as a mail


class Mail(EmailMultiAlternatives):
    """A mail whose addresses for unsubscribing stay as they are, however long (RFC 8058)."""

    def message(self, *, policy=email.policy.default):
        return super().message(policy=policy.clone(header_factory=HEADERS))


class Verbatim(email.headerregistry.UnstructuredHeader):
    def fold(self, *, policy):
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = email.headerregistry.HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", Verbatim)
HEADERS.map_to_type("message-id", Verbatim)


def mail_of(letter: Letter, number: int, at: datetime.datetime) -> Mail:
    """The mail of message `number`. Raises ValueError, with a sentence, for what isn't an address.

    Its Message-ID depends on nothing but the number and the site, so that mailboxes fold doubles.
    """
    headers = {
        "Message-ID": f"<message-{number}@{host()}>",
        "Date": format_datetime(at),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.unsubscribe:
        headers["List-Unsubscribe"] = f"<{plain(letter.unsubscribe)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    sender = formataddr((plain(letter.sender_name), address(letter.sender)))
    back = return_path.of(number)
    if back:
        headers["From"] = sender
    mail = Mail(
        plain(letter.title),
        letter.text.replace("\0", ""),
        back or sender,
        [formataddr((plain(letter.to_name), address(letter.to)))],
        headers=headers,
    )
    if letter.html:
        mail.attach_alternative(letter.html.replace("\0", ""), "text/html")
    for name, content, kind in letter.files:
        mail.attach(plain(name), content, kind)
    return mail


def host() -> str:
    return urllib.parse.urlsplit(settings.SITE_URL).hostname or "localhost"


def plain(text: str) -> str:
    """One line without anything that could end it or begin another one."""
    kept = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in text)
    return " ".join(kept.split())


def address(text: str) -> str:
    """An address as mail servers spell it: at most 254 characters, its domain in ASCII.

    Raises ValueError, with a sentence, for what can't be one, or can't be written to by everybody.
    """
    local, _at, domain = text.strip().rpartition("@")
    no = _("“%(text)s” is no address that can be written to.") % {"text": plain(text)[:100]}
    try:
        spelled = f"{local}@{punycode(domain)}"
        validate_email(spelled)
    except (ValidationError, UnicodeError):
        raise ValueError(no) from None
    if not spelled.isascii() or len(spelled) > LONGEST or spelled != plain(spelled):
        raise ValueError(no)
    return spelled
