"""What of tokens may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = [
    *happenings(
        _("Training tokens"),
        {
            "token_type.created": _("Token type created"),
            "token_type.edited": _("Token type edited"),
            "token_type.archived": _("Token type archived"),
            "token_type.restored": _("Token type restored"),
            "token_type.deleted": _("Token type deleted"),
        },
        65,
    ),
]
