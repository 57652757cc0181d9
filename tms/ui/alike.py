"""Which parts of a page are the same for many readers? Drawn once for all alike, then filled in.

The bar, the head and the foot stand around every page and took longer than much that they are
around. What decides how they look are a few values; the rest of what differs is text in its place.
"""

import datetime
import decimal
import functools
import re
import secrets

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

# Of one process, so that nobody can type what stands for somebody else's.
SALT = secrets.token_hex(8)
MOST = 400
# Of one function's pieces of html.
FEW = 64
PLAIN = (str, int, datetime.date)


def mark(name: str) -> SafeString:
    """What stands for a value of each reader's own until it is filled in."""
    return mark_safe(f"{SALT}-{name}-{SALT}")


MARK = re.compile(f"{SALT}-([a-z_]+)-{SALT}")

# What is filled in: by the name that it has in the part, from the page's own context.
OWN = {
    "csrf_token": lambda context: context.get("csrf_token", ""),
    "csp_nonce": lambda context: context.get("csp_nonce", ""),
    "here": lambda context: context["request"].get_full_path(),
    "reader": lambda context: context["request"].user,
    "initials": lambda context: initials(context["request"].user),
}
STANDING_IN = {name: mark(name) for name in OWN}


def initials(name) -> str:
    """Ada Lindqvist: AL"""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Alike(template.Node):
    """Drawn once for each language and for each set of the values that it names.

    Nothing else of the page's context is there: what isn't named can't be kept for another reader.
    """

    def __init__(self, nodelist, named: dict):
        self.nodelist, self.named = nodelist, named
        self.kept: dict[tuple, list[str]] = {}

    def render(self, context):
        values = {name: each.resolve(context) for name, each in self.named.items()}
        key = (get_language(), *values.values())
        parts = self.kept.get(key)
        if parts is None:
            parts = self.drawn(context, values)
            if len(self.kept) >= MOST:
                self.kept.clear()
            self.kept[key] = parts
        return filled(parts, context)

    def drawn(self, context, values) -> list[str]:
        """Text and names in turns."""
        return MARK.split(self.nodelist.render(context.new(values | STANDING_IN)))


def filled(parts: list[str], context) -> SafeString:
    own = functools.cache(lambda name: conditional_escape(OWN[name](context)))
    words = (own(part) if number % 2 else part for number, part in enumerate(parts))
    return mark_safe("".join(words))


def once(draw):
    """A function that writes html, or what it is made of, from plain values: once for the same.

        @once
        def drawn(rows, url, may_renew): ...

    Nothing of the reader may be in it but what it is given, and the language and the zone that
    it is read in. Rows of a database would be the same by their ids alone, and are refused.
    """
    kept: dict[tuple, object] = {}

    @functools.wraps(draw)
    def drawn(*given, **named):
        key = (get_language(), get_current_timezone_name(), plain(given), plain(named))
        found = kept.get(key)
        if found is None:
            if len(kept) >= FEW:
                kept.clear()
            found = kept[key] = draw(*given, **named)
        return found

    return drawn


def plain(value):
    """The value as a part of a key: what is written in another way is another one."""
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    if isinstance(value, dict):
        return tuple((name, plain(each)) for name, each in value.items())
    if isinstance(value, bool | decimal.Decimal | SafeString):
        return type(value), str(value)
    if value is None or isinstance(value, PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} is no plain value.")


def alike(parser, token) -> Alike:
    """{% alike bar=shell.staff_bar %}...{% endalike %}: of values that can be hashed."""
    named = template.base.token_kwargs(token.split_contents()[1:], parser)
    nodelist = parser.parse(("endalike",))
    parser.delete_first_token()
    return Alike(nodelist, named)
