"""What people bring to the control panel."""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import SYSTEM, Option

from . import happenings

CONTROL_PANEL = [
    Option(
        SYSTEM,
        _("Organisation"),
        _("Name, logo, time zone, and how people may come in"),
        "people:organisation",
        "tms.change_settings",
        "building-2",
        words=("company", "logo", "time zone", "sign-up", "second factor", "2FA", "MFA"),
        position=10,
    ),
    Option(
        SYSTEM,
        _("Users and Roles"),
        _("Who signs in to the back office, and what each may do"),
        "people:users",
        "tms.manage_users",
        "users",
        words=("staff", "permissions", "rights", "invite", "colleagues", "team"),
        position=20,
    ),
    Option(
        SYSTEM,
        _("Audit trail"),
        _("Every change of every record: who, when, from where, before and after"),
        "people:audit_trail",
        "tms.audit_trail",
        "footprints",
        words=("log", "changes", "who changed", "history", "compliance"),
        position=50,
    ),
    Option(
        SYSTEM,
        _("Mail not sent"),
        _("What would have been sent, while no mail server is configured"),
        "people:mail",
        "tms.change_settings",
        "mail-x",
        words=("email", "outbox", "SMTP", "invitation", "password"),
        position=60,
    ),
]

HAPPENINGS = happenings.HAPPENINGS
