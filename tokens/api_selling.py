"""How do programs put training tokens, and packs of them, on an opportunity?"""

from crm.api_interests import InterestFields, wanted_by
from crm.api_opportunities import OpportunityTold, told
from crm.models import Opportunity
from tms.programs.fields import Id
from tms.programs.looking import at_address, named
from tms.programs.resource import Resource, who

from . import selling, selling_packs
from .models import TokenPack, TokenType

sold = Resource(tags=["Opportunities"])


class TokenInterestFields(InterestFields):
    token_type: Id


@sold.writes(
    "/opportunities/{int:pk}/tokens",
    scope="opportunities:write",
    answer=OpportunityTold,
    status=201,
)
def add_token_interest(request, pk: int, asked: TokenInterestFields):
    """Add training tokens to an opportunity."""
    rows = Opportunity.objects.select_related("region__tax_level", "currency")
    found = at_address(rows, pk)
    types = TokenType.objects.select_related("unit")
    token_type = named(types, asked.token_type, "token_type")
    wanted = wanted_by(asked, found, title=token_type.unit.label, on=request.today)
    selling.add_interest(pk, wanted, token_type=token_type, **who(request))
    return told(pk)


class PackInterestFields(InterestFields):
    pack: Id


@sold.writes(
    "/opportunities/{int:pk}/token-packs",
    scope="opportunities:write",
    answer=OpportunityTold,
    status=201,
)
def add_pack_interest(request, pk: int, asked: PackInterestFields):
    """Add token packs to an opportunity; the quantity is the number of packs."""
    rows = Opportunity.objects.select_related("region__tax_level", "currency")
    found = at_address(rows, pk)
    packs = TokenPack.objects.select_related("token_type__unit")
    pack = named(packs, asked.pack, "pack")
    wanted = wanted_by(
        asked, found, **selling_packs.named(pack), priced_id=pack.priced_id, on=request.today
    )
    selling_packs.add_interest(pk, wanted, pack=pack, **who(request))
    return told(pk)
