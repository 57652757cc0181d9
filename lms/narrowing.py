"""What does a visitor ask of the catalogue, and what is there to choose from? Its filters, drawn.

The address of the page is the whole state. The lists may be long (every place, every pass), so
they are written from plain values; whatever comes from people or from the address is escaped.
"""

import html

from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tms.days import day_text
from tms.ui.icons import icon

from . import catalogue
from .catalogue import Facets, Question
from .regions import Shown

LONGEST = 200  # characters of a search
LAST_PAGE = 100_000
VIEWS = ("grid", "list")

Options = list[tuple[str, str]]


class Narrowing:
    """The filters as the address has them. What isn't a choice is nothing, as addresses grow old.

    `data` is the query of the address.
    """

    def __init__(self, data, facets: Facets, shown: Shown):
        self.data, self.facets, self.shown = data, facets, shown

    @cached_property
    def question(self) -> Question:
        return Question(
            q=self.q,
            category=self.chosen("category"),
            type=self.chosen("type"),
            when=self.chosen("when"),
            place=self.chosen("place"),
            price=self.chosen("price"),
            pass_type=self.pass_ids.get(self.training_pass),
            sort=self.chosen("sort") or "best",
            page=self.page,
        )

    @cached_property
    def address(self) -> dict[str, str]:
        """What the address of the page says, without what is the same as nothing said."""
        said = {"q": self.q, "training_pass": self.training_pass}
        said |= {name: self.chosen(name) for name in self.choices}
        view = self.data.get("view", "")
        said |= {
            "sort": "" if said["sort"] == "best" else said["sort"],
            "view": "list" if view == "list" else "",
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in said.items() if value}

    # What was asked

    @property
    def q(self) -> str:
        """The words searched for; too many of them, or a broken one, are none."""
        said = self.data.get("q", "").strip()
        return "" if len(said) > LONGEST or "\x00" in said else said

    @property
    def page(self) -> int:
        said = self.data.get("page", "").strip()
        number = int(said) if said.isascii() and said.isdecimal() and len(said) < 7 else 1
        return number if 1 <= number <= LAST_PAGE else 1

    @property
    def training_pass(self) -> str:
        said = self.data.get("training_pass", "")
        return said if said in self.pass_ids else ""

    def chosen(self, name: str) -> str:
        said = self.data.get(name, "")
        return said if any(said == value for value, _label in self.choices[name]) else ""

    # What there is to choose from

    @cached_property
    def pass_ids(self) -> dict[str, int]:
        return {slug: pk for slug, _name, pk, _until in self.facets.passes}

    @cached_property
    def choices(self) -> dict[str, Options]:
        """By the name of each list: its choices."""
        return {
            "category": [("", _("Every category")), *self.facets.categories],
            "type": [("", _("Every type")), *worded(catalogue.TYPES)],
            "when": [("", _("Any time")), *worded(catalogue.WHEN)],
            "place": [("", _("Every place")), *((each, each) for each in self.facets.places)],
            "price": [("", _("Any price")), *prices(self.shown)] if self.shown.region else [],
            "sort": worded(catalogue.SORTS),
        }

    # Drawn

    def drawn(self) -> SafeString:
        """The search field and the lists, but for that of passes."""
        labels = {
            "category": _("Category"),
            "type": _("Type"),
            "when": _("When"),
            "place": _("Place"),
            "price": _("Price"),
            "sort": _("Sort by"),
        }
        lists = (
            f'<div class="field"><label for="id_{name}">{label}</label>'
            f'<select name="{name}" id="id_{name}">'
            f"{options(self.choices[name], self.data.get(name, ''))}</select></div>"
            for name, label in labels.items()
            # A question with a single answer is none.
            if len(self.choices[name]) > 1
        )
        said = html.escape(self.data.get("q", ""))
        value = f' value="{said}"' if said else ""
        search = (
            f'<div class="field field--search"><label for="id_q">{_("Search")}</label>'
            f'<div class="search">{icon("search")}<input type="search" name="q"{value} '
            f'placeholder="{html.escape(_("Title, topic, skill"))}" maxlength="{LONGEST}" '
            'id="id_q"></div></div>'
        )
        return mark_safe("".join((search, *lists)))  # noqa: S308 - escaped where it is written

    def drawn_passes(self) -> SafeString:
        """`Training Pass`: those held first, with their last day; nothing without any.

        It stands at the top right of the page, outside of the form that it belongs to.
        """
        if not self.facets.passes:
            return SafeString("")
        held = [
            (slug, _("%(name)s, yours until %(day)s") % {"name": name, "day": day_text(until)})
            for slug, name, _pk, until in self.facets.passes
            if until
        ]
        offered = [(slug, name) for slug, name, _pk, until in self.facets.passes if not until]
        said = self.data.get("training_pass", "")
        groups = "".join(
            f'<optgroup label="{html.escape(label)}">{options(group, said)}</optgroup>'
            for label, group in ((_("Yours"), held), (_("On offer"), offered))
            if group
        )
        drawn = (
            f'<div class="pick"><label for="id_training_pass">{icon("id-card-lanyard")}'
            f'{_("Training Pass")}</label><select name="training_pass" form="catalogue-filters" '
            f'id="id_training_pass">{options([("", _("Any, or none"))], said)}{groups}</select>'
            "</div>"
        )
        return mark_safe(drawn)  # noqa: S308 - escaped where it is written


def options(choices: Options, said: str) -> str:
    escape = html.escape
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == said else ""}>{escape(label)}'
        "</option>"
        for value, label in choices
    )


def worded(choices) -> Options:
    """Choices with their labels in the reader's language."""
    return [(value, str(label)) for value, label in choices]


def prices(shown: Shown) -> Options:
    """Free, up to some amounts in the region's currency, or in tokens."""
    amounts = [
        (str(amount), _("Up to %(amount)d %(currency)s") % {"amount": amount, "currency": code})
        for amount in catalogue.AMOUNTS
        if (code := shown.currency)
    ]
    free, tokens = worded(catalogue.PRICES)
    return [free, *amounts, tokens]
