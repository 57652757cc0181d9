"""What does each app bring to the shell? Menu, control panel, reports, search, panels, tabs.

An app lists what it brings in its `register.py`, as plain lists called MENU, CONTROL_PANEL,
REPORTS, SEARCH, PANELS, TABS, BULK, FACTS, NAMES and HAPPENINGS; they are gathered once. Two with
the same name are an error. Every permission is one name, a tuple of names (all are needed), or
None (any staff).
"""

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FINANCIAL, COMMUNICATIONS, CATALOGUE = _("Financial"), _("Communications"), _("Catalogue")
CRM, LMS, SYSTEM = _("CRM"), _("LMS"), _("System")
HEADINGS = [FINANCIAL, COMMUNICATIONS, CATALOGUE, CRM, LMS, SYSTEM]
PASSES, TOKENS, SALES = _("Passes"), _("Tokens"), _("Sales")
TRAINING = _("Training")
REPORT_HEADINGS = [PASSES, TOKENS, SALES, TRAINING]

Permission = str | tuple[str, ...] | None


@dataclasses.dataclass(frozen=True)
class MenuEntry:
    """A word in the bar on top of the back office.

    `when(user)`: is there anything for this user behind it? Asked beside the permission.
    """

    label: str
    url_name: str
    permission: Permission = None
    position: int = 100
    when: Callable[[object], bool] | None = None

    @functools.cached_property
    def url(self):
        return reverse(self.url_name)


@dataclasses.dataclass(frozen=True)
class Option:
    """A line of the control panel. `words` are synonyms that the filter finds it by."""

    heading: str
    label: str
    description: str
    url_name: str
    permission: Permission
    icon: str
    words: tuple[str, ...] = ()
    position: int = 100

    @property
    def url(self):
        return reverse(self.url_name)

    @property
    def synonyms(self) -> list[str]:
        """The words in the reader's language."""
        return [gettext(each) for each in self.words]


@dataclasses.dataclass(frozen=True)
class ReportEntry:
    """A line of the page `Reports`."""

    heading: str
    label: str
    description: str
    url_name: str
    permission: Permission
    icon: str = "chart-column"
    position: int = 100

    @property
    def url(self):
        return reverse(self.url_name)


@dataclasses.dataclass(frozen=True)
class Hit:
    """Something that search found. `aside` stands at the right: where it belongs."""

    title: str
    url: str
    subtitle: str = ""
    aside: str = ""
    icon: str = ""


@dataclasses.dataclass(frozen=True)
class SearchKind:
    """A kind of thing that global search finds, by `find(query, user, limit)` → hits, best first.

    `find` asks for `limit` and shows them; it takes one statement and may return fewer.
    """

    label: str
    find: Callable[[str, object, int], list[Hit]]
    permission: Permission
    position: int = 100
    icon: str = "search"


@dataclasses.dataclass(frozen=True)
class Panel:
    """A part of somebody else's page: "contact" shows passes, though crm doesn't know them.

    `render` is a function (request, subject) → html, or the name of a template that gets `subject`.
    """

    page: str
    name: str
    render: Callable | str
    permission: Permission = None
    position: int = 100
    column: str = "main"

    def html(self, request, subject) -> str:
        if callable(self.render):
            return self.render(request, subject)
        return render_to_string(self.render, {"subject": subject}, request=request)


@dataclasses.dataclass(frozen=True)
class Tab:
    """A tab of a record's page, with an address of its own that takes the record's id.

    `count(subject)` → a number beside the label, or None for no number.
    """

    page: str
    label: str
    slug: str
    url_name: str
    permission: Permission = None
    position: int = 100
    count: Callable | None = None

    def url(self, subject):
        return reverse(self.url_name, args=[subject.pk])


@dataclasses.dataclass(frozen=True)
class Bulk:
    """A bulk action on somebody else's list: "contacts" offers Add Training Pass.

    Its address gets `?ids=1&ids=2`, or `?all=1` and the list's filters.
    """

    page: str
    label: str
    url_name: str
    icon: str = ""
    permission: Permission = None
    position: int = 100

    @functools.cached_property
    def url(self):
        return reverse(self.url_name)


@dataclasses.dataclass(frozen=True)
class Fact:
    """How a kind of fact is told in histories: its icon, its tone, and the function
    (journal row, names) → tms.ui.timeline.Told, or a sentence."""

    kind: str
    icon: str
    tell: Callable | str
    tone: str = "note"
    position: int = 100


@dataclasses.dataclass(frozen=True)
class Names:
    """What the things of one noun are called: `find(ids, user)` → {id: (text, address or "")}."""

    noun: str
    find: Callable
    position: int = 100


@dataclasses.dataclass(frozen=True)
class Happening:
    """A kind of fact that other programs may ask to be told of, and the area it is listed under."""

    kind: str
    label: str
    area: str
    position: int = 100


def happenings(area: str, labels: dict[str, str], position: int) -> list[Happening]:
    """The happenings of one area, from {kind: label}."""
    return [Happening(kind, label, area, position) for kind, label in labels.items()]


@dataclasses.dataclass(frozen=True)
class Register:
    menu: tuple[MenuEntry, ...]
    control_panel: tuple[Option, ...]
    reports: tuple[ReportEntry, ...]
    search: tuple[SearchKind, ...]
    panels: tuple[Panel, ...]
    tabs: tuple[Tab, ...]
    bulk: tuple[Bulk, ...]
    facts: tuple[Fact, ...]
    names: tuple[Names, ...]
    happenings: tuple[Happening, ...]

    def bulk_on(self, page: str) -> list[Bulk]:
        """The bulk actions that all apps offer on the list `page`."""
        return [entry for entry in self.bulk if entry.page == page]


# The list's name in register.py, what it holds, and by what an entry is told from another.
KINDS = {
    "MENU": (MenuEntry, lambda entry: entry.url_name),
    "CONTROL_PANEL": (Option, lambda entry: (str(entry.heading), str(entry.label))),
    "REPORTS": (ReportEntry, lambda entry: entry.url_name),
    "SEARCH": (SearchKind, lambda entry: str(entry.label)),
    "PANELS": (Panel, lambda entry: (entry.page, entry.name)),
    "TABS": (Tab, lambda entry: (entry.page, entry.slug)),
    "BULK": (Bulk, lambda entry: (entry.page, entry.url_name)),
    "FACTS": (Fact, lambda entry: entry.kind),
    "NAMES": (Names, lambda entry: entry.noun),
    "HAPPENINGS": (Happening, lambda entry: entry.kind),
}


def modules():
    """The register.py of every app, and of the packages directly inside it (tms.people)."""
    for app in apps.get_app_configs():
        packages = [app.module] + [
            importlib.import_module(f"{app.name}.{found.name}")
            for found in pkgutil.iter_modules(app.module.__path__)
            if app.name == "tms" and found.ispkg and found.name not in {"migrations", "models"}
        ]
        for package in packages:
            if module_has_submodule(package, "register") and package.__name__ != "tms.ui":
                yield importlib.import_module(f"{package.__name__}.register")


def gather(sources) -> Register:
    """All entries of the given modules, sorted. Raises ImproperlyConfigured on doubled names."""
    found = {}
    for name, (kind, key) in KINDS.items():
        entries, seen = [], {}
        for module in sources:
            for entry in getattr(module, name, []):
                if not isinstance(entry, kind):
                    raise ImproperlyConfigured(
                        f"{module.__name__}.{name} holds {entry!r}, not a {kind.__name__}."
                    )
                if key(entry) in seen:
                    raise ImproperlyConfigured(
                        f"{name} has {key(entry)!r} twice: in {seen[key(entry)]} and "
                        f"{module.__name__}."
                    )
                seen[key(entry)] = module.__name__
                entries.append(entry)
        found[name.lower()] = tuple(sorted(entries, key=lambda entry: entry.position))
    return Register(**found)


@functools.cache
def all_of() -> Register:
    """What all apps bring, gathered once."""
    return gather(list(modules()))
