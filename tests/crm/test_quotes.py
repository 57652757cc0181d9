"""A quote is what was offered, as it was offered: numbered, dated, valid until a day."""

import datetime
import re
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from crm import accounts, interests, opportunities, quotes
from crm.models import Quote
from tests.crm.selling_cast import interested, opened
from tests.crm.test_pages import staff, text_of
from tests.factories import TaxLevelFactory
from tests.races import race
from tms.models import JournalRow, Organisation
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY = datetime.date(2026, 12, 22)


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def deal(kestrel, ada, who):
    accounts.edit(
        kestrel.pk, legal_name="Kestrel Rail Group AB", street="Hamngatan 4", city="Göteborg",
        country="SE", tax_number="SE55", **who,
    )  # fmt: skip
    made = opened(kestrel, who, contact=ada)
    interested(made, who, 50, "20.00", discount=Decimal(10))
    return made


def made(deal, who, **more):
    return quotes.make(deal.pk, **{"valid_until": DAY} | who | more)


def test_a_quote_keeps_what_is_offered_under_the_next_number(deal, who, office):
    reduced = TaxLevelFactory(name="Reduced", percent=Decimal(7))
    line = interested(deal, who, 3, "9.99", title="Silver", tax_level=reduced)
    gold = line.token_interest.token_type.unit
    interested(deal, who, 2, "5", title="Bronze", unit=gold)
    first, second = made(deal, who), made(deal, who)
    assert (first.number, second.number) == ("QUO-2026-0001", "QUO-2026-0002")
    assert (first.issued_on, first.valid_until, first.by_id) == (who["on"], DAY, office.pk)
    content = first.content
    assert content["bill_to"]["name"] == "Kestrel Rail Group AB"
    assert (content["contact"], content["subject"]) == ("Ada Lindqvist", "Spring intake")
    assert content["sums"] == {
        "net": "929.9700",
        "taxes": [
            ["Reduced", "7.000", "29.9700", "2.1000"],
            ["Standard", "20.000", "900.0000", "180.0000"],
        ],
        "gross": "1112.0700",
    }
    ((unit, number),) = content["tokens"]
    assert (unit["code"], Decimal(number)) == ("Silver", 10)
    row = JournalRow.objects.filter(kind="opportunity.quoted").first()
    assert row.after == {"quote": first.pk, "valid_until": "2026-12-22"}


def test_its_document_says_what_was_kept_whatever_becomes_of_the_rest(deal, who):
    quote = made(deal, who)
    before = quotes.document(quote)
    assert before["recipient"] == [
        "Kestrel Rail Group AB", "Ada Lindqvist", "Hamngatan 4", "Göteborg", "Sweden"
    ]  # fmt: skip
    assert before["facts"] == [
        ("Number", "QUO-2026-0001"),
        ("Date", "22 November 2026"),
        ("Valid until", "22 December 2026"),
        ("Your tax number", "SE55"),
    ]
    (line,) = before["lines"]
    assert line["title"] == "Gold"
    assert line["cells"] == ["50", "€20.00", "10\xa0%", "20\xa0%", "€900.00"]
    assert before["sums"] == [
        ("Net", "€900.00", False),
        ("Standard, 20\xa0% of €900.00", "€180.00", False),
        ("Total", "€1,080.00", True),
    ]
    interests.remove(deal.interests.get().pk, **who)
    opportunities.edit(deal.pk, name="Another name", **who)
    accounts.edit(deal.account_id, legal_name="Somebody else", **who)
    Organisation.objects.update(name="Other Training", tax_number="X")
    assert quotes.document(Quote.objects.get()) == before


def test_its_file_is_the_same_for_ever(deal, who, client):
    quote = made(deal, who)
    first = client.get(f"/quotes/{quote.pk}/")
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == 'attachment; filename="QUO-2026-0001.pdf"'
    assert first.content[:5] == b"%PDF-"
    Organisation.objects.update(name="Other Training")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    assert client.get(f"/quotes/{quote.pk}/").content == first.content


def test_it_is_under_the_logo_of_its_day(deal, who, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    plain = client.get(f"/quotes/{made(deal, who).pk}/").content
    organisation = Organisation.objects.get()
    organisation.logo.save("none.png", ContentFile(b""))
    organisation.logo.delete()
    # A logo whose file is gone is left out.
    Organisation.objects.update(logo="logo/gone.png")
    gone = made(deal, who)
    assert gone.content["logo"] == "logo/gone.png"
    assert len(client.get(f"/quotes/{gone.pk}/").content) == pytest.approx(len(plain), rel=0.05)


@pytest.mark.parametrize("name", ["=cmd()", "<script>alert(1)</script>", '#panic("x")', "שלום"])
def test_whatever_is_typed_is_text_on_paper(name, kestrel, who, client):
    deal = opened(kestrel, who, name=name)
    interested(deal, who, title=name[:40])
    quote = made(deal, who)
    assert quotes.document(quote)["intro"] == name
    assert client.get(f"/quotes/{quote.pk}/").content[:5] == b"%PDF-"


def test_there_has_to_be_something_to_quote_and_a_day_to_come(deal, kestrel, who):
    empty = opened(kestrel, who, name="Empty")
    with pytest.raises(Refusal, match="Add an interest first"):
        made(empty, who)
    with pytest.raises(Refusal, match="Choose today or a later day"):
        made(deal, who, valid_until=datetime.date(2026, 11, 21))
    with pytest.raises(Stale):
        made(deal, who, version=99)
    opportunities.lose(deal.pk, because="Too dear", **who)
    with pytest.raises(Refusal, match="is lost"):
        made(deal, who)
    assert not Quote.objects.exists()
    # What was refused left no gap.
    opportunities.reopen(deal.pk, **who)
    assert made(deal, who).number == "QUO-2026-0001"


def test_staff_make_one_and_find_it_on_the_page(deal, client):
    path = f"/opportunities/{deal.pk}/quotes/creation/"
    page = client.get(path, headers=HTMX).content.decode()
    assert 'value="2026-12-22"' in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    past = client.post(path, {"valid_until": "2026-11-01"}, headers=HTMX)
    assert past.status_code == 422
    given = {"valid_until": "2027-01-31", "version": version, "operation": "one"}
    for _press in range(2):
        answer = client.post(path, given, headers=HTMX)
        assert answer.status_code == 204
        assert "Quote QUO-2026-0001 is made." in answer["HX-Trigger"]
    page = client.get(f"/opportunities/{deal.pk}/")
    assert "QUO-2026-0001 22 Nov 2026 31 Jan 2027 €1,080.00" in text_of(page)
    assert "Quote QUO-2026-0001 made Valid until 31 January 2027" in text_of(page)
    assert f'href="/quotes/{Quote.objects.get().pk}/"' in page.content.decode()


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_panel_costs_the_same_for_any_number(n, deal, who, client, count_queries):
    first = made(deal, who)
    Quote.objects.bulk_create(
        Quote(
            opportunity=deal, number=str(n), issued_on=who["on"], valid_until=DAY,
            content=first.content, at=who["at"],
        )
        for n in range(n - 1)
    )  # fmt: skip
    path = f"/opportunities/{deal.pk}/parts/quotes/"
    assert count_queries(lambda: client.get(path, headers=HTMX)) == 4


def test_only_whoever_may_see_opportunities_sees_quotes(deal, who, browse):
    quote = made(deal, who)
    assert browse(staff("crm.view_people")).get(f"/quotes/{quote.pk}/").status_code == 403
    assert browse(staff("crm.view_opportunities")).get(f"/quotes/{quote.pk}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_numbers(deal, who):
    done = race(lambda: made(deal, who).number, lambda: made(deal, who).number)
    assert sorted(done.answers) == ["QUO-2026-0001", "QUO-2026-0002"]
