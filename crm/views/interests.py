"""Add Interest and Edit Interest: what every offer's dialog has in common.

An app that sells something subclasses `AddInterest` and `EditInterest`, with a form of its own
(`crm.forms_interest.InterestForm`). Choices refill what hangs on them, and the sums follow at once.
"""

import dataclasses

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from catalog import pricing
from catalog.models import Price, UnitKind
from catalog.money import round_money
from tms.compiled import Rows
from tms.refusals import Refusal
from tms.ui.access import allowed
from tms.ui.dialogs import Dialog

from .. import interests, opportunities
from ..forms_interest import InterestForm, said_of
from ..interests import Wanted
from ..models import Interest, Opportunity

CHANGE = "crm.change_opportunities"


@dataclasses.dataclass(frozen=True)
class Thing:
    """What was chosen so far: the words it is sold under, and whose prices it has.

    `priced_id` is None for what the catalogue doesn't price; `instead` is whose prices count where
    it has none of its own (an event's course). `answers` refill the dialog's own fields.
    """

    key: str
    title: str
    detail: str = ""
    priced_id: int | None = None
    instead: int | None = None
    answers: dict = dataclasses.field(default_factory=dict)


class InterestDialog(Dialog):
    """A subclass says:

    form_class   an InterestForm       particulars   the names of its own fields
    find(answers) → Thing | None           what is chosen, by `{name: raw value}` of these fields
    keep(wanted, **answers)                calls its verb, with what its own fields say
    """

    submit = gettext_lazy("Add")
    permission_required = CHANGE
    form_class = InterestForm
    template_name = "crm/interest.html"
    changes = ("interests", "opportunity")
    particulars: tuple[str, ...] = ()
    opportunity: Opportunity
    interest: Interest | None = None

    def find(self, answers) -> Thing | None:
        raise NotImplementedError

    def keep(self, wanted: Wanted, **answers) -> None:
        raise NotImplementedError

    @property
    def subject(self):
        return f"{self.opportunity}, {self.opportunity.account}"

    @property
    def who(self) -> dict:
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}

    @cached_property
    def may_override(self) -> bool:
        return allowed(self.request.user, interests.OVERRIDE)

    # What is chosen so far

    @cached_property
    def thing(self) -> Thing | None:
        """By what was sent, or by how the dialog opens."""
        if self.request.method == "POST":
            return self.find({name: self.request.POST.get(name, "") for name in self.particulars})
        given = self.get_initial()
        return self.find({name: raw(given.get(name)) for name in self.particulars})

    @cached_property
    def prices(self) -> list[Price]:
        """The catalogue's prices for it, in the opportunity's currency and in tokens."""
        thing, found = self.thing, self.opportunity
        if thing is None or thing.priced_id is None:
            return []
        instead = {thing.priced_id: thing.instead} if thing.instead else None
        fitting = pricing.prices_for(
            [thing.priced_id], region=found.region, on=self.request.today, instead=instead
        )[thing.priced_id]
        return [
            each
            for each in fitting
            if each.unit_id == found.currency_id or each.unit.kind == UnitKind.TOKEN
        ]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "opportunity": self.opportunity,
            "prices": self.prices,
            "chosen": bool(self.thing and self.thing.priced_id),
            "may_override": self.may_override,
        }

    def get_initial(self):
        return {"quantity": 1, "tax_level": self.opportunity.region.tax_level}

    # The answer

    def perform(self, **answers):
        if self.thing is None:
            raise Refusal(self.missing)
        wanted = self.form.wanted(title=self.thing.title, detail=self.thing.detail)
        self.keep(wanted, **{name: answers.get(name) for name in self.particulars})

    missing = gettext_lazy("Choose what it is about.")

    def form_valid(self, form):
        self.form = form
        return super().form_valid(form)

    def get_success_url(self):
        return self.opportunity.get_absolute_url()

    # What follows a choice

    def frame(self, part):
        return "crm/_interest_part.html" if part else super().frame(part)

    def get_context_data(self, *, part=False, **kwargs):
        context = super().get_context_data(part=part, **kwargs)
        form = context["form"]
        key = self.thing.key if self.thing else ""
        context |= {"comes_to": form.comes_to() if form.is_bound else self.stands(), "key": key}
        if part and self.request.POST.get("chosen", "") != key:
            # Another thing than before: its prices, and what else hangs on it, come anew.
            context["anew"] = self.form_anew(form)
        return context

    def stands(self) -> dict | None:
        """The sums as the dialog opens."""
        return None

    def form_anew(self, form) -> InterestForm:
        """The form as if opened with these choices; what else was typed stays where it is."""
        given = self.get_initial() | (self.thing.answers if self.thing else {})
        if self.prices:
            given |= {"price": str(self.prices[0].unit_id)}
            given |= {"tax_level": self.prices[0].tax_level_id}
        return self.get_form_class()(
            **{**self.get_form_kwargs(), "data": None, "files": None, "initial": given}
        )


ABOUT = Rows(
    lambda pk: Opportunity.objects.filter(pk=pk).select_related(
        "account", "region__tax_level", "currency"
    )
)


class AddInterest(InterestDialog):
    """A new one; its address names the opportunity."""

    title = gettext_lazy("Add Interest")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.opportunity = ABOUT.or_404(pk=kwargs["opportunity_id"])

    def get(self, request, *args, **kwargs):
        if not self.opportunity.is_open:
            return self.closed()
        return super().get(request, *args, **kwargs)

    def closed(self):
        """What is won or lost gets no more interests: the dialog says so."""
        form = self.get_form()
        form.sentence = opportunities.closed(self.opportunity)
        return self.render_to_response(self.get_context_data(form=form, refused=form.sentence))


class EditInterest(InterestDialog):
    """One that is there; its address names it."""

    title = gettext_lazy("Edit Interest")
    submit = gettext_lazy("Save")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        found = Interest.objects.select_related(
            "opportunity__account",
            "opportunity__region__tax_level",
            "opportunity__currency",
            "unit",
            "tax_level",
        )
        self.interest = get_object_or_404(found, pk=kwargs["interest_id"])
        self.opportunity = self.interest.opportunity

    @property
    def versioned(self):
        return self.interest

    def get_initial(self):
        line = self.interest
        overridden = line.list_price is None or line.unit_price != line.list_price
        typed = overridden or not self.get_form_class().priced
        return {
            "quantity": line.quantity,
            "price": str(line.unit_id),
            "unit_price": round_money(line.unit_price, line.unit) if typed else None,
            "discount": line.discount or None,
            "tax_level": line.tax_level,
            "contacts": interests.people_of(line),
        }

    def stands(self):
        return said_of(self.interest, self.interest.unit)


def raw(value) -> str:
    """A value as a form sends it."""
    return "" if value is None else str(getattr(value, "pk", value))
