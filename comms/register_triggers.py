"""What do triggers, and what is foretold of them, bring to the shell and other pages?"""

from . import happenings_triggers, told_triggers

CONTROL_PANEL: list = []
FACTS = told_triggers.FACTS
NAMES = told_triggers.NAMES
HAPPENINGS = happenings_triggers.HAPPENINGS
PANELS: list = []
TABS: list = []
BULK: list = []
SCOPES: list = []
