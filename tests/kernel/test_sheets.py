import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook

from tms import sheets
from tms.refusals import Refusal
from tms.zips import END


def csv_file(text, encoding="utf-8"):
    return io.BytesIO(text.encode(encoding))


def book(*rows):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    file.seek(0)
    return file


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_whatever_spreadsheet_wrote_it(separator, encoding, end):
    text = end.join(
        [
            f"Contact Email{separator}pass_type",
            f"zoë@example.com{separator}LEAD",
            "",
            f" {separator}",
        ]
    )
    sheet = sheets.read(csv_file(text, encoding))
    assert sheet.headings == ["Contact Email", "pass_type"]
    assert [(line.cells, line.trouble) for line in sheet.lines] == [
        ({"contact email": "zoë@example.com", "pass type": "LEAD"}, "")
    ]


def test_a_spreadsheet_gives_days_in_iso_and_whole_numbers_without_a_point():
    sheet = sheets.read(
        book(["Start Date", "External ID"], [datetime.date(2026, 11, 22), 4471.0], [None, None])
    )
    assert [(line.number, line.cells) for line in sheet.lines] == [
        (2, {"start date": "2026-11-22", "external id": "4471"})
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b",,\n", "The file is empty."),
        (b"Email,Type\n", "The file has headings and no rows."),
        (b"Email,email\na,b\n", "Two columns are called “Email”. Rename or remove one."),
        (
            "Name\nZoë\n".encode("latin-1"),
            "The file is not in UTF-8. Save it as “CSV UTF-8” or as XLSX.",
        ),
        (
            b'Email\n"ada\n',
            "The file can't be read as CSV near line 2: a quotation mark is missing, "
            "or one too many.",
        ),
        (b"PK\x03\x04spoiled", "The file can't be read as XLSX. Save it again, or as CSV."),
        (b"a" * 5_000_001, "The file is larger than 5 MB. Split it into smaller ones."),
        (
            ",".join(f"c{n}" for n in range(61)).encode() + b"\n1\n",
            "The file has more than 60 columns.",
        ),
        (
            b"Email\n" + b"a\n" * 20_001,
            "The file has more than 20,000 rows. Split it into smaller ones.",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_is_wrong(content, sentence):
    with pytest.raises(Refusal) as no:
        sheets.read(io.BytesIO(content))
    assert str(no.value) == sentence


STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_of_very_many_strings_is_not_read(name):
    """They are read at once; also where they are called a sheet besides."""
    given, out = book(["Email"], ["a@example.org"]), io.BytesIO()
    with zipfile.ZipFile(given) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts.namelist():
            content = parts.read(part)
            if part == "[Content_Types].xml":
                also = f'<Override PartName="/{name}" ContentType="{STRINGS}"/></Types>'
                content = content.replace(b"</Types>", also.encode())
            if part != name:
                made.writestr(part, content)
        made.writestr(name, "<sst/>")
        made.filelist[-1].file_size = 26_000_000
    with pytest.raises(Refusal, match="far larger inside than outside"):
        sheets.read(io.BytesIO(out.getvalue()))


def test_an_archive_without_a_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("readme.txt", "no workbook")
    file.seek(0)
    with pytest.raises(Refusal, match="can't be read as XLSX"):
        sheets.read(file)


@pytest.mark.parametrize("number", [2_001, 1])
def test_a_workbook_of_very_many_parts_is_refused_before_they_are_read(number, monkeypatch):
    """By their number, and, where that is a lie, by the size of their list."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for part in range(2_001):
            packed.writestr(f"{part:0250}", "")
    content = bytearray(file.getvalue())
    end = content.rindex(END)
    content[end + 8 : end + 12] = number.to_bytes(2, "little") * 2
    monkeypatch.setattr(zipfile, "ZipFile", lambda _file: pytest.fail("It was read."))
    with pytest.raises(Refusal, match="too many parts"):
        sheets.read(io.BytesIO(bytes(content)))


def test_a_row_that_cant_be_read_says_so_and_the_others_stay_readable():
    sheet = sheets.read(csv_file("Email,Type\na,b,c,d\nlong," + "x" * 2001 + "\nnul\x00,b\na,b\n"))
    assert [line.trouble for line in sheet.lines] == [
        "This row has 2 cells more than there are headings.",
        "A cell of this row is longer than 2,000 characters.",
        "A cell of this row holds characters that are not text.",
        "",
    ]
