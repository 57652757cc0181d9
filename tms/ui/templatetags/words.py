"""`{% load i18n %}`, with words that are looked up once for each language.

A page says some fifty fixed things; Django looks up, escapes and puts together each of them anew.
Everything else is Django's own.
"""

from django import template
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags |= i18n.register.tags
register.filters |= i18n.register.filters


class Kept(i18n.TranslateNode):
    """A translation of fixed words, rendered once for each language."""

    def __init__(self, node: i18n.TranslateNode):
        self.__dict__ |= node.__dict__
        self.kept: dict[tuple, str] = {}

    def render(self, context):
        key = (get_language(), context.autoescape)
        found = self.kept.get(key)
        if found is None:
            found = self.kept[key] = super().render(context)
        return found


@register.tag("translate")
@register.tag("trans")
def translate(parser, token):
    """As Django's; kept where nothing in it differs from page to page."""
    fixed = is_fixed(token)
    node = i18n.do_translate(parser, token)
    return Kept(node) if fixed else node


def is_fixed(token) -> bool:
    """Is it but one text in quotes, without a filter?"""
    words = token.split_contents()
    if len(words) != 2:
        return False
    quote = words[1][0]
    return quote in "\"'" and words[1][-1] == quote and quote not in words[1][1:-1]
