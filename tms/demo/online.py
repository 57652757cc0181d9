"""What did Northlight's learners buy by themselves: by card at the trial, and by invoice?"""

from decimal import Decimal

from catalog.models import Event, Region
from crm import accounts
from crm.interests import Wanted
from crm.models import Opportunity
from lms import billing, checkout, paying
from lms import packs as lms_packs
from lms.models import Payment
from lms.payments import arriving, parts, provider, starting
from lms.payments.trial import Trial
from tms.models import User
from tms.people import organisation
from tokens import packs, selling_packs
from tokens.models import TokenPack, TokenType

BY_INVOICE = "Norrsken Health"

# type, name, number, net price by currency
PACKS = [
    ("Gold", "Starter pack", 10, {"EUR": 1250, "GBP": 1090, "USD": 1350, "SEK": 14500}),
    ("Gold", "Team pack", 50, {"EUR": 5750, "GBP": 5000, "USD": 6250, "SEK": 66000}),
    ("Silver", "Safety pack", 20, {"EUR": 1100, "GBP": 960, "USD": 1200, "SEK": 12600}),
]


def live(world) -> None:
    """One place by invoice; by card one that is paid, and one that needs action."""
    organisation.change(sells_online=True, learners_transfer=True, **_office(world, 400))
    _packs(world)
    _offered(world, "Annual passes for Kestrel managers", "Team pack", 2)
    allowed = world.account(BY_INVOICE)
    accounts.edit(allowed.pk, pays_by_invoice=True, **_office(world, 60))
    _by_invoice(world, "Elsa Nyström", "COMM-120-11", 7)
    if provider.taken():
        paid = _by_card(world, "Jonas Berg", "COMM-120-11", 3)
        goodwill = {"amount": Decimal(50), "reason": "Goodwill: the room was too small"}
        parts.refund_part(paid.pk, **goodwill, **_office(world, 2))
        _by_card(world, "Ada Lindqvist", "COMM-120-11", 1, given_up=True)
        _tokens_by_card(world, "Hanna Ek", "Team pack", 5)


def _packs(world) -> None:
    """Which packs of tokens are sold, and for how much in each region."""
    for position, (kind, name, units, prices) in enumerate(PACKS):
        token_type = TokenType.objects.select_related("unit").get(unit__label=kind)
        particulars = {"name": name, "units": units, "position": position}
        made = packs.create(token_type=token_type, **particulars, **_office(world, 65))
        for region in Region.objects.filter(archived_at=None):
            for unit in region.currencies.filter(code__in=prices):
                packs.add_price(
                    made,
                    region=region,
                    unit=unit,
                    amount=Decimal(prices[unit.code]),
                    **_office(world, 65),
                )


def _offered(world, name, pack, quantity) -> None:
    """Packs on an opportunity that is open, at the catalogue's price."""
    deal = Opportunity.objects.select_related("currency").get(name=name)
    found = TokenPack.objects.select_related("token_type__unit").get(name=pack)
    (price,) = [
        each
        for each in lms_packs.prices_of(found, deal.region, world.today)
        if each.unit_id == deal.currency_id
    ]
    wanted = Wanted(
        **selling_packs.named(found),
        quantity=quantity,
        unit=deal.currency,
        unit_price=price.amount,
        list_price=price.amount,
        tax_level=price.tax_level,
    )
    selling_packs.add_interest(deal.pk, wanted, pack=found, **_office(world, 1))


def _tokens_by_card(world, name, pack, ago) -> None:
    """Bought for their account, and paid at once."""
    contact = world.contact(name)
    when = world.who(ago, hour=15) | {"by": contact.user}
    pack = TokenPack.objects.select_related("token_type__unit").get(name=pack)
    region = paying.region_of(contact)
    price = lms_packs.prices_of(pack, region, when["on"])[0]
    chosen = {"unit": price.unit, "amount": price.amount, "region": region}
    begun = starting.start(contact, pack=pack, account=contact.account, **chosen, **when)
    told = {"at": when["at"], "on": when["on"], "tell": False}
    arriving.take(Trial().told(begun, provider.PAID), Trial.name, **told)


def _by_invoice(world, name, code, ago) -> None:
    event, price, particulars = _chosen(world, name, code, ago)
    checkout.book_by_invoice(event=event, tell=False, **price, **particulars)


def _by_card(world, name, code, ago, *, given_up=False) -> Payment:
    """Paid at once; or given up, and paid all the same: staff see to it."""
    event, price, particulars = _chosen(world, name, code, ago)
    begun = starting.start(event=event, **price, **particulars)
    when = {"at": particulars["at"], "on": particulars["on"]}
    if given_up:
        starting.give_up(begun.pk, begun.contact, by=particulars["by"], **when)
    arriving.take(Trial().told(begun, provider.PAID), Trial.name, tell=False, **when)
    return begun


def _chosen(world, name, code, ago) -> tuple[Event, dict, dict]:
    contact = world.contact(name)
    event = Event.objects.select_related("course").get(code=code)
    when = world.who(ago, hour=14) | {"by": contact.user}
    region = paying.region_of(contact)
    prices = billing.in_money(paying.prices_of(event, None, region, when["on"]), contact.account)
    price = {"unit": prices[0].unit, "amount": prices[0].amount, "region": region}
    return event, price, {"contact": contact, **when}


def _office(world, ago) -> dict:
    return world.who(ago, hour=11) | {"by": User.objects.get(name="Tomás Rey")}
