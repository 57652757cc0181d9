"""What does it cost? One kind of row for courses, events, paths and pass options."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _


class Priced(models.Model):
    """Something that has prices: an item, an event, a pass option points here, one to one.

    It lets prices live on this floor though what is priced may live above it.
    """

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"#{self.pk}"


class PriceQuerySet(models.QuerySet):
    def valid_on(self, day):
        """The prices that are valid on `day` (both ends included, open ends for ever)."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_to=None) | models.Q(valid_to__gte=day),
        )


class Price(models.Model):
    """An amount of a unit, in one region, net. Zero is free. Both days are included."""

    priced = models.ForeignKey(Priced, on_delete=models.CASCADE, related_name="prices")
    region = models.ForeignKey("catalog.Region", on_delete=models.PROTECT, verbose_name=_("region"))
    unit = models.ForeignKey("catalog.Unit", on_delete=models.PROTECT)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=4)
    tax_level = models.ForeignKey(
        "catalog.TaxLevel", on_delete=models.PROTECT, verbose_name=_("tax level")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_from__lte=F("valid_to")),
                name="price_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="price_one_a_day",
                expressions=[
                    ("priced", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "amount", "id"],
                include=["unit", "priced", "valid_from", "valid_to"],
                name="price_region_amount",
            ),
        ]

    def __str__(self):
        return f"{self.amount.normalize():f}"
