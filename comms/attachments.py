"""Which files go with a template, and what are they? Told by their content, never by their name."""

import zipfile

from django.db import transaction
from django.utils.translation import gettext as _

from tms.refusals import Refusal
from tms.text import one_line
from tms.zips import holds_more

from .models import Template, TemplateFile

LARGEST, ALL_TOGETHER, MOST = 5 * 2**20, 10 * 2**20, 5
MOST_PARTS, LONGEST_NAME = 5000, 200  # of a document of Office
# The first bytes of a file, its media type and how its name ends.
KINDS = {
    b"%PDF-": ("application/pdf", ".pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
}
OFFICE = "application/vnd.openxmlformats-officedocument."
# What an archive of Office holds besides its list of contents.
DOCUMENTS = {
    "word/document.xml": (f"{OFFICE}wordprocessingml.document", ".docx"),
    "xl/workbook.xml": (f"{OFFICE}spreadsheetml.sheet", ".xlsx"),
    "ppt/presentation.xml": (f"{OFFICE}presentationml.presentation", ".pptx"),
}


def kind_of(file) -> tuple[str, str] | None:
    """Media type and ending of an open file, from its content; None for what isn't sent."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    for start, kind in KINDS.items():
        if head.startswith(start):
            return kind
    return _office(file) if head.startswith(b"PK\x03\x04") else None


def _office(file) -> tuple[str, str] | None:
    """A document of Office without macros. Only the list of what is in it is read."""
    try:
        if holds_more(file, files=MOST_PARTS, longest_name=LONGEST_NAME):
            return None
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    finally:
        file.seek(0)
    if "[Content_Types].xml" not in names or any("vbaProject" in name for name in names):
        return None
    return next((kind for name, kind in DOCUMENTS.items() if name in names), None)


def checked(upload, existing) -> dict:
    """The values of a new file beside the `existing` ones. Refused: other kinds, and too much."""
    if upload.size > LARGEST:
        raise Refusal(_("The file is larger than 5 MB. Send a link to it instead."), field="file")
    if len(existing) >= MOST:
        raise Refusal(_("Five files are the most. Remove one first."), field="file")
    if upload.size + sum(each.size for each in existing) > ALL_TOGETHER:
        raise Refusal(
            _("Together the files would be larger than 10 MB, which many mail servers refuse."),
            field="file",
        )
    kind = kind_of(upload)
    if kind is None:
        raise Refusal(
            _(
                "Attach a PDF, a PNG or JPEG, or a document of Word, Excel or PowerPoint without "
                "macros."
            ),
            field="file",
        )
    return {"file": upload, "name": _named(upload.name, kind[1]), "size": upload.size}


def _named(name: str, ending: str) -> str:
    """The name that the recipient sees, ending as what it is."""
    name = one_line(name.replace("/", " ").replace("\\", " "), field="file")
    stem = name[: -len(ending)] if name.lower().endswith(ending) else name
    return f"{stem[: 150 - len(ending)].strip(' .') or 'file'}{ending}"


def copied(source: Template, target: Template) -> None:
    """Give a copy of a template copies of the files. One read and one write for each."""
    for row in source.files.all():
        try:
            with row.file.open("rb") as content:
                made = TemplateFile(template=target, name=row.name, size=row.size)
                made.file.save(row.name, content, save=True)
        except FileNotFoundError as lost:
            raise Refusal(
                _("The attached file %(name)s is lost. Remove it from the template first.")
                % {"name": row.name}
            ) from lost


def forget(row: TemplateFile) -> None:
    """Delete the row, and what it holds once that is certain."""
    storage, name = row.file.storage, row.file.name
    row.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def opened(row: TemplateFile) -> tuple[str, bytes, str] | None:
    """Name, content and media type as a letter takes them along; None where the file is lost."""
    try:
        with row.file.open("rb") as content:
            kind = kind_of(content)
            return row.name, content.read(), kind[0] if kind else "application/octet-stream"
    except OSError:
        return None
