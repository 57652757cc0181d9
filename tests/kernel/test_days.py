"""Days are written by the reader's language."""

import datetime

import pytest
from django.utils import translation

from tms import days

DAY = datetime.date(2026, 9, 22)


@pytest.mark.parametrize(
    ("language", "in_full", "in_tables"),
    [
        ("en", "22 September 2026", "22 Sep 2026"),
        ("en-us", "September 22, 2026", "Sep 22, 2026"),
        ("de", "22. September 2026", "22.09.2026"),
    ],
)
def test_a_day_is_written(language, in_full, in_tables):
    with translation.override(language):
        assert (days.day_text(DAY), days.day_short(DAY)) == (in_full, in_tables)
