"""What of passes may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = [
    *happenings(
        _("Training passes"),
        {
            "pass.issued": _("Pass issued"),
            "pass.assigned": _("Pass assigned"),
            "pass.reassigned": _("Pass reassigned"),
            "pass.unassigned": _("Pass taken back from its holder"),
            "pass.renewed": _("Pass renewed"),
            "pass.extended": _("Pass extended"),
            "pass.shortened": _("Pass shortened"),
            "pass.cancelled": _("Pass cancelled"),
            "pass.expired": _("Pass expired"),
        },
        10,
    ),
    *happenings(
        _("Pass types"),
        {
            "pass_type.created": _("Pass type created"),
            "pass_type.edited": _("Pass type edited"),
            "pass_type.published": _("Pass type published"),
            "pass_type.archived": _("Pass type archived"),
            "pass_type.restored": _("Pass type restored"),
            "pass_type.deleted": _("Pass type deleted"),
            "pass_type.training_added": _("Training added to a pass type"),
            "pass_type.training_changed": _("Training of a pass type changed"),
            "pass_type.training_removed": _("Training removed from a pass type"),
            "pass_option.created": _("Pass option created"),
            "pass_option.edited": _("Pass option edited"),
            "pass_option.published": _("Pass option published"),
            "pass_option.archived": _("Pass option archived"),
            "pass_option.deleted": _("Pass option deleted"),
        },
        60,
    ),
]
