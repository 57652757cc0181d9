"""What happens when a deal is won? All of it is delivered, paid for and billed, or nothing is.

One transaction. Locks: what follows it asks for first, the opportunity, its account, contacts by
id, then what the offers need in the order of the settings, the account's tokens, and the number
series last.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog.models import UnitKind
from catalog.money import written
from tms import consequences
from tms.compiled import Rows, Statement
from tms.consequences import Consequence, Fact
from tms.days import day_text
from tms.refusals import Refusal

from . import accounts, changes, interests, invoices, offers, opportunities, stages, totals
from .models import (
    Contact,
    Fulfilment,
    Interest,
    Invoice,
    Opportunity,
    Stage,
    StageKind,
)
from .offers import Delivery, Who


@dataclasses.dataclass(frozen=True)
class Won:
    """What a win did: `consequences` names it all; `invoice` is None where nothing was billed."""

    opportunity: Opportunity
    consequences: Sequence[Consequence] = ()
    invoice: Invoice | None = None


LINES = Rows(
    lambda opportunity_id: (
        Interest.objects.filter(opportunity=opportunity_id)
        .select_related("unit", "tax_level")
        .order_by("position", "pk")
    )
)
# Those that a win is for by name, and whose the opportunity is, locked by id. Their ids first: an
# OR would read everybody.
PEOPLE = Statement("""
SELECT c.id FROM crm_contact c
WHERE c.id = ANY (array(
    SELECT n.contact_id
    FROM crm_interest i JOIN crm_interestcontact n ON n.interest_id = i.id
    WHERE i.opportunity_id = %(opportunity)s
) || %(contact)s::bigint)
ORDER BY c.id FOR NO KEY UPDATE
""")


@transaction.atomic
def win(
    opportunity_id: int,
    *,
    stage: Stage | None = None,
    version: int | None = None,
    draft_invoice: bool = False,
    days_to_pay: int = invoices.DAYS_TO_PAY,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Won:
    """Win it: tokens are redeemed, what was sold is given, what costs money is billed.

    A second press, or a second person, does nothing more. Raises Refusal with everything that
    can't be delivered, and then nothing has happened; the database holds it to once
    (`fulfilment_once`). `draft_invoice` leaves the invoice without a number.
    """
    consequences.ahead("opportunity.won", (opportunity_id,))
    found = opportunities.locked(opportunity_id)
    if found.won:
        return Won(found)
    opportunities.refuse_changed(found, version)
    opportunities.refuse_closed(found)
    account = accounts.open_one(found.account)
    found.account = account
    stage = stage or stages.first(StageKind.WON)
    if stage.kind != StageKind.WON or stage.archived_at:
        raise Refusal(_("Choose a stage that counts as won."), field="stage")
    who = Who(at, on, by, operation)
    lines = LINES(opportunity_id=found.pk)
    for line in lines:
        line.opportunity = found
    if not lines:
        raise Refusal(_("There is nothing to deliver. Add an interest first, or lose it."))
    PEOPLE(opportunity=found.pk, contact=found.contact_id)
    for offer in offers.all_of().values():
        if mine := [each for each in lines if each.offer == offer.key]:
            offer.hold(mine)
    _refuse_undeliverable(found, lines, who)
    told = [each for line in lines for each in _pay(line, found, who)]
    for line in lines:
        told += _deliver(line, found, who)
    changed = {"stage": stage.pk, "worth": str(found.worth)}
    before = {"stage": found.stage_id}
    found.stage, found.probability = stage, 100
    found.closed_on, found.won = on, True
    opportunities.save(found, "stage", "probability", "closed_on", "won")
    changes.write(
        "opportunity.won",
        found,
        at=at,
        on=on,
        by=by,
        before=before,
        after=changed,
        operation=operation,
    )
    invoice = _bill(found, lines, who)
    if invoice and not draft_invoice:
        invoice = invoices.issue(invoice.pk, days_to_pay=days_to_pay, **who.told)
    fact = Fact("opportunity.won", (found.pk,), **who.told)
    return Won(found, [*told, *_billed(invoice), *consequences.follow(fact)], invoice)


def _refuse_undeliverable(found: Opportunity, lines: Sequence[Interest], who: Who) -> None:
    reasons = [offers.of(line).why_not(line, found, who) for line in lines]
    if any(reasons):
        # All of it, each reason once.
        raise Refusal(" ".join(dict.fromkeys(filter(None, reasons))))


def _pay(line: Interest, found: Opportunity, who: Who) -> list[Consequence]:
    """Redeem what the interest costs in tokens, before anything that this win sells is there."""
    if line.unit.kind == UnitKind.CURRENCY or not line.net:
        return []
    payer = import_string(settings.PAYERS[line.unit.kind])
    parts = [line.net]
    if offers.of(line).each_paid:
        parts = totals.shares(line.net, line.quantity, line.unit)
    redeemed = [
        payer(
            line.unit,
            part,
            account_id=found.account_id,
            purpose=("opportunity", found.pk),
            **who.told,
        )
        for part in parts
        if part
    ]
    line.token_moves = [each.move for each in redeemed]
    Interest.objects.filter(pk=line.pk).update(token_moves=line.token_moves)
    sentence = _("%(amount)s paid by %(account)s for %(title)s")
    words = {
        "amount": written(line.net, line.unit),
        "account": found.account,
        "title": line.title,
    }
    return [Consequence("pays", sentence % words, int(line.net))]


def _deliver(line: Interest, found: Opportunity, who: Who) -> list[Consequence]:
    delivery: Delivery = offers.of(line).deliver(line, found, who)
    Fulfilment.objects.bulk_create(
        Fulfilment(
            interest=line,
            number=number,
            kind=given.kind,
            object_id=given.pk,
            quantity=given.quantity,
            at=who.at,
        )
        for number, given in enumerate(delivery.given, 1)
    )
    return list(delivery.consequences)


def _bill(found: Opportunity, lines: Sequence[Interest], who: Who) -> Invoice | None:
    """Draft the invoice over what costs money; nothing does: None."""
    billed = [
        invoices.Wanted(
            title=line.title,
            detail=line.detail,
            note=offers.of(line).note(line),
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            tax_name=line.tax_level.name,
            tax_percent=line.tax_percent,
            net=line.net,
            tax=line.tax,
            interest=line,
        )
        for line in lines
        if line.unit.kind == UnitKind.CURRENCY
    ]
    if not any(each.net for each in billed):
        return None
    return invoices.draft(found.account, found.currency, billed, opportunity=found, **who.told)


def _billed(invoice: Invoice | None) -> list[Consequence]:
    """How the preview says it: without the number, which only the win itself takes."""
    if invoice is None:
        return []
    words = {
        "amount": written(invoice.gross, invoice.currency),
        "account": invoice.account,
        "day": day_text(invoice.due_on),
    }
    if invoice.issued_on:
        sentence = _("An invoice over %(amount)s for %(account)s, due on %(day)s") % words
    else:
        sentence = _("A draft of an invoice over %(amount)s to %(account)s") % words
    return [Consequence("billed", sentence, 1)]


def people_of(line: Interest, found: Opportunity) -> list[Contact | None]:
    """For whom each of the quantity is: those named, or the opportunity's contact for one alone.

    As many as the quantity; None: for nobody yet. One statement.
    """
    named: list[Contact | None] = [*interests.people_of(line)]
    if not named and line.quantity == 1 and found.contact_id:
        named = [found.contact]
    return named + [None] * (line.quantity - len(named))
