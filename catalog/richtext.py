"""Which markup may a description hold? Cleaned here, on the server, whatever sent it."""

import html as html_of_text

import nh3

# What the editor of the back office can make; everything else is taken out, its text stays.
TAGS = {"p", "br", "strong", "em", "u", "s", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def clean(html: str) -> str:
    """`html` with nothing in it but what the editor can make; an empty text is "".

    Idempotent: what was cleaned stays as it is.
    """
    cleaned = _cleaner.clean(html or "").strip()
    said = html_of_text.unescape(nh3.clean(cleaned, tags=set())).strip()
    return cleaned if said else ""
