"""Staff add training tokens to an opportunity, and change what they added."""

from django.shortcuts import get_object_or_404

from crm.forms_interest import InterestForm
from crm.views.interests import AddInterest, EditInterest, Thing

from .. import selling
from ..forms.owned import TypeChoice
from ..models import TokenInterest, TokenType


class TokenInterestForm(InterestForm):
    """Type, number, price of one token, tax level."""

    named = False
    priced = False
    token_type = TypeChoice()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        living = TypeChoice().queryset.filter(unit__archived_at=None)
        if kept := self.initial.get("token_type"):
            living |= TypeChoice().queryset.filter(pk=kept.pk)
        self.fields["token_type"].queryset = living


class Chosen:
    """What is asked of both."""

    form_class = TokenInterestForm
    particulars = ("token_type",)

    def find(self, answers):
        wanted = answers["token_type"]
        rows = TokenType.objects.select_related("unit")
        found = rows.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        return Thing(str(found.pk), found.unit.label) if found else None


class AddTokens(Chosen, AddInterest):
    def keep(self, wanted, *, token_type):
        selling.add_interest(self.opportunity.pk, wanted, token_type=token_type, **self.who)


class EditTokens(Chosen, EditInterest):
    def get_initial(self):
        kept = TokenInterest.objects.select_related("token_type__unit")
        token_type = get_object_or_404(kept, interest=self.interest).token_type
        return super().get_initial() | {"token_type": token_type}

    def keep(self, wanted, *, token_type):
        selling.edit_interest(
            self.interest.pk,
            wanted,
            token_type=token_type,
            version=self.interest.version,
            **self.who,
        )
