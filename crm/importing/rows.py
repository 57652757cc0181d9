"""What does a row of the file say? Its cells in the form in which they are kept, or why not."""

import dataclasses
import re
import unicodedata
from functools import cache, partial

from babel import Locale
from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import Region, Unit
from tms.models import User
from tms.refusals import Refusal
from tms.text import one_line
from tms.ui.export import FORMULA

from .. import fields, typed
from ..models import Account, Contact, CustomFieldKind
from .columns import ADDRESS, CUSTOM
from .plan import Plan

# In these we know what countries and languages are called.
NAMED_IN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "nb", "da", "pl")
# What else says yes or no, in the languages whose headings are known.
YES_NO = {
    True: "true yes y 1 x ja oui si sí sim tak wahr vrai verdadero vero on",
    False: "false no n 0 nein non não nee nej nei nie falsch faux falso off",
}
SAID = {word: answer for answer, words in YES_NO.items() for word in words.split()}
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?")
ALSO = {"uk": "GB", "usa": "US", "united states of america": "US", "england": "GB",
        "scotland": "GB", "holland": "NL", "czech republic": "CZ"}  # fmt: skip


@dataclasses.dataclass(slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and what it says.

    `refused` is why it is, `place` the column that it is refused for, if for one. `values` are
    fields of the contact or account itself, of those cells that aren't empty; `keys` are (system,
    ID); `linked` are (ID or "", name or "") of a contact's accounts, the first one primary.
    """

    number: int
    values: dict = dataclasses.field(default_factory=dict)
    custom: dict = dataclasses.field(default_factory=dict)
    address: dict = dataclasses.field(default_factory=dict)
    keys: tuple[tuple[str, str], ...] = ()
    pk: int | None = None
    linked: tuple[tuple[str, str], ...] = ()
    parent: str = ""
    refused: str = ""
    place: int | None = None


class Reader:
    """Reads rows as a plan says. Asks the database once, when it is made."""

    def __init__(self, plan: Plan, sheet):
        self.plan, self.sheet = plan, sheet
        self.custom = {CUSTOM + field.key: field for field in fields.living()}
        self.places = {name: place for place, name in plan.columns.items()}
        self.called: dict[str, str] = {}
        model = Contact if plan.is_of_people else Account
        self.clean = []
        for place, name in sorted(plan.columns.items()):
            if name not in {"name", "account_ids", "account_names"} or model is Account:
                self.clean.append((place, name, self._cleaner(model, name)))

    def look_through(self) -> int:
        """See that the whole file can be read, and what its companies are called: their IDs stand
        in other rows too. Returns how many rows there are."""
        if "account_ids" not in self.places:
            return self.sheet.count()
        count = 0
        for _number, cells in self.sheet.rows():
            count += 1
            ids, names = self._companies(cells)
            if len(ids) == len(names):
                for key, name in zip(ids, names, strict=True):
                    self.called.setdefault(key, name)
        if not count:
            raise Refusal(_("The file has headings and no rows."))
        return count

    def rows(self):
        """Every row that isn't empty. Memory for one of them."""
        for number, cells in self.sheet.rows():
            yield self.row(number, cells)

    def row(self, number: int, cells: list[str]) -> Row:
        row, place = Row(number, refused=self.sheet.trouble(cells)), None
        if row.refused:
            return row
        try:
            for place, name, clean in self.clean:
                if text := unarmed(cells[place]) if place < len(cells) else "":
                    self._put(row, name, clean(text))
            if self.plan.is_of_people:
                place = self.places.get("name")
                self._called(row, self._cell(cells, "name"))
                place = self.places.get("account_names", self.places.get("account_ids"))
                row.linked = self._linked(cells)
            place = None
            self._sound(row)
        except Refusal as no:
            row.refused, row.place = str(no), place
        return row

    def _put(self, row, name, value):
        if name == "id":
            row.keys += ((self.plan.system, value),)
        elif name == "ids":
            row.keys += tuple(pair for pair in value if pair not in row.keys)
        elif name == "number":
            row.pk = value
        elif name == "parent":
            row.parent = value
        elif name == "opt_out":
            row.values["announcements"] = not value
        elif name in self.custom:
            row.custom[name.removeprefix(CUSTOM)] = value
        elif self.plan.is_of_people and name in ADDRESS:
            row.address[name] = value
        elif value not in ("", None):
            row.values[name] = value

    def _called(self, row, text):
        """Somebody's whole name: the last word is the last name."""
        if text:
            first, _blank, last = one_line(text).rpartition(" ")
            row.values["first_name"] = typed.kept(Contact, "first_name", first)
            row.values["last_name"] = typed.kept(Contact, "last_name", last)

    def _sound(self, row):
        if self.plan.is_of_people:
            if not any(row.values.get(name) for name in ("first_name", "last_name", "email")):
                raise Refusal(_("There is no name and no email address."))
            if not (row.keys or row.pk or row.values.get("email")):
                raise Refusal(
                    _(
                        "There is neither an ID nor an email address, by which the person would "
                        "be known again."
                    )
                )
        elif not (row.keys or row.pk or row.values.get("name")):
            raise Refusal(_("There is no name and no ID."))

    def _cell(self, cells, name) -> str:
        place = self.places.get(name)
        return unarmed(cells[place]) if place is not None and place < len(cells) else ""

    def _companies(self, cells):
        ids = [each.strip() for each in self._cell(cells, "account_ids").split(";")]
        name = self._cell(cells, "account_names")
        ids = [each for each in dict.fromkeys(ids) if each]
        # A company may have a semicolon in its name: it is parted only where there are several.
        names = [each.strip() for each in name.split(";")] if len(ids) > 1 else [name]
        return ids, [each for each in names if each]

    def _linked(self, cells):
        ids, names = self._companies(cells)
        if not ids:
            return (("", typed.kept(Account, "name", names[0])),) if names else ()
        return tuple(
            (
                short(key),
                typed.kept(
                    Account, "name", self.called.get(key) or _("Company %(id)s") % {"id": key}
                ),
            )
            for key in ids
        )

    def _cleaner(self, model, name):
        """What makes of a cell's text the value that is kept. Raises Refusal."""
        if name in self.custom:
            return partial(custom_value, self.custom[name])
        if name == "region":
            rows = Region.objects.filter(archived_at=None)
            return partial(named, {folded(row.name): row for row in rows}, _region)
        if name == "currency":
            rows = Unit.objects.currencies().in_use()
            return partial(named, {folded(row.code): row for row in rows}, _currency)
        if name == "owner":
            staff = list(User.objects.filter(is_staff=True, is_active=True).order_by("-pk"))
            by_name = {folded(user.name): user for user in staff if user.name}
            known = by_name | {folded(user.email): user for user in staff}
            return partial(named, known, _owner)
        others = {"id": short, "ids": ids_in, "number": number_in, "parent": one_line,
                  "opt_out": yes, "announcements": yes, "reminders": yes,
                  "country": country, "language": language}  # fmt: skip
        if name in others:
            return others[name]
        return partial(typed.kept, Account if name in ADDRESS else model, name)


def unarmed(text: str) -> str:
    """A cell without the apostrophe that an export put before what looks like a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA and text[1:2] else text


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def short(text: str) -> str:
    """An ID, if it can be kept."""
    text = one_line(text)
    if len(text) > 120:
        raise Refusal(_("An ID takes 120 characters, and this has %(n)s.") % {"n": len(text)})
    return text


def ids_in(text: str) -> tuple[tuple[str, str], ...]:
    """(system, ID) of each in "HubSpot: 7; ERP: A-1"."""
    found = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        system, colon, value = (each.strip() for each in part.partition(":"))
        if not (system and colon and value) or len(system) > 60:
            raise Refusal(
                _("“%(text)s” is not an ID with its system, such as HubSpot: 1234.")
                % {"text": one_line(part[:60])}
            )
        found.append((one_line(system), short(value)))
    return tuple(dict.fromkeys(found))


def number_in(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Refusal(
            _("“%(text)s” is not a number as our exports have it.") % {"text": one_line(text[:60])}
        )
    return int(text)


def yes(text: str) -> bool:
    answer = SAID.get(folded(text))
    if answer is None:
        raise Refusal(_("“%(text)s” is neither yes nor no.") % {"text": one_line(text[:60])})
    return answer


def country(text: str) -> str:
    """The code of a country, from its code or its name in one of the languages we know."""
    word = folded(text)
    code = countries().get(word)
    if code is None:
        raise Refusal(_("There is no country “%(text)s”.") % {"text": one_line(text[:60])})
    return code


@cache
def countries() -> dict[str, str]:
    known = dict(ALSO)
    for language in NAMED_IN:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "QO"}:
                known.setdefault(folded(unicodedata.normalize("NFC", name)), code)
                known.setdefault(code.lower(), code)
    return known


def language(text: str) -> str:
    """The code of a language that we speak."""
    word = folded(text).replace("_", "-")
    if code := languages().get(word):
        return code
    for code, _name in settings.LANGUAGES:
        if word.partition("-")[0] == code.lower():
            return code
    known = ", ".join(code for code, _name in settings.LANGUAGES)
    raise Refusal(
        _("“%(text)s” is not one of the languages here: %(known)s.")
        % {"text": one_line(text[:60]), "known": known}
    )


@cache
def languages() -> dict[str, str]:
    """The codes of the languages that we speak, by what they are called in those that we know."""
    known = {}
    for code, name in settings.LANGUAGES:
        known.setdefault(code.lower(), code)
        known.setdefault(folded(name), code)
        for language in NAMED_IN:
            called = Locale.parse(language).languages[code.partition("-")[0]]
            known.setdefault(folded(called), code)
    return known


def named(rows: dict, missing, text: str):
    found = rows.get(folded(text))
    if found is None:
        raise Refusal(missing(one_line(text[:100])))
    return found


def _region(text) -> str:
    return _("There is no region “%(name)s”.") % {"name": text}


def _currency(text) -> str:
    return _("There is no currency “%(name)s”.") % {"name": text}


def _owner(text) -> str:
    return _("Nobody in the back office is called “%(name)s”.") % {"name": text}


def custom_value(field, text: str):
    """The value of a custom field as it is kept."""
    if field.kind == CustomFieldKind.YES_NO:
        return yes(text)
    if field.kind == CustomFieldKind.DATE and (moment := MOMENT.fullmatch(text)):
        text = moment[1]
    return fields.checked({field.key: text}, [field], {}).get(field.key)
