"""May we connect there, and where is that exactly? For every address that people type in.

A name is resolved once, every address that it has must be a public one, and the connection is
made to that very address: a name that points elsewhere a moment later changes nothing.
"""

import dataclasses
import ipaddress
import socket
import urllib.parse

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.refusals import Refusal

LONGEST = 500
NO_ADDRESS = gettext_lazy("This is no address of the web. It looks like https://example.com/hook")
# Public by the registry, and yet not for us: relays and translators that lead elsewhere, and
# networks that once were private.
NOT_OURS = [
    ipaddress.ip_network(network)
    for network in ("192.88.99.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10")
]


class NoAnswer(Exception):
    """Nothing came back, and why: a sentence."""


@dataclasses.dataclass(frozen=True)
class Place:
    """An address in the web, taken apart. `target` is what is asked for there."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.secure else 80)
        return name if usual else f"{name}:{self.port}"


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the public internet, however it is wrapped."""
    address = ipaddress.ip_address(text)
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(
            address in network for network in NOT_OURS if network.version == address.version
        )
    )


def place_of(url: str, *, private: bool) -> Place:
    """The address, taken apart. `private`: private addresses and plain http are allowed.

    Raises Refusal(field="address") with what is wrong. Asks nobody: what a name leads to is looked
    at when it is connected to.
    """
    if len(url) > LONGEST or any(ord(sign) <= 32 or sign in '\\"<>\x7f' for sign in url):
        raise _no(_("An address has no spaces, no quotes and at most 500 characters."))
    try:
        parts = urllib.parse.urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode()
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except (ValueError, UnicodeError):
        raise _no(
            _("This is no address of the web. It looks like https://example.com/hook")
        ) from None
    if parts.scheme not in {"https", "http"} or not host:
        raise _no(NO_ADDRESS)
    if parts.scheme == "http" and not private:
        raise _no(_("Use https: what is sent must not be readable on its way."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _no(_("Leave out name, password and what follows #. Use the signature to verify."))
    if not private:
        _refuse_private(host)
    target = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        target += "?" + urllib.parse.quote(parts.query, safe="/?%:@!$&'()*+,;=~")
    return Place(parts.scheme, host, port, target)


def _no(sentence: str) -> Refusal:
    return Refusal(str(sentence), field="address")


def _refuse_private(host: str) -> None:
    """Refuse what is private by how it is written: 127.1, 0x7f000001, localhost, intranet."""
    try:
        literal = host if ":" in host else socket.inet_ntoa(socket.inet_aton(host))
        public = is_public(literal)
    except (OSError, ValueError):
        public = "." in host and not host.endswith((".localhost", ".local", ".internal"))
    if not public:
        raise _no(
            _(
                "This address is inside a private network, which webhooks don't reach. Whoever "
                "runs this installation can allow it (WEBHOOKS_PRIVATE_ADDRESSES)."
            )
        )


def resolve(place: Place, *, private: bool) -> list[tuple]:
    """Where the name leads now: (family, socket address) pairs, each of them allowed.

    One private address among public ones refuses all. Raises NoAnswer.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer(_("The name %(host)s leads nowhere.") % {"host": place.host}) from None
    addresses = [(family, address) for family, _kind, _proto, _name, address in found]
    if not private and not all(is_public(str(address[0])) for _family, address in addresses):
        raise NoAnswer(
            _("%(host)s leads into a private network; nothing was sent.") % {"host": place.host}
        )
    return addresses
