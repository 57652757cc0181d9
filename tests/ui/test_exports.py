"""Is what every list offers as a file really a file? As the links on the pages say it."""

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


def pages(made):
    """The addresses of the back office that aren't dialogs."""
    for name, rule in TABLE.items():
        if rule not in {PUBLIC, *IN_THE_LMS}:
            path = address(name, made)
            view = getattr(resolve(path).func, "view_class", None)
            if not (isinstance(view, type) and issubclass(view, Dialog)):
                yield path


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
