"""Which tokens did Northlight's customers buy, spend, get back and lose?"""

import datetime
from decimal import Decimal

from catalog.models import Unit
from crm.models import Contact
from tms.models import User
from tokens import expiring, issuing, ledger, spending
from tokens.issuing import Wanted
from tokens.ledger import Purpose
from tokens.models import TokenType

# name, what it pays for, months to redeem it (None: for ever)
TYPES = [
    ("Gold", "Pays for leadership, data and presenting.", 12),
    ("Silver", "Pays for safety and for short courses.", 24),
    ("Coaching", "An hour with a coach.", None),
]

# days ago, account, type, number, price of one in euros (None: not known), note
BOUGHT = [
    (440, "Kestrel Rail Group", "Gold", 40, 125, "Framework 2025"),
    (430, "Brightwater Utilities", "Silver", 30, 60, ""),
    (357, "Kestrel Rail Group", "Gold", 60, 120, "Framework 2026, first part"),
    (210, "Brightwater Utilities", "Gold", 50, 120, ""),
    (170, "Kestrel Rail Group", "Gold", 120, 115, "Framework 2026, second part"),
    (140, "Lumen & Ash", "Gold", 6, 125, ""),
    (100, "Norrsken Health", "Gold", 24, 120, "Ward managers"),
    (90, "Kestrel Rail Group", "Silver", 80, 55, ""),
    (45, "Tidewell Foods", "Silver", 24, 60, ""),
    (40, "Kestrel Rail Group", "Coaching", 12, 140, ""),
    (6, "Norrsken Health", "Silver", 10, None, "Goodwill after the moved date"),
]

# days ago, account, type, number, who it was for, why
SPENT = [
    (400, "Kestrel Rail Group", "Gold", 16, "Hanna Ek", "Team day, four places"),
    (330, "Kestrel Rail Group", "Gold", 15, "Meera Nair", "Workshop on dashboards"),
    (300, "Brightwater Utilities", "Silver", 8, "Priya Shah", "Working at height"),
    (70, "Kestrel Rail Group", "Gold", 28, "Jonas Berg", "Depot managers, two days"),
    (120, "Lumen & Ash", "Gold", 6, "Miriam Katz", "Presenting, in house"),
    (110, "Brightwater Utilities", "Gold", 18, "Grace Okafor", "Leadership day"),
    (60, "Kestrel Rail Group", "Gold", 20, "Ada Lindqvist", "Signals workshop"),
    (50, "Norrsken Health", "Gold", 9, "Elsa Nyström", "Rounds and handovers"),
    (30, "Kestrel Rail Group", "Silver", 12, "Oskar Fält", "Track safety"),
    (12, "Kestrel Rail Group", "Coaching", 2, "Ada Lindqvist", "Two hours of coaching"),
]


def types() -> list[dict]:
    return [
        {"name": name, "description": words, "period": months, "period_unit": "months"}
        for name, words, months in TYPES
    ]


def live(world) -> None:
    """Everything in the order in which it happened."""
    deeds = [(row[0], _buy, row[1:]) for row in BOUGHT] + [
        (row[0], _spend, row[1:]) for row in SPENT
    ]
    kept = {}
    for ago, deed, particulars in sorted(deeds, key=lambda each: -each[0]):
        kept[ago] = deed(world, ago, *particulars)
    _correct(world, kept)
    _allow(world)
    expiring.write_off(on=world.today, at=world.now)


def _buy(world, ago, account, kind, number, price, note):
    wanted = Wanted(
        world.account(account),
        TokenType.objects.select_related("unit").get(unit__label=kind),
        number,
        note=note,
        unit_price=None if price is None else Decimal(price),
        currency=Unit.objects.get(code="EUR"),
    )
    return issuing.issue_many([wanted], **_by(world, "Tomás Rey", ago))[0]


def _spend(world, ago, account, kind, number, person, why):
    contact: Contact = world.contact(person)
    return ledger.redeem(
        world.account(account).pk,
        TokenType.objects.get(unit__label=kind),
        number,
        contact_id=contact.pk,
        purpose=Purpose(),
        reason=why,
        **_by(world, "Signe Ahlgren", ago),
    )


def _correct(world, kept) -> None:
    """A refund, an adjustment, a transfer, and an expiry that was moved."""
    sales, office = "Tomás Rey", "Maren Holt"
    ledger.refund(
        {kept[60].move: 4},
        reason="One of them fell ill and takes part next time.",
        **_by(world, sales, 55),
    )
    ledger.adjust(
        kept[210].pk,
        -2,
        version=0,
        reason="Two were entered twice when the contract was typed in.",
        **_by(world, office, 205),
    )
    ledger.transfer(
        kept[170].pk,
        10,
        to=world.account("Nordic Rail Forum"),
        version=0,
        reason="Kestrel's share of the forum's spring meeting.",
        **_by(world, office, 20),
    )
    issuing.change_expiry(
        kept[100].pk,
        expires_on=kept[100].expires_on + datetime.timedelta(days=90),
        version=0,
        reason="Agreed with Elsa Nyström when two dates were moved.",
        **_by(world, office, 15),
    )


def _allow(world) -> None:
    """Who may spend them at checkout."""
    spending.set_rule(
        world.account("Kestrel Rail Group"),
        who="chosen",
        contacts=[world.contact("Ada Lindqvist"), world.contact("Hanna Ek")],
        yearly_limit=30,
        **_by(world, "Tomás Rey", 160),
    )
    spending.set_rule(
        world.account("Brightwater Utilities"), who="everybody", **_by(world, "Tomás Rey", 150)
    )


def _by(world, name: str, days_ago: int) -> dict:
    return world.who(days_ago, hour=11) | {"by": User.objects.get(name=name)}
