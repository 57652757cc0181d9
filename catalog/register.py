"""What the catalogue brings to the shell."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui.register import CATALOGUE, FINANCIAL, MenuEntry, Names, Option, SearchKind

from . import happenings, search, told, told_prices
from .views.asked import LOOK, SETTINGS

MENU = [
    MenuEntry(_("Events"), "catalog:events", LOOK, 60),
    MenuEntry(_("Courses"), "catalog:courses", LOOK, 70),
    MenuEntry(_("Learning Paths"), "catalog:paths", LOOK, 80),
]

CONTROL_PANEL = [
    Option(
        FINANCIAL,
        _("Regions"),
        _("Where prices apply, and in which currencies"),
        "catalog:regions",
        SETTINGS,
        "globe",
        words=("markets", "countries", "prices", "tax", "currency"),
        position=30,
    ),
    Option(
        FINANCIAL,
        _("Currencies"),
        _("Those that this installation uses"),
        "catalog:currencies",
        SETTINGS,
        "euro",
        words=("money", "euro", "dollar", "pound", "ISO", "units"),
        position=40,
    ),
    Option(
        FINANCIAL,
        _("Tax Levels"),
        _("Names and percentages on prices and invoices"),
        "catalog:tax_levels",
        SETTINGS,
        "percent",
        words=("VAT", "GST", "sales tax", "rates", "percentage"),
        position=50,
    ),
    Option(
        CATALOGUE,
        _("Categories"),
        _("The tree that learners browse by"),
        "catalog:categories",
        LOOK,
        "folder-tree",
        words=("topics", "subjects", "tree", "groups"),
        position=10,
    ),
]

SEARCH = [
    SearchKind(_("Courses"), search.courses, LOOK, 30, "book-open"),
    SearchKind(_("Learning paths"), search.paths, LOOK, 40, "route"),
    SearchKind(_("Events"), search.events, LOOK, 60, "calendar"),
]

NAMES = [
    Names("item", told.items),
    Names("category", told.categories),
]

FACTS = told.FACTS + told_prices.FACTS

SCOPES = [
    Scope(
        "catalogue:read",
        _("See courses, events and learning paths"),
        ("catalog.view_catalogue",),
    ),
    Scope(
        "catalogue:write",
        _("Make and change courses, events and learning paths"),
        ("catalog.view_catalogue", "catalog.change_catalogue"),
    ),
    Scope(
        "prices:write",
        _("Change the prices of courses, events and learning paths"),
        ("catalog.view_catalogue", "catalog.change_prices"),
    ),
]

HAPPENINGS = happenings.HAPPENINGS
