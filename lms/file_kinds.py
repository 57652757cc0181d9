"""Which kind of file did somebody hand in? Told by its content; its name is only a name."""

import io
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath

from PIL import Image

from .models import FileKind

ENDINGS = {
    FileKind.PDF: (".pdf",),
    FileKind.DOCUMENT: (".docx", ".odt"),
    FileKind.SHEET: (".xlsx", ".ods"),
    FileKind.SLIDES: (".pptx", ".odp"),
    FileKind.IMAGE: (".jpg", ".jpeg", ".png"),
    FileKind.TEXT: (".txt", ".md", ".csv"),
}
# What a packed document holds that says which kind it is.
OFFICE = {
    "word/document.xml": FileKind.DOCUMENT,
    "xl/workbook.xml": FileKind.SHEET,
    "ppt/presentation.xml": FileKind.SLIDES,
}
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": FileKind.DOCUMENT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileKind.SHEET,
    b"application/vnd.oasis.opendocument.presentation": FileKind.SLIDES,
}
MOST_PARTS = 5000
WINDOWS = re.compile(r'[\\/:*?"<>|]')


def kind_of(file) -> FileKind | None:
    """The kind of an open file, or None for anything else; documents with macros are nothing.

    Nothing is unpacked but the first line of an OpenDocument, which names its kind.
    """
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    try:
        if head.startswith(b"%PDF-"):
            return FileKind.PDF
        if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
            with Image.open(file, formats=("JPEG", "PNG")) as picture:
                picture.verify()
            return FileKind.IMAGE
        if head.startswith(b"PK\x03\x04"):
            return _packed(file)
        return _text(file)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, zipfile.BadZipFile):
        return None
    finally:
        file.seek(0)


def _packed(file) -> FileKind | None:
    with zipfile.ZipFile(file) as packed:
        parts = packed.namelist()
        if len(parts) > MOST_PARTS or any("vbaproject" in part.lower() for part in parts):
            return None
        if "[Content_Types].xml" in parts:
            return next((kind for part, kind in OFFICE.items() if part in parts), None)
        if "mimetype" not in parts or packed.getinfo("mimetype").file_size > 100:
            return None
        return OPEN_DOCUMENT.get(packed.read("mimetype").strip())


def _text(file) -> FileKind | None:
    """UTF-8 without control characters, and nothing that a browser would take for a page."""
    text = io.BytesIO(file.read()).getvalue().decode("utf-8-sig")
    known = all(c in "\t\n\r\f" or unicodedata.category(c) != "Cc" for c in text)
    return FileKind.TEXT if text and known and not text.lstrip().startswith("<") else None


def name_for(sent: str, kind: FileKind) -> str:
    """The name that the file is downloaded by: what was sent, tamed, ending as its kind does."""
    name = unicodedata.normalize("NFC", sent or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable() and unicodedata.category(c) != "Cf")
    path = PurePosixPath(WINDOWS.sub("_", name).strip(" ."))
    endings = ENDINGS[kind]
    ending = path.suffix.lower() if path.suffix.lower() in endings else endings[0]
    stem = path.stem.strip(" .")[:100] or "file"
    return stem + ending
