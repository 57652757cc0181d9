"""A long table is gone through row by row, whatever program wrote it; what is wrong is said."""

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook

from tms.long_sheets import LongSheet
from tms.refusals import Refusal

HEADINGS = "Name,Email,Town"


def sheet(content, **limits):
    return LongSheet(io.BytesIO(content), **limits)


def workbook(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


PEOPLE = """Name,Email,Town
Zoë,z@example.org,Łódź
"Bo
Ek",b@example.org,

,,
田中,t@example.org,"a, b"
"""
ROWS = [
    (2, ["Zoë", "z@example.org", "Łódź"]),
    (3, ["Bo\nEk", "b@example.org", ""]),
    (6, ["田中", "t@example.org", "a, b"]),
]


@pytest.mark.parametrize(
    "content",
    [
        PEOPLE.encode(),
        PEOPLE.encode("utf-8-sig"),
        PEOPLE.encode("utf-16"),
        b"\xfe\xff" + PEOPLE.encode("utf-16-be"),
        PEOPLE.replace("\n", "\r\n").replace("Bo\r\n", "Bo\n").encode(),
        PEOPLE.replace(",", ";").replace("a; b", "a, b").encode(),
        PEOPLE.replace(",", "\t").replace("a\t b", "a, b").encode("utf-16"),
        workbook(
            ["Name", "Email", "Town", None],
            ["Zoë", "z@example.org", "Łódź"],
            ["Bo\nEk", "b@example.org"],
            [],
            [None, " "],
            ["田中", "t@example.org", "a, b"],
        ),
    ],
    ids=["UTF-8", "BOM", "UTF-16", "big end", "CRLF", "semicolons", "tabs", "XLSX"],
)
def test_the_same_table_is_read_however_it_was_written(content):
    read = sheet(content)
    assert read.headings == ["Name", "Email", "Town"]
    assert list(read.rows()) == ROWS
    assert list(read.rows()) == ROWS
    assert read.first(1) == ROWS[:1]
    assert read.count() == 3


def test_what_windows_wrote_is_read_as_such_and_said_to_be_a_guess():
    read = sheet("Vorname;E-Mail\nJörg;j@example.org\n".encode("cp1252"))
    assert list(read.rows()) == [(2, ["Jörg", "j@example.org"])]
    assert read.encoding == "cp1252"


def test_days_and_whole_numbers_of_a_workbook_are_as_a_csv_would_have_them():
    content = workbook(["A", "B", "C"], [datetime.date(2026, 11, 22), 7.0, "=1+1"])
    # The formula was never worked out, so there is nothing in its cell.
    assert list(sheet(content).rows()) == [(2, ["2026-11-22", "7", ""])]


def test_a_row_that_broke_is_trouble_and_one_that_is_short_in_a_workbook_is_not():
    read = sheet(f"{HEADINGS}\nAda,a@example.org\nBo,b,c,,\nCy,c,d,e\n".encode())
    assert [read.trouble(cells) for _number, cells in read.rows()] == [
        "The row has 2 cells, and there are 3 headings.",
        "",
        "The row has 4 cells, and there are 3 headings.",
    ]
    read = sheet(workbook(["A", "B"], ["1"], ["1", "2", "3"]))
    assert [read.trouble(cells) for _number, cells in read.rows()] == [
        "",
        "The row has 3 cells, and there are 2 headings.",
    ]


QUOTES = (
    "The file can't be read as CSV near line {}: a quotation mark is missing, or one too many, or "
    "a cell is far too long."
)


def bomb():
    """A workbook whose directory says that there are 900 MB in it; to pack them takes seconds."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/1.xml", b"\0" * 1_000)
        packed.filelist[0].file_size = 900_000_000
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"A,B\n", "The file has headings and no rows."),
        (b"A,B\n,\n", "The file has headings and no rows."),
        (b'A,B\n1,"x\n2,y\n', QUOTES.format(3)),
        (b'A,B\n1,"x"y\n', QUOTES.format(2)),
        (b"A,B\n1," + b"x" * 200_000, QUOTES.format(2)),
        (
            b"\x89PNG\r\n\x1a\n\x00\x81\x8d\n\x81",
            "The file can't be read as text near line 1. Save it as “CSV UTF-8”.",
        ),
        (
            b"\xff\xfeA\x00,\x00B\x00\n\x001\x00,\x00\x00\xd8",
            "The file can't be read as text near line 2. Save it as “CSV UTF-8”.",
        ),
        (",".join(["x"] * 301).encode(), "The file has more than 300 columns."),
        (b"A\n1\n2\n3\n4\n", "The file has more than 3 rows. Split it into smaller ones."),
        (workbook(["A"], [1], [2], [3], [4]),
         "The file has more than 3 rows. Split it into smaller ones."),
        (b"PK\x03\x04 and no more",
         "The file can't be read as XLSX. Save it again, or as CSV."),
        (workbook(["A"], ["1"])[:-200],
         "The file can't be read as XLSX. Save it again, or as CSV."),
        (b"x" * 1_000_001, "The file is larger than 1 MB. Split it into smaller ones."),
    ],
)  # fmt: skip
def test_a_file_that_is_something_else_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(Refusal) as no:
        sheet(content, most_rows=3, most_bytes=1_000_000).count()
    assert str(no.value) == sentence


def test_a_workbook_that_is_far_larger_inside_is_not_unpacked():
    with pytest.raises(Refusal, match="far larger inside than outside"):
        sheet(bomb())


def test_an_empty_workbook_is_empty():
    with pytest.raises(Refusal, match="The file is empty"):
        sheet(workbook())
