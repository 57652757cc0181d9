"""Control panel: tax levels."""

import decimal

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import tables, tax_levels
from catalog.filters import NameFilter
from catalog.models import TaxLevel
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import Action, Empty

from .asked import SETTINGS, Of, Press, who
from .markets import Market


class TaxLevels(Market):
    title = gettext_lazy("Tax Levels")
    noun = "tax_level"
    table, filterset, sort = tables.TaxLevelTable, NameFilter, "name"
    values = ("archived_at",)
    changes = "tax-levels"
    empty = Empty(
        gettext_lazy("No tax level yet"),
        gettext_lazy("A tax level is a name and a percentage, like Standard 20 %."),
    )

    def queryset(self):
        return tables.tax_levels()

    def actions(self):
        return [Action(_("Create Tax Level"), reverse("catalog:create_tax_level"), "plus")]


class TaxLevelForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    percent = forms.DecimalField(
        label=gettext_lazy("Percentage"),
        max_digits=6,
        decimal_places=3,
        min_value=decimal.Decimal(0),
        max_value=decimal.Decimal(100),
        widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
    )


class CreateTaxLevel(Dialog):
    title = gettext_lazy("Create Tax Level")
    submit = gettext_lazy("Create")
    permission_required = SETTINGS
    form_class = TaxLevelForm
    changes = "tax-levels"
    done_url = "catalog:tax_levels"

    def perform(self, **answers):
        tax_levels.create(**answers, **who(self.request))


class OfTaxLevel(Of):
    rows = TaxLevel.objects
    permission_required = SETTINGS
    changes = "tax-levels"
    done_url = "catalog:tax_levels"


class EditTaxLevel(OfTaxLevel):
    title = gettext_lazy("Edit")
    form_class = TaxLevelForm

    def get_initial(self):
        return {"name": self.row.name, "percent": f"{self.row.percent.normalize():f}"}

    def perform(self, **answers):
        tax_levels.edit(self.row, **answers, **self.who())


class PressTaxLevel(OfTaxLevel, Press):
    pass


class ArchiveTaxLevel(PressTaxLevel):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy("It isn't offered for new prices. Prices that have it keep it.")
    danger = True

    def perform(self):
        tax_levels.archive(self.row, **self.who())


class RestoreTaxLevel(PressTaxLevel):
    title = submit = gettext_lazy("Restore")

    def perform(self):
        tax_levels.restore(self.row, **self.who())


class DeleteTaxLevel(PressTaxLevel):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    danger = True

    def perform(self):
        tax_levels.delete(self.row, **self.who())
