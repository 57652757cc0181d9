"""Asking for a pass opens a sale with the pass filled in: one, however often it is asked for."""

from decimal import Decimal

import pytest
from django.urls import reverse

from crm import opportunities
from crm.models import Opportunity
from lms import requests
from lms.models import Request
from tests.factories import PassOptionFactory, PassTypeFactory, PriceFactory, UserFactory
from tests.lms.test_pages import text
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(europe):
    pass_type = PassTypeFactory(name="Leadership Library", slug="library")
    PriceFactory(of=PassOptionFactory(pass_type=pass_type, name="Annual"), amount=Decimal(990))
    return pass_type


def test_the_opportunity_is_the_account_s_with_the_pass_filled_in(library, ada, kestrel, who):
    kestrel.owner = UserFactory(is_staff=True)
    kestrel.save()
    ada.refresh_from_db()
    asked = requests.ask_for_pass(ada, library, note="For spring", **who | {"by": ada.user})
    deal = asked.opportunity
    assert (deal.account, deal.contact, deal.owner, deal.source, deal.notes) == (
        kestrel,
        ada,
        kestrel.owner,
        "LMS",
        "For spring",
    )
    assert (deal.name, deal.stage.name) == ("Leadership Library for Ada Lindqvist", "Enquiry")
    line = deal.interests.get()
    assert (line.offer, line.title, line.quantity, line.net) == (
        "passes",
        "Leadership Library",
        1,
        Decimal(990),
    )
    assert [each.contact for each in line.people.all()] == [ada]


def test_asking_again_finds_the_open_one(library, ada, who):
    asked = requests.ask_for_pass(ada, library, **who)
    with pytest.raises(Refusal, match="You asked on 22 November 2026 already"):
        requests.ask_for_pass(ada, library, **who)
    requests.decline(asked.pk, answer="Not now", **who)
    again = requests.ask_for_pass(ada, library, **who)
    assert again.opportunity == asked.opportunity
    assert Opportunity.objects.count() == 1


def test_after_it_was_lost_there_is_another(library, ada, who):
    asked = requests.ask_for_pass(ada, library, **who)
    opportunities.lose(asked.opportunity_id, because="No budget", **who)
    requests.decline(asked.pk, answer="No budget", **who)
    again = requests.ask_for_pass(ada, library, **who)
    assert again.opportunity != asked.opportunity
    assert Opportunity.objects.open().count() == 1


def test_the_option_that_they_would_like_is_filled_in(browse, library, ada):
    PriceFactory(of=PassOptionFactory(pass_type=library, name="Two years"), amount=Decimal(1800))
    client, address = browse(ada.user), reverse("lms:ask_for_pass", args=["library"])
    page = client.get(address).content.decode()
    option = library.options.get(name="Two years")
    assert f'<option value="{option.pk}">Two years</option>' in page
    for _press in range(2):
        client.post(address, {"option": option.pk, "note": "", "operation": "one"})
    assert Opportunity.objects.get().interests.get().net == Decimal(1800)


def test_without_a_price_staff_say_what_it_costs(library, ada, who):
    library.options.get().priced.prices.all().delete()
    asked = requests.ask_for_pass(ada, library, **who)
    assert not asked.opportunity.interests.exists()


def test_who_can_t_be_sold_to_asks_all_the_same(library, ada, kestrel, who, clock):
    kestrel.region.currencies.clear()
    assert requests.ask_for_pass(ada, library, **who).opportunity is None
    assert Request.objects.count() == 1


def test_the_request_leads_to_its_opportunity(browse, office, library, ada, who):
    deal = requests.ask_for_pass(ada, library, **who).opportunity
    page = browse(office).get(reverse("lms:requests"))
    assert "Leadership Library for Ada Lindqvist" in text(page)
    assert reverse("crm:opportunity", args=[deal.pk]) in page.content.decode()
