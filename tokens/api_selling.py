"""How do programs put training tokens on an opportunity?"""

from crm.api_interests import InterestFields, wanted_by
from crm.api_opportunities import OpportunityTold, told
from crm.models import Opportunity
from tms.programs.fields import Id
from tms.programs.looking import at_address, named
from tms.programs.resource import Resource, who

from . import selling
from .models import TokenType

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
