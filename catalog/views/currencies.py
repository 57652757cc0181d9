"""Control panel: the currencies that are used."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import currencies, tables
from catalog.filters import CurrencyFilter
from catalog.models import Unit
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import Action, Empty

from .asked import SETTINGS, Press, who
from .markets import Market


class Currencies(Market):
    title = gettext_lazy("Currencies")
    noun = "currency"
    table, filterset, sort = tables.CurrencyTable, CurrencyFilter, "code"
    values = ("archived_at",)
    changes = "currencies"
    empty = Empty(
        gettext_lazy("No currency yet"),
        gettext_lazy("Prices are in the currencies that are chosen here."),
    )

    def queryset(self):
        return tables.currencies()

    def actions(self):
        return [Action(_("Add Currency"), reverse("catalog:add_currency"), "plus")]


class CurrencyForm(Form):
    code = forms.ChoiceField(label=gettext_lazy("Currency"))

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        used = set(Unit.objects.currencies().in_use().values_list("code", flat=True))
        self.fields["code"].choices = [
            (code, label) for code, label in currencies.choices(on) if code not in used
        ]


class AddCurrency(Dialog):
    title = submit = gettext_lazy("Add Currency")
    permission_required = SETTINGS
    form_class = CurrencyForm
    changes = "currencies"
    done_url = "catalog:currencies"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"on": self.request.today}

    def perform(self, code):
        currencies.add(code, **who(self.request))


class PressCurrency(Press):
    rows = Unit.objects.currencies()
    permission_required = SETTINGS
    changes = "currencies"
    done_url = "catalog:currencies"


class ArchiveCurrency(PressCurrency):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy("It isn't offered for new prices. Prices in it stay.")
    danger = True

    def perform(self):
        currencies.archive(self.row, **self.who())


class RestoreCurrency(PressCurrency):
    title = submit = gettext_lazy("Restore")

    def perform(self):
        currencies.restore(self.row, **self.who())


class DeleteCurrency(PressCurrency):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    danger = True

    def perform(self):
        currencies.delete(self.row, **self.who())
