"""Rich text: what the editor can make, and nothing else."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from catalog import rich_field
from catalog.rich_field import RichTextField
from catalog.richtext import LONGEST, clean


@pytest.mark.parametrize(
    ("given_", "cleaned"),
    [
        ("<p>Plain</p>", "<p>Plain</p>"),
        ("<h3>A</h3><ul><li><p>x</p></li></ul>", "<h3>A</h3><ul><li><p>x</p></li></ul>"),
        ("<p><b>b</b> <strong>s</strong></p>", "<p>b <strong>s</strong></p>"),
        ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
        ("<p>a<style>p{}</style></p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red" class="y">a</p>', "<p>a</p>"),
        ('<img src=x onerror="alert(1)">', ""),
        ("<iframe src='https://example.com'></iframe>", ""),
        ("<p>1 < 2 & 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        (
            '<a href="https://example.com" target="_blank">x</a>',
            '<a href="https://example.com" rel="noopener noreferrer nofollow">x</a>',
        ),
        ("<p></p>", ""),
        ("<p> \u00a0</p>", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_what_the_editor_can_make_stays(given_, cleaned):
    assert clean(given_) == cleaned


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text)
    assert clean(once) == once
    assert "<script" not in once


def test_what_is_too_long_is_refused_before_it_is_looked_at(monkeypatch):
    """Lists that are nested a hundred thousand times would take minutes."""
    field = RichTextField()
    assert len(field.clean("<p>" + "x" * (LONGEST - 7) + "</p>")) == LONGEST
    monkeypatch.setattr(rich_field, "clean", lambda _html: pytest.fail("It was cleaned."))
    with pytest.raises(ValidationError, match="50,000 characters"):
        field.clean("<ul><li>" * 100_000)
