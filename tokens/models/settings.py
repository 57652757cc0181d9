"""May tokens be issued by hand, may balances be adjusted by hand?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tms.compiled import Rows


class TokenSettings(models.Model):
    """One row at most; without it both are allowed."""

    manual_issues = models.BooleanField(_("Allow Manual Raising of Issues"), default=True)
    adjustments = models.BooleanField(_("Allow Adjustments to Token Issues"), default=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="token_settings_once")]

    def __str__(self):
        return "token settings"

    @classmethod
    def current(cls) -> "TokenSettings":
        """As they are now. One query."""
        return CURRENT.one() or cls(pk=1)


CURRENT = Rows(lambda: TokenSettings.objects.filter(pk=1))
