"""What passes bring to the shell and to other pages: those of types, and of passes held."""

from . import register_owned as owned
from . import register_types as types

CONTROL_PANEL = types.CONTROL_PANEL
MENU = owned.MENU
SEARCH = [*types.SEARCH, *owned.SEARCH_OWNED]
PANELS = [*types.PANELS, *owned.PANELS_OWNED]
TABS = owned.TABS
BULK = owned.BULK
FACTS = [*types.FACTS, *owned.FACTS]
NAMES = [*types.NAMES, *owned.NAMES]
