"""The security register is whole: every number once, counted right, and shown by something.

That what it names exists is looked at with all other documents (tests/house/test_documents.py).
"""

import re
from pathlib import Path

from django.conf import settings

from tests.house.test_documents import named

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs/security.md"
STATES = {"met", "partly", "not yet", "operator", "n/a"}

# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 begins with; those of level 3
# come after them.
SECTIONS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
    4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
    7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4
    10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
    12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
    16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""


def rows() -> list[tuple[str, str, str, str]]:
    """(number, what is asked, state, where) of every line of the register."""
    register = PAGE.read_text().partition("## The register")[2]
    lines = [line for line in register.splitlines() if re.match(r"\| \d", line)]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]


def wanted() -> list[str]:
    pairs = [entry.split(":") for entry in SECTIONS.split()]
    return [f"{section}.{n}" for section, last in pairs for n in range(1, int(last) + 1)]


def test_every_requirement_of_level_2_stands_there_once_in_order():
    assert len(wanted()) == 253
    assert [row[0] for row in rows()] == wanted()


def test_every_line_says_what_is_asked_how_it_is_and_where():
    wrong = [row for row in rows() if len(row) != 4 or row[2] not in STATES or not all(row)]
    assert wrong == []


def test_the_count_is_right():
    (line,) = re.findall(r"^\d+ met, .*$", PAGE.read_text(), re.MULTILINE)
    states = [row[2] for row in rows()]
    said = {
        "met": "{} met",
        "partly": "{} partly",
        "not yet": "{} not yet",
        "operator": "{} for the operator",
        "n/a": "{} n/a",
    }
    counted = ", ".join(words.format(states.count(state)) for state, words in said.items())
    assert line == f"{counted}."


def test_what_is_met_is_shown():
    """By a test, a file, a page, or by what is decided above; a few words alone don't show it."""
    bare = [
        row[0]
        for row in rows()
        if row[2] in {"met", "partly"} and not named(row[3]) and "above: " not in row[3]
    ]
    assert bare == []
