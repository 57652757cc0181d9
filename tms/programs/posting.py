"""How is something posted to an address that somebody typed in, without trusting what is there?

Time-outs for each step and for the whole, no redirects, the certificate verified for the name,
the answer read to a limit.
"""

import dataclasses
import http.client
import socket
import ssl
import threading

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .outside import NoAnswer, Place, resolve

STEP = 8.0  # seconds for a connection, a handshake, or silence in an answer
WHOLE = 15.0  # seconds for one post, however slowly the answer trickles
KEPT = 2_000  # bytes of an answer that are kept
TRIED = 3  # addresses of one name
FAILURES = (OSError, http.client.HTTPException, ValueError)


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    text: str


class Line:
    """A line to one place, kept open from post to post. Use it in `with`."""

    def __init__(self, place: Place, *, private: bool):
        self.place, self.private = place, private
        self.connection = None
        self.socket = None
        self.late = False

    def __enter__(self):
        return self

    def __exit__(self, *_trouble):
        self.close()

    @cached_property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def post(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Post once. Any status is an Answer; raises NoAnswer with a sentence."""
        self.late = False
        timer = threading.Timer(WHOLE, self.cut)
        timer.daemon = True
        timer.start()
        try:
            answer = self.exchange(body, headers)
            if self.late:  # what was cut off looks like an end
                raise TimeoutError
            return answer
        except FAILURES as error:
            self.close()
            raise NoAnswer(sentence(error, late=self.late)) from error
        except NoAnswer:
            self.close()
            raise
        finally:
            timer.cancel()

    def exchange(self, body: bytes, headers: dict[str, str]) -> Answer:
        used = self.connection is not None
        try:
            return self.once(body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            # The other side had closed the line between two posts; a new one is another matter.
            if not used:
                raise
            self.close()
            return self.once(body, headers)

    def once(self, body: bytes, headers: dict[str, str]) -> Answer:
        if self.connection is None:
            self.open()
        self.connection.request(
            "POST", self.place.target, body, {"Host": self.place.host_header, **headers}
        )
        response = self.connection.getresponse()
        read = response.read(KEPT + 1)
        if len(read) > KEPT or response.will_close or not response.isclosed():
            self.close()
        # A null is the one sign that the database doesn't keep.
        text = read[:KEPT].decode(errors="replace").replace("\0", "\ufffd")
        return Answer(response.status, text)

    def open(self) -> None:
        """Connect to the first address that lets us. Raises OSError or NoAnswer."""
        trouble = None
        for family, address in resolve(self.place, private=self.private)[:TRIED]:
            try:
                self.connect(family, address)
            except OSError as error:
                trouble = error
                self.close()
            else:
                return
        raise trouble or OSError

    def connect(self, family: int, address: tuple) -> None:
        if self.late:
            raise TimeoutError
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(STEP)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.place.secure:
            self.socket = self.tls.wrap_socket(self.socket, server_hostname=self.place.host)
        # It speaks over our socket, and never makes one of its own.
        self.connection = http.client.HTTPConnection(self.place.host, self.place.port)
        self.connection.auto_open = 0
        self.connection.sock = self.socket

    def cut(self) -> None:
        """End what takes too long; whoever waits for the socket gets an error."""
        self.late = True
        if (held := self.socket) is not None:
            try:
                socket.socket.shutdown(held, socket.SHUT_RDWR)
            except OSError:  # it is over already
                return

    def close(self) -> None:
        for each in (self.connection, self.socket):
            if each is not None:
                each.close()
        self.connection = self.socket = None


def sentence(error: Exception, *, late: bool) -> str:
    """Why nothing came back."""
    if late or isinstance(error, TimeoutError):
        return _("The receiver took too long.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The receiver's certificate isn't valid: %(why)s.") % {"why": error.verify_message}
    if isinstance(error, ssl.SSLError):
        return _("No safe connection could be made.")
    if isinstance(error, ConnectionRefusedError):
        return _("Nobody listens at this address.")
    if isinstance(error, http.client.RemoteDisconnected | ConnectionError):
        return _("The receiver hung up without an answer.")
    if isinstance(error, http.client.HTTPException | ValueError):
        return _("What came back is no answer of the web.")
    return _("The address can't be reached.")
