"""What does a file of contacts say, row by row? CSV in the shape that HubSpot exports.

The file is read as a stream, and twice: first to see that all of it can be read and what its
companies are called, so that a file that breaks off in the middle writes nothing; then for good.
"""

import csv
import dataclasses
from pathlib import Path

from django.utils.translation import gettext as _

from tms.refusals import Refusal
from tms.text import one_line

from . import typed

MOST_BYTES = 1_000_000_000
MOST_COLUMNS = 200
COLUMNS = {
    "id": "Record ID",
    "first_name": "First Name",
    "last_name": "Last Name",
    "email": "Email",
    "phone": "Phone Number",
    "companies": "Associated Company",
    "company_ids": "Associated Company IDs",
}
NEEDED = ("id", "first_name", "last_name", "email")
LENGTHS = {"id": 120, "first_name": 100, "last_name": 100, "phone": 40, "company": 200}


@dataclasses.dataclass
class Row:
    """One person of the file: the row's number as a spreadsheet shows it, and what it says."""

    number: int
    id: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str = ""
    # (ID or "", name or "") of each company, the first one primary.
    companies: tuple[tuple[str, str], ...] = ()
    refused: str = ""


class File:
    """A file that was seen to be readable. `rows()` may be gone through again and again."""

    def __init__(self, path):
        self.path = Path(path)
        self.count, self.columns, self.called = 0, {}, {}
        try:
            self._look_through()
        except OSError as error:
            raise Refusal(
                _("%(file)s can't be opened: %(reason)s.")
                % {"file": self.path, "reason": error.strerror}
            ) from error
        except UnicodeDecodeError as error:
            raise Refusal(_("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from error

    def rows(self):
        """Every row that isn't empty. Memory for one of them."""
        for number, cells in self._cells():
            yield self._row(number, cells)

    def _look_through(self):
        if self.path.stat().st_size > MOST_BYTES:
            raise Refusal(_("The file is larger than 1 GB. Split it into smaller ones."))
        with self.path.open("rb") as file:
            if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise Refusal(_("The file is in UTF-16. Save it as “CSV UTF-8”."))
        for _number, cells in self._cells():
            self.count += 1
            ids, names = self._companies(cells)
            if len(ids) == len(names):
                for key, name in zip(ids, names, strict=True):
                    self.called.setdefault(key, name)
        if not self.count:
            raise Refusal(_("The file has headings and no rows."))

    def _cells(self):
        """(number, cells) of each row under the headings."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                headings = next(reader, [])
                self.width, self.columns = len(headings), columns_in(headings)
                for number, cells in enumerate(reader, start=2):
                    if any(cell.strip() for cell in cells):
                        yield number, cells
            except csv.Error as error:
                raise Refusal(
                    _(
                        "The file can't be read as CSV near line %(line)s: a quotation mark is "
                        "missing, or one too many, or a cell is far too long."
                    )
                    % {"line": reader.line_num}
                ) from error

    def _cell(self, cells, ours) -> str:
        at = self.columns.get(ours)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def _companies(self, cells):
        ids = [each.strip() for each in self._cell(cells, "company_ids").split(";")]
        name = self._cell(cells, "companies")
        ids = [each for each in dict.fromkeys(ids) if each]
        # A company may have a semicolon in its name: it is parted only where there are several.
        names = [each.strip() for each in name.split(";")] if len(ids) > 1 else [name]
        return ids, [each for each in names if each]

    def _row(self, number, cells) -> Row:
        row = Row(number)
        try:
            if len(cells) != self.width:
                raise Refusal(
                    _("The row has %(cells)s cells, and there are %(width)s headings.")
                    % {"cells": len(cells), "width": self.width}
                )
            for name in ("id", "first_name", "last_name", "phone"):
                setattr(row, name, short(one_line(self._cell(cells, name)), name))
            row.email = typed.address(self._cell(cells, "email"))
            if not (row.first_name or row.last_name or row.email):
                raise Refusal(_("There is no name and no email address."))
            row.companies = self._linked(cells)
        except Refusal as no:
            row.refused = str(no)
            row.id = row.id or self._cell(cells, "id")[:120]
        return row

    def _linked(self, cells):
        ids, names = self._companies(cells)
        if not ids:
            return (("", short(one_line(names[0]), "company")),) if names else ()
        return tuple(
            (
                short(one_line(key), "id"),
                short(
                    one_line(self.called.get(key) or _("Company %(id)s") % {"id": key}), "company"
                ),
            )
            for key in ids
        )


def columns_in(headings) -> dict[str, int]:
    """Where each of our columns stands. Raises Refusal with what is wrong with the headings."""
    if len(headings) > MOST_COLUMNS:
        raise Refusal(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    names = [" ".join(heading.split()).casefold() for heading in headings]
    if not any(names):
        raise Refusal(_("The file is empty, or its first row is."))
    if len(names) == 1 and any(sign in headings[0] for sign in ";\t"):
        raise Refusal(_("The columns are parted by semicolons or tabs. Save the file with commas."))
    found = {}
    for ours, theirs in COLUMNS.items():
        places = [place for place, name in enumerate(names) if name == theirs.casefold()]
        if len(places) > 1:
            raise Refusal(
                _("Two columns are called “%(name)s”. Rename or remove one.") % {"name": theirs}
            )
        if places:
            found[ours] = places[0]
    missing = [f"“{COLUMNS[ours]}”" for ours in NEEDED if ours not in found]
    if missing:
        raise Refusal(
            _("The file has no column %(names)s. Its first row has to hold the headings.")
            % {"names": ", ".join(missing)}
        )
    return found


def short(text: str, name: str) -> str:
    """The text, if the column takes it."""
    if len(text) > LENGTHS[name]:
        raise Refusal(
            _("“%(start)s…” is longer than the %(most)s characters that are kept.")
            % {"start": text[:30], "most": LENGTHS[name]}
        )
    return text
