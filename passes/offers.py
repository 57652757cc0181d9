"""What do passes offer to an opportunity, what does winning give, and what can be taken back?"""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import duplicating
from crm.models import ExternalId
from crm.offers import Delivery, Given, Unspent
from crm.selling import people_of
from tms.compiled import Question, Rows
from tms.consequences import Consequence
from tms.days import day_text
from tms.refusals import Refusal

from . import lifecycle, rules, selling
from .models import Pass, PassInterest, PassOption, Source, Status

LONGEST_ID = 80  # what a pass keeps of an external ID


class Passes:
    """`Training Passes`: as many passes of one option as the quantity, from the day of the win."""

    key = selling.OFFER
    label = gettext_lazy("Training Passes")
    icon = "id-card-lanyard"
    add_url = "passes:add_interest"
    edit_url = "passes:edit_interest"
    most = 1000
    each_paid = False

    def hold(self, interests) -> None:
        """New passes need no locks; `why_not` keeps what is on sale on sale."""

    def why_not(self, interest, opportunity, who) -> str:
        option = option_of(interest)
        try:
            rules.hold_on_sale(option)
            rules.owners(opportunity.account, people_of(interest, opportunity))
        except Refusal as no:
            return str(no)
        if too_long := [each for each in external_ids(opportunity) if len(each) > LONGEST_ID]:
            return _("The external ID %(id)s is too long for a pass: 80 characters at most.") % {
                "id": too_long[0]
            }
        return ""

    def deliver(self, interest, opportunity, who) -> Delivery:
        option = option_of(interest)
        made = lifecycle.issue_many(
            option=option,
            account=opportunity.account,
            contacts=people_of(interest, opportunity),
            external_ids=external_ids(opportunity),
            source=Source.OPPORTUNITY,
            opportunity=opportunity,
            **who.told,
        )
        lines = [each.contact.name for each in made if each.contact]
        if rest := len(made) - len(lines):
            lines.append(ngettext("%(n)s unassigned", "%(n)s unassigned", rest) % {"n": rest})
        sentence = ngettext(
            "%(n)s %(type)s, %(option)s, for %(account)s until %(day)s",
            "%(n)s × %(type)s, %(option)s, for %(account)s until %(day)s",
            len(made),
        )
        words = {
            "n": len(made),
            "type": option.pass_type.name,
            "option": option.name,
            "account": opportunity.account,
            "day": day_text(made[0].expires_on),
        }
        return Delivery(
            [Given("pass", each.pk) for each in made],
            [Consequence("gives", sentence % words, len(lines), tuple(lines))],
        )

    def note(self, interest) -> str:
        return ""

    def again(self, interest, into, who):
        option = option_of(interest)
        wanted = duplicating.terms(interest, into, who, priced=option.priced_id)
        wanted = dataclasses.replace(wanted, **selling.named(option))
        return selling.add_interest(into.pk, wanted, option=option, **who.when)

    def unspent(self, fulfilments, on) -> list[Unspent]:
        passes = Pass.objects.select_related("pass_type", "contact").in_bulk(
            [each.object_id for each in fulfilments]
        )
        found = []
        for each in fulfilments:
            given = passes[each.object_id]
            status = given.status_on(on)
            left = int(status in {Status.ACTIVE, Status.NOT_STARTED})
            why = "" if left else Status(status).label
            found.append(Unspent(each, said(given), left, str(why)))
        return found

    def take_back(self, fulfilments, who, reason) -> list[Consequence]:
        ids = [each.object_id for each, quantity in fulfilments if quantity]
        passes = Pass.objects.select_related("pass_type", "contact").filter(pk__in=ids)
        lines = tuple(said(each) for each in passes.order_by("pk"))
        change = lifecycle.cancel_many(ids, reason=reason, **who.told)
        sentence = ngettext(
            "%(n)s training pass is cancelled", "%(n)s training passes are cancelled", len(ids)
        )
        gone = Consequence("closes", sentence % {"n": len(ids)}, len(ids), lines)
        return [gone, *change.consequences]


OPTION = Rows(
    lambda interest_id: PassInterest.objects.filter(interest=interest_id).select_related(
        "option__pass_type"
    )
)
EXTERNAL_IDS = Question(
    lambda opportunity_id: (
        ExternalId.objects.filter(opportunity=opportunity_id).order_by("pk").values_list("value")
    )
)


def option_of(interest) -> PassOption:
    """The option of an interest, with its type. One statement."""
    kept = OPTION.one(interest_id=interest.pk)
    if kept is None:
        raise PassInterest.DoesNotExist
    return kept.option


def external_ids(opportunity) -> list[str]:
    """What other systems call the opportunity: its passes carry it."""
    return list(dict.fromkeys(value for (value,) in EXTERNAL_IDS(opportunity_id=opportunity.pk)))


def said(given: Pass) -> str:
    """How a list names a pass that was sold: its type and number, for whom, until when."""
    words = {
        "pass": rules.label(given),
        "name": given.contact.name if given.contact else _("Unassigned"),
        "day": day_text(given.expires_on),
    }
    return _("%(pass)s, %(name)s, until %(day)s") % words


PASSES = Passes()
