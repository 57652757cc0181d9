"""What is a price counted in? A currency or a token type."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    CURRENCY = "currency", _("Currency")
    TOKEN = "token", _("Training Tokens")


class UnitQuerySet(models.QuerySet):
    def currencies(self):
        return self.filter(kind=UnitKind.CURRENCY)

    def tokens(self):
        return self.filter(kind=UnitKind.TOKEN)

    def in_use(self):
        """Those that a new price may be made in."""
        return self.filter(archived_at=None)


class Unit(models.Model):
    """A currency (code EUR, label "Euro") or a token type (code and label "Gold")."""

    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind.choices)
    code = models.CharField(_("code"), max_length=40)
    label = models.CharField(_("name"), max_length=80)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(Lower("code"), name="unit_code_regardless_of_case"),
            models.CheckConstraint(
                condition=models.Q(kind="currency", decimals__lte=4)
                | models.Q(kind="token", decimals=0),
                name="unit_tokens_are_whole",
            ),
        ]

    def __str__(self):
        return self.code if self.kind == UnitKind.CURRENCY else self.label
