"""What rows does a table that was sent to us hold? CSV or XLSX, with limits, plain refusals."""

import csv
import dataclasses
import datetime
import io
import zipfile

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .refusals import Refusal
from .zips import holds_more

MOST_BYTES = 5_000_000
MOST_UNPACKED = 100_000_000
MOST_PARTS = 2_000  # of a workbook: it has some ten, one for each sheet, one for each picture
MOST_CONTENTS = 1_000_000  # bytes of their list
AT_ONCE = 4  # what of a workbook is read at once may be a fourth of it
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_CHARACTERS = 2_000


@dataclasses.dataclass(frozen=True)
class Line:
    """One row: its number as a spreadsheet shows it, its cells as text by folded heading."""

    number: int
    cells: dict[str, str]
    trouble: str = ""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The headings as they were written, and the rows that aren't empty."""

    headings: list[str]
    lines: list[Line]


def folded(heading: str) -> str:
    """A heading without case, underscores and doubled spaces: `pass_type` is `Pass Type`."""
    return " ".join(heading.replace("_", " ").casefold().split())


def read(file) -> Sheet:
    """The table in `file` (an uploaded or opened one). Raises Refusal with what is wrong."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refusal(_("The file is larger than 5 MB. Split it into smaller ones."))
    if not content.strip():
        raise Refusal(_("The file is empty."))
    rows = xlsx_rows(content) if content.startswith(b"PK\x03\x04") else csv_rows(content)
    return sheet_of(rows)


def sheet_of(rows) -> Sheet:
    number, headings = next(
        ((n, [str(cell).strip() for cell in row]) for n, row in rows if any(row)), (0, [])
    )
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise Refusal(_("The file is empty."))
    if len(headings) > MOST_COLUMNS:
        raise Refusal(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    names = [folded(heading) for heading in headings]
    twice = next(
        (h for h, name in zip(headings, names, strict=True) if names.count(name) > 1), None
    )
    if twice is not None:
        raise Refusal(
            _("Two columns are called “%(name)s”. Rename or remove one.") % {"name": twice[:80]}
        )
    lines = []
    for number, row in rows:
        cells = [str(cell).strip() for cell in row]
        if not any(cells):
            continue
        if len(lines) == MOST_ROWS:
            raise Refusal(
                _("The file has more than %(most)s rows. Split it into smaller ones.")
                % {"most": f"{MOST_ROWS:,}"}
            )
        lines.append(Line(number, dict(zip(names, cells, strict=False)), trouble_of(cells, names)))
    if not lines:
        raise Refusal(_("The file has headings and no rows."))
    return Sheet(headings, lines)


def trouble_of(cells, names) -> str:
    """What makes this row unreadable, or nothing."""
    more = sum(1 for cell in cells[len(names) :] if cell)
    if more:
        return ngettext(
            "This row has %(more)s cell more than there are headings.",
            "This row has %(more)s cells more than there are headings.",
            more,
        ) % {"more": more}
    if any(len(cell) > MOST_CHARACTERS for cell in cells):
        return _("A cell of this row is longer than 2,000 characters.")
    if any("\x00" in cell for cell in cells):
        return _("A cell of this row holds characters that are not text.")
    return ""


def csv_rows(content: bytes):
    text = text_of(content)
    heading = text.lstrip().partition("\n")[0]
    # The separator is what the heading line has most of; one column has none.
    separator = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Refusal(
            _(
                "The file can't be read as CSV near line %(line)s: a quotation mark is missing, "
                "or one too many."
            )
            % {"line": reader.line_num}
        ) from error


def text_of(content: bytes) -> str:
    """The text in UTF-8 or, with its mark at the start, UTF-16; other encodings are guesses."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(_("The file is not in UTF-8. Save it as “CSV UTF-8” or as XLSX.")) from error


def xlsx_rows(content: bytes):
    return workbook_rows(
        io.BytesIO(content),
        most_unpacked=MOST_UNPACKED,
        most_columns=MOST_COLUMNS,
        most_rows=10 * MOST_ROWS,
    )


def workbook_rows(file, *, most_unpacked: int, most_columns: int, most_rows: int):
    """(number, cells as text) of the first sheet of the workbook in `file`, one by one."""
    from openpyxl import load_workbook  # loaded by who reads one

    try:
        if holds_more(file, files=MOST_PARTS, longest_name=200):
            raise Refusal(_("The file has too many parts. Save it as CSV."))
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            if unpacked > most_unpacked or _at_once(packed) > most_unpacked // AT_ONCE:
                raise Refusal(_("The file is far larger inside than outside. Save it as CSV."))
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        rows = book.worksheets[0].iter_rows(
            values_only=True, max_col=most_columns + 1, max_row=most_rows
        )
        for number, row in enumerate(rows, start=1):
            yield number, [text_in(cell) for cell in row]
    except (Refusal, GeneratorExit):
        raise
    except Exception as error:
        # A spoiled workbook makes the reader stumble in any of a dozen ways.
        raise Refusal(_("The file can't be read as XLSX. Save it again, or as CSV.")) from error


def _at_once(packed: zipfile.ZipFile) -> int:
    """Bytes of a workbook that are read at once: all but its sheets, which are gone through."""
    from openpyxl.packaging.manifest import Manifest
    from openpyxl.xml import constants, functions

    if packed.getinfo(constants.ARC_CONTENT_TYPES).file_size > MOST_CONTENTS:
        raise Refusal(_("The file has too many parts. Save it as CSV."))
    contents = functions.fromstring(packed.read(constants.ARC_CONTENT_TYPES))
    kinds: dict[str, set[str]] = {}
    for part in Manifest.from_tree(contents).Override:
        kinds.setdefault(part.PartName.removeprefix("/"), set()).add(part.ContentType)
    # What is called a sheet and something else besides may be read as that.
    sheets = {
        name
        for name, of in kinds.items()
        if of == {constants.WORKSHEET_TYPE}
        and name.rpartition("/")[0] == constants.PACKAGE_WORKSHEETS
    }
    return sum(part.file_size for part in packed.infolist() if part.filename not in sheets)


def text_in(cell) -> str:
    """A cell of a spreadsheet as a CSV would have it: days in ISO, whole numbers without point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        whole = cell.time() == datetime.time()
        return cell.date().isoformat() if whole else cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
