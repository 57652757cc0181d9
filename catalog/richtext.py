"""Which markup may a description hold? Cleaned here, on the server, whatever sent it."""

import functools
import html as html_of_text

# What the editor of the back office can make; everything else is taken out, its text stays.
TAGS = {"p", "br", "strong", "em", "u", "s", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
# Characters with their markup that anybody may send. What lists nest takes a time that grows with
# its square: these take a third of a second at the worst, a megabyte would take minutes.
LONGEST = 50_000


@functools.cache
def _cleaners():
    """What takes out what the editor can't make, and what takes out all markup."""
    import nh3  # loaded by who cleans

    ours = nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return ours, nh3.Cleaner(tags=set())


def clean(html: str) -> str:
    """`html` with nothing in it but what the editor can make; an empty text is "".

    Idempotent: what was cleaned stays as it is.
    """
    ours, none = _cleaners()
    cleaned = ours.clean(html or "").strip()
    said = html_of_text.unescape(none.clean(cleaned)).strip()
    return cleaned if said else ""
