"""Control panel: regions."""

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import regions, tables
from catalog.filters import NameFilter
from catalog.models import Region, TaxLevel, Unit
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import Action, Empty

from .asked import SETTINGS, Of, Press, who
from .markets import Market


class Regions(Market):
    title = gettext_lazy("Regions")
    noun = "region"
    table, filterset, sort = tables.RegionTable, NameFilter, "name"
    values = ("archived_at", "is_default")
    changes = "regions"
    empty = Empty(
        gettext_lazy("No region yet"),
        gettext_lazy("A region is a market: its currencies, its tax, its countries."),
    )

    def queryset(self):
        return tables.regions()

    def actions(self):
        return [Action(_("Create Region"), reverse("catalog:create_region"), "plus")]


class RegionForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    currencies = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("Currencies"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Others are added in the control panel, under Currencies."),
    )
    tax_level = forms.ModelChoiceField(
        TaxLevel.objects.none(),
        label=gettext_lazy("Default tax level"),
        empty_label=None,
        help_text=gettext_lazy("New prices have it unless another is chosen."),
    )
    shows_tax = forms.BooleanField(
        label=gettext_lazy("Prices are shown with tax"),
        required=False,
        help_text=gettext_lazy("Off: net. They are kept net either way."),
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"),
        required=False,
        widget=forms.SelectMultiple({"size": 8}),
    )

    def __init__(self, *args, region=None, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = region.currencies.values("pk") if region else []
        self.fields["currencies"].queryset = (
            Unit.objects.currencies()
            .filter(Q(archived_at=None) | Q(pk__in=chosen))
            .order_by("code")
        )
        self.fields["tax_level"].queryset = TaxLevel.objects.filter(
            Q(archived_at=None) | Q(pk=region and region.tax_level_id)
        )
        self.fields["countries"].choices = regions.country_choices()


class CreateRegion(Dialog):
    title = gettext_lazy("Create Region")
    submit = gettext_lazy("Create")
    permission_required = SETTINGS
    form_class = RegionForm
    changes = "regions"
    done_url = "catalog:regions"

    def perform(self, **answers):
        regions.create(**answers, **who(self.request))


class OfRegion(Of):
    rows = Region.objects
    permission_required = SETTINGS
    changes = "regions"
    done_url = "catalog:regions"


class EditRegion(OfRegion):
    title = gettext_lazy("Edit")
    form_class = RegionForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"region": self.row}

    def get_initial(self):
        row = self.row
        return {
            "name": row.name,
            "currencies": list(row.currencies.values_list("pk", flat=True)),
            "tax_level": row.tax_level_id,
            "shows_tax": row.shows_tax,
            "countries": row.countries,
        }

    def perform(self, **answers):
        regions.edit(self.row, **answers, **self.who())


class PressRegion(OfRegion, Press):
    pass


class DefaultRegion(PressRegion):
    title = submit = gettext_lazy("Make it the default")
    sentence = gettext_lazy("Visitors who haven't chosen a region see its prices.")

    def perform(self):
        regions.make_default(self.row, **self.who())


class ArchiveRegion(PressRegion):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy("It isn't offered for new prices and accounts. What has it keeps it.")
    danger = True

    def perform(self):
        regions.archive(self.row, **self.who())


class RestoreRegion(PressRegion):
    title = submit = gettext_lazy("Restore")

    def perform(self):
        regions.restore(self.row, **self.who())


class DeleteRegion(PressRegion):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    danger = True

    def perform(self):
        regions.delete(self.row, **self.who())
