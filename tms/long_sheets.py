"""What rows does a long table hold that was sent to us? Gone through one by one, never held whole.

    sheet = LongSheet(file)
    sheet.headings, sheet.first(5), sheet.count()
    for number, cells in sheet.rows(): ...

CSV in UTF-8, UTF-16 or Windows-1252, parted by whatever the headings are parted by; or XLSX, of
which the first sheet counts. `number` is the row's, as a spreadsheet shows it. Every method may
raise a Refusal that says what is wrong with the file, and where.
"""

import codecs
import csv
import io
import itertools
import tempfile
import weakref

from django.utils.translation import gettext as _

from .refusals import Refusal
from .sheets import MOST_UNPACKED, workbook_rows

MOST_BYTES = 50_000_000
MOST_ROWS = 100_000
MOST_COLUMNS = 300
SEPARATORS = ",;\t|"
BLOCK = 1 << 20


class LongSheet:
    """A table in `file`, which is open for reading bytes and can be read again from its start.

    A workbook is unpacked once, into a file of its own; `most_rows` and `most_bytes`: what is
    longer is refused, the latter before anything is read.
    """

    def __init__(self, file, *, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS):
        self.file, self.most_rows = file, most_rows
        size = file.seek(0, io.SEEK_END)
        if size > most_bytes:
            raise Refusal(
                _("The file is larger than %(most)s MB. Split it into smaller ones.")
                % {"most": f"{most_bytes // 1_000_000:,}"}
            )
        file.seek(0)
        self.is_workbook = file.read(4) == b"PK\x03\x04"
        self.unpacked = None
        self.encoding = "utf-8" if self.is_workbook else encoding_of(file)
        self.separator = "," if self.is_workbook else self._separator()
        self.headings = self._headings()

    def first(self, most: int) -> list[tuple[int, list[str]]]:
        """The first rows that aren't empty."""
        return list(itertools.islice(self._under_headings(self._quick()), most))

    def count(self) -> int:
        """How many rows there are; so much of the file is sound, too."""
        found = sum(1 for _row in self.rows())
        if not found:
            raise Refusal(_("The file has headings and no rows."))
        return found

    def rows(self):
        """(number, cells) of each row under the headings that isn't empty, every cell stripped."""
        if self.is_workbook and self.unpacked is None:
            self._unpack()
        rows = self._under_headings(self._records(self.unpacked or self.file))
        for count, row in enumerate(rows, start=1):
            if count > self.most_rows:
                raise Refusal(
                    _("The file has more than %(most)s rows. Split it into smaller ones.")
                    % {"most": f"{self.most_rows:,}"}
                )
            yield row

    def trouble(self, cells) -> str:
        """What makes a row unreadable, or nothing: a line that broke is no row of its own."""
        if len(cells) == self.width or (self.is_workbook and len(cells) < self.width):
            return ""
        return _("The row has %(cells)s cells, and there are %(width)s headings.") % {
            "cells": len(cells),
            "width": self.width,
        }

    def _under_headings(self, records):
        for number, cells in records:
            if number > self.began:
                cells = [cell.strip() for cell in cells]
                if len(cells) > self.width and not any(cells[self.width :]):
                    del cells[self.width :]
                if any(cells):
                    yield number, cells

    def _headings(self) -> list[str]:
        for number, cells in self._quick():
            if any(cell.strip() for cell in cells):
                headings = [" ".join(cell.split()) for cell in cells]
                while self.is_workbook and not headings[-1]:
                    headings.pop()
                self.began, self.width = number, len(headings)
                if len(headings) > MOST_COLUMNS:
                    raise Refusal(
                        _("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS}
                    )
                return headings
        raise Refusal(_("The file is empty."))

    def _quick(self):
        """The records as far as they are asked for."""
        if self.is_workbook:
            return self._from_workbook(MOST_COLUMNS)
        return self._records(self.file)

    def _records(self, file):
        """(number, cells) of every record of a CSV, the headings' too."""
        file.seek(0)
        text = io.TextIOWrapper(Kept(file), encoding=self.encoding, newline="")
        reader = csv.reader(text, delimiter=self.separator, strict=True)
        try:
            yield from enumerate(reader, start=1)
        except csv.Error as error:
            raise Refusal(
                _(
                    "The file can't be read as CSV near line %(line)s: a quotation mark is "
                    "missing, or one too many, or a cell is far too long."
                )
                % {"line": reader.line_num}
            ) from error
        except UnicodeError as error:
            raise Refusal(
                _("The file can't be read as text near line %(line)s. Save it as “CSV UTF-8”.")
                % {"line": reader.line_num + 1}
            ) from error

    def _from_workbook(self, columns):
        self.file.seek(0)
        return workbook_rows(
            self.file,
            most_unpacked=4 * MOST_UNPACKED,
            most_columns=columns,
            most_rows=2 * self.most_rows,
        )

    def _unpack(self):
        """Write the workbook down as a CSV, as reading it takes long."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- it is read as long as the sheet is
        text = io.TextIOWrapper(Kept(file), encoding="utf-8", errors="replace", newline="")
        rows = self._from_workbook(self.width)
        csv.writer(text).writerows(cells for _number, cells in rows)
        text.flush()
        self.unpacked = file
        weakref.finalize(self, file.close)

    def _separator(self) -> str:
        """What most parts the headings, outside quotation marks."""
        self.file.seek(0)
        text = io.TextIOWrapper(Kept(self.file), encoding=self.encoding, newline="")
        try:
            heading = next((line for line in text if line.strip()), "")
        except UnicodeError:
            heading = ""
        bare = "".join(heading.split('"')[::2])
        return max(SEPARATORS, key=bare.count)


class Kept(io.BufferedIOBase):
    """A file that stays open when what read it as text is done with it."""

    def __init__(self, file):
        self.inner = file

    def readable(self):
        return True

    def writable(self):
        return True

    def read(self, size=-1):
        return self.inner.read(size)

    def read1(self, size=-1):
        return self.inner.read(BLOCK if size < 0 else size)

    def write(self, content):
        return self.inner.write(content)

    def flush(self):
        """What is written goes straight through."""


def encoding_of(file) -> str:
    """UTF-16 by its mark, UTF-8 where all of it is; else it came from Windows.

    A guess, so whoever imports is shown the first rows.
    """
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
