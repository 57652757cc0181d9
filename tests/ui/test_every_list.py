"""Does what every list offers, orders, choices and files, really come? As the pages say it."""

import csv
import html
import io
import re

import pytest
from django.urls import resolve
from openpyxl import load_workbook

from tests.security.table import IN_THE_LMS, PUBLIC, TABLE, address, shorten_api, world
from tms.ui.dialogs import Dialog

pytestmark = pytest.mark.django_db
EXPORTS = re.compile(r'href="([^"]*[?;]export=(csv|xlsx)[^"]*)"')
SORTS = re.compile(r"[?;]sort=(-?\w+)")
SELECTS = re.compile(r'<select name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
VALUES = re.compile(r'<option value="([^"]+)"')


def pages(made):
    """The addresses of the back office that aren't dialogs."""
    for name, rule in TABLE.items():
        if rule not in {PUBLIC, *IN_THE_LMS}:
            path = address(name, made)
            view = getattr(resolve(path).func, "view_class", None)
            if not (isinstance(view, type) and issubclass(view, Dialog)):
                yield path


def choices(page) -> set:
    """What can be asked of the lists of a page: each order both ways, each choice of a control."""
    if "export=csv" not in page:
        return set()
    found = set()
    for name in SORTS.findall(page):
        found |= {f"sort={name.removeprefix('-')}", f"sort=-{name.removeprefix('-')}"}
    for name, options in SELECTS.findall(page):
        found |= {f"{name}={html.unescape(value)}" for value in VALUES.findall(options)}
    return found


def headings(kind, answer) -> list:
    if kind == "csv":
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return next(csv.reader(text.splitlines()))
    (row,) = load_workbook(io.BytesIO(answer.content)).active.iter_rows(max_row=1)
    return [cell.value for cell in row]


def test_every_list_leaves_as_both_files_with_the_same_columns(
    office, ada, clock, browse, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    shorten_api(monkeypatch)
    client, seen = browse(office), {}
    for path in pages(world(ada, office, clock)):
        page = client.get(path)
        if page.status_code != 200 or page.streaming:
            continue
        for link, kind in EXPORTS.findall(page.content.decode(errors="replace")):
            where, _mark, query = html.unescape(link).partition("?")
            for more in ("", "&q=a"):
                answer = client.get(f"{where or path}?{query}{more}")
                assert answer.status_code == 200, (path, link, more)
                seen.setdefault((path, where, more), {})[kind] = headings(kind, answer)
    assert {at: each for at, each in seen.items() if each["csv"] != each["xlsx"]} == {}
    lists = {path for path, _where, _more in seen}
    assert {
        "/contacts/",
        "/accounts/",
        "/opportunities/",
        "/passes/",
        "/all-registrations/",
    } <= lists
    assert len(lists) > 20, sorted(lists)


def test_every_order_and_every_choice_of_every_list_shows_a_page(
    office, ada, clock, browse, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    shorten_api(monkeypatch)
    client, followed = browse(office), set()
    for path in pages(world(ada, office, clock)):
        page = client.get(path)
        if page.status_code != 200 or page.streaming:
            continue
        for query in choices(page.content.decode(errors="replace")):
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 200, (path, query)
            followed.add((path, query))
    assert {
        ("/all-certificates/", "sort=valid_until"),
        ("/all-certificates/", "sort=-valid_until"),
        ("/passes/", "status=expired"),
    } <= followed
    assert len(followed) > 300, len(followed)
