"""Which kind of file did somebody hand in? Told by its content; its name is only a name."""

import codecs
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath

from tms.zips import holds_more

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
MOST_PARTS, LONGEST_NAME = 5000, 200
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
CHUNK = 2**20
WINDOWS = re.compile(r'[\\/:*?"<>|]')


def kind_of(file) -> FileKind | None:
    """The kind of an open file, or None for anything else; documents with macros are nothing.

    Nothing is unpacked but the first line of an OpenDocument, which names its kind.
    """
    from PIL import Image  # loaded by who is handed a file

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
    if holds_more(file, files=MOST_PARTS, longest_name=LONGEST_NAME):
        return None
    with zipfile.ZipFile(file) as packed:
        parts = packed.namelist()
        if any("vbaproject" in part.lower() for part in parts):
            return None
        if "[Content_Types].xml" in parts:
            return next((kind for part, kind in OFFICE.items() if part in parts), None)
        if "mimetype" not in parts or packed.getinfo("mimetype").file_size > 100:
            return None
        return OPEN_DOCUMENT.get(packed.read("mimetype").strip())


def _text(file) -> FileKind | None:
    """UTF-8 without control characters, and nothing that a browser would take for a page.

    Piece by piece: it may be long.
    """
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    begun = ""  # the first that isn't blank, or else a blank
    while chunk := file.read(CHUNK):
        text = decode(chunk)
        if CONTROLS.search(text):
            return None
        begun = begun.strip() or text.lstrip()[:1] or text[:1]
    decode(b"", final=True)
    return FileKind.TEXT if begun and begun != "<" else None


def name_for(sent: str, kind: FileKind) -> str:
    """The name that the file is downloaded by: what was sent, tamed, ending as its kind does."""
    name = unicodedata.normalize("NFC", sent or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable() and unicodedata.category(c) != "Cf")
    path = PurePosixPath(WINDOWS.sub("_", name).strip(" ."))
    endings = ENDINGS[kind]
    ending = path.suffix.lower() if path.suffix.lower() in endings else endings[0]
    stem = path.stem.strip(" .")[:100] or "file"
    return stem + ending
