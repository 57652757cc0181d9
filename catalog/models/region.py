"""Where is something sold, in which currencies, at which tax?"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class TaxLevel(models.Model):
    """A name and a percentage: Standard 20 %."""

    name = models.CharField(_("name"), max_length=60)
    percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=3)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["percent", "name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="tax_level_name_regardless_of_case"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="tax_level_in_range"
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.percent.normalize():f} %"


class Region(models.Model):
    """A market: the currencies used in it, its default tax level, its countries."""

    name = models.CharField(_("name"), max_length=80)
    currencies = models.ManyToManyField("catalog.Unit", verbose_name=_("currencies"))
    tax_level = models.ForeignKey(
        TaxLevel, on_delete=models.PROTECT, verbose_name=_("default tax level")
    )
    countries = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("countries")
    )
    shows_tax = models.BooleanField(_("prices are shown with tax"), default=False)
    is_default = models.BooleanField(_("the installation's default"), default=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="region_name_regardless_of_case"),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="region_one_default",
            ),
        ]

    def __str__(self):
        return self.name
