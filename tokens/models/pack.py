"""Which packs of tokens are sold online?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .type import PeriodUnit


class TokenPack(models.Model):
    """A number of tokens of one type that is sold as one thing, at the prices of `priced`.

    `period` is how long they can be spent from the day they are bought (None: as their type says).
    """

    token_type = models.ForeignKey(
        "tokens.TokenType",
        on_delete=models.PROTECT,
        related_name="packs",
        verbose_name=_("token type"),
    )
    name = models.CharField(_("Name"), max_length=80)
    units = models.PositiveIntegerField(_("Number of tokens"))
    period = models.PositiveIntegerField(_("Redemption Period"), null=True, blank=True)
    period_unit = models.CharField(
        max_length=6, choices=PeriodUnit.choices, default=PeriodUnit.MONTHS
    )
    position = models.PositiveIntegerField(_("Order"), default=0)
    priced = models.OneToOneField("catalog.Priced", on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(Lower("name"), name="token_pack_name_once"),
            models.CheckConstraint(
                condition=Q(units__gte=1, units__lte=1_000_000), name="token_pack_in_range"
            ),
            models.CheckConstraint(
                condition=Q(period=None) | Q(period__gte=1), name="token_pack_period_in_range"
            ),
        ]
        indexes = [models.Index(fields=["position", "id"], name="token_pack_order")]

    def __str__(self):
        return self.name
