"""Which kinds of tokens are there?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PeriodUnit(models.TextChoices):
    DAYS = "days", _("Days")
    MONTHS = "months", _("Months")


class TokenType(models.Model):
    """A kind of token ("Gold"): a unit of the catalogue, and what it has beyond that."""

    unit = models.OneToOneField("catalog.Unit", on_delete=models.PROTECT, related_name="token_type")
    description = models.TextField(_("Description"), blank=True)
    period = models.PositiveIntegerField(_("Redemption Period"), null=True, blank=True)
    period_unit = models.CharField(
        max_length=6, choices=PeriodUnit.choices, default=PeriodUnit.MONTHS
    )

    class Meta:
        default_permissions = ()
        permissions = [("manage_token_types", "Set up training tokens")]
        constraints = [
            models.CheckConstraint(
                condition=Q(period=None) | Q(period__gte=1), name="token_type_period_in_range"
            ),
        ]

    def __str__(self):
        return self.unit.label
