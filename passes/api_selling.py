"""How do programs put training passes on an opportunity?"""

from crm.api_interests import InterestFields, wanted_by
from crm.api_opportunities import OpportunityTold, told
from crm.models import Opportunity
from tms.programs.fields import Id
from tms.programs.looking import at_address, named
from tms.programs.resource import Resource, who

from . import selling
from .models import PassOption

sold = Resource(tags=["Opportunities"])


class PassInterestFields(InterestFields):
    option: Id


@sold.writes(
    "/opportunities/{int:pk}/passes",
    scope="opportunities:write",
    answer=OpportunityTold,
    status=201,
)
def add_pass_interest(request, pk: int, asked: PassInterestFields):
    """Add training passes to an opportunity."""
    rows = Opportunity.objects.select_related("region__tax_level", "currency")
    found = at_address(rows, pk)
    options = PassOption.objects.select_related("pass_type")
    option = named(options, asked.option, "option")
    wanted = wanted_by(
        asked, found, **selling.named(option), priced_id=option.priced_id, on=request.today
    )
    selling.add_interest(pk, wanted, option=option, **who(request))
    return told(pk)
