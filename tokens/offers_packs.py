"""What do token packs offer to an opportunity, what does winning give, and what can be taken back?

Each pack is one issue, and comes back by itself: with as many of its tokens as are unspent.
"""

import dataclasses
import decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import duplicating
from crm.offers import Delivery, Given, Unspent
from tms.consequences import Consequence
from tms.days import day_text, number

from . import correcting, issuing, packs, selling_packs
from .models import IssueSource, TokenIssue, TokenPack, TokenPackInterest


class Packs:
    """`Token packs`: an issue for each, with the expiry that the pack, or its type, gives."""

    key = selling_packs.OFFER
    label = gettext_lazy("Token packs")
    icon = "coins"
    add_url = "tokens:add_pack_interest"
    edit_url = "tokens:edit_pack_interest"
    most = 200
    each_paid = False

    def hold(self, interests) -> None:
        """The packs stay on sale until it is over, or aren't by now."""
        kept = TokenPackInterest.objects.filter(interest__in=interests).order_by()
        rows = TokenPack.objects.filter(pk__in=kept.values("pack")).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))

    def why_not(self, interest, opportunity, who) -> str:
        return selling_packs.why_not(kept_of(interest).pack)

    def deliver(self, interest, opportunity, who) -> Delivery:
        kept = kept_of(interest)
        money = interest.unit_id == opportunity.currency_id
        each = interest.net / interest.quantity / kept.units if money else None
        wanted = issuing.Wanted(
            opportunity.account,
            kept.pack.token_type,
            kept.units,
            expires_on=packs.expiry_of(kept.pack, who.on),
            unit_price=each and each.quantize(decimal.Decimal("0.0001")),
            currency=opportunity.currency if money else None,
        )
        made = issuing.issue_many(
            [wanted] * interest.quantity,
            source=IssueSource.OPPORTUNITY,
            source_kind="opportunity",
            source_id=opportunity.pk,
            **who.told,
        )
        words = {
            "what": f"{number(interest.quantity * kept.units)} {kept.pack.token_type}",
            "account": opportunity.account,
            "day": made[0].expires_on and day_text(made[0].expires_on),
        }
        sentence = (
            _("%(what)s for %(account)s, to spend until %(day)s")
            if made[0].expires_on
            else _("%(what)s for %(account)s, which never expire")
        )
        lines = (f"{number(interest.quantity)} × {interest.title}, {interest.detail}",)
        return Delivery(
            [Given("token_issue", issue.pk) for issue in made],
            [Consequence("gives", sentence % words, len(lines), lines)],
        )

    def note(self, interest) -> str:
        """The type's description, under the line that sells it."""
        return kept_of(interest).pack.token_type.description

    def again(self, interest, into, who):
        pack = kept_of(interest).pack
        wanted = duplicating.terms(interest, into, who, priced=pack.priced_id)
        wanted = dataclasses.replace(wanted, **selling_packs.named(pack))
        return selling_packs.add_interest(into.pk, wanted, pack=pack, **who.when)

    def unspent(self, fulfilments, on) -> list[Unspent]:
        rows = TokenIssue.objects.select_related("token_type__unit")
        issues = rows.in_bulk([each.object_id for each in fulfilments])
        found = []
        for each in fulfilments:
            issue = issues[each.object_id]
            left, why = issue.spendable_on(on), ""
            if issue.is_over(on):
                why = _("They expired on %(day)s.") % {"day": day_text(issue.expires_on)}
            elif left < issue.issued:
                gone = number(issue.issued - left)
                why = _("%(n)s of them are spent, or moved elsewhere.") % {"n": gone}
            words = f"{number(issue.issued)} {issue.token_type}, #{issue.pk}"
            found.append(Unspent(each, words, int(left > 0 and not each.reversed), why))
        return found

    def take_back(self, fulfilments, who, reason) -> list[Consequence]:
        """All that is unspent of each; what was spent of them stays, and is named."""
        told = []
        for each, quantity in fulfilments:
            if not quantity:
                continue
            issue = TokenIssue.objects.select_related("token_type__unit", "account").get(
                pk=each.object_id
            )
            left = issue.spendable_on(who.on)
            purpose = ("opportunity", each.interest.opportunity_id)
            correcting.take_back(issue.pk, left, reason=reason, purpose=purpose, **who.told)
            words = {"account": issue.account, "left": number(issue.remaining - left)}
            words["what"] = f"{number(left)} {issue.token_type}"
            sentence = _("%(what)s taken back from %(account)s, %(left)s remain")
            told.append(Consequence("closes", sentence % words, left))
            if spent := issue.issued - left:
                what = f"{number(spent)} {issue.token_type}, #{issue.pk}"
                sentence = _("Tokens that were used or expired stay, though credited")
                told.append(Consequence("stays", sentence, 1, (what,)))
        return told


def kept_of(interest) -> TokenPackInterest:
    """The pack of an interest, with its type. One statement."""
    rows = TokenPackInterest.objects.select_related("pack__token_type__unit")
    return rows.get(interest=interest)


PACKS = Packs()
