"""Asking for a pass opens a sale with the pass filled in: one, however often it is asked for."""

from decimal import Decimal

import pytest
from django.urls import reverse

from crm import interests, opportunities, selling
from crm.models import Opportunity
from lms import requests
from lms.models import Request
from tests.crm.selling_cast import interested
from tests.factories import (
    ContactFactory,
    PassOptionFactory,
    PassTypeFactory,
    PriceFactory,
    UserFactory,
)
from tests.lms.test_pages import text
from tms import preview
from tms.models import JournalRow
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
    again = requests.ask_for_pass(ada, library, **who)
    assert again.opportunity != asked.opportunity
    assert Opportunity.objects.open().count() == 1


def test_winning_grants_what_was_sold_and_losing_declines_it_with_the_reason(
    library, ada, kestrel, who
):
    bo = ContactFactory(first_name="Bo", last_name="Nilsen", account=kestrel)
    won, lost = (requests.ask_for_pass(each, library, **who) for each in (ada, bo))
    said = preview.run(lambda: selling.win(won.opportunity_id, **who)).consequences[-1]
    assert (said.tone, said.sentence) == ("sent", "Answers what they asked for")
    assert said.lines == ("Ada Lindqvist: Leadership Library",)
    selling.win(won.opportunity_id, **who)
    told = opportunities.lose(lost.opportunity_id, because="No budget", **who).consequences
    assert [(each.sentence, each.lines) for each in told] == [
        (
            "Declines what they asked for; the reason is what they read",
            ("Bo Nilsen: Leadership Library",),
        )
    ]
    assert list(Request.objects.order_by("pk").values_list("state", "answer", "answered_at")) == [
        ("granted", "", who["at"]),
        ("declined", "No budget", who["at"]),
    ]
    assert JournalRow.objects.filter(kind="request.answered").count() == 2


def test_what_was_asked_for_and_not_sold_waits_on(library, ada, who):
    asked = requests.ask_for_pass(ada, library, **who)
    deal = asked.opportunity
    interested(deal, who)
    interests.remove(deal.interests.first().pk, **who)
    selling.win(deal.pk, **who)
    asked.refresh_from_db()
    assert asked.state == "open"


def test_what_was_answered_by_hand_stays_so(library, ada, who):
    asked = requests.ask_for_pass(ada, library, **who)
    requests.decline(asked.pk, answer="Not now", **who)
    assert opportunities.lose(asked.opportunity_id, because="No", **who).consequences == []
    asked.refresh_from_db()
    assert asked.answer == "Not now"


def test_the_dialog_of_losing_says_who_reads_the_reason(browse, office, library, ada, who):
    deal = requests.ask_for_pass(ada, library, **who).opportunity
    page = browse(office).get(f"/opportunities/{deal.pk}/losing/")
    assert "the reason is what they read Ada Lindqvist: Leadership Library" in text(page)


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
