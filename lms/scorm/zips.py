"""Is this zip safe to unpack, and what is in it? Asked before anything is written."""

import dataclasses
import hashlib
import re
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.refusals import Refusal
from tms.zips import holds_more

LONGEST_NAME, LONGEST_PART = 400, 200
CHUNK = 2**20


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bytes packed and unpacked, number of files, and how many times larger than packed."""

    packed: int
    unpacked: int
    files: int
    ratio: int


def limits() -> Limits:
    return Limits(
        settings.SCORM_PACKED_MB * 2**20,
        settings.SCORM_UNPACKED_MB * 2**20,
        settings.SCORM_FILES,
        settings.SCORM_RATIO,
    )


def opened(file) -> zipfile.ZipFile:
    """The zip, if it may be unpacked. Raises Refusal with the reason. Nothing is written."""
    most = limits()
    if file.size > most.packed:
        raise no(_("The file is larger than %(size)s MB.") % {"size": most.packed // 2**20})
    _count(file, most)
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise no(_("This isn't a zip file, or only a part of one. Upload it again.")) from error
    _names(entries)
    _sizes([each for each in entries if not each.is_dir()], most)
    return archive


def names(archive: zipfile.ZipFile) -> set[str]:
    """The files in it, folders left out."""
    return {each.filename for each in archive.infolist() if not each.is_dir()}


def unpack(archive: zipfile.ZipFile, folder: Path) -> int:
    """Write every file under `folder`, which must not be there yet; answers the bytes written.

    Sizes are counted as they come, as what a zip says of them needn't be so. Raises Refusal.
    """
    most, written = limits(), 0
    folder.mkdir(parents=True)
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        place = folder / entry.filename
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(entry) as packed, place.open("xb") as out:
                while chunk := packed.read(CHUNK):
                    written += len(chunk)
                    if written > most.unpacked:
                        raise no(_too_much(most))
                    out.write(chunk)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
            raise no(
                _("“%(name)s” in the zip is damaged. Make the package again.")
                % {"name": entry.filename[:80]}
            ) from error
    return written


def small(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One file of it, of no more than so many bytes. Raises Refusal."""
    try:
        with archive.open(name) as packed:
            found = packed.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise no(
            _("“%(name)s” in the zip is damaged. Make the package again.") % {"name": name}
        ) from error
    if len(found) > most:
        raise no(_("“%(name)s” in the zip is larger than it says.") % {"name": name})
    return found


def digest_of(file) -> str:
    """The SHA-256 of an open file, in hexadecimal."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def no(sentence: str) -> Refusal:
    return Refusal(sentence, field="package")


def _count(file, most: Limits) -> None:
    """Refuse by the last record alone what has too many entries: reading them costs memory."""
    more = holds_more(file, files=most.files, longest_name=LONGEST_NAME)
    if more is None:
        raise no(_("This isn't a zip file, or only a part of one. Upload it again."))
    if more:
        raise no(_too_many(most))


def _names(entries) -> None:
    seen: dict[str, str] = {}
    for entry in entries:
        name = entry.orig_filename
        if reason := _wrong(name):
            raise no(_("“%(name)s” in the zip %(reason)s.") % {"name": name[:80], "reason": reason})
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise no(_("“%(name)s” in the zip is a link, not a file.") % {"name": name[:80]})
        if entry.flag_bits & 1:
            raise no(_("The zip has a password. Make it without one."))
        alike = unicodedata.normalize("NFC", name.rstrip("/")).casefold()
        if alike in seen:
            raise no(
                _("“%(one)s” and “%(other)s” in the zip differ in nothing or in case only.")
                % {"one": seen[alike][:80], "other": name[:80]}
            )
        seen[alike] = name
    for alike, name in seen.items():
        above = alike
        while "/" in above:
            above = above.rpartition("/")[0]
            if not seen.get(above, "/").endswith("/"):
                raise no(_("“%(name)s” in the zip lies in what is a file.") % {"name": name[:80]})


def _wrong(name: str) -> str:
    """What is wrong with a name, as the end of a sentence; "" for nothing."""
    if not name or len(name) > LONGEST_NAME:
        return _("has a name that is too long or empty")
    if "\\" in name:
        return _("has a backslash in its name")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return _("has an absolute name")
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Cf"} for letter in name):
        return _("has characters in its name that can't be seen")
    parts = name.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return _("has a name that leads out of the package")
    if any(len(part.encode()) > LONGEST_PART for part in parts):
        return _("has a name that is too long or empty")
    return ""


def _sizes(files, most: Limits) -> None:
    if len(files) > most.files:
        raise no(_too_many(most))
    size = sum(each.file_size for each in files)
    if size > most.unpacked:
        raise no(_too_much(most))
    packed = sum(each.compress_size for each in files)
    # What is small does no harm, however well it packs.
    if size > 10 * CHUNK and size > packed * most.ratio:
        raise no(_("Unpacked, it is more than %(ratio)s times as large.") % {"ratio": most.ratio})


def _too_many(most: Limits) -> str:
    return ngettext(
        "The zip has more than %(count)s file.",
        "The zip has more than %(count)s files.",
        most.files,
    ) % {"count": most.files}


def _too_much(most: Limits) -> str:
    return _("Unpacked, it is larger than %(size)s MB.") % {"size": most.unpacked // 2**20}
