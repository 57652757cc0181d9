"""Translations: what there is to translate, what is wrong in a catalogue, and its compiled form."""

import gettext
import os
import subprocess
import sys

import pytest
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


PYTHON = """
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy as said
_("Renew " "now")
ngettext("%(n)s pass", "%(n)s passes", 3)
said("event", "Cancelled")
_(word)
other("Not a text")
register(words=("bills", "VAT"))
class Meta:
    permissions = [("see", "See it")]
"""

TEMPLATE = """{% load i18n %}{% comment %}{% translate "Not a text" %}{% endcomment %}
<b title="{% translate 'A title' %}">{% translate "Open" context "do" %}</b> 100 % ("no text")
{{ x|default:_("None yet") }}
{% blocktranslate count n=n %}{{ n }} place{% plural %}{{ n }} places{% endblocktranslate %}
{% blocktranslate %}100% of “it’s”{% endblocktranslate %}"""


def test_texts_are_found_in_python_however_the_function_is_called():
    assert set(translations.of_python(PYTHON)) == {
        ("", "Renew now", ""),
        ("", "%(n)s pass", "%(n)s passes"),
        ("event", "Cancelled", ""),
        ("", "bills", ""),
        ("", "VAT", ""),
        ("", "See it", ""),
    }


def test_texts_are_found_in_templates():
    assert set(translations.of_template(TEMPLATE)) == {
        ("", "A title", ""),
        ("do", "Open", ""),
        ("", "None yet", ""),
        ("", "%(n)s place", "%(n)s places"),
        ("", "100%% of “it’s”", ""),
    }


@pytest.fixture
def catalogue(tmp_path):
    """`catalogue(text)`: a German file with these entries."""
    path = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)

    def made(entries):
        path.write_text(translations.HEAD.format(language="de", forms=2, plural="n != 1") + entries)
        return path

    return made


TEXTS = {("", "Renew <b>%(n)s</b>"): "", ("do", "Open"): "", ("", "%(n)s pass"): "%(n)s passes"}


def test_a_catalogue_is_brought_up_to_date(catalogue):
    path = catalogue("""
msgid "Gone"
msgstr "Fort"

msgctxt "do"
msgid "Open"
msgstr "Öffnen"

#, fuzzy
msgid "%(n)s pass"
msgid_plural "%(n)s passes"
msgstr[0] "ein Pass"
msgstr[1] "Pässe"
""")
    assert translations.update(path, TEXTS) == ["%(n)s pass", "Renew <b>%(n)s</b>"]
    assert (
        path.read_text().partition("\n\n")[2]
        == """\
#, python-format
msgid "%(n)s pass"
msgid_plural "%(n)s passes"
msgstr[0] ""
msgstr[1] ""

msgctxt "do"
msgid "Open"
msgstr "Öffnen"

#, python-format
msgid "Renew <b>%(n)s</b>"
msgstr ""
"""
    )
    assert translations.update(path, TEXTS) == ["%(n)s pass", "Renew <b>%(n)s</b>"]


def test_what_is_wrong_in_a_catalogue_is_said(catalogue):
    path = catalogue("""
msgid "Gone"
msgstr "Fort"

msgid "Renew <b>%(n)s</b>"
msgstr "Erneuern <i>%(name)s</i> "

msgid "%(n)s pass"
msgid_plural "%(n)s passes"
msgstr[0] "%(n)s Pass"
msgstr[1] "%(n)s Pässe"
""")
    assert translations.troubles(path, TEXTS) == [
        "'Gone' is said nowhere any more.",
        "'Open' (do) is not translated.",
        "'Renew <b>%(n)s</b>' begins or ends with other spaces.",
        "'Renew <b>%(n)s</b>' has other placeholders: 'Erneuern <i>%(name)s</i> '",
        "'Renew <b>%(n)s</b>' has other tags: 'Erneuern <i>%(name)s</i> '",
    ]


def test_an_image_is_built_where_there_is_no_database():
    done = subprocess.run(
        [sys.executable, "manage.py", "compile_translations"],
        cwd=settings.BASE_DIR,
        env={"LANYARD_MODE": "demo", "DATABASE_URL": "postgresql:///lanyard?host=/nowhere"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_language_is_whole():
    """Fails? Run `manage.py update_translations`, and write the German of what it names."""
    texts = translations.gather(settings.BASE_DIR)
    files = translations.catalogues()
    assert [path.parent.parent.name for path in files] == ["de"]
    assert [each for path in files for each in translations.troubles(path, texts)] == []


def test_a_catalogue_is_written_as_the_command_writes_it(tmp_path):
    (path,) = translations.catalogues()
    again = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    again.parent.mkdir(parents=True)
    again.write_bytes(path.read_bytes())
    catalogue = translations.read(path)
    texts = {
        (each.context or "", translations.text_of(each)): each.id[1] if each.pluralizable else ""
        for each in catalogue
        if each.id
    }
    assert translations.update(again, texts) == []
    assert again.read_text() == path.read_text()
