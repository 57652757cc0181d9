"""What does the message log bring to the shell and other pages?"""

from . import happenings_log, told_log

CONTROL_PANEL: list = []
FACTS = told_log.FACTS
NAMES = told_log.NAMES
HAPPENINGS = happenings_log.HAPPENINGS
PANELS: list = []
TABS: list = []
BULK: list = []
SCOPES: list = []
