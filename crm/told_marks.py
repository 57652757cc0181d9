"""How is it told who was chosen to teach a session, or to look after an account?"""

from django.utils.translation import gettext as _

from tms.ui.register import Fact
from tms.ui.timeline import Told


def _changes(row, names, key, label):
    before, after = (set(kept.get(key, ())) for kept in (row.before, row.after))
    gone = [(label, names("contact", pk), "") for pk in sorted(before - after)]
    return gone + [(label, "", names("contact", pk)) for pk in sorted(after - before)]


def instructors_chosen(row, names):
    changes = _changes(row, names, "instructors", _("Instructor"))
    return Told(_("Instructors of a session chosen"), changes=changes)


def managers_chosen(row, names):
    changes = _changes(row, names, "managers", _("Account manager"))
    return Told(_("Account managers chosen"), changes=changes)


FACTS = [
    Fact("event.instructors_chosen", "user-check", instructors_chosen),
    Fact("account.managers_chosen", "users", managers_chosen),
]
