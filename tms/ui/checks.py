"""Does every entry of the shell lead somewhere? Asked by `manage.py check`."""

from django.core import checks
from django.urls import NoReverseMatch, reverse
from lucide import IconDoesNotExist

from . import icons, register


@checks.register(checks.Tags.urls)
def entries_lead_somewhere(app_configs, **kwargs):
    """No entry of menu, control panel, reports, lists or tabs without its page; no unknown icon."""
    found = register.all_of()
    plain = (*found.menu, *found.control_panel, *found.reports, *found.bulk)
    named = [(entry, entry.url_name, []) for entry in plain]
    named += [(tab, tab.url_name, [1]) for tab in found.tabs]
    errors = []
    for entry, url_name, args in named:
        try:
            reverse(url_name, args=args)
        except NoReverseMatch:
            errors.append(checks.Error(f"{entry!r} leads nowhere.", id="tms.E001"))
    for entry in (
        *found.control_panel,
        *found.reports,
        *found.search,
        *found.bulk,
        *found.facts,
    ):
        try:
            icons.drawing(entry.icon or "x")
        except IconDoesNotExist:
            errors.append(checks.Error(f"{entry!r} has no such icon.", id="tms.E002"))
    return errors
