"""What do tokens offer to an opportunity, what does winning give, and what can be taken back?"""

import decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import duplicating
from crm.offers import Delivery, Given, Unspent
from tms.consequences import Consequence
from tms.days import day_text, number

from . import beats, correcting, issuing, selling
from .models import IssueSource, TokenInterest, TokenIssue, TokenType


class Tokens:
    """`Training Tokens`: one issue for the account, with the expiry that the type gives."""

    key = selling.OFFER
    label = gettext_lazy("Training Tokens")
    icon = "coins"
    add_url = "tokens:add_interest"
    edit_url = "tokens:edit_interest"
    most = beats.MOST
    each_paid = False

    def hold(self, interests) -> None:
        """The account's lock is all that tokens need."""

    def why_not(self, interest, opportunity, who) -> str:
        token_type = type_of(interest)
        return selling.why_archived(token_type) if token_type.unit.archived_at else ""

    def deliver(self, interest, opportunity, who) -> Delivery:
        money = interest.unit_id == opportunity.currency_id
        each = interest.net / interest.quantity if money else None
        wanted = issuing.Wanted(
            opportunity.account,
            type_of(interest),
            interest.quantity,
            unit_price=each and each.quantize(decimal.Decimal("0.0001")),
            currency=opportunity.currency if money else None,
        )
        (made,) = issuing.issue_many(
            [wanted],
            source=IssueSource.OPPORTUNITY,
            source_kind="opportunity",
            source_id=opportunity.pk,
            **who.told,
        )
        words = {
            "what": said(made.issued, made),
            "account": opportunity.account,
            "day": made.expires_on and day_text(made.expires_on),
        }
        sentence = (
            _("%(what)s for %(account)s, to spend until %(day)s")
            if made.expires_on
            else _("%(what)s for %(account)s, which never expire")
        )
        return Delivery(
            [Given("token_issue", made.pk, made.issued)],
            [Consequence("gives", sentence % words, made.issued)],
        )

    def note(self, interest) -> str:
        """The type's description, under the line that sells it."""
        return type_of(interest).description

    def again(self, interest, into, who):
        """At the price that was agreed: the catalogue has none for tokens."""
        wanted = duplicating.terms(interest, into, who, priced=None)
        return selling.add_interest(into.pk, wanted, token_type=type_of(interest), **who.when)

    def unspent(self, fulfilments, on) -> list[Unspent]:
        issues = TokenIssue.objects.select_related("token_type__unit").in_bulk(
            [each.object_id for each in fulfilments]
        )
        found = []
        for each in fulfilments:
            issue = issues[each.object_id]
            left = min(issue.spendable_on(on), each.quantity - each.reversed)
            gone = each.quantity - each.reversed - left
            why = ""
            if gone and issue.is_over(on):
                why = _("They expired on %(day)s.") % {"day": day_text(issue.expires_on)}
            elif gone:
                why = _("%(n)s of them are spent, or moved elsewhere.") % {"n": number(gone)}
            found.append(Unspent(each, said(each.quantity, issue), left, why))
        return found

    def take_back(self, fulfilments, who, reason) -> list[Consequence]:
        told = []
        for each, quantity in fulfilments:
            issue = correcting.take_back(
                each.object_id, quantity, reason=reason, purpose=self.purpose(each), **who.told
            )
            sentence = _("%(what)s taken back from %(account)s, %(left)s remain")
            words = {
                "what": said(quantity, issue),
                "account": issue.account,
                "left": number(issue.remaining),
            }
            told.append(Consequence("closes", sentence % words, quantity))
        return told

    def purpose(self, fulfilment) -> tuple[str, int]:
        return ("opportunity", fulfilment.interest.opportunity_id)


def type_of(interest) -> TokenType:
    """The token type of an interest. One statement."""
    kept = TokenInterest.objects.select_related("token_type__unit").get(interest=interest)
    return kept.token_type


def said(quantity: int, issue: TokenIssue) -> str:
    """50 Gold"""
    return f"{number(quantity)} {issue.token_type}"


TOKENS = Tokens()
