"""What tokens bring to the control panel."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui.register import FINANCIAL, Option

from . import happenings
from .views.types import MANAGE

CONTROL_PANEL = [
    Option(
        FINANCIAL,
        _("Training Tokens"),
        _("Pre-paid units that training is paid with: their types"),
        "tokens:types",
        MANAGE,
        "coins",
        words=("units", "credits", "prepaid", "Gold", "vouchers"),
        position=20,
    ),
]

SCOPES = [
    Scope("tokens:read", _("See token types"), ("tokens.manage_token_types",)),
]

HAPPENINGS = happenings.HAPPENINGS
