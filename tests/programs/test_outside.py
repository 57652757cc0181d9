"""Addresses that people type in: what is private is refused, however it is written or resolved."""

import socket

import pytest

from tms.programs import outside
from tms.programs.outside import NoAnswer, Place, is_public, place_of, resolve
from tms.refusals import Refusal

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "224.0.1.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:224.0.1.1",
    "::ffff:192.88.99.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_public_internet(address):
    assert is_public(address) is False


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:93.184.216.34"]
)
def test_what_is_of_the_public_internet(address):
    assert is_public(address) is True


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[fe80::1%25eth0]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "hook.localhost",
        "printer.local",
        "metadata.google.internal",
        "intranet",
        "１２７.0.0.1",
        "127。0。0。1",
    ],
)
def test_a_private_address_is_refused_however_it_is_written(host):
    with pytest.raises(Refusal, match="inside a private network") as no:
        place_of(f"https://{host}/hook", private=False)
    assert no.value.field == "address"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://example.com/", "Use https"),
        ("ftp://example.com/", "no address of the web"),
        ("file:///etc/passwd", "no address of the web"),
        ("gopher://example.com/", "no address of the web"),
        ("javascript:alert(1)", "no address of the web"),
        ("//example.com/", "no address of the web"),
        ("https://", "no address of the web"),
        ("https://example.com:99999/", "no address of the web"),
        ("https://example.com:port/", "no address of the web"),
        ("https://[::1/", "no address of the web"),
        (f"https://{'a' * 70}.example.com/", "no address of the web"),
        ("https://me:word@example.com/", "Leave out name"),
        ("https://example.com@127.0.0.1/", "Leave out name"),
        ("https://example.com/#part", "Leave out name"),
        ("https://example.com/a b", "no spaces"),
        ("https://example.com/\r\nX: 1", "no spaces"),
        ("https://example.com\\@127.0.0.1/", "no spaces"),
        ("https://example.com/" + "a" * 500, "at most 500"),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(url, sentence):
    with pytest.raises(Refusal, match=sentence) as no:
        place_of(url, private=False)
    assert no.value.field == "address"


def test_an_address_is_taken_apart():
    assert place_of("https://Hook.Example.com:8443/a/b?c=d&e=f", private=False) == Place(
        "https", "hook.example.com", 8443, "/a/b?c=d&e=f"
    )
    assert place_of("https://example.com", private=False) == Place("https", "example.com", 443, "/")
    assert place_of("https://bücher.example/å", private=False) == Place(
        "https", "xn--bcher-kva.example", 443, "/%C3%A5"
    )


def test_a_private_address_is_allowed_by_the_setting():
    place = place_of("http://127.0.0.1:8000/hook", private=True)
    assert (place.host_header, place.secure) == ("127.0.0.1:8000", False)
    assert resolve(place, private=True) == [(socket.AF_INET, ("127.0.0.1", 8000))]


@pytest.fixture
def names(monkeypatch):
    """`names["hook.example.com"] = ["10.0.0.1"]`: what names lead to."""
    known = {}

    def look_up(host, port, **_more):
        if host not in known:
            raise socket.gaierror
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, None, None, "", (each, port))
            for each in known[host]
        ]

    monkeypatch.setattr(outside.socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(names, address):
    names["hook.example.com"] = ["93.184.216.34", address]
    place = place_of("https://hook.example.com/", private=False)
    with pytest.raises(NoAnswer, match="leads into a private network; nothing was sent"):
        resolve(place, private=False)


def test_a_name_that_leads_nowhere_is_said(names):
    with pytest.raises(NoAnswer, match="leads nowhere"):
        resolve(place_of("https://hook.example.com/", private=False), private=False)
