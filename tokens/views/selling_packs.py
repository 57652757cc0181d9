"""Staff add token packs to an opportunity, and change what they added."""

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from crm.forms_interest import InterestForm
from crm.views.interests import AddInterest, EditInterest, Thing

from .. import selling_packs
from ..models import TokenPack, TokenPackInterest


def on_sale():
    rows = TokenPack.objects.filter(archived_at=None, token_type__unit__archived_at=None)
    return rows.select_related("token_type__unit").order_by("position", "pk")


class PackField(forms.ModelChoiceField):
    def label_from_instance(self, pack):
        return ", ".join(selling_packs.named(pack).values())


class PackInterestForm(InterestForm):
    """Pack, price, quantity, tax level."""

    named = False
    pack = PackField(
        TokenPack.objects.none(),
        label=gettext_lazy("Token pack"),
        empty_label=gettext_lazy("Choose a token pack"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = on_sale()
        if kept := self.initial.get("pack"):
            rows |= TokenPack.objects.filter(pk=kept.pk).select_related("token_type__unit")
        self.fields["pack"].queryset = rows


class Chosen:
    """What is asked of both."""

    form_class = PackInterestForm
    particulars = ("pack",)
    kept: TokenPackInterest | None = None

    def find(self, answers):
        wanted = answers["pack"]
        rows = TokenPack.objects.select_related("token_type__unit")
        found = rows.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        if found is None:
            return None
        same = self.kept is not None and self.kept.pack_id == found.pk
        words = selling_packs.named(found, self.kept.units if same else None)
        return Thing(str(found.pk), **words, priced_id=found.priced_id, answers={"pack": found})


class AddPacks(Chosen, AddInterest):
    def keep(self, wanted, *, pack):
        selling_packs.add_interest(self.opportunity.pk, wanted, pack=pack, **self.who)


class EditPacks(Chosen, EditInterest):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = TokenPackInterest.objects.select_related("pack__token_type__unit")
        self.kept = get_object_or_404(rows, interest=self.interest)

    def get_initial(self):
        return super().get_initial() | {"pack": self.kept.pack}

    def keep(self, wanted, *, pack):
        selling_packs.edit_interest(
            self.interest.pk, wanted, pack=pack, version=self.interest.version, **self.who
        )
