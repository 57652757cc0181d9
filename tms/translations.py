"""What has to be translated, is it, and is it compiled? Without gettext's own programs.

`gather` reads the texts of our Python files and templates; `update` brings the catalogues up to
date with them; `troubles` says what is wrong in one; `compile_stale` makes what is read at run
time. See docs/translations.md.
"""

import ast
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

from . import recording

APPS = ("tms", "catalog", "crm", "passes", "tokens", "lms", "comms")
TEMPLATES = (".html", ".txt")
# What is said by which function: a text, its plural, its context.
SAYS = {"gettext": "t", "ngettext": "tp", "pgettext": "ct", "npgettext": "ctp"}
LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"(?<![\w.])(_|n?p?gettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>|&\w+;")
HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={forms}; plural={plural};\\n"
"""

type Text = tuple[str, str, str]
"""A text as our files have it: context, text, plural; each of the others may be empty."""


# What there is to translate


def gather(root: Path) -> dict[tuple[str, str], str]:
    """{(context, text): plural} of all files under `root` that people's pages are made of."""
    found: dict[tuple[str, str], str] = {}
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                _add(found, of_python(path.read_text()))
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in TEMPLATES:
            _add(found, of_template(path.read_text()))
    _add(found, of_models())
    return found


def _add(found: dict, texts: Iterator[Text]) -> None:
    for context, text, plural in texts:
        found[context, text] = plural or found.get((context, text), "")


def of_python(source: str) -> Iterator[Text]:
    """What is said through gettext, by whatever name; what models call their permissions; and by
    which `words` a setting is found."""
    if "translation import" not in source and "permissions = [" not in source:
        return
    called, calls = {}, []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            calls.append(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            called |= {each.asname or each.name: _plain(each.name) for each in node.names}
        elif isinstance(node, ast.ClassDef) and node.name == "Meta":
            yield from _permissions(node)
        elif isinstance(node, ast.keyword) and node.arg == "words":
            yield from (("", each, "") for each in _constants(node.value))
    for call in calls:
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if kind := SAYS.get(called.get(name, "")):
            said = [each.value for each in call.args[: len(kind)] if isinstance(each, ast.Constant)]
            if len(said) == len(kind):
                yield _text(kind, said)


def _plain(name: str) -> str:
    return name.removesuffix("_lazy").removesuffix("_noop")


def _constants(node: ast.expr) -> list[str]:
    given = node.elts if isinstance(node, ast.Tuple) else []
    return [str(each.value) for each in given if isinstance(each, ast.Constant)]


def _permissions(meta: ast.ClassDef) -> Iterator[Text]:
    for node in meta.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "permissions":
            yield from (("", words, "") for _code, words in ast.literal_eval(node.value))


def of_models() -> Iterator[Text]:
    """What the audit trail calls a record and its columns, where the model doesn't say for itself:
    names that Django makes, which no file has."""
    for model in recording.recorded():
        for named in (model._meta, *model._meta.concrete_fields):
            if isinstance(named.verbose_name, str) and named.verbose_name.strip():
                yield "", named.verbose_name, ""


def of_template(source: str) -> Iterator[Text]:
    """What a template says, as Django reads it for gettext's programs."""
    for name, arguments in CALL.findall(templatize(source)):
        said = [ast.literal_eval(each) for each in re.findall(LITERAL, arguments)]
        yield _text(SAYS["gettext" if name == "_" else name], said)


def _text(kind: str, said: list[str]) -> Text:
    given = dict(zip(kind, said, strict=False))
    return given.get("c", ""), given["t"], given.get("p", "")


# Catalogues


def catalogues() -> list[Path]:
    """The files of our translations."""
    folders = map(Path, settings.LOCALE_PATHS)
    return sorted(path for folder in folders for path in folder.glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines, locale=path.parent.parent.name)


def update(path: Path, texts: dict[tuple[str, str], str]) -> list[str]:
    """Bring a catalogue to these texts: kept is what is translated and still said. The new ones."""
    catalogue, new = read(path), []
    entries = [
        HEAD.format(
            language=catalogue.locale_identifier,
            forms=catalogue.num_plurals,
            plural=catalogue.plural_expr,
        )
    ]
    for (context, text), plural in sorted(texts.items(), key=lambda each: each[0][::-1]):
        known = catalogue.get(text, context or None)
        said = _said(known)
        forms = catalogue.num_plurals if plural else 1
        if len(said) != forms or not all(said):
            said = [""] * forms
            new.append(text)
        entries.append(_entry(context, text, plural, said))
    path.write_text("\n".join(entries))
    return new


def _said(message: Message | None) -> list[str]:
    if message is None or message.fuzzy:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _entry(context: str, text: str, plural: str, said: list[str]) -> str:
    lines = ["#, python-format"] if re.search(r"%\(\w+\)[sd]", text + plural) else []
    lines += [f"msgctxt {_quoted(context)}"] if context else []
    lines.append(f"msgid {_quoted(text)}")
    if plural:
        lines.append(f"msgid_plural {_quoted(plural)}")
        lines += [f"msgstr[{number}] {_quoted(each)}" for number, each in enumerate(said)]
    else:
        lines.append(f"msgstr {_quoted(said[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + text.replace("\n", "\\n") + '"'


def troubles(path: Path, texts: dict[tuple[str, str], str]) -> list[str]:
    """What keeps a catalogue from being whole, a sentence each: nothing of it may stay."""
    catalogue, found = read(path), []
    for (context, text), plural in texts.items():
        known = catalogue.get(text, context or None)
        said, named = _said(known), f"{text[:60]!r}" + (f" ({context})" if context else "")
        if not said or not all(said):
            found.append(f"{named} is not translated.")
        elif len(said) != (catalogue.num_plurals if plural else 1):
            found.append(f"{named} has {len(said)} forms.")
        else:
            found += _differing(named, [text, plural or text], said)
    stale = {(each.context or "", text_of(each)) for each in catalogue if each.id} - set(texts)
    found += [f"{text[:60]!r} is said nowhere any more." for _context, text in stale]
    return sorted(found)


def text_of(message: Message) -> str:
    """The text that a message translates, without its plural."""
    return message.id if isinstance(message.id, str) else message.id[0]


def _differing(named: str, texts: list[str], said: list[str]) -> Iterator[str]:
    """Where placeholders, tags or the lines at both ends are others than in the text."""
    for number, each in enumerate(said):
        wanted = texts[min(number, 1)]
        for what, pattern in (("placeholders", PLACEHOLDER), ("tags", TAG)):
            if Counter(pattern.findall(each)) != Counter(pattern.findall(wanted)):
                yield f"{named} has other {what}: {each[:80]!r}"
        if [each[:1].isspace(), each[-1:].isspace()] != [
            wanted[:1].isspace(),
            wanted[-1:].isspace(),
        ]:
            yield f"{named} begins or ends with other spaces."


def compile_stale() -> list[Path]:
    """Compile every catalogue that changed since, and return what was made."""
    made = []
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        making = target.with_suffix(f".{os.getpid()}.making")
        with making.open("wb") as file:
            write_mo(file, read(source))
        making.replace(target)
        made.append(target)
    return made
