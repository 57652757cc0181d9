"""What may stand in a template, and what does it become with values filled in?

Liquid with fields, conditions and lists, and nothing else: no other tag, no other filter, no path
but a field of the target. Values are plain text, so there is nothing behind them to reach.
"""

import functools
import html
import re

from django.utils.translation import gettext as _
from liquid import Environment
from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError
from liquid.token import TOKEN_CONTENT, TOKEN_ILLEGAL, TOKEN_OUTPUT
from liquid.undefined import FalsyStrictUndefined

from catalog.richtext import LONGEST
from tms.refusals import Refusal

from . import fields

TAGS = ("if", "unless", "case", "for")
# Each ends with the tag that closes it.
WORDS = frozenset(
    [*TAGS, *(f"end{name}" for name in TAGS), "elsif", "else", "when"],
)
FILTERS = ("upcase", "downcase", "capitalize", "default", "join", "size", "first", "last")
LOOP = frozenset(["index", "index0", "rindex", "rindex0", "first", "last", "length"])

MOST = 200  # places in braces
LONGEST_PIECE = 300  # characters within one pair of braces
LONGEST_SUBJECT = 300

NAME = re.compile(r"-?\s*([^\s%}]*)")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
MARKUP = re.compile(r"<(/?)[a-zA-Z][^<>]*>")
# Quotation marks and blanks as word processors and editors write them.
TYPED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})


class Empty(Exception):
    """A field that the template needs has no value: `field` is its name."""

    def __init__(self, field: str):
        super().__init__(field)
        self.field = field


class TooMuch(Exception):
    """What it becomes is too long."""


class _Limited(Environment):
    block_nesting_limit = 10
    context_depth_limit = 15
    loop_iteration_limit = 1_000
    output_stream_limit = 300_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        kept = (*TAGS, TOKEN_CONTENT, TOKEN_OUTPUT, TOKEN_ILLEGAL)
        self.tags = {name: tag for name, tag in self.tags.items() if name in kept}
        self.filters = {name: self.filters[name] for name in FILTERS}


HTML = _Limited(undefined=FalsyStrictUndefined, autoescape=True)
TEXT = _Limited(undefined=FalsyStrictUndefined, autoescape=False)


def refuse_unless_sound(source: str, target: str, *, field: str, markup: bool) -> None:
    """Refuse a subject or a body that couldn't be filled in, saying what in it and what to do.

    Unknown fields, tags and filters are named. `markup`: it is HTML, with Liquid in its text.
    """
    try:
        template = _parsed(_typed_out(source, markup), markup)
        analysis = template.analyze()
        _refuse_filters(analysis)
        _refuse_unknown(analysis, target)
    except Refusal as no:
        raise Refusal(str(no), field=field) from None
    except (LiquidError, RecursionError) as error:
        raise Refusal(_not_understood(error), field=field) from None


def filled(source: str, values: dict, *, markup: bool) -> str:
    """The source with the values filled in; those are escaped where it is markup.

    Raises Empty for a field without a value that isn't caught by `default` or a condition, TooMuch
    beyond the limits, and Refusal for what couldn't have been saved.
    """
    try:
        return _parsed(_typed_out(source, markup), markup).render(**values)
    except UndefinedError as error:
        said = str(error.args[0] if error.args else "")
        raise Empty(said.removesuffix(" is undefined").strip("'")) from None
    except ResourceLimitError:
        raise TooMuch from None
    except (LiquidError, RecursionError) as error:
        raise Refusal(_not_understood(error)) from None


@functools.lru_cache(maxsize=256)
def _parsed(written: str, markup: bool):
    return (HTML if markup else TEXT).from_string(written)


def _typed_out(source: str, markup: bool) -> str:
    """The source as the library reads it, once nothing in it is other than it may be."""
    pieces = [_typed(piece, markup) for piece in _pieces(source)]
    for piece in pieces:
        if piece.startswith("{%"):
            _refuse_tag(piece)
        if piece.startswith(("{{", "{%")) and ".." in QUOTED.sub("", piece):
            raise Refusal(
                _("“%(text)s” counts by itself. Only lists of fields can be gone through.")
                % {"text": piece[:60]}
            )
    if markup:
        _let_stand_alone(pieces)
    return "".join(pieces)


def _let_stand_alone(pieces: list[str]) -> None:
    """Tags that have a paragraph, or a point of a list, to themselves take no line of the letter.

    In the editor they need one: a point with {% for … %}, one with the field, one with the end.
    """
    last = len(pieces) - 1
    at = 1
    while at < last:
        end = at
        while end + 2 <= last and pieces[end].startswith("{%") and not pieces[end + 1].strip():
            end += 2
        if all(piece.startswith("{%") for piece in pieces[at : end + 1 : 2]):
            before, after = pieces[at - 1].rstrip(), pieces[end + 1].lstrip()
            for opening, closing in (("<p>", "</p>"), ("<li>", "</li>")):
                if before.endswith(opening) and after.startswith(closing):
                    before = before.removesuffix(opening).rstrip()
                    after = after.removeprefix(closing).lstrip()
                    pieces[at - 1], pieces[end + 1] = before, after
        at = end + 2


def _pieces(source: str):
    """The source cut into text and {{ … }} or {% … %} by turns, in one pass."""
    if len(source) > LONGEST:
        raise Refusal(
            _("This is too long: %(most)s characters at most.") % {"most": f"{LONGEST:,}"}
        )
    begin, count = 0, 0
    while True:
        opened = min(
            (at for at in (source.find("{{", begin), source.find("{%", begin)) if at >= 0),
            default=-1,
        )
        if opened < 0:
            yield source[begin:]
            return
        closing = "}}" if source[opened + 1] == "{" else "%}"
        end = source.find(closing, opened + 2)
        if end < 0 or end - opened > LONGEST_PIECE * 4:
            shown = html.unescape(MARKUP.sub("", source[opened : opened + 40]))
            raise Refusal(
                _("“%(text)s” begins with braces that aren't closed. Close them with %(closing)s.")
                % {"text": shown, "closing": closing}
            )
        count += 1
        if count > MOST:
            raise Refusal(
                _("There are more than %(most)s places in braces. Use fewer.") % {"most": MOST}
            )
        yield source[begin:opened]
        yield source[opened : end + 2]
        begin = end + 2


def _typed(piece: str, markup: bool) -> str:
    """A place in braces as it was typed: the editor wrote some of its characters as entities.

    Text outside of braces is left as it is.
    """
    if not piece.startswith(("{{", "{%")):
        return piece
    if markup:
        tags = [match[1] for match in MARKUP.finditer(piece)]
        if tags.count("") != tags.count("/"):
            raise Refusal(
                _(
                    "Part of “%(text)s” is formatted or on another line. Delete it and insert "
                    "it anew, then format all of it."
                )
                % {"text": html.unescape(MARKUP.sub("", piece))[:60]}
            )
        piece = html.unescape(MARKUP.sub("", piece))
    piece = " ".join(piece.translate(TYPED).split())
    if len(piece) > LONGEST_PIECE:
        raise Refusal(_("“%(text)s…” is too long for one place in braces.") % {"text": piece[:40]})
    return piece


def _refuse_tag(piece: str) -> None:
    match = NAME.match(piece[2:-2])
    name = match[1] if match else ""
    if name not in WORDS:
        raise Refusal(
            _(
                "“%(tag)s” can't be used in a template. There are if, elsif, else, unless, case, "
                "when and for."
            )
            % {"tag": name[:40]}
        )


def _refuse_filters(analysis) -> None:
    unknown = [name for name in analysis.filters if name not in FILTERS]
    if unknown:
        raise Refusal(
            _("“%(name)s” can't be used in a template. After a | there can be %(filters)s.")
            % {"name": unknown[0][:40], "filters": ", ".join(FILTERS)}
        )


def _not_understood(error) -> str:
    """What the library found, in the first line of its message."""
    said = str(error.args[0] if error.args else "").splitlines()
    where = getattr(error, "token", None)
    source = getattr(where, "source", "") or ""
    index = getattr(where, "start_index", 0) or 0
    part = " ".join(source[max(index - 3, 0) : index + 37].split())
    if part:
        return _("“%(part)s” isn't understood: %(why)s.") % {
            "part": MARKUP.sub("", part),
            "why": said[0][:120] if said else "",
        }
    return _("What stands in braces isn't understood: %(why)s.") % {
        "why": said[0][:120] if said else _("it is nested too deeply")
    }


def _refuse_unknown(analysis, target: str) -> None:
    """Refuse a path that isn't a field, and a list where a text has to stand."""
    offered = fields.by_name(target)
    unknown = [
        variable
        for variables in analysis.globals.values()
        for variable in variables
        if not all(isinstance(part, str) for part in variable.segments)
        or ".".join(variable.segments) not in offered
    ]
    if unknown:
        raise Refusal(
            _(
                "There is no field “%(name)s” here. Choose one from the list of fields, or take "
                "it out."
            )
            % {"name": str(unknown[0])[:80]}
        )
    outside = {id(each) for found in analysis.globals.values() for each in found}
    for name, variables in analysis.variables.items():
        for variable in variables:
            if id(variable) in outside or name in offered or len(variable.segments) == 1:
                continue
            if name == "forloop" and len(variable.segments) == 2 and variable.segments[1] in LOOP:
                continue
            if any(variable.segments == each.segments for each in analysis.globals.get(name, ())):
                continue
            raise Refusal(
                _("“%(name)s” can't be used: what a list holds is text, with nothing in it.")
                % {"name": str(variable)[:80]}
            )
