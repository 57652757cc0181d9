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
            "token_pack.created": _("Token pack created"),
            "token_pack.edited": _("Token pack edited"),
            "token_pack.archived": _("Token pack archived"),
            "token_pack.restored": _("Token pack restored"),
            "token_settings.changed": _("Settings of training tokens changed"),
            "token_spending.changed": _("Who may spend an account's tokens changed"),
            "token_issue.issued": _("Tokens issued"),
            "token_issue.expiry_changed": _("Expiry of tokens changed"),
            "token_issue.adjusted": _("Tokens adjusted"),
            "token_issue.transferred": _("Tokens transferred"),
            "token_issue.expired": _("Tokens expired"),
            "tokens.redeemed": _("Tokens redeemed"),
            "tokens.refunded": _("Tokens given back"),
        },
        65,
    ),
]
