"""An opportunity is duplicated with its interests, at today's prices."""

import datetime
from decimal import Decimal

import pytest

from catalog import events
from catalog.models import Price
from crm import duplicating
from crm.interests import Wanted
from crm.models import Opportunity
from passes import selling as pass_selling
from tests.crm.selling_cast import interested, opened
from tests.crm.test_opportunities import answers, shown
from tests.crm.test_pages import staff, text_of
from tests.factories import (
    AccountFactory,
    CourseFactory,
    EventFactory,
    PassOptionFactory,
    PriceFactory,
)
from tests.lms.selling import sell as sell_places
from tokens import types as token_types

pytestmark = pytest.mark.django_db
LIBRARY = "Leadership Library, Annual, 12 months"


@pytest.fixture
def deal(kestrel, ada, who):
    return opened(kestrel, who, contact=ada, closes_on=datetime.date(2026, 12, 18))


@pytest.fixture
def annual(europe):
    """Annual, twelve months, €900 in Europe."""
    option = PassOptionFactory(name="Annual", pass_type__name="Leadership Library")
    PriceFactory(priced=option.priced, region=europe, amount=Decimal(900))
    return option


@pytest.fixture
def sell(deal, annual, who):
    """`sell(2, 900)`: two passes at a price each, for which the catalogue asks €900."""

    def added(quantity=1, price=900, **more):
        wanted = Wanted(
            **pass_selling.named(annual), quantity=quantity, unit=deal.currency,
            unit_price=Decimal(price), list_price=Decimal(900), tax_level=deal.region.tax_level,
            **more,
        )  # fmt: skip
        return pass_selling.add_interest(deal.pk, wanted, option=annual, **who)

    return added


@pytest.fixture
def again(deal, who):
    """`again()`: a duplicate for the same account."""

    def made(account=deal.account, **more):
        return duplicating.duplicate(deal.pk, account=account, name="Again", **who | more)

    return made


def lines(opportunity):
    return [
        (each.title, each.quantity, f"{each.unit_price:.2f}", str(each.unit))
        for each in opportunity.interests.select_related("unit")
    ]


def test_what_is_sold_by_the_catalogue_is_priced_anew_and_what_was_agreed_stays(
    deal, annual, sell, again, ada, who
):
    sell(2, contacts=[ada], discount=Decimal(10))
    sell(3, 700)
    interested(deal, who, 50, "20.00")
    Price.objects.update(amount=Decimal(950))
    made = again()
    assert lines(made.opportunity) == [
        ("Leadership Library", 2, "950.00", "EUR"),
        ("Leadership Library", 3, "700.00", "EUR"),
        ("Gold", 50, "20.00", "EUR"),
    ]
    assert Opportunity.objects.get(pk=made.opportunity.pk).worth == Decimal("4810.00")
    assert [each.contact for each in made.opportunity.interests.first().people.all()] == [ada]
    assert [(each.sentence, each.lines) for each in made.consequences] == [
        (
            "Copied, at today’s prices",
            (f"2 × {LIBRARY}, at €950.00 (it was €900.00), less 10\N{NO-BREAK SPACE}%",),
        ),
        (
            "Copied, at the price that was agreed",
            (f"3 × {LIBRARY}, at €700.00", "50 × Gold, at €20.00"),
        ),
    ]
    assert deal.interests.count() == 3


def test_who_may_set_no_price_copies_what_was_agreed_at_the_catalogue_s(sell, again):
    sell(3, 700)
    made = again(by=staff("crm.change_opportunities"))
    assert lines(made.opportunity) == [("Leadership Library", 3, "900.00", "EUR")]


def test_what_cant_be_sold_any_more_is_named_and_left_out(deal, annual, sell, again, who, clock):
    gold = interested(deal, who, 50, "20.00").token_interest.token_type
    event = EventFactory(
        course__title="Signals", code="S-1", first_on=datetime.date(2027, 5, 3), capacity=4
    )
    sell_places(deal, event, **who)
    sell_places(deal, CourseFactory(title="Safety"), **who)
    sell()
    token_types.archive(gold, **who)
    events.cancel(event, reason="Ill", **who)
    Price.objects.all().delete()
    made = again()
    assert lines(made.opportunity) == [("Safety", 1, "490.00", "EUR")]
    (gone,) = [each for each in made.consequences if each.tone == "closes"]
    assert gone.sentence == "Left out, as it can’t be sold now"
    assert [each.partition(": ")[2] for each in gone.lines] == [
        "Gold is archived and can't be sold. Choose another token type.",
        "Signals, 3 May 2027, London, S-1 is cancelled: choose another date.",
        "it has no price in EUR in Europe.",
    ]


def test_for_another_account_it_is_nobody_s_by_name(sell, again, ada, europe):
    sell(2, contacts=[ada])
    northwind = AccountFactory(name="Northwind", region=europe)
    made = again(northwind)
    assert not made.opportunity.interests.get().people.exists()
    assert made.consequences[-1].lines == ("Leadership Library, Annual, 12 months: Ada Lindqvist",)


def test_the_dialog_says_beforehand_what_is_copied(browse, office, deal, sell):
    client = browse(office)
    sell()
    path = f"/opportunities/{deal.pk}/duplication/"
    page = client.get(path, headers={"HX-Request": "true"})
    assert 'value="2026-12-18"' not in page.content.decode()
    assert "Copied, at today’s prices 1 × Leadership Library" in text_of(page)
    assert Opportunity.objects.count() == 1
    given = {"name": "Again", "account": deal.account_id, "contact": deal.contact_id}
    seen = shown(client, path)
    done = answers(client, path, **given, **seen)
    made = Opportunity.objects.latest("pk")
    assert done["HX-Redirect"] == f"/opportunities/{made.pk}/"
    assert (made.name, made.contact, made.interests.count()) == ("Again", deal.contact, 1)
    # Whoever saw another price is asked again.
    Price.objects.update(amount=Decimal(950))
    refused = answers(client, path, **given, **seen)
    assert refused.status_code == 422
    assert "at €950.00 (it was €900.00)" in text_of(refused)
