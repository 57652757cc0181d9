"""What passes bring to the shell and to other pages: those of types, and of passes held."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope

from . import happenings
from . import register_owned as owned
from . import register_types as types

CONTROL_PANEL = types.CONTROL_PANEL
MENU = owned.MENU
REPORTS = owned.REPORTS
SEARCH = [*types.SEARCH, *owned.SEARCH_OWNED]
PANELS = [*types.PANELS, *owned.PANELS_OWNED]
TABS = owned.TABS
BULK = owned.BULK
FACTS = [*types.FACTS, *owned.FACTS]
NAMES = [*types.NAMES, *owned.NAMES]

SCOPES = [
    Scope("passes:read", _("See training passes and their types"), ("passes.view_passes",)),
    Scope("passes:issue", _("Give training passes"), ("passes.issue_pass",)),
    Scope("passes:write", _("Renew and extend training passes"), ("passes.change_pass",)),
    Scope("passes:assign", _("Assign and reassign training passes"), ("passes.reassign_pass",)),
    Scope("passes:cancel", _("Cancel training passes"), ("passes.cancel_pass",)),
    Scope(
        "pass-types:write",
        _("Change pass types, and put them on and off sale"),
        ("passes.manage_pass_types",),
    ),
]

HAPPENINGS = happenings.HAPPENINGS
