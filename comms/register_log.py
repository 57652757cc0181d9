"""What does the message log bring to the shell and other pages?"""

CONTROL_PANEL: list = []
FACTS: list = []
NAMES: list = []
HAPPENINGS: list = []
PANELS: list = []
TABS: list = []
BULK: list = []
SCOPES: list = []
