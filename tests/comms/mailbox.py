"""A mail server that fails as it is told, by the address that is written to.

`ada.dropped-after@x.example` is dropped after the data: what stands between the first dot and the
@ names a `FATE`; anything else is delivered. By hand: `python -m tests.comms.mailbox`.
"""

import asyncio
import collections
import contextlib
import email
import email.policy
import socket

from aiosmtpd.controller import Controller

# What is answered to RCPT, or to the data.
RCPT = {
    "not-now": "450 4.2.0 Come back later",
    "unknown": "550 5.1.1 No such mailbox",
    "not-found": "550 5.4.4 No such host",
    "unwanted": "550 No",
}
DATA = {
    "busy": "451 4.3.0 Try again later",
    "spam": "554 5.7.1 Refused by policy",
    "closing": "421 4.3.2 Shutting down",
}


class Mailbox:
    """What arrived, and how the server behaves. `delay`: seconds that it takes for each message.

    `arrived` holds (recipient, message), `returns` where each would come back to; `doubles` those
    ids that came more than once.
    """

    def __init__(self, *, delay: float = 0.0):
        self.delay, self.arrived, self.raw, self.returns = delay, [], [], []
        self.seen = collections.Counter()
        self.refuses = ""  # an answer to every MAIL, while the server is in trouble
        self.logins = 0

    # Named by the verbs of SMTP, which aiosmtpd looks for.
    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.mail_from = address
        self.returns.append(address)
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.seen[address] += 1
        fate = fate_of(address)
        if fate == "reset":
            server.transport.abort()
            return "421 Gone"
        if fate in RCPT:
            return RCPT[fate]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.delay:
            await asyncio.sleep(self.delay)
        (address,) = envelope.rcpt_tos
        fate = fate_of(address)
        if fate in DATA:
            return DATA[fate]
        self.raw.append(envelope.content)
        self.arrived.append((address, read(envelope.content)))
        if fate == "dropped-after":
            server.transport.abort()
        elif fate == "silent-after":
            await asyncio.sleep(5)
        return "250 OK"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _message in self.arrived]

    @property
    def doubles(self) -> list[str]:
        ids = collections.Counter(message["Message-ID"] for _address, message in self.arrived)
        return [each for each, times in ids.items() if times > 1]


def fate_of(address: str) -> str:
    return address.rpartition("@")[0].partition(".")[2]


def read(content: bytes):
    return email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)


@contextlib.contextmanager
def serving(box: Mailbox, port: int = 0):
    """The address (host, port) of a server that delivers to `box`."""
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.hostname, controller.port
    finally:
        controller.stop(no_assert=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
