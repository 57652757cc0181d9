"""What is asked about an interest, whatever is sold? How many, at which price, for whom?"""

from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Price, TaxLevel, UnitKind
from catalog.money import written
from tms.compiled import Rows
from tms.refusals import Refusal
from tms.ui.forms import Form

from . import totals
from .choosing import contacts_field
from .interests import Wanted
from .models import Contact, Opportunity

# The levels in use, and the one that an interest has.
LEVELS = Rows(lambda kept: TaxLevel.objects.filter(Q(archived_at=None) | Q(pk=kept)))


class InterestForm(Form):
    """Base of every form that adds or changes an interest; a subclass asks what it is about first.

    `prices` are those of the catalogue that fit what is `chosen` so far; `named`: can it be for
    people by name?
    """

    named = True
    priced = True

    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1)
    price = forms.ChoiceField(label=gettext_lazy("Price"))
    unit_price = forms.DecimalField(
        label=gettext_lazy("Another price for one"),
        required=False,
        min_value=0,
        max_digits=13,
        decimal_places=4,
        help_text=gettext_lazy("Net. Empty: the price above."),
    )
    discount = forms.DecimalField(
        label=gettext_lazy("Discount in per cent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    tax_level = forms.ModelChoiceField(
        TaxLevel.objects.none(), label=gettext_lazy("Tax level"), empty_label=None
    )
    contacts = contacts_field(
        label=gettext_lazy("For"),
        required=False,
        help_text=gettext_lazy("By name. The rest of the quantity is for nobody yet."),
    )

    def __init__(
        self, *args, opportunity: Opportunity, prices: list[Price], chosen, may_override, **more
    ):
        super().__init__(*args, **more)
        self.opportunity, self.prices, self.chosen = opportunity, prices, chosen
        self.may_override = may_override
        kept = self.initial.get("tax_level")
        kept = getattr(kept, "pk", kept) or 0
        levels = self.fields["tax_level"]
        levels.queryset = TaxLevel.objects.filter(Q(archived_at=None) | Q(pk=kept))
        # Asked once, by a statement that is kept.
        levels.widget.choices = [(each.pk, str(each)) for each in LEVELS(kept=kept)]
        self.fields["price"].choices = [
            *((str(each.unit_id), written(each.amount, each.unit)) for each in prices),
            *self.without_one(),
        ]
        if not self.priced:
            self.fields["unit_price"].label = _("Price of one")
            self.fields["unit_price"].help_text = _("Net, in %(currency)s.") % {
                "currency": opportunity.currency
            }
            self.fields["unit_price"].required = True
            self.fields.pop("price")
        elif not may_override:
            self.fields.pop("unit_price")
        if self.named:
            people = self.fields["contacts"]
            people.queryset = Contact.objects.living().of_account(opportunity.account_id)
            people.widget.url = f"{people.widget.url}?account={opportunity.account_id}"
        else:
            self.fields.pop("contacts")

    def without_one(self):
        """What stands there before anything is chosen; and the opportunity's currency where the
        catalogue has no price in it, and it may be set.
        """
        currency = self.opportunity.currency
        if not self.chosen:
            yield "", _("Choose what it is about first")
        elif self.may_override and currency.pk not in {each.unit_id for each in self.prices}:
            yield str(currency.pk), _("No price in %(currency)s: set one") % {"currency": currency}

    @property
    def about(self) -> list:
        """The subclass's own fields, bound; all but the first may hang on the first."""
        ours = InterestForm.base_fields
        return [self[name] for name in self.fields if name not in ours]

    @property
    def terms(self) -> list:
        """Quantity, discount, tax and people, bound."""
        names = ("quantity", "discount", "tax_level", "contacts")
        return [self[name] for name in names if name in self.fields]

    def clean_discount(self):
        return self.cleaned_data["discount"] or Decimal(0)

    def clean(self):
        answers = super().clean()
        if "price" not in self.fields:
            answers["unit"], answers["list_price"] = self.opportunity.currency, None
            return answers
        chosen = answers.get("price")
        found = next((each for each in self.prices if str(each.unit_id) == chosen), None)
        typed = answers.get("unit_price")
        if chosen and found is None and typed is None and "unit_price" not in self.errors:
            self.add_error("unit_price", _("Type the price: the catalogue has none."))
        answers["unit"] = found.unit if found else self.opportunity.currency
        answers["list_price"] = found.amount if found else None
        if typed is None and found:
            answers["unit_price"] = found.amount
        return answers

    def wanted(self, *, title: str, detail: str = "") -> Wanted:
        """The answers as the verbs take them."""
        said = self.cleaned_data
        return Wanted(
            title=title,
            detail=detail,
            quantity=said["quantity"],
            unit=said["unit"],
            unit_price=said["unit_price"],
            list_price=said["list_price"],
            priced=self.priced,
            discount=said["discount"],
            tax_level=said["tax_level"],
            contacts=said.get("contacts") or (),
        )

    def comes_to(self) -> dict | None:
        """Net, tax and total in words, or `wrong`; None before there is enough to tell."""
        if not self.is_bound:
            return None
        self.is_valid()
        said = self.cleaned_data
        needed = ("quantity", "unit", "unit_price", "tax_level")
        if any(said.get(name) is None for name in needed):
            return None
        unit = said["unit"]
        try:
            line = totals.line(
                quantity=said["quantity"],
                unit=unit,
                unit_price=totals.possible_price(said["unit_price"], unit),
                discount=said.get("discount") or Decimal(0),
                tax_percent=said["tax_level"].percent,
            )
        except Refusal as no:
            return {"wrong": str(no)}
        return said_of(line, unit)


def said_of(line, unit) -> dict:
    """What has `net`, `tax` and `gross`, in words; tokens have no tax."""
    taxed = unit.kind == UnitKind.CURRENCY
    return {
        "net": written(line.net, unit),
        "tax": written(line.tax, unit) if taxed else "",
        "gross": written(line.gross, unit),
    }
