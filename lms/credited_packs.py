"""What becomes of a pack of tokens that was bought online, when its invoice is credited?"""

from django.utils.translation import gettext as _

from crm.models import InvoiceLine
from tms.consequences import Consequence, Fact
from tms.days import number
from tokens import correcting
from tokens.models import TokenIssue

from .effects import group
from .packs import NOUN
from .payments import parts


def follow(fact: Fact) -> list[Consequence]:
    """Of the packs whose lines are credited, take back as many tokens as are credited, as far as
    they are unspent; what was spent stays, and is named. What was paid by card goes back to it.
    """
    if fact.kind != "invoice.credited":
        return []
    mine = [each for each in fact.data["sources"] if each["kind"] == NOUN]
    who = {
        "at": fact.at,
        "on": fact.on,
        "by": fact.by,
        "reason": fact.reason,
        "operation": fact.operation,
    }
    told = []
    for each in sorted(mine, key=lambda source: source["id"]):
        told += _take_back(each, fact.subjects[0], who)
    return told


def _take_back(source: dict, invoice_id: int, who: dict) -> list[Consequence]:
    issue = TokenIssue.objects.select_related("token_type__unit", "account").get(pk=source["id"])
    line = InvoiceLine.objects.get(
        source_kind=NOUN, source_id=issue.pk, invoice=invoice_id, credits=None
    )
    wanted = issue.issued if line.quantity == 1 else source["quantity"]
    left = issue.spendable_on(who["on"])
    back = min(wanted, left)
    told = []
    if back:
        correcting.take_back(issue.pk, back, purpose=("invoice", invoice_id), **who)
        sentence = _("%(what)s taken back from %(account)s, %(left)s remain")
        said = {
            "what": f"{number(back)} {issue.token_type}",
            "account": issue.account,
            "left": number(left - back),
        }
        told.append(Consequence("closes", sentence % said, back))
    if wanted > back:
        what = f"{number(wanted - back)} {issue.token_type}"
        told += group("stays", _("Tokens that were used or expired stay, though credited"), [what])
    return parts.of_issue(issue, line, whole=source["whole"], **who) + told
