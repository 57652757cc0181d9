"""What is Northlight selling, to whom, and what came of it? From enquiry to paid and credited."""

import datetime
from decimal import Decimal

from catalog import pricing
from catalog.models import Event
from crm import crediting, external_ids, invoices, opportunities, quotes, selling
from crm.interests import Wanted
from crm.models import Opportunity, Stage
from lms import selling as places
from passes import selling as passes
from tms.models import User
from tokens import selling as tokens
from tokens.models import TokenType

# Won, days ago, earliest first: name, account, contact, opened, won, paid (None: not yet), source,
# lines. A line: what, which, quantity, discount in per cent, price (None: the catalogue's), names.
WON = [
    (
        "Leadership for team leads",
        "Brightwater Utilities",
        "Grace Okafor",
        300,
        280,
        262,
        "Referral",
        [("pass", "LEAD/Half a year", 3, 0, None, ["Liam Doyle"])],
    ),
    (
        "Data skills 2026",
        "Norrsken Health",
        "Elsa Nyström",
        240,
        221,
        199,
        "Website",
        [("pass", "DATA/Annual", 4, 5, None, ["Nils Åberg", "Fatima Haddad"])],
    ),
    (
        "Safety for the depots",
        "Kestrel Rail Group",
        "Hanna Ek",
        185,
        160,
        133,
        "Framework 2026",
        [
            ("pass", "SAFE/Annual", 12, 10, None, ["Oskar Fält"]),
            ("tokens", "Silver", 20, 0, 55, []),
        ],
    ),
    (
        "Ward managers' library",
        "Norrsken Health",
        "Fatima Haddad",
        120,
        96,
        70,
        "Fair",
        [("pass", "LEAD/Annual", 5, 8, None, ["Elsa Nyström"])],
    ),
    (
        "Tokens for the spring",
        "Tidewell Foods",
        "Amelia Hart",
        70,
        52,
        30,
        "Renewal",
        [("tokens", "Silver", 40, 0, 60, [])],
    ),
    (
        "Analysts at Hafenwerk",
        "Hafenwerk Logistik",
        "Şirin Aydın",
        45,
        21,
        None,
        "Website",
        [
            ("pass", "DATA/Annual", 2, 0, None, ["Şirin Aydın"]),
            ("course", "DATA-220", 2, 0, None, ["Jürgen Voss"]),
        ],
    ),
    (
        "Signals and leadership",
        "Kestrel Rail Group",
        "Ada Lindqvist",
        30,
        9,
        None,
        "Framework 2026",
        [("course", "LEAD-120", 3, 0, None, ["Oskar Fält"])],
    ),
]

# Open: name, account, contact, opened days ago, stage, closes in days, source, lines, quoted?
OPEN = [
    (
        "Annual passes for Kestrel managers",
        "Kestrel Rail Group",
        "Hanna Ek",
        26,
        "Negotiation",
        8,
        "Framework 2026",
        [
            ("pass", "LEAD/Annual", 5, 10, None, ["Jonas Berg", "Meera Nair"]),
            ("tokens", "Gold", 50, 0, 115, []),
            ("course", "SAFE-110", 4, 0, None, []),
        ],
        True,
    ),
    (
        "First aid at the plant",
        "Tidewell Foods",
        "George Pell",
        18,
        "Proposal",
        15,
        "Website",
        [("course", "SAFE-110", 6, 5, None, [])],
        True,
    ),
    (
        "Architects present",
        "Lumen & Ash",
        "Miriam Katz",
        12,
        "Proposal",
        24,
        "Referral",
        [("course", "COMM-120", 4, 0, None, ["Ben Carver"])],
        False,
    ),
    (
        "Path for new leaders",
        "Norrsken Health",
        "Elsa Nyström",
        9,
        "Enquiry",
        40,
        "Fair",
        [("path", "PATH-LEAD", 3, 0, None, [])],
        False,
    ),
    (
        "Workshop pass",
        "Ateliers Moreau",
        "Claire Moreau",
        4,
        "Enquiry",
        30,
        "Website",
        [("pass", "LEAD/Taster", 2, 0, None, ["Claire Moreau"])],
        False,
    ),
    (
        "Dispatch learns to read data",
        "Hafenwerk Logistik",
        "Jürgen Voss",
        33,
        "Negotiation",
        -3,
        "Telephone",
        [("pass", "DATA/Half a year", 6, 12, None, [])],
        False,
    ),
    (
        "Spring meeting of the forum",
        "Nordic Rail Forum",
        "Ingrid Solheim",
        2,
        "Enquiry",
        60,
        "Website",
        [],
        False,
    ),
]

# Lost: name, account, contact, opened, lost, why
LOST = [
    ("Coaching for partners", "Lumen & Ash", "Ben Carver", 140, 110, "They chose a coach nearby."),
    ("Height safety", "Brightwater Utilities", "Priya Shah", 80, 41, "Put off until next year."),
]


def live(world) -> None:
    """Everything in the order in which it happened: numbers of invoices follow the days."""
    deeds = []
    for row in WON:
        deeds.append((row[3], _open_won, row))
        deeds.append((row[4], _win, row))
        if row[5] is not None:
            deeds.append((row[5], _pay, row))
    deeds += [(row[3], _open, row) for row in OPEN]
    for row in LOST:
        deeds.append((row[3], _open_lost, row))
        deeds.append((row[4], _lose, row))
    for _ago, deed, row in sorted(deeds, key=lambda each: -each[0]):
        deed(world, row)
    _credit(world)


def _by(world, ago: int, name: str = "Tomás Rey") -> dict:
    return world.who(ago, hour=11) | {"by": User.objects.get(name=name)}


def _opened(world, name, account, contact, ago, source, **more) -> Opportunity:
    made = opportunities.create(
        name=name,
        account=world.account(account),
        contact=world.contact(contact),
        owner=User.objects.get(name="Tomás Rey"),
        source=source,
        **more,
        **_by(world, ago),
    )
    external_ids.add(made, system="HubSpot", value=str(70_000 + made.pk), **_by(world, ago))
    return made


def _open_won(world, row) -> None:
    name, account, contact, ago, won, _paid, source, lines = row
    closes_on = world.today - datetime.timedelta(days=won)
    made = _opened(world, name, account, contact, ago, source, closes_on=closes_on)
    for line in lines:
        _add(world, made, ago, *line)


def _win(world, row) -> None:
    selling.win(_named(row[0]).pk, **_by(world, row[4]))


def _pay(world, row) -> None:
    found = _named(row[0]).invoices.get()
    paid_on = world.today - datetime.timedelta(days=row[5])
    invoices.mark_paid(found.pk, paid_on=paid_on, **_by(world, row[5], "Maren Holt"))


def _open(world, row) -> None:
    name, account, contact, ago, stage, ahead, source, lines, quoted = row
    closes_on = world.today + datetime.timedelta(days=ahead)
    made = _opened(world, name, account, contact, ago, source, closes_on=closes_on)
    for line in lines:
        _add(world, made, ago, *line)
    # A few days later, but never after today.
    later = max(0, ago - 6)
    if stage != "Enquiry":
        opportunities.move(made.pk, stage=Stage.objects.get(name=stage), **_by(world, later))
    if quoted:
        valid = world.today + datetime.timedelta(days=30 - later)
        quotes.make(made.pk, valid_until=valid, **_by(world, later))


def _open_lost(world, row) -> None:
    _opened(world, *row[:4], "Telephone")


def _lose(world, row) -> None:
    opportunities.lose(_named(row[0]).pk, because=row[5], **_by(world, row[4]))


def _credit(world) -> None:
    """One of the three half-year passes was never used: it is credited, and the pass cancelled."""
    found = _named("Leadership for team leads")
    bill, line = found.invoices.get(), found.interests.get()
    last = line.fulfilments.order_by("-number").first()
    crediting.credit(
        bill.pk,
        lines={bill.lines.get().pk: 1},
        take_back={last.pk: 1},
        reason="Ordered one too many.",
        **_by(world, 240, "Maren Holt"),
    )


def _named(name: str) -> Opportunity:
    return Opportunity.objects.get(name=name)


def _add(world, deal, ago, what, which, quantity, discount, price, names) -> None:
    """One interest, at the catalogue's price in the deal's currency unless another is said."""
    who = _by(world, ago)
    terms = {"quantity": quantity, "unit": deal.currency, "discount": Decimal(discount)}
    terms["contacts"] = [world.contact(name) for name in names]
    if what == "tokens":
        kind = TokenType.objects.select_related("unit").get(unit__label=which)
        wanted = Wanted(
            kind.unit.label,
            unit_price=Decimal(price),
            tax_level=deal.region.tax_level,
            priced=False,
            **terms,
        )
        tokens.add_interest(deal.pk, wanted, token_type=kind, **who)
        return
    if what == "pass":
        option = world.option(*which.split("/"))
        words, priced = passes.named(option), option.priced
        asked = {"option": option}
        add = passes.add_interest
    else:
        item = world.item(which)
        event = None if what == "path" else _next_event(world, item, quantity)
        words, priced = {"title": item.title}, item.priced
        asked = {"item": item, "event": event}
        add = places.add_interest
    found = pricing.prices_for([priced.pk], region=deal.region, on=world.today)[priced.pk]
    listed = next(each for each in found if each.unit_id == deal.currency_id)
    wanted = Wanted(
        **words,
        unit_price=listed.amount,
        list_price=listed.amount,
        tax_level=listed.tax_level,
        **terms,
    )
    add(deal.pk, wanted, **asked, **who)


def _next_event(world, item, quantity) -> Event | None:
    """The next date with room; None: to be agreed."""
    ahead = Event.objects.open().filter(course=item, first_on__gt=world.today)
    found = [each for each in ahead.order_by("first_on") if each.capacity - each.taken >= quantity]
    return next(iter(found), None)
