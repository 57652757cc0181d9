"""What were tokens for? Names of what lies on other floors, found for a page of rows at once."""

from django.utils.html import format_html

from tms.ui import register


def purposes(pairs, user) -> dict:
    """{(kind, id): (text, address or "")} of registrations, opportunities and the like.

    One statement a kind, by what each app says its things are called (NAMES).
    """
    wanted: dict[str, set[int]] = {}
    for kind, pk in pairs:
        if kind and pk:
            wanted.setdefault(kind, set()).add(pk)
    known = {names.noun: names.find for names in register.all_of().names}
    found = {}
    for kind, ids in wanted.items():
        names = known[kind](ids, user) if kind in known else {}
        found |= {(kind, pk): names.get(pk) or (f"{kind} #{pk}", "") for pk in ids}
    return found


def linked(name: tuple[str, str] | None):
    """A name as html: a link where it leads somewhere."""
    if not name:
        return ""
    text, url = name
    return format_html('<a href="{}"><bdi>{}</bdi></a>', url, text) if url else text
