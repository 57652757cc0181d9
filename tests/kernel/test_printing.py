"""Documents as PDF: what somebody typed is text, and the same data is the same file."""

import datetime

import pytest

from tms import printing

AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)


def statement(**more):
    return {
        "title": "Statement",
        "organisation": "Harbour Training",
        "account": "Kestrel Rail Group",
        "period": "2026",
        "made": "22 November 2026",
        "types": [],
        "nothing": "Nothing moved.",
        **more,
    }


def test_a_moment_between_two_seconds_is_printed_like_its_second():
    exact = AT.replace(microsecond=123_456)
    assert printing.pdf("statement", statement(), at=exact) == printing.pdf(
        "statement", statement(), at=AT
    )


def test_the_same_data_is_the_same_file_and_other_data_is_another():
    one, same, other = (
        printing.pdf("statement", statement(account=name), at=AT)
        for name in ("Kestrel", "Kestrel", "Norrsken")
    )
    assert one.startswith(b"%PDF-")
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    "typed",
    ['#panic("no")', '#read("/etc/passwd")', '"); #panic(', "$1/0$ *x* _y_ `z` // \\", "Ölçü 日本"],
)
def test_what_somebody_typed_is_text_and_no_instruction(typed):
    assert printing.pdf("statement", statement(account=typed), at=AT).startswith(b"%PDF-")
