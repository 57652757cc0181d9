"""What is answered to dialogs, over and over, so that each answer does something?

A dialog is opened once, for its hidden fields; then every answer brings a key of its own and the
version that the one before it left behind, as if the dialog had been opened again.
"""

import datetime
import itertools
import re
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from load import Reader, unpacked

FORM = "application/x-www-form-urlencoded"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """A dialog's address, and the answers to its questions the nth time."""

    name: str
    path: str
    answers: Callable[[int], dict]


def answers(ids: dict) -> list[Answer]:
    until = datetime.date.fromisoformat(ids["until"])

    def day(number: int) -> str:
        return (until + datetime.timedelta(days=number + 1)).isoformat()

    extended, renewed, person = ids["extended"], ids["renewed"], ids["person"]
    return [
        Answer(
            "answer: renew",
            f"/passes/{renewed}/renewal/",
            lambda n: {"by": "date", "expires_on": day(n)},
        ),
        Answer(
            "answer: extend",
            f"/passes/{extended}/extension/",
            lambda n: {"expires_on": day(n)},
        ),
        Answer(
            "answer: edit a contact",
            f"/contacts/{person}/editing/",
            lambda n: {
                "first_name": "Anna",
                "last_name": "Bench",
                "email": f"bench{person}@people.example",
                "phone": uuid.uuid4().hex[:12],
                "may_sign_in": "on",
                "announcements": "on",
            },
        ),
        Answer(
            "answer: add a contact",
            "/contacts/creation/",
            lambda n: {
                "first_name": "New",
                "last_name": f"Bench {n}",
                "email": f"{uuid.uuid4().hex}@people.example",
                "account": ids["account"],
            },
        ),
    ]


def opened(address: str, headers: dict, answer: Answer) -> tuple[dict, Iterator[bytes]]:
    """The dialog opened: the headers and, without end, the bodies to post to it."""
    got, content = Reader(address, headers).ask(answer.path)
    hidden = dict(HIDDEN.findall(unpacked(got, content).decode()))
    cookie = f"{headers['Cookie']}; {got.headers['Set-Cookie'].partition(';')[0]}"
    more = {"Cookie": cookie, "Content-Type": FORM, "Origin": f"https://{headers['Host']}"}
    return headers | more, bodies(hidden, answer)


def bodies(hidden: dict, answer: Answer) -> Iterator[bytes]:
    version = int(hidden["version"]) if "version" in hidden else None
    for number in itertools.count():
        sent = hidden | {"operation": uuid.uuid4().hex} | answer.answers(number)
        if version is not None:
            sent["version"] = version + number
        yield urllib.parse.urlencode(sent).encode()
