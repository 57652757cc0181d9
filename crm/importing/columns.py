"""What may a column of a file be, and which is it by its heading?"""

import dataclasses
import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.refusals import Refusal

from .. import fields
from . import spellings

CONTACTS, ACCOUNTS = "contacts", "accounts"
CUSTOM = "custom_"
MADE = gettext_lazy("Account, where it is made")
ABOUT = {CONTACTS: gettext_lazy("Contact"), ACCOUNTS: gettext_lazy("Account")}

ID = gettext_lazy("ID in the other system")
IDS = gettext_lazy("External IDs, with their systems")
NUMBER = gettext_lazy("Number in Lanyard")
LABELS = {
    CONTACTS: {
        "id": ID,
        "first_name": gettext_lazy("First name"),
        "last_name": gettext_lazy("Last name"),
        "name": gettext_lazy("First and last name"),
        "email": gettext_lazy("Email"),
        "phone": gettext_lazy("Phone"),
        "job_title": gettext_lazy("Job title"),
        "account_names": gettext_lazy("Accounts, by name"),
        "account_ids": gettext_lazy("Accounts, by ID in the other system"),
        "language": gettext_lazy("Language"),
        "time_zone": gettext_lazy("Time zone"),
        "opt_out": gettext_lazy("Wants no announcements"),
        "announcements": gettext_lazy("Receives announcements"),
        "reminders": gettext_lazy("Receives reminders"),
        "notes": gettext_lazy("Notes"),
        "ids": IDS,
        "number": NUMBER,
        "street": gettext_lazy("Street"),
        "postcode": gettext_lazy("Postcode"),
        "city": gettext_lazy("City"),
        "country": gettext_lazy("Country"),
    },
    ACCOUNTS: {
        "id": ID,
        "name": gettext_lazy("Name"),
        "legal_name": gettext_lazy("Legal name"),
        "parent": gettext_lazy("Parent account, by ID or name"),
        "region": gettext_lazy("Region"),
        "currency": gettext_lazy("Currency"),
        "street": gettext_lazy("Street"),
        "postcode": gettext_lazy("Postcode"),
        "city": gettext_lazy("City"),
        "country": gettext_lazy("Country"),
        "tax_number": gettext_lazy("Tax number"),
        "owner": gettext_lazy("Owner, by name or email"),
        "notes": gettext_lazy("Notes"),
        "ids": IDS,
        "number": NUMBER,
    },
}
ADDRESS = ("street", "postcode", "city", "country")


@dataclasses.dataclass(frozen=True)
class Proposal:
    """Which column is what, by its place; and the system that the IDs come from, or ""."""

    columns: dict[int, str]
    system: str


def squeezed(heading: str) -> str:
    """A heading without case, accents, blanks and signs."""
    bare = unicodedata.normalize("NFKD", heading.casefold().replace("ß", "ss").replace("ø", "o"))
    return "".join(letter for letter in bare if letter.isalnum())


def choices(about: str) -> list[tuple[str, list]]:
    """What a column may be, in groups."""
    labels = LABELS[about]
    own = [(name, label) for name, label in labels.items() if not is_of_made(about, name)]
    groups = [(ABOUT[about], own)]
    if about == CONTACTS:
        groups.append((MADE, [(name, labels[name]) for name in ADDRESS]))
        if custom := [(CUSTOM + field.key, field.label) for field in fields.living()]:
            groups.append((_("Custom fields"), custom))
    return groups


def label_of(about: str, name: str) -> str:
    """What a field is called."""
    found = {name: label for _group, names in choices(about) for name, label in names}
    return str(found.get(name, name))


def is_of_made(about: str, name: str) -> bool:
    """Does the field say something of the account only, and only when it is made?"""
    return about == CONTACTS and name in ADDRESS


def proposed(headings: list[str], about: str) -> Proposal:
    """What the headings say. Each field once: the spelling that is preferred, else the first."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        places.setdefault(squeezed(heading), place)
    known = spellings.CONTACTS if about == CONTACTS else spellings.ACCOUNTS
    known = {"ids": "externalids", **known}
    if any(name in places for name in spellings.OURS):
        known = {"number": "number", **known}
    if about == CONTACTS:
        known |= {CUSTOM + field.key: squeezed(field.label) for field in fields.living()}
    found: dict[str, int] = {}
    for name, words in known.items():
        place = next(
            (
                places[word]
                for word in words.split()
                if word in places and places[word] not in found.values()
            ),
            None,
        )
        if place is not None:
            found[name] = place
    if about == CONTACTS and {"first_name", "last_name"} <= set(found):
        found.pop("name", None)
    elif about == CONTACTS and "name" in found:
        found.pop("first_name", None)
        found.pop("last_name", None)
    return Proposal({place: name for name, place in found.items()}, _system(set(places)))


def _system(there: set[str]) -> str:
    """Whose headings these are: where most of them fit."""
    fits = {name: len(there & set(words.split())) for name, words in spellings.SYSTEMS.items()}
    best = max(fits, key=lambda name: fits[name])
    return best if fits[best] and list(fits.values()).count(fits[best]) == 1 else ""


def refuse_unless_possible(columns: dict[int, str], about: str, system: str) -> None:
    """Refuse columns that no row could be known or called by, or that say a thing twice."""
    names = list(columns.values())
    known = {name for _group, names in choices(about) for name, _label in names}
    for place, name in columns.items():
        if name not in known:
            raise Refusal(_("There is no such field any more. Choose another."), field=f"c{place}")
        if names.count(name) > 1:
            raise Refusal(
                _("Two columns are “%(field)s”. Leave one of them out.")
                % {"field": label_of(about, name)},
                field=f"c{max(p for p, n in columns.items() if n == name)}",
            )
    keys = {"id", "ids", "number"} & set(names)
    if about == CONTACTS and not keys | ({"email"} & set(names)):
        raise Refusal(
            _(
                "Choose the column with the email address or the one with the ID: people are known "
                "by these, never by their name."
            )
        )
    if about == ACCOUNTS and not keys | ({"name"} & set(names)):
        raise Refusal(_("Choose the column with the name or the one with the ID."))
    if {"id", "account_ids"} & set(names) and not system.strip():
        raise Refusal(_("Name the system that the IDs come from."), field="system")
    if len(system.strip()) > 60:
        raise Refusal(_("The name of the system takes 60 characters."), field="system")
