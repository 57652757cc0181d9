"""What our documents name is there: files, tests, and pages that they lead to."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# What a page says how to make.
TO_BE_MADE = {"tms/locale/nl/LC_MESSAGES/django.po"}


def named(text: str) -> list[str]:
    """The files, folders and tests that a text names: `tms/edge.py`, `tests/x.py::test_y`."""
    quoted = re.findall(r"`([^`\n]+)`", text)
    ours = {path.name for path in ROOT.iterdir()}
    return [each for each in quoted if each.split("/")[0].split("::")[0] in ours]


def is_there(name: str) -> bool:
    """Does the tree have it? A command is looked at without what it is given: `bin/run --empty`."""
    path, _colons, inside = name.split(" ")[0].partition("::")
    if re.search(r"[<>*{…]", path) or path in TO_BE_MADE:
        return True
    if not (ROOT / path).exists():
        return False
    source = (ROOT / path).read_text() if inside else ""
    return not inside or bool(
        re.search(rf"^ *(?:def|class) {inside}\b|^{inside} =", source, re.MULTILINE)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page):
    assert [name for name in named(page.read_text()) if not is_there(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_where_a_page_leads_is_something(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    ours = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in ours if not (page.parent / target).exists()] == []


def test_what_is_not_there_is_noticed():
    assert is_there("tests/house/test_documents.py::test_what_is_not_there_is_noticed")
    assert is_there("bin/run --empty")
    assert not is_there("tests/house/test_documents.py::test_that_nobody_wrote")
    assert not is_there("tms/that_nobody_wrote.py")
