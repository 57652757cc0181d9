"""What of users and settings may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = [
    *happenings(
        _("Users and roles"),
        {
            "user.admitted": _("User admitted"),
            "user.signed_up": _("Account created by a visitor"),
            "user.invited": _("User invited"),
            "user.invitation_accepted": _("Invitation accepted"),
            "user.email_confirmed": _("Address confirmed"),
            "user.email_changed": _("Address of a user changed"),
            "user.changed": _("Name or language changed"),
            "user.roles_changed": _("Roles of a user changed"),
            "user.disabled": _("User disabled"),
            "user.enabled": _("User enabled"),
            "user.password_changed": _("Password changed"),
            "user.password_reset": _("Password set by mail"),
            "user.second_factor_added": _("Second factor added"),
            "user.second_factor_removed": _("Second factor removed"),
            "user.passkey_added": _("Passkey added"),
            "user.passkey_removed": _("Passkey removed"),
            "user.recovery_codes_made": _("Recovery codes made"),
            "role.created": _("Role created"),
            "role.changed": _("Role changed"),
            "role.removed": _("Role removed"),
        },
        90,
    ),
    *happenings(
        _("Organisation"),
        {
            "organisation.set_up": _("Installation set up"),
            "organisation.changed": _("Organisation changed"),
        },
        100,
    ),
]
