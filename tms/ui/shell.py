"""What stands around every page? The bar's entries, where we are, whose page it is.

Nothing is asked of the database before a template uses it; the menu costs what it takes to read
the user's permissions.
"""

from django.utils.functional import cached_property

from . import register
from .access import allowed

THEMES = ("light", "dark")


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
        ]
        path = self.request.path
        here = max((url for _, url in entries if path.startswith(url)), key=len, default=None)
        return [(label, url, url == here) for label, url in entries]

    @cached_property
    def name(self):
        """What this installation is called."""
        organisation = getattr(self.request, "organisation", None)
        return organisation.name if organisation else "Lanyard"

    @cached_property
    def is_learner(self):
        """Does the user belong to a contact? One query."""
        return getattr(self.request.user, "contact", None) is not None

    @cached_property
    def roles(self):
        """The user's roles in words. One query."""
        return ", ".join(self.request.user.groups.order_by("name").values_list("name", flat=True))

    @property
    def theme(self):
        """ "light" or "dark" where the reader chose, else empty: the system's."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""


def shell(request):
    """Context processor."""
    return {"shell": Shell(request)}
