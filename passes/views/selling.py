"""Staff add training passes to an opportunity, and change what they added."""

from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy

from crm.forms_interest import InterestForm
from crm.views.interests import AddInterest, EditInterest, Thing
from tms.ui.combobox import ComboboxField

from .. import selling
from ..forms.owned import OptionChoice, types_matching
from ..models import OptionStatus, PassInterest, PassOption, PassType
from .owned_giving import one


class PassInterestForm(InterestForm):
    """Pass type, option, price, quantity, tax level, for whom."""

    pass_type = ComboboxField(
        PassType.objects.on_offer(),
        label=gettext_lazy("Pass Type"),
        url=reverse_lazy("passes:types_on_offer"),
        find=types_matching,
    )
    option = OptionChoice(
        label=gettext_lazy("Option"), empty_label=gettext_lazy("Choose a pass type first")
    )

    def __init__(self, *args, chosen_type=None, **kwargs):
        super().__init__(*args, **kwargs)
        if chosen_type:
            self.fields["option"].of_type(chosen_type.pk)


class Chosen:
    """What is asked of both: the type, then its option."""

    form_class = PassInterestForm
    particulars = ("pass_type", "option")
    kept: PassOption | None = None  # what was sold stays there to be chosen

    def find(self, answers):
        pass_type = one(PassType.objects.on_offer(), answers["pass_type"])
        self.chosen_type = pass_type or (self.kept and self.kept.pass_type)
        if self.chosen_type is None:
            return None
        rows = PassOption.objects.select_related("pass_type")
        option = one(rows.filter(pass_type=self.chosen_type), answers["option"])
        if option is None:
            on_sale = list(
                rows.filter(pass_type=self.chosen_type, status=OptionStatus.PUBLISHED)[:2]
            )
            option = on_sale[0] if len(on_sale) == 1 else None
        answers = {"pass_type": self.chosen_type, "option": option}
        if option is None:
            return Thing(f"{self.chosen_type.pk}", self.chosen_type.name, answers=answers)
        return Thing(
            f"{self.chosen_type.pk}-{option.pk}",
            **selling.named(option),
            priced_id=option.priced_id,
            answers=answers,
        )

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        return kwargs | {"chosen_type": self.chosen_type if self.thing else None}


class AddPasses(Chosen, AddInterest):
    def keep(self, wanted, *, pass_type, option):
        selling.add_interest(self.opportunity.pk, wanted, option=option, **self.who)


class EditPasses(Chosen, EditInterest):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = PassInterest.objects.select_related("option__pass_type")
        self.kept = get_object_or_404(rows, interest=self.interest).option

    def get_initial(self):
        return super().get_initial() | {"pass_type": self.kept.pass_type, "option": self.kept}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        types = PassType.objects.filter(pk=self.kept.pass_type_id) | PassType.objects.on_offer()
        form.fields["pass_type"].queryset = types
        if self.chosen_type == self.kept.pass_type:
            options = form.fields["option"]
            options.queryset = options.queryset | PassOption.objects.filter(pk=self.kept.pk)
        return form

    def keep(self, wanted, *, pass_type, option):
        selling.edit_interest(
            self.interest.pk, wanted, option=option, version=self.interest.version, **self.who
        )
