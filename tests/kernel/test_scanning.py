"""Is a file with a virus refused, wherever it is sent, and does a scanner that is away say no?"""

import contextlib
import io
import os
import socket
import struct
import tempfile
import threading
import time
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.forms.forms import BaseForm
from PIL import Image

from lms.models import ContentUnit, UnitForm
from lms.views.content import UnitDetails
from tms import scanning
from tms.refusals import Refusal
from tms.ui.forms import Form, Native, without_viruses

BAD = b"this is what a test calls a virus"


class Scanner(threading.Thread):
    """Says what clamd says: found, where BAD is in the stream; `answers` instead, if given."""

    def __init__(self, door, answers=None):
        super().__init__(daemon=True)
        self.door, self.answers, self.seen = door, answers, []
        self.start()

    def run(self):
        while True:
            try:
                line, _address = self.door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said, contextlib.suppress(OSError):
                self.serve(line, said)

    def serve(self, line, said):
        assert said.read(10) == b"zINSTREAM\0"
        if self.answers == b"":
            return
        stream = b""
        while length := struct.unpack("!L", said.read(4))[0]:
            assert length <= scanning.PIECE
            stream += said.read(length)
        self.seen.append(stream)
        found = b"stream: Test.Nothing-Bad FOUND\0" if BAD in stream else b"stream: OK\0"
        for byte in self.answers or found:
            line.sendall(bytes([byte]))


@pytest.fixture
def at(monkeypatch):
    """`at(answers)`: a scanner that is asked."""
    scanners = []

    def begun(answers=None, *, path=None):
        door = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        door.bind(path or ("127.0.0.1", 0))
        door.listen()
        address = path or "{}:{}".format(*door.getsockname())
        monkeypatch.setattr(settings, "VIRUS_SCANNER", address)
        scanners.append(Scanner(door, answers))
        return scanners[-1]

    yield begun
    for scanner in scanners:
        scanner.door.shutdown(socket.SHUT_RDWR)
        scanner.join(10)
        scanner.door.close()


def upload(content: bytes, name="notes.pdf"):
    return SimpleUploadedFile(name, content)


def test_without_a_scanner_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(scanning, "connected", None)
    scanning.check(upload(BAD))


def test_what_is_clean_is_read_as_a_whole_and_left_at_its_beginning(at):
    scanner = at()
    content = os.urandom(3 * scanning.PIECE + 5)
    file = upload(content)
    file.read(7)
    scanning.check(file)
    assert scanner.seen == [content]
    assert file.read() == content


def test_a_large_one_on_disk_is_read_too(at):
    at()
    file = TemporaryUploadedFile("film.mp4", "video/mp4", 0, None)
    file.write(b"x" * scanning.PIECE + BAD)
    with pytest.raises(Refusal, match=r"There is a virus in this file \(Test.Nothing-Bad\)"):
        scanning.check(file)
    file.close()


def test_an_empty_file_is_asked_about(at):
    scanner = at()
    scanning.check(upload(b""))
    assert scanner.seen == [b""]


def test_a_socket_of_this_machine_is_asked(at):
    with tempfile.TemporaryDirectory() as folder:
        at(path=str(Path(folder) / "clamd"))
        with pytest.raises(Refusal, match="virus in this file"):
            scanning.check(upload(BAD))


@pytest.mark.parametrize(
    "answers",
    [
        b"",  # it hangs up
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"x" * 2 * scanning.LONGEST_ANSWER,
    ],
)
def test_who_cannot_say_says_no(at, answers):
    at(answers)
    with pytest.raises(Refusal, match="can’t be checked for viruses"):
        scanning.check(upload(b"fine" * 100_000))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/at/all"])
def test_a_scanner_that_is_away_says_no(monkeypatch, address, caplog):
    monkeypatch.setattr(settings, "VIRUS_SCANNER", address)
    file = upload(b"fine")
    with pytest.raises(Refusal, match="can’t be checked for viruses"):
        scanning.check(file)
    assert file.read() == b"fine"
    assert "can't be asked" in caplog.text


def test_a_scanner_that_says_nothing_is_not_waited_for_long(at, monkeypatch):
    scanner = at(b"stream")  # and no more
    monkeypatch.setattr(scanning, "PATIENCE", 0.2)
    scanner.serve = lambda line, said: time.sleep(1)
    with pytest.raises(Refusal, match="can’t be checked for viruses"):
        scanning.check(upload(b"fine"))


def image() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "PNG")
    return drawn.getvalue()


# Where files are sent: the address, what else the form asks, and the field.
DOORS = {
    "logo": ("/control-panel/organisation/", "logo", lambda: image() + BAD),
    "table": ("/contacts/import/", "file", lambda: b"email,note\na@example.com," + BAD),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.django_db
def test_it_is_said_at_the_field(at, browse, office, door):
    at()
    address, field, content = DOORS[door]
    answer = browse(office).post(address, {field: upload(content(), "a.png")})
    assert answer.status_code == 422
    assert "There is a virus in this file (Test.Nothing-Bad). It wasn’t kept." in answer.text


def test_every_form_that_takes_a_file_asks():
    found = [
        form
        for form in every_subclass(BaseForm)
        if form.__module__.split(".")[0]
        in {"tms", "crm", "lms", "catalog", "comms", "tokens", "passes"}
        and any(isinstance(each, forms.FileField) for each in form.base_fields.values())
    ]
    assert len(found) >= 8
    assert [form for form in found if not issubclass(form, Native)] == []

    class Asks(Form):
        file = forms.FileField()

    assert without_viruses in Asks().fields["file"].validators
    # Which gets its field when it is made.
    package = UnitDetails(instance=ContentUnit(form=UnitForm.SCORM)).fields["package"]
    assert without_viruses in package.validators


def every_subclass(kind):
    for each in kind.__subclasses__():
        yield each
        yield from every_subclass(each)
