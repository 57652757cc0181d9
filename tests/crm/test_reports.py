"""The reports on selling: pipeline, won by period, lost and why (REP-1)."""

import csv
import datetime
import io
from decimal import Decimal

import pytest

from crm import reports
from crm.models import Opportunity, Stage
from tests.factories import CurrencyFactory, UserFactory
from tests.passes.pages import names, text
from tms.people import roles

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
PIPELINE, WON, LOST = "/reports/sales/pipeline/", "/reports/sales/won/", "/reports/sales/lost/"


@pytest.fixture
def desk(browse, office):
    return browse(office)


@pytest.fixture
def euro(europe):
    return europe.currencies.get()


@pytest.fixture
def pound(db):
    return CurrencyFactory(code="GBP", label="Pound sterling")


@pytest.fixture
def sam(organisation):
    return UserFactory(name="Sam Seller", is_staff=True)


@pytest.fixture
def deal(kestrel, europe, euro):
    """`deal(900, stage="Proposal")`: an opportunity; `won="2026-10-31"` or `lost=` closes it."""

    def made(worth, stage="Enquiry", *, won=None, lost=None, currency=euro, **more):
        closed_on = won or lost
        given = {
            "name": "Spring intake",
            "account": kestrel,
            "region": europe,
            "currency": currency,
            "worth": Decimal(worth),
            "opened_on": day("2026-01-10"),
            "stage": Stage.objects.get(name="Won" if won else "Lost" if lost else stage),
            "closed_on": closed_on and day(closed_on),
            "won": bool(won) if closed_on else None,
            "lost_because": "Too dear" if lost else "",
            **more,
        }
        return Opportunity.objects.create(**given)

    return made


def lines(answer):
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


# Pipeline


@pytest.fixture
def pipeline(deal, pound, sam, office):
    deal(1000, probability=10, owner=sam, closes_on=day("2026-12-01"))
    deal(500, probability=50, owner=office, closes_on=day("2026-12-31"))
    deal("99.99", "Proposal", probability=33, closes_on=day("2027-01-01"))
    deal(7, "Proposal", owner=sam)
    deal(4000, "Proposal", currency=pound, probability=50, owner=sam)
    deal(300, won="2026-11-01")
    deal(300, lost="2026-11-01")


def test_what_is_open_is_summed_by_stage_in_one_currency(pipeline, euro, pound):
    enquiry, proposal = Stage.objects.filter(name__in=["Enquiry", "Proposal"]).order_by("position")
    assert reports.pipeline("stage", currency=euro.pk) == {
        enquiry.pk: reports.Open(2, Decimal("1500.0000"), Decimal(350)),
        proposal.pk: reports.Open(2, Decimal("106.9900"), Decimal("32.9967")),
    }
    assert reports.pipeline("stage", currency=pound.pk) == {
        proposal.pk: reports.Open(1, Decimal(4000), Decimal(2000))
    }


def test_it_is_by_owner_and_by_the_month_it_should_close_in_too(pipeline, euro, sam, office):
    by_owner = reports.pipeline("owner", currency=euro.pk)
    assert {key: each.worth for key, each in by_owner.items()} == {
        sam.pk: Decimal(1007),
        office.pk: Decimal(500),
        None: Decimal("99.99"),
    }
    by_month = reports.pipeline("closes", currency=euro.pk, owner=sam.pk)
    assert {key: each.count for key, each in by_month.items()} == {day("2026-12-01"): 1, None: 1}


def test_the_page_has_every_open_stage_and_leads_to_the_list(pipeline, desk, pound, euro):
    answer = desk.get(PIPELINE)
    said = text(answer)
    assert "Enquiry 2 €1,500.00 €350.00 Proposal 2 €106.99 €33.00 Negotiation 0" in said
    assert "Together 4 €1,606.99 €383.00" in said
    stage = Stage.objects.get(name="Enquiry")
    address = f"/opportunities/?currency={euro.pk}&stage={stage.pk}"
    assert address.replace("&", "&amp;") in answer.content.decode()
    assert len(names(desk.get(address))) == 2
    assert "Proposal 1 £4,000.00 £2,000.00" in text(desk.get(f"{PIPELINE}?currency={pound.pk}"))
    by_owner = text(desk.get(f"{PIPELINE}?by=owner"))
    assert "Sam Seller 2 €1,007.00 €100.00 Olive Office 1 €500.00 €250.00 Nobody 1" in by_owner
    by_month = desk.get(f"{PIPELINE}?by=closes")
    assert "December 2026 2 €1,500.00 €350.00 January 2027 1" in text(by_month)
    assert "No day named 1 €7.00 €0.00" in text(by_month)
    address = f"/opportunities/?currency={euro.pk}&closing_from=2026-12-01&closing_to=2026-12-31"
    assert address.replace("&", "&amp;") in by_month.content.decode()
    assert len(names(desk.get(address))) == 2


def test_the_file_has_plain_amounts(pipeline, desk):
    assert lines(desk.get(f"{PIPELINE}?export=csv"))[1:3] == [
        ["Enquiry", "2", "1500.00", "350.00"],
        ["Proposal", "2", "106.99", "33.00"],
    ]


# Won


@pytest.fixture
def decided(deal, pound, sam):
    deal("100.50", won="2026-09-30")
    deal(200, won="2026-10-01", owner=sam)
    deal(300, won="2026-10-31", owner=sam)
    deal(50, lost="2026-10-15", owner=sam, name="Board day")
    deal(9000, won="2026-10-15", currency=pound)
    deal(40, lost="2026-11-22", name="Signals", lost_because="=Another\nyear")


def test_what_was_won_is_summed_by_the_day_it_was_won_on(decided, euro, sam):
    months = [day("2026-09-01"), day("2026-10-01"), day("2026-11-01")]
    found = reports.decided(months, months[0], day("2026-11-22"), currency=euro.pk)
    nothing = Decimal(0)
    assert found == {
        months[0]: reports.Decided(1, Decimal("100.5000"), 0, nothing),
        months[1]: reports.Decided(2, Decimal(500), 1, Decimal(50)),
        months[2]: reports.Decided(0, nothing, 1, Decimal(40)),
    }
    assert found[months[1]].rate == pytest.approx(2 / 3)
    mine = reports.decided(months, months[0], day("2026-10-30"), currency=euro.pk, owner=sam.pk)
    assert mine == {months[1]: reports.Decided(1, Decimal(200), 1, Decimal(50))}


def test_the_page_never_adds_up_two_currencies(decided, desk, pound):
    answer = desk.get(f"{WON}?first=2026-09-01")
    said = text(answer)
    assert "September 2026 1 €100.50 0 €0.00 100%" in said
    assert "October 2026 2 €500.00 1 €50.00 67% November 2026 0 €0.00 1 €40.00 0%" in said
    assert "Together 3 €600.50 2 €90.00 60%" in said
    assert "Won in EUR: Sep €100.50, Oct €500.00</desc>" in answer.content.decode()
    said = text(desk.get(f"{WON}?first=2026-09-01&by=year&currency={pound.pk}"))
    assert "2026 1 £9,000.00 0 £0.00 100%" in said


# Lost


def test_what_was_lost_is_listed_with_the_reason(decided, desk, sam):
    answer = desk.get(LOST)
    assert names(answer)[:2] == ["Signals", "Board day"]
    assert "Board day Too dear Kestrel Rail Group Sam Seller 15 Oct 2026 €50.00" in text(answer)
    assert "Oct 1, Nov 1</desc>" in answer.content.decode()
    assert names(desk.get(f"{LOST}?owner={sam.pk}")) == ["Board day"]
    assert lines(desk.get(f"{LOST}?export=csv"))[1] == [
        "Signals",
        "'=Another\nyear",
        "Kestrel Rail Group",
        "",
        "2026-11-22",
        "40.00",
        "EUR",
    ]


def test_very_many_are_cut_on_the_page_and_not_in_the_file(decided, desk, monkeypatch):
    monkeypatch.setattr("crm.views.reports.LISTED", 1)
    answer = desk.get(LOST)
    assert names(answer) == ["Signals"]
    assert "The latest 1 of 2. A file has them all." in text(answer)
    assert len(lines(desk.get(f"{LOST}?export=csv"))) == 3


# All of them


def test_an_empty_installation_has_empty_reports(desk, organisation):
    for page in (PIPELINE, WON):
        assert "There is no currency yet" in text(desk.get(page))
    CurrencyFactory()
    assert "No opportunity is open" in text(desk.get(PIPELINE))
    assert "Nothing was won or lost in this time" in text(desk.get(WON))
    assert "Nothing was lost in this time" in text(desk.get(LOST))


@pytest.mark.parametrize("page", [PIPELINE, WON, LOST])
def test_they_are_for_who_may_see_opportunities(page, browse, desk):
    roles.sync()
    assert browse(UserFactory(is_staff=True)).get(page).status_code == 403
    assert desk.get(page).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 20])
def test_they_cost_the_same_however_many_opportunities(count, deal, desk, count_queries):
    for number in range(count):
        deal(number, owner=UserFactory(is_staff=True))
        deal(number, won="2026-11-01")
        deal(number, lost="2026-11-02")
    pages = [PIPELINE, f"{PIPELINE}?by=owner", WON, LOST]
    assert [count_queries(lambda page=page: desk.get(page)) for page in pages] == [10, 10, 9, 8]
