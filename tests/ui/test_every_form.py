"""Does every form answer to nonsense with a sentence? In one field, the others as they stand.

Each field is sent one kind of nonsense, which one differs from field to field; EVERY_NONSENSE=1
sends all of them to all (about ten minutes).
"""

import contextlib
import os
import re
import zlib
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.security.table import TABLE, address, shorten_api, world

pytestmark = pytest.mark.django_db

NONSENSE = [
    "",
    "a\x00b",
    "-1",
    "9" * 24,
    "2147483648",
    "1e400",
    "NaN",
    "²",
    "1,5",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59",
    "24:61",
    "a" * 5000,
    "<script>",
    "%(x)s {0} {{x}} {% x %}",
    '{"a": [{"b": 1}]}',
    "[1,2",
    "http://[::1",
    "\u202e",
]
PICTURE = b"\x89PNG\r\n\x1a\nno picture"
TABLE_OF_NOTHING = b"\xff\xfe\x00"
# What every dialog sends besides its answers: tried in one of ten.
OWN = {"operation", "version", "digest", "back", "show"}
# What ends the session, or makes another of it.
NOT_FOLLOWED = re.compile("logout|/viewing/")


class Forms(HTMLParser):
    """The forms of a page: (attributes, [(name, kind, value)]), as a browser would send them."""

    def __init__(self, page):
        super().__init__()
        self.found, self.fields, self.select, self.text = [], None, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        if tag == "form":
            self.fields = []
            self.found.append((about, self.fields))
        elif self.fields is None:
            return
        elif tag == "option" and self.select:
            value = about.get("value", "")
            if "selected" in about or self.select[1] is None:
                self.select[1] = value
        elif not (name := about.get("name")):
            return
        elif tag in {"input", "button"}:
            kind = "submit" if tag == "button" else about.get("type", "text")
            told = kind not in {"checkbox", "radio"} or "checked" in about
            self.fields.append((name, kind, about.get("value", "on") if told else None))
        elif tag == "select":
            self.select = [name, None]
        elif tag == "textarea":
            self.text = [name, ""]

    def handle_data(self, data):
        if self.text:
            self.text[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.fields = None
        elif tag == "select" and self.select:
            self.fields.append((self.select[0], "select", self.select[1] or ""))
            self.select = None
        elif tag == "textarea" and self.text:
            self.fields.append((self.text[0], "textarea", self.text[1]))
            self.text = None


def forms(client, made):
    """Each form of a page, once: (where it is sent, how, fields)."""
    seen = set()
    for name in TABLE:
        path = address(name, made)
        page = client.get(path)
        if page.streaming or not page.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for about, fields in Forms(page.content.decode()).found:
            how = "script" if "hx-post" in about else about.get("method", "get").lower()
            target = urljoin(path, about.get("hx-post") or about.get("action") or path)
            names = tuple(sorted({name for name, _kind, _value in fields}))
            key = re.sub(r"\d+", "1", target), names
            if key not in seen and not NOT_FOLLOWED.search(target):
                seen.add(key)
                yield target, how, fields


def sent(client, form, name, nonsense) -> int:
    """The status of the answer to the form with that in one field; nothing is kept of it."""
    target, how, fields = form
    answers = {}
    for each, kind, value in fields:
        if kind not in {"submit", "file"} and value is not None:
            answers.setdefault(each, []).append(value)
    answers[name] = [nonsense]
    send = client.get if how == "get" else client.post
    headers = {"HX-Request": "true"} if how == "script" else {}
    with contextlib.suppress(Undone), transaction.atomic():
        answer = send(target, answers, headers=headers)
        raise Undone
    return answer.status_code


class Undone(Exception):
    """What was sent is taken back."""


def for_field(target, name, kind) -> list:
    if kind == "file":
        return [
            SimpleUploadedFile("a.png", PICTURE),
            SimpleUploadedFile("a.csv", TABLE_OF_NOTHING),
        ]
    if "EVERY_NONSENSE" in os.environ:
        return NONSENSE
    number = zlib.crc32((re.sub(r"\d+", "1", target) + name).encode())
    if name in OWN and number % 10:
        return []
    return [NONSENSE[number % len(NONSENSE)]]


@pytest.mark.parametrize("who", ["office", "ada"])
def test_nonsense_in_any_field_is_never_an_error_of_the_site(
    who, office, ada, clock, browse, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    shorten_api(monkeypatch)
    made = world(ada, office, clock)
    client = browse(office if who == "office" else ada.user)
    client.raise_request_exception = False
    broken, count = [], 0
    for form in forms(client, made):
        kinds = {name: kind for name, kind, _value in form[2]}
        kinds.pop("csrfmiddlewaretoken", None)
        for name, kind in kinds.items():
            for nonsense in for_field(form[0], name, kind):
                count += 1
                if sent(client, form, name, nonsense) >= 500:
                    broken.append((form[0], name, nonsense))
    assert broken == []
    assert count > (700 if who == "office" else 20), count
