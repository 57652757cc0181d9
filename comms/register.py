"""What communications bring to the shell and to other pages."""

from . import register_letters, register_log, register_sending, register_triggers

PARTS = (register_triggers, register_letters, register_log, register_sending)


def all_of(name: str) -> list:
    return [entry for part in PARTS for entry in getattr(part, name)]


CONTROL_PANEL = all_of("CONTROL_PANEL")
FACTS = all_of("FACTS")
NAMES = all_of("NAMES")
HAPPENINGS = all_of("HAPPENINGS")
PANELS = all_of("PANELS")
TABS = all_of("TABS")
BULK = all_of("BULK")
SCOPES = all_of("SCOPES")
