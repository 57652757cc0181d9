"""How does a program open an opportunity like another one?"""

from typing import Annotated

from pydantic import Field

from tms.programs.fields import Day, Id, Line, Text
from tms.programs.looking import at_address
from tms.programs.previews import Outcome, Previewed, outcome
from tms.programs.resource import Resource, who

from . import duplicating as verbs
from .api_opportunities import OpportunityTold, Percent, rows_of, told
from .models import Opportunity

copying = Resource(tags=["Opportunities"])
# What a duplicate has of the other one where nothing else is asked.
LIKE = ("name", "account", "contact", "owner", "region", "currency", "source", "notes")


class OpportunityCopy(Previewed):
    """What is different from the one it is like. What is left out is as there; its day of closing,
    probability, stage and external IDs aren't copied.
    """

    name: Line = ""
    account: Id | None = None
    contact: Annotated[
        Id | None, Field(description="Left out: that of the other one, if not archived.")
    ] = None
    owner: Annotated[
        Id | None, Field(description="Left out: that of the other one, if active.")
    ] = None
    region: Id | None = None
    currency: Annotated[str, Field(min_length=3, max_length=3)] | None = None
    closes_on: Day | None = None
    probability: Percent | None = None
    source: Annotated[Line, Field(max_length=80)] = ""
    notes: Text = ""


class OpportunityDuplicated(Outcome):
    """The duplicate, with what became of each interest; null in a preview."""

    made: OpportunityTold | None


@copying.writes(
    "/opportunities/{int:pk}/duplication",
    scope="opportunities:write",
    answer=OpportunityDuplicated,
    status=201,
)
def duplicate_opportunity(request, pk: int, asked: OpportunityCopy):
    """Open another opportunity with the interests of this one that can still be sold.

    Each is priced anew; an agreed price stays where the currency does and the key's owner may set
    one. What can't be sold is named among the consequences.
    """
    rows = Opportunity.objects.select_related("account", "contact", "owner", "region", "currency")
    found = at_address(rows, pk)
    said = asked.model_dump(exclude_unset=True, exclude={"preview", "digest"})
    made = verbs.duplicate(pk, **like(found, rows_of(said)), **who(request))
    return OpportunityDuplicated(
        made=None if asked.preview else told(made.opportunity.pk),
        **outcome(asked, list(made.consequences)),
    )


def like(found: Opportunity, said: dict) -> dict:
    """The values of the duplicate: those said, and for the rest those of the other one.

    Another account brings its own contact, region and currency.
    """
    values = {name: getattr(found, name) for name in LIKE}
    if found.contact and found.contact.archived_at:
        values["contact"] = None
    if found.owner and not found.owner.is_active:
        values["owner"] = None
    if said.get("account") not in (None, found.account):
        values |= dict.fromkeys(("contact", "region", "currency"))
    always = {"name", "account"}
    return values | {name: each for name, each in said.items() if each or name not in always}
