"""How is something that was issued credited, wholly or in part, and what comes back for it?

A credit note takes back so many of each line at the line's own price; no other line changes. In
the same transaction what was sold is taken back as far as it is unspent and was named: nothing is
taken back silently, and nothing unspent is left behind without somebody saying that it is meant.
"""

import dataclasses
import datetime
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from catalog.models import Unit
from catalog.money import written
from tms import consequences, journal
from tms.consequences import Consequence, Fact
from tms.days import number
from tms.refusals import Refusal

from . import invoices, offers, opportunities, totals
from .models import Account, Fulfilment, Invoice, InvoiceKind, InvoiceLine
from .offers import Unspent, Who


@dataclasses.dataclass(frozen=True)
class Standing:
    """A line as it can be credited: `credited` of its quantity are, `left` can be.

    `less` is the net sum and the tax credited before, of its parts and of its price
    (`crm.reducing`). `things` is what it gave, as far as it was not taken back, each with what is
    unspent of it; `reversed` how many were taken back.
    """

    line: InvoiceLine
    credited: int
    reversed: int = 0
    less: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    things: tuple[Unspent, ...] = ()

    @property
    def left(self) -> int:
        return self.line.quantity - self.credited

    @property
    def unspent(self) -> int:
        return sum(each.left for each in self.things)

    def sums(self, count: int, currency: Unit) -> tuple[Decimal, Decimal]:
        """Net and tax of the next `count`; all of a line's parts come to exactly the line."""
        net, tax = (
            totals.share(amount - less, self.left, 0, count, currency)
            for amount, less in zip((self.line.net, self.line.tax), self.less, strict=True)
        )
        return net, tax

    def reduced(self, count: int, currency: Unit) -> bool:
        """Do the next `count` come to less than they were billed at?"""
        net = totals.share(self.line.net, self.line.quantity, self.credited, count, currency)
        return self.sums(count, currency)[0] < net


@dataclasses.dataclass(frozen=True)
class Credited:
    """The credit note, and everything that happened with it."""

    note: Invoice
    consequences: Sequence[Consequence] = ()


def standing(invoice: Invoice, on: datetime.date) -> list[Standing]:
    """Each line of an invoice, as it stands on that day. Four statements and the offers' own."""
    lines = list(invoice.lines.select_related("interest"))
    credited = {
        pk: (count, (net, tax))
        for pk, count, net, tax in InvoiceLine.objects.filter(
            credits__invoice=invoice, invoice__issued_on__isnull=False
        )
        .order_by()
        .values_list("credits")
        .annotate(
            n=Sum("quantity", filter=Q(by_amount=False), default=0),
            less=Sum("net"),
            less_tax=Sum("tax"),
        )
    }
    nothing = (0, (Decimal(0), Decimal(0)))
    things: dict[int, list[Unspent]] = {}
    reversed_: dict[int, int] = {}
    by_offer: dict[str, list[Fulfilment]] = {}
    interests = {line.interest_id: line.interest for line in lines if line.interest_id}
    given = Fulfilment.objects.filter(interest__in=interests).order_by("interest", "number")
    for each in given:
        each.interest = interests[each.interest_id]
        reversed_[each.interest_id] = reversed_.get(each.interest_id, 0) + each.reversed
        if each.reversed < each.quantity:
            by_offer.setdefault(each.interest.offer, []).append(each)
    for key, fulfilments in by_offer.items():
        for found in offers.all_of()[key].unspent(fulfilments, on):
            things.setdefault(found.fulfilment.interest_id, []).append(found)
    return [
        Standing(
            line,
            credited.get(line.pk, nothing)[0],
            reversed_.get(line.interest_id, 0),
            credited.get(line.pk, nothing)[1],
            tuple(things.get(line.interest_id, ())),
        )
        for line in lines
    ]


@transaction.atomic
def credit(
    invoice_id: int,
    *,
    lines: Mapping[int, int],
    take_back: Mapping[int, int] | None = None,
    sources: Collection[int] | None = None,
    leave: bool = False,
    reason: str,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Credited:
    """Credit so many of each line (`{line id: quantity}`) of an issued invoice.

    `take_back` says how many of what the lines gave come back (`{fulfilment id: quantity}`).
    Lines that bill something of another floor (`source_kind`) tell it by the fact
    `invoice.credited`; `sources` are the ids of those whose thing is to be taken back (None: all
    that are credited). Unspent things that stay with the account though they are credited are
    refused, unless `leave` says that it is meant. Credited wholly, the invoice is void.

    Locks: opportunity, account, invoice, fulfilments, what the offers need, the series last.
    Raises Refusal and Stale.
    """
    who = Who(at, on, by, operation)
    invoice = locked(invoice_id, version)
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Say why: it is kept in the history."), field="reason")
    wanted = {pk: count for pk, count in lines.items() if count}
    back = {pk: count for pk, count in (take_back or {}).items() if count}
    every = standing(invoice, on)
    chosen = _chosen(every, wanted)
    _refuse_too_many(chosen, wanted, back)
    from_sources = [
        each
        for each in chosen
        if each.line.source_kind and (sources is None or each.line.pk in sources)
    ]
    stays = _left_behind(chosen, wanted, back, from_sources)
    if stays and not leave:
        raise Refusal(
            _(
                "%(what)s would stay with the customer though it is credited. Take it back too, "
                "or tick that it is meant."
            )
            % {"what": ", ".join(each.sentence for each in stays)},
            field="leave",
        )
    note = _draft(invoice, chosen, wanted, reason, who)
    told = _take_back(chosen, back, who, reason)
    told += _follow(invoice, from_sources, wanted, who, reason)
    whole = all(each.left == wanted.get(each.line.pk, 0) for each in every)
    invoice.voided_on = on if whole else None
    invoices.save(invoice, "voided_on")
    journal.write(
        "invoice.credited",
        invoice.pk,
        account_id=invoice.account_id,
        reason=reason,
        after={
            "credit_note": note.pk,
            "gross": str(note.gross),
            "lines": {str(pk): count for pk, count in wanted.items()},
            "taken_back": {str(pk): count for pk, count in back.items()},
            "whole": whole,
        },
        at=at,
        on=on,
        by=by,
        operation=operation,
    )
    note = invoices.issue(note.pk, at=at, on=on, by=by, operation=operation)
    said = [
        _said(invoice, note, chosen, wanted, back),
        *told,
        *stays,
        *_spent(chosen, wanted, back),
    ]
    return Credited(note, said)


def everything(every: Sequence[Standing]) -> tuple[dict[int, int], dict[int, int]]:
    """All that is left of each line, and all that is unspent of what they gave."""
    lines = {each.line.pk: each.left for each in every if each.left}
    back = {
        thing.fulfilment.pk: thing.left
        for each in every
        if each.left
        for thing in each.things
        if thing.left
    }
    return lines, back


def locked(invoice_id: int, version: int | None) -> Invoice:
    """The invoice under all the locks that come before it; refused unless it can be credited."""
    known = Invoice.objects.values_list("opportunity", "account").get(pk=invoice_id)
    opportunity_id, account_id = known
    if opportunity_id:
        opportunities.locked(opportunity_id)
    consequences.ahead("invoice.credited", (invoice_id,))
    accounts = Account.objects.select_for_update(of=("self",), no_key=True)
    accounts.get(pk=account_id)
    invoice = invoices.locked(invoice_id, version=version)
    if invoice.kind != InvoiceKind.INVOICE:
        raise Refusal(_("A credit note can't be credited. Write a new invoice."))
    if not invoice.issued_on:
        raise Refusal(_("This is a draft: discard it, nothing has to be credited."))
    if invoice.voided_on:
        raise Refusal(_("All of %(number)s is credited already.") % {"number": invoice})
    interests = invoice.lines.exclude(interest=None).values("interest")
    held = Fulfilment.objects.filter(interest__in=interests).order_by("pk")
    list(held.select_for_update().values_list("pk"))
    return invoice


def _chosen(every: Sequence[Standing], wanted: Mapping[int, int]) -> list[Standing]:
    """The lines that are credited; refused where less is left of one, or nothing is asked."""
    if not wanted:
        raise Refusal(_("Choose how many of which line are credited."))
    known = {each.line.pk: each for each in every}
    for pk, count in wanted.items():
        each = known.get(pk)
        if each is None or count < 0:
            raise Refusal(_("This line isn't one of the invoice. Load the page again."))
        if count > each.left:
            raise Refusal(
                _("%(title)s: %(n)s of %(all)s can still be credited.")
                % {
                    "title": each.line.title,
                    "n": number(each.left),
                    "all": number(each.line.quantity),
                },
                field=f"line_{pk}",
            )
    return [each for each in every if each.line.pk in wanted]


def _refuse_too_many(
    chosen: Sequence[Standing], wanted: Mapping[int, int], back: Mapping[int, int]
) -> None:
    """Only what lines that are credited gave, no more than is unspent, no more than is credited."""
    left = {thing.fulfilment.pk: thing for each in chosen for thing in each.things}
    for pk, count in back.items():
        if pk not in left or count < 0:
            raise Refusal(_("Only what a credited line gave can be taken back."))
        if count > left[pk].left:
            thing = left[pk]
            raise Refusal(
                _("%(what)s: %(n)s can be taken back. %(why)s")
                % {"what": thing.words, "n": number(thing.left), "why": thing.why},
                field=f"thing_{pk}",
            )
    for each in chosen:
        taken = _taken(each, back)
        credited = each.credited + wanted[each.line.pk]
        if each.reversed + taken > credited:
            raise Refusal(
                _(
                    "%(title)s: you credit %(n)s and take %(taken)s back. Take no more than you "
                    "credit."
                )
                % {
                    "title": each.line.title,
                    "n": number(wanted[each.line.pk]),
                    "taken": number(taken),
                },
                field=f"line_{each.line.pk}",
            )


def _taken(each: Standing, back: Mapping[int, int]) -> int:
    """How many of what a line gave come back now."""
    return sum(back.get(thing.fulfilment.pk, 0) for thing in each.things)


def _kept(each: Standing, wanted: Mapping[int, int], back: Mapping[int, int]) -> tuple[int, int]:
    """Of what is credited and not taken back: (how many are unspent, how many spent)."""
    if not each.line.interest_id:
        return 0, 0
    taken = _taken(each, back)
    kept = each.credited + wanted[each.line.pk] - each.reversed - taken
    unspent = min(kept, each.unspent - taken)
    return unspent, kept - unspent


def _left_behind(
    chosen: Sequence[Standing],
    wanted: Mapping[int, int],
    back: Mapping[int, int],
    from_sources: Sequence[Standing],
) -> list[Consequence]:
    """What is unspent and stays with the account, though it is credited."""
    found = []
    for each in chosen:
        stays, _gone = _kept(each, wanted, back)
        if each.line.source_kind and each not in from_sources:
            stays = wanted[each.line.pk]
        if stays:
            words = {"n": number(stays), "title": each.line.title}
            found.append(Consequence("stays", _("%(n)s × %(title)s, unspent") % words, stays))
    return found


def _draft(
    invoice: Invoice,
    chosen: Sequence[Standing],
    wanted: Mapping[int, int],
    reason: str,
    who: Who,
) -> Invoice:
    lines = []
    for each in chosen:
        line, count = each.line, wanted[each.line.pk]
        net, tax = each.sums(count, invoice.currency)
        lines.append(
            invoices.Wanted(
                title=line.title,
                detail=line.detail,
                quantity=count,
                unit_price=line.unit_price,
                discount=line.discount,
                tax_name=line.tax_name,
                tax_percent=line.tax_percent,
                net=net,
                tax=tax,
                credits=line,
                note=_("Less what was credited of its price before")
                if each.reduced(count, invoice.currency)
                else "",
            )
        )
    return invoices.draft(
        invoice.account,
        invoice.currency,
        lines,
        opportunity=invoice.opportunity,
        kind=InvoiceKind.CREDIT_NOTE,
        credited=invoice,
        reason=reason,
        **who.told,
    )


def _take_back(
    chosen: Sequence[Standing], back: Mapping[int, int], who: Who, reason: str
) -> list[Consequence]:
    """By offer, in the order of the settings; every fulfilment notes how many came back."""
    told = []
    mine = [
        (thing.fulfilment, back[thing.fulfilment.pk])
        for each in chosen
        for thing in each.things
        if thing.fulfilment.pk in back
    ]
    for key, offer in offers.all_of().items():
        if of_offer := [pair for pair in mine if pair[0].interest.offer == key]:
            told += offer.take_back(of_offer, who, reason)
    for fulfilment, count in mine:
        Fulfilment.objects.filter(pk=fulfilment.pk).update(reversed=F("reversed") + count)
    return told


def _follow(
    invoice: Invoice,
    from_sources: Sequence[Standing],
    wanted: Mapping[int, int],
    who: Who,
    reason: str,
) -> list[Consequence]:
    """What lines of other floors billed is taken back there."""
    if not from_sources:
        return []
    sources = [
        {
            "kind": each.line.source_kind,
            "id": each.line.source_id,
            "quantity": wanted[each.line.pk],
            "whole": each.left == wanted[each.line.pk],
        }
        for each in from_sources
    ]
    return consequences.follow(
        Fact(
            "invoice.credited",
            (invoice.pk,),
            reason=reason,
            data={"sources": sources},
            **who.told,
        )
    )


def _said(
    invoice: Invoice,
    note: Invoice,
    chosen: Sequence[Standing],
    wanted: Mapping[int, int],
    back: Mapping[int, int],
) -> Consequence:
    """The credit note, and for each line what is credited beside what comes back for it."""
    lines = []
    for each in chosen:
        count = wanted[each.line.pk]
        net, tax = each.sums(count, invoice.currency)
        words = {
            "n": number(count),
            "all": number(each.line.quantity),
            "title": each.line.title,
            "amount": written(net + tax, invoice.currency),
            "back": number(_taken(each, back)),
        }
        if each.line.interest_id:
            lines.append(_("%(n)s of %(all)s × %(title)s: %(amount)s, %(back)s taken back") % words)
        else:
            lines.append(_("%(n)s of %(all)s × %(title)s: %(amount)s") % words)
    words = {"amount": written(note.gross, note.currency), "account": invoice.account}
    sentence = _("A credit note over %(amount)s for %(account)s") % words
    return Consequence("billed", sentence, 1, tuple(lines))


def _spent(
    chosen: Sequence[Standing], wanted: Mapping[int, int], back: Mapping[int, int]
) -> list[Consequence]:
    """What is credited though it was spent: it stays, and is named."""
    found = []
    for each in chosen:
        _unspent, spent = _kept(each, wanted, back)
        if not spent:
            continue
        lines = tuple(
            _("%(what)s: %(why)s") % {"what": thing.words, "why": thing.why}
            for thing in each.things
            if thing.why
        )
        words = {"n": number(spent), "title": each.line.title}
        sentence = _("%(n)s × %(title)s can't be taken back any more") % words
        found.append(Consequence("stays", sentence, spent, lines))
    return found
