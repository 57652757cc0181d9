"""What stands around every page? The bar's entries, where we are, whose page it is.

Nothing is asked of the database: who is signed in came with rights, roles and contact.
"""

import dataclasses

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import cookies, register
from .access import allowed

THEMES = ("light", "dark")


@dataclasses.dataclass(frozen=True)
class Bar:
    """All that decides how the bar over a page looks, but for its reader's name.

    `menu`: (label, address, is it here?) of each entry.
    """

    name: str
    theme: str
    languages: tuple[tuple[str, str], ...]
    menu: tuple[tuple[str, str, bool], ...]
    is_known: bool
    is_staff: bool
    is_learner: bool = False
    roles: str = ""
    in_control_panel: bool = False
    logo: str = ""
    sign_up_open: bool = False


class Shell:
    """The surroundings of one request's page."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def menu(self):
        """The entries this user may open: (label, address, is it here?)."""
        entries = [
            (entry.label, entry.url)
            for entry in register.all_of().menu
            if allowed(self.request.user, entry.permission)
            and (entry.when is None or entry.when(self.request.user))
        ]
        return self.placed(entries)

    @cached_property
    def learner_menu(self):
        """The same for the learner site; My Learning is for who is signed in, the rest by role."""
        entries = [(_("Catalogue"), reverse("lms:catalogue"))]
        if self.request.user.is_authenticated:
            entries.append((_("My Learning"), reverse("lms:my_learning")))
        if getattr(self.request.user, "teaches", False):
            entries.append((_("My Teaching"), reverse("lms:my_teaching")))
        if getattr(self.request.user, "manages", False):
            entries.append((_("My Team"), reverse("lms:my_team")))
        return self.placed(entries)

    @property
    def staff_bar(self) -> Bar:
        match = self.request.resolver_match  # none, where no page is
        return Bar(
            **self._bar(self.menu),
            is_learner=self.is_learner,
            roles=self.roles,
            in_control_panel=bool(match) and match.url_name == "control_panel",
        )

    @property
    def learner_bar(self) -> Bar:
        open_ = self.request.organisation.sign_up_open
        return Bar(**self._bar(self.learner_menu), logo=self.logo, sign_up_open=open_)

    def _bar(self, menu) -> dict:
        user = self.request.user
        return {
            "name": self.name,
            "theme": self.theme,
            "languages": tuple(self.languages),
            "menu": tuple((str(label), url, here) for label, url, here in menu),
            "is_known": user.is_authenticated,
            "is_staff": getattr(user, "is_staff", False),
        }

    def placed(self, entries):
        """The entries, each with whether the page is under it: the one that says most of it."""
        path = self.request.path
        here = max((url for _label, url in entries if path.startswith(url)), key=len, default=None)
        return [(label, url, url == here) for label, url in entries]

    @cached_property
    def name(self):
        """What this installation is called."""
        organisation = getattr(self.request, "organisation", None)
        return organisation.name if organisation else "Lanyard"

    @property
    def logo(self):
        """The address of the organisation's logo, or empty."""
        file = self.request.organisation.logo
        return reverse("people:logo", args=[file.name.rpartition("/")[2]]) if file else ""

    @property
    def roles(self):
        """The user's roles in words."""
        return ", ".join(getattr(self.request.user, "role_names", ()))

    @property
    def is_learner(self):
        """Does the user belong to a contact, too?"""
        return getattr(self.request.user, "is_learner", False)

    @property
    def languages(self):
        """The other languages to read in: (code, name)."""
        here = get_language()
        return [(code, name) for code, name in settings.LANGUAGES if code != here]

    @property
    def theme(self):
        """ "light" or "dark" where the reader chose, else empty: the system's."""
        chosen = cookies.kept(self.request, "theme")
        return chosen if chosen in THEMES else ""


def shell(request):
    """Context processor."""
    return {"shell": Shell(request)}
