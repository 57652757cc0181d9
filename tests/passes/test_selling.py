"""Passes are sold on an opportunity: added as an interest, issued once when it is won."""

from decimal import Decimal

import pytest
from django.urls import reverse

from crm import archiving, external_ids, opportunities, selling
from crm.interests import Wanted
from crm.models import Fulfilment, Interest, Invoice
from passes import lifecycle, offers, options, types
from passes import selling as pass_selling
from passes.models import Pass, PassInterest
from tests.factories import (
    ContactFactory,
    PassOptionFactory,
    PriceFactory,
    TokenUnitFactory,
)
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def annual(europe):
    """Annual, twelve months, €900 in Europe."""
    option = PassOptionFactory(name="Annual", pass_type__name="Leadership Library")
    PriceFactory(priced=option.priced, region=europe, amount=Decimal(900))
    return option


@pytest.fixture
def deal(kestrel, ada, now):
    return opportunities.create(account=kestrel, name="Spring intake", contact=ada, **now)


@pytest.fixture
def sell(deal, annual, now):
    def added(quantity=1, *, option=annual, **more):
        wanted = Wanted(
            **{
                **pass_selling.named(option),
                "quantity": quantity,
                "unit": deal.currency,
                "unit_price": Decimal(900),
                "list_price": Decimal(900),
                "tax_level": deal.region.tax_level,
                **more,
            }
        )
        return pass_selling.add_interest(deal.pk, wanted, option=option, **now)

    return added


def test_one_pass_goes_to_the_opportunity_s_contact(deal, sell, now, kestrel, ada):
    sell()
    selling.win(deal.pk, **now)
    given = Pass.objects.get()
    assert (given.account, given.contact, given.source, given.opportunity) == (
        kestrel,
        ada,
        "opportunity",
        deal,
    )
    assert (str(given.starts_on), str(given.expires_on)) == ("2026-11-22", "2027-11-22")
    assert [(each.kind, each.object_id) for each in Fulfilment.objects.all()] == [
        ("pass", given.pk)
    ]
    issued = JournalRow.objects.get(kind="pass.issued")
    assert issued.after["opportunity"] == deal.pk


def test_several_passes_start_unassigned(deal, sell, now):
    sell(3)
    selling.win(deal.pk, **now)
    assert [each.contact for each in Pass.objects.all()] == [None, None, None]
    assert Fulfilment.objects.count() == 3


def test_chosen_contacts_get_theirs_and_the_rest_is_unassigned(deal, sell, now, kestrel, ada):
    grace = ContactFactory(account=kestrel)
    sell(3, contacts=[grace, ada])
    selling.win(deal.pk, **now)
    assert [each.contact for each in Pass.objects.order_by("pk")] == [grace, ada, None]


def test_one_pass_for_a_chosen_contact_isn_t_the_opportunity_s_contact_s(deal, sell, now, kestrel):
    grace = ContactFactory(account=kestrel)
    sell(contacts=[grace])
    selling.win(deal.pk, **now)
    assert Pass.objects.get().contact == grace


def test_the_passes_carry_the_external_ids_of_the_opportunity(deal, sell, now):
    external_ids.add(deal, system="HubSpot", value="9001", **now)
    external_ids.add(deal, system="Salesforce", value="006A", **now)
    sell(2)
    selling.win(deal.pk, **now)
    assert {tuple(each.external_ids) for each in Pass.objects.all()} == {("9001", "006A")}


def test_an_archived_type_an_archived_holder_and_a_stranger_refuse_the_win(
    deal, sell, now, annual, kestrel, clock
):
    grace = ContactFactory(account=kestrel, first_name="Grace", last_name="Holm")
    sell(2, contacts=[grace])
    grace.archived_at = clock.at
    grace.save()
    with pytest.raises(Refusal, match="Grace Holm is archived"):
        selling.win(deal.pk, **now)
    grace.archived_at = None
    grace.save()
    types.archive(annual.pass_type, version=None, **now)
    with pytest.raises(Refusal, match="Leadership Library is not on offer"):
        selling.win(deal.pk, **now)
    assert not Pass.objects.exists()
    assert not Invoice.objects.exists()


def test_all_passes_that_cannot_be_given_are_named_before_anything_is(
    deal, sell, annual, now, ada, kestrel
):
    other = PassOptionFactory(name="Monthly", pass_type__name="Weekly")
    grace = ContactFactory(account=kestrel, first_name="Grace", last_name="Wei")
    sell()
    sell(option=other, contacts=[grace])
    types.archive(annual.pass_type, version=None, **now)
    archiving.archive_contact(grace.pk, **now)
    with pytest.raises(Refusal, match=r"Leadership Library.+Grace Wei is archived"):
        selling.win(deal.pk, **now)


def test_an_external_id_that_a_pass_cannot_carry_is_named(deal, sell, now):
    external_ids.add(deal, system="HubSpot", value="9" * 81, **now)
    sell()
    with pytest.raises(Refusal, match=f"The external ID {'9' * 81} is too long for a pass"):
        selling.win(deal.pk, **now)
    assert not Pass.objects.exists()


def test_what_is_not_on_sale_is_not_added_nor_changed_to(sell, annual, deal, now, europe):
    draft = PassOptionFactory(pass_type=annual.pass_type, name="Trial", status="draft")
    with pytest.raises(Refusal, match="The option Trial is not on sale"):
        sell(1, option=draft)
    line = sell(1)
    wanted = Wanted(
        **pass_selling.named(draft),
        quantity=1,
        unit=deal.currency,
        unit_price=Decimal(900),
        list_price=Decimal(900),
        tax_level=deal.region.tax_level,
    )
    with pytest.raises(Refusal, match="The option Trial is not on sale"):
        pass_selling.edit_interest(line.pk, wanted, option=draft, **now)
    types.archive(annual.pass_type, version=None, **now)
    with pytest.raises(Refusal, match="Leadership Library is not on offer"):
        sell(1)
    assert [each.option_id for each in PassInterest.objects.all()] == [annual.pk]


def test_what_is_unspent_can_be_taken_back_and_what_is_over_is_named(deal, sell, now, clock):
    sell(2)
    selling.win(deal.pk, **now)
    first, second = Fulfilment.objects.order_by("number")
    lifecycle.cancel(first.object_id, version=None, **now)
    found = offers.PASSES.unspent([first, second], now["on"])
    assert [(each.left, each.why) for each in found] == [(0, "Cancelled"), (1, "")]
    told = offers.PASSES.take_back(
        [(second, 1)], selling.Who(now["at"], now["on"], now["by"]), "Credited"
    )
    assert told[0].sentence == "1 training pass is cancelled"
    assert Pass.objects.get(pk=second.object_id).cancelled_at == clock.at


def test_an_option_that_is_sold_somewhere_is_not_deleted(sell, annual, now, europe):
    draft = PassOptionFactory(name="Monthly", pass_type=annual.pass_type)
    sell(option=draft)
    with pytest.raises(Refusal):
        options.delete(draft, **now)


# The dialog


@pytest.fixture
def add_url(deal):
    return reverse("passes:add_interest", args=[deal.pk])


def test_the_type_brings_its_option_and_the_option_its_price(dialog, add_url, annual):
    opened = dialog(add_url)
    html = opened.look(pass_type=annual.pass_type_id, quantity="3", tax_level="")
    assert "Annual, 12 months" in html
    assert "€900.00" in html


def test_the_sums_follow_and_the_interest_is_added(dialog, add_url, annual, deal, ada):
    opened = dialog(add_url)
    answers = {
        "pass_type": annual.pass_type_id,
        "option": annual.pk,
        "quantity": "3",
        "price": deal.currency_id,
        "discount": "10",
        "tax_level": deal.region.tax_level_id,
        "contacts": [ada.pk],
    }
    html = opened.look(**answers)
    assert [figure in html for figure in ("€2,430.00", "€486.00", "€2,916.00")] == [True] * 3
    assert opened.send(**answers).status_code == 204
    line = Interest.objects.get()
    assert (line.title, line.detail) == ("Leadership Library", "Annual, 12 months")
    assert (line.quantity, line.unit_price, line.net, line.tax) == (
        3,
        Decimal(900),
        Decimal(2430),
        Decimal(486),
    )
    assert [each.contact for each in line.people.all()] == [ada]
    assert PassInterest.objects.get().option == annual


def test_only_prices_of_the_region_in_its_currency_or_in_tokens_are_offered(
    dialog, add_url, annual, europe
):
    gold = TokenUnitFactory(code="Gold", label="Gold")
    PriceFactory(priced=annual.priced, region=europe, unit=gold, amount=Decimal(3))
    PriceFactory(priced=annual.priced, unit__code="GBP", amount=Decimal(777))
    html = dialog(add_url).look(pass_type=annual.pass_type_id, option=annual.pk)
    assert "€900.00" in html
    assert "3 Gold" in html
    assert "777" not in html


def test_another_price_takes_the_permission(dialog, add_url, annual, deal, someone):
    answers = {
        "pass_type": annual.pass_type_id,
        "option": annual.pk,
        "quantity": "1",
        "price": deal.currency_id,
        "unit_price": "500",
        "tax_level": deal.region.tax_level_id,
    }
    sales = dialog(add_url, client=someone("Sales"))
    assert 'name="unit_price"' not in sales.html
    assert sales.send(**answers).status_code == 204
    assert Interest.objects.get().unit_price == Decimal(900)
    assert dialog(add_url).send(**answers).status_code == 204
    assert [str(each.unit_price) for each in Interest.objects.order_by("pk")] == [
        "900.0000",
        "500.0000",
    ]


def test_editing_keeps_what_was_sold_though_it_left_the_shop(dialog, sell, annual, now, deal):
    line = sell(2)
    types.archive(annual.pass_type, version=None, **now)
    opened = dialog(reverse("passes:edit_interest", args=[line.pk]))
    assert "Annual, 12 months" in opened.html
    sent = opened.send(
        pass_type=annual.pass_type_id,
        option=annual.pk,
        quantity="4",
        price=deal.currency_id,
        tax_level=deal.region.tax_level_id,
    )
    assert sent.status_code == 204
    assert Interest.objects.get().quantity == 4


def test_a_closed_opportunity_gets_no_more_interests(dialog, add_url, deal, sell, now):
    sell()
    selling.win(deal.pk, **now)
    assert "is won, and stays as it was sold" in dialog(add_url).html


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quantity": "0"}, "greater than or equal to 1"),
        ({"quantity": "1001"}, "between 1 and 1,000"),
        ({"discount": "101"}, "less than or equal to 100"),
        ({"discount": "-1"}, "greater than or equal to 0"),
        ({"unit_price": "1e30"}, "no more than"),
        ({"unit_price": "1.005"}, "EUR has 2 decimals at most"),
        ({"option": ""}, "needs an answer"),
    ],
)
def test_wrong_answers_are_refused_in_place(dialog, add_url, annual, deal, wrong, sentence):
    PassOptionFactory(name="Monthly", pass_type=annual.pass_type)
    answers = {
        "pass_type": annual.pass_type_id,
        "option": annual.pk,
        "quantity": "1",
        "price": deal.currency_id,
        "tax_level": deal.region.tax_level_id,
        **wrong,
    }
    sent = dialog(add_url).send(**answers)
    assert sent.status_code == 422
    assert sentence in sent.content.decode()
    assert not Interest.objects.exists()
