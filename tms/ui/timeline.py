"""What happened here, in words? The journal as a history, newest first.

Each app says in the FACTS of its register.py how its kinds of facts are told, and in NAMES what
the things that it knows are called:

    def extended(row, names):
        return Told(
            format_html(_("{what} extended"), what=names("pass", row.subject_id)),
            changes=[("", day(row.before["expires_on"]), day(row.after["expires_on"]))],
        )

    FACTS = [Fact("pass.extended", "calendar-plus", extended, "good")]
    NAMES = [Names("pass_type", lambda ids, user: {...id: (text, address)})]

A fact is told twice: first to note which names it asks for, then with all of them found at once, so
that a page costs one statement for its rows and one for each noun, however many rows there are.
`names` gives a link or text that is escaped already: put it into sentences with format_html.
"""

import dataclasses
import datetime
import functools

from django.template.loader import render_to_string
from django.utils.html import conditional_escape as safe
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms import days
from tms.compiled import Question, Rows
from tms.models import JournalRow, User

from . import icons, register

PANEL, PAGE = 8, 50
LAST = 2**62  # beyond every id
ROADS = {
    "system": gettext_lazy("The system"),
    "api": gettext_lazy("by API"),
    "import": gettext_lazy("by import"),
    "link": gettext_lazy("by the link in an email"),
}


@dataclasses.dataclass(frozen=True)
class Told:
    """A fact in words: a title, perhaps a line under it, and (label, before, after) of changes."""

    title: str
    details: str = ""
    changes: tuple[tuple[str, str, str], ...] | list = ()


class Asked:
    """What things are called today: `names("contact", 7)` is a link to the contact, or its name."""

    def __init__(self, user, here=None):
        self.user, self.here, self.wanted, self.found = user, None, {}, {}
        if here:
            noun, key, name = here
            self.here, self.found[noun] = (noun, key), {key: (name, "")}

    def row(self, noun, key):
        """What the app that knows `noun` found for `key`; None if nothing, or not yet asked."""
        if key in (None, ""):
            return None
        self.wanted.setdefault(noun, set()).add(key)
        return self.found.get(noun, {}).get(key)

    def __call__(self, noun, key) -> SafeString:
        if key in (None, ""):
            return SafeString("")
        text, url = self.row(noun, key) or (f"#{key}", "")
        if url and (noun, key) != self.here:
            return SafeString(f'<a href="{safe(url)}"><bdi>{safe(text)}</bdi></a>')
        return SafeString(f"<bdi>{safe(text)}</bdi>")

    def look_up(self) -> bool:
        """Find everything that was asked for and isn't known. One statement a noun.

        Was there anything?
        """
        known = {names.noun: names.find for names in register.all_of().names} | {"user": users}
        asked = False
        for noun, keys in self.wanted.items():
            missing = keys - set(self.found.setdefault(noun, {}))
            if missing and noun in known:
                answers = known[noun](missing, self.user)
                self.found[noun] |= {key: answers.get(key) for key in missing}
                asked = True
        return asked


USERS = Question(lambda ids: User.objects.filter(pk__in=ids).values_list("pk", "name", "email"))


def users(ids, user) -> dict:
    """Who signs in, by name."""
    return {pk: (name or email, "") for pk, name, email in USERS(ids=ids)}


@dataclasses.dataclass(frozen=True)
class Entry:
    icon: str
    tone: str
    told: Told
    by: str
    reason: str
    at: object


def entries(rows, user, here=None) -> list[Entry]:
    """The rows of the journal in words. Kinds that nobody tells are left out."""
    facts = {fact.kind: fact for fact in register.all_of().facts}
    rows, names = [row for row in rows if row.kind in facts], Asked(user, here)
    # What a name leads to may ask for further names (a change names the region it is now).
    for last in (False, False, True):
        told = [(tell(facts[row.kind], row, names), by(row, names)) for row in rows]
        if last or not names.look_up():
            break
    return [
        Entry(facts[row.kind].icon, facts[row.kind].tone, what, who, row.reason, row.at)
        for row, (what, who) in zip(rows, told, strict=True)
    ]


def tell(fact, row, names) -> Told:
    """One fact in words."""
    told = fact.tell(row, names) if callable(fact.tell) else str(fact.tell)
    return told if isinstance(told, Told) else Told(told)


def by(row, names) -> str:
    """Who did it: a person, and the road where it wasn't a page."""
    road = str(ROADS.get(row.source, ""))
    who = names("user", row.by_id)
    return format_html("{}, {}", who, road) if who and road else who or road or ROADS["system"]


def newest(sources, size: int, before: int | None = None) -> list[JournalRow]:
    """The newest rows of several sources, each once. One statement.

    A source says which rows: {column: value, or values of which it has one}. Every source is cut
    by itself, so that each reads its own index and no more than that.
    """
    # What there is none of (the options of a type without any) has no rows.
    sources = [source for source in sources if all(value != [] for value in source.values())]
    if not sources:
        return []
    shape = tuple(
        tuple((column, isinstance(value, list)) for column, value in source.items())
        for source in sources
    )
    given = {
        f"{column}_{number}": value
        for number, source in enumerate(sources)
        for column, value in source.items()
    }
    return rows_of(shape, size)(before=before or LAST, **given)


@functools.cache
def rows_of(shape, size) -> Rows:
    """The statement for sources that have these columns, and whether of several values."""
    kinds = [fact.kind for fact in register.all_of().facts]

    def ask(before, **given):
        heads = []
        for number, columns in enumerate(shape):
            found = {
                f"{column}__in" if several else column: given[f"{column}_{number}"]
                for column, several in columns
            }
            rows = JournalRow.objects.filter(kind__in=kinds, id__lt=before, **found)
            heads.append(rows.order_by("-id")[:size])
        return heads[0].union(*heads[1:]).order_by("-id")[:size] if heads[1:] else heads[0]

    return Rows(ask)


def draw(
    request, sources, *, url: str, here=None, changes=(), panel=True, recorded=""
) -> SafeString:
    """The history of `sources` (`of_contact(7)`) as a section.

    On a panel the newest few stand, and a link to `url`, which draws all of it by pages
    (panel=False). It fetches itself again after the events `changes`. `here` is what the page is
    about, ("contact", 7, its name): that isn't a link. `recorded` are filters of the audit trail
    ("contact=7"): what it has is shown beneath, when asked for, to who may see it.
    """
    asked = request.GET.get("before", "")
    before = int(asked) if not panel and asked.isdecimal() and len(asked) < 19 else None
    size = PANEL if panel else PAGE
    found = newest(sources, size + 1, before)
    context = {
        "entries": written(entries(found[:size], request.user, here)),
        "older": found[size - 1].pk if len(found) > size else None,
        "later": before is not None,
        "url": url,
        "panel": panel,
        "recorded": recorded,
        "events": ", ".join(f"{name}:changed from:body" for name in changes),
    }
    return render_to_string("ui/_timeline.html", context, request=request)


def written(found: list[Entry]) -> SafeString:
    """The entries as html, by Python: a page has fifty, each with a dozen values."""
    return SafeString("".join(map(_entry, found)))


def _entry(entry: Entry) -> str:
    told, more = entry.told, ""
    if told.details or told.changes or entry.reason:
        changes = "".join(f"<li>{_change(*each)}</li>" for each in told.changes)
        listed = f'<ul class="changes">{changes}</ul>' if changes else ""
        reason = ""
        if entry.reason:
            reason = f"<blockquote><bdi>{safe(entry.reason)}</bdi></blockquote>"
        more = f"<div>{safe(told.details)}{listed}{reason}</div>"
    return (
        f'<li data-status="{safe(entry.tone)}">{icons.icon(entry.icon)}'
        f"<strong>{safe(told.title)}</strong>{more}<small>{safe(entry.by)}</small>"
        f'<time datetime="{entry.at.isoformat()}">{days.moment(entry.at)}</time></li>'
    )


def _change(label, before, after) -> str:
    said = f'<span class="muted">{safe(label)}</span> ' if label else ""
    if before and after:
        return (
            f'{said}<span class="change"><del><bdi>{safe(before)}</bdi></del> '
            f"<ins><bdi>{safe(after)}</bdi></ins></span>"
        )
    if after:
        return f"{said}<strong><bdi>{safe(after)}</bdi></strong>"
    return f"{said}<del><bdi>{safe(before)}</bdi></del>"


def of_contact(*contact_ids: int):
    """The journal of one contact, under all ids that are theirs: rows about them, and those in
    which they are the other one.
    """
    return [{column: pk} for pk in contact_ids for column in ("contact_id", "other_contact_id")]


def of_account(*account_ids: int):
    return [{"account_id": pk} for pk in account_ids]


def about(subject_kind: str, *subject_ids: int):
    """The facts about one subject, or about several of a kind."""
    return {"subject_kind": subject_kind, "subject_id": list(subject_ids)}


def value(given) -> str:
    """A value of the journal as people read it."""
    if given is True:
        return _("yes")
    if given is False:
        return _("no")
    if given in (None, "", [], {}):
        return ""
    if isinstance(given, list):
        return ", ".join(value(each) for each in given)
    return str(given)


def day(iso: str | None) -> str:
    """A day of the journal: 22 November 2026"""
    return days.day_text(datetime.date.fromisoformat(iso)) if iso else ""
