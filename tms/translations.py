"""Are the translations compiled? Makes .mo files from .po files where they are older.

Without gettext's own programs, which most machines lack.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings


def compile_stale() -> list[Path]:
    """Compile every catalogue that changed since, and return those."""
    made = []
    for folder in map(Path, settings.LOCALE_PATHS):
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as lines:
                catalogue = read_po(lines, locale=source.parent.parent.name)
            making = target.with_suffix(".making")
            with making.open("wb") as file:
                write_mo(file, catalogue)
            making.replace(target)
            made.append(target)
    return made
