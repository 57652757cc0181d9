"""How far did a conversation with the mail server get when it broke?

A message counts as handed over from the moment at which its last line, a lone full stop, is sent:
if the connection breaks after that, the server may have taken it, whatever we saw. Before that it
certainly hasn't.
"""

import smtplib
import socket

from django.core.mail.backends.smtp import EmailBackend

# For how long the server may think about a message once it has all of it, in seconds.
AFTER_DATA = 120
END = b".\r\n"


class Noting:
    """Part of an SMTP client: `handed` is true from the last line until the server's answer."""

    handed = False

    def data(self, msg):
        """As smtplib has it, except that the last line is a step of its own."""
        self.handed = False
        self.putcmd("data")
        code, said = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        lines = msg if isinstance(msg, bytes) else msg.encode("ascii")
        lines = smtplib._quote_periods(lines)
        self.send(lines if lines.endswith(b"\r\n") else lines + b"\r\n")
        # Without it the last line would wait for the receipt of the others.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        patience = self.sock.gettimeout()
        if patience is not None:
            self.sock.settimeout(max(AFTER_DATA, patience))
        self.handed = True
        self.send(END)
        answer = self.getreply()
        self.handed = answer[0] < 0  # what it said can't be read
        self.sock.settimeout(patience)
        return answer


class Conversation(Noting, smtplib.SMTP):
    pass


class SealedConversation(Noting, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's, which can be asked how far it got."""

    @property
    def connection_class(self):
        return SealedConversation if self.use_ssl else Conversation

    @property
    def may_have_left(self) -> bool:
        """Was the message that just failed handed over, without an answer?"""
        return self.connection is not None and self.connection.handed

    def drop(self) -> None:
        """Let go of the connection without a word: it is broken, or said all."""
        for each in (self.connection, self._partial_connection):
            if each is not None:
                each.close()
        self.connection = self._partial_connection = None
