"""What do templates say often? Icons, statuses, days, numbers, the head and panels of a page.

Built into every template: no `{% load %}`.
"""

import re

from django import template
from django.template import defaulttags
from django.template.base import TextNode
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from tms import days
from tms.ui import alike, ellipsis, filters, icons
from tms.ui import register as registered
from tms.ui.access import allowed
from tms.ui.address import one_page, page_of

register = template.Library()

register.filter("day", days.day_text)
register.filter("day_short", days.day_short)
register.filter("day_brief", days.day_brief)
register.filter("moment", days.moment)
register.filter("number", days.number)
register.filter("initials", alike.initials)
register.tag("alike", alike.alike)


class KeptURL(defaulttags.URLNode):
    """An address by a fixed name, with one whole number in it or none: reversed once."""

    def render(self, context):
        name = self.view_name.var
        given = [each.resolve(context) for each in self.args]
        if not given:
            url = one_page(name)
        elif type(given[0]) is int:
            url = page_of(name, given[0])
        else:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = url
            return ""
        return escape(url) if context.autoescape else url


@register.tag
def url(parser, token):
    """Django's own; what can be kept is (tms.ui.address)."""
    node = defaulttags.url(parser, token)
    fixed = isinstance(node.view_name.var, str) and not node.view_name.filters
    if not fixed or node.kwargs or len(node.args) > 1:
        return node
    return KeptURL(node.view_name, node.args, node.kwargs, node.asvar)


@register.filter
def control(field) -> SafeString:
    """A field of a form of filters, as it stands over a list: label and control."""
    return mark_safe(filters.control(field))


@register.simple_tag
def icon(name: str) -> SafeString:
    """{% icon "id-card-lanyard" %}: beside words, never instead of them."""
    return icons.icon(name)


any_icon = register.tags["icon"]


@register.tag("icon")
def icon_of_a_name(parser, token):
    """One by a fixed name is drawn when the template is read."""
    words = token.split_contents()
    if len(words) == 2 and words[1][0] in "\"'" and words[1][0] == words[1][-1]:
        return TextNode(icons.icon(words[1][1:-1]))
    return any_icon(parser, token)


register.simple_tag(ellipsis.menu)


@register.simple_tag
def status(value, label=None) -> SafeString:
    """{% status pass_.status %} or {% status "ending" "in 12 days" %}: a badge.

    A member of a TextChoices brings its own label.
    """
    label = getattr(value, "label", None) if label is None else label
    value = getattr(value, "value", value)
    if value in (None, ""):
        return SafeString("")
    return format_html(
        '<span class="badge" data-status="{}">{}</span>', value, value if label is None else label
    )


@register.simple_tag(takes_context=True)
def panels(context, page: str, subject, column: str = "main") -> SafeString:
    """{% panels "contact" contact "side" %}: the panels that this user may see, in their order."""
    request = context["request"]
    drawn = [
        panel.html(request, subject)
        for panel in registered.all_of().panels
        if panel.page == page and panel.column == column and allowed(request.user, panel.permission)
    ]
    return mark_safe("".join(drawn))


@register.inclusion_tag("ui/_tabs.html", takes_context=True)
def tabs(context, page: str, subject, current: str = "", label: str = ""):
    """{% tabs "account" account "passes" %}: links, each with an address and perhaps a count."""
    request = context["request"]
    entries = [
        (tab, tab.url(subject), tab.count(subject) if tab.count else None)
        for tab in registered.all_of().tabs
        if tab.page == page and allowed(request.user, tab.permission)
    ]
    return {"entries": entries, "current": current, "label": label or str(subject)}


@register.inclusion_tag("ui/_empty.html")
def empty(title, sentence="", label="", url="", dialog=True):
    """{% empty "No training passes yet" "A pass opens ..." "Add Training Pass" url %}"""
    return {"title": title, "sentence": sentence, "label": label, "url": url, "dialog": dialog}


@register.filter
def field_errors(form) -> int:
    """How many fields of the form have an error."""
    return sum(1 for name in form.errors if name != "__all__")


TONES = {
    "closes": ("bad", "circle-x"),
    "stays": ("good", "circle-check"),
    "sent": ("note", "mail"),
    "billed": ("note", "receipt-text"),
    "pays": ("note", "coins"),
    "gives": ("good", "circle-plus"),
}


@register.filter
def tone_status(consequence) -> str:
    """The tone of a consequence as theme.css knows it."""
    return TONES.get(consequence.tone, ("note", "info"))[0]


@register.filter
def tone_icon(consequence) -> str:
    return TONES.get(consequence.tone, ("note", "info"))[1]


@register.filter
def more(consequence) -> int:
    """How many are meant beyond the names that are listed."""
    return max(0, consequence.count - len(consequence.lines)) if consequence.lines else 0


@register.filter
def marked(text, query: str) -> SafeString:
    """The text with what was searched for marked; everything escaped."""
    text, parts, start = str(text), [], 0
    words = [re.escape(word) for word in str(query).split()]
    for match in re.finditer("|".join(words), text, re.IGNORECASE) if words else ():
        parts += [escape(text[start : match.start()]), f"<mark>{escape(match[0])}</mark>"]
        start = match.end()
    return mark_safe("".join([*parts, escape(text[start:])]))
