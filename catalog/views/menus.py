"""Which entries of a menu may this user press? In groups, as `catalog/_menu.html` draws them."""

from tms.ui.access import allowed
from tms.ui.lists import LINE, Action


def grouped(request, entries) -> list[list[Action]]:
    """The entries that the user's role includes, in groups that LINE parts; no empty group."""
    groups = [[]]
    for entry in entries:
        if entry is LINE:
            groups.append([])
        elif entry.permission is None or allowed(request.user, entry.permission):
            groups[-1].append(entry)
    return [group for group in groups if group]
