"""Translations are compiled where they changed, without gettext's programs."""

import gettext
import os
import subprocess
import sys

from django.conf import settings

from tms import translations

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Renew"
msgstr "Verlängern"

msgid "%(n)s pass"
msgid_plural "%(n)s passes"
msgstr[0] "%(n)s Pass"
msgstr[1] "%(n)s Pässe"
"""


def test_a_catalogue_is_compiled_when_it_changed(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "django.po", folder / "django.mo"
    source.write_text(PO)
    assert translations.compile_stale() == [target]
    assert translations.compile_stale() == []
    with target.open("rb") as file:
        german = gettext.GNUTranslations(file)
    assert german.gettext("Renew") == "Verlängern"
    assert german.ngettext("%(n)s pass", "%(n)s passes", 2) == "%(n)s Pässe"
    os.utime(source, (target.stat().st_mtime + 5,) * 2)
    assert translations.compile_stale() == [target]


def test_an_image_is_built_where_there_is_no_database():
    done = subprocess.run(
        [sys.executable, "manage.py", "compile_translations"],
        cwd=settings.BASE_DIR,
        env={"LANYARD_MODE": "demo", "DATABASE_URL": "postgresql:///lanyard?host=/nowhere"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
