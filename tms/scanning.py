"""Is there a virus in a file that somebody sends? A scanner is asked, where there is one.

The scanner is ClamAV's clamd, which takes a file in pieces (`INSTREAM`) over TCP or a socket of
this machine: https://docs.clamav.net/manual/Usage/Scanning.html#clamd
"""

import contextlib
import logging
import socket
import struct

from django.conf import settings
from django.utils.translation import gettext as _

from .refusals import Refusal

log = logging.getLogger("lanyard.scanning")
PIECE = 64 * 1024
PATIENCE = 20  # seconds for one answer, or for the taking of one piece
LONGEST_ANSWER = 4096


class Away(Exception):
    """The scanner can't be asked, or doesn't say."""


def check(file) -> None:
    """Refuse a file with a virus in it, or one that can't be looked at. Without a scanner: nothing.

    `file` is an upload, which is read from its beginning and left there.
    """
    if not settings.VIRUS_SCANNER:
        return
    try:
        found = virus_in(file)
    except Away as away:
        log.error("The scanner for viruses can't be asked: %s", away)
        raise Refusal(
            _(
                "Files can’t be checked for viruses just now, so none is taken. "
                "Send it again in a few minutes."
            )
        ) from away
    finally:
        file.seek(0)
    if found:
        log.warning("A file was refused: it has %s in it", found)
        raise Refusal(
            _("There is a virus in this file (%(name)s). It wasn’t kept.") % {"name": found}
        )


def virus_in(file) -> str:
    """The name of what was found; empty where nothing is. Raises Away."""
    try:
        with contextlib.closing(connected(settings.VIRUS_SCANNER)) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            file.seek(0)
            while piece := file.read(PIECE):
                scanner.sendall(struct.pack("!L", len(piece)) + piece)
            scanner.sendall(struct.pack("!L", 0))
            told = answer(scanner)
    except OSError as error:
        raise Away(error) from error
    said = told.removeprefix("stream: ")
    if said == "OK":
        return ""
    name, _dots, found = said.rpartition(" ")
    if found != "FOUND":
        raise Away(said or "it hung up")
    return name


def connected(address: str) -> socket.socket:
    """The scanner at `host:port` or `/path/of/its/socket`."""
    if not address.startswith("/"):
        host, _dots, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), PATIENCE)
    scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    scanner.settimeout(PATIENCE)
    try:
        scanner.connect(address)
    except OSError:
        scanner.close()
        raise
    return scanner


def answer(scanner) -> str:
    """What it says, up to the NUL that ends it."""
    told = b""
    while not told.endswith(b"\0") and len(told) < LONGEST_ANSWER:
        if not (more := scanner.recv(LONGEST_ANSWER)):
            break
        told += more
    return told.rstrip(b"\0").decode(errors="replace").strip()
