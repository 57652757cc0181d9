"""The board shows what is open by stage; a card moves by mouse, by keyboard, without scripts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.html import escape
from playwright.sync_api import expect

from crm import board, opportunities, stages
from crm.models import Opportunity, Stage, StageKind
from tests.crm.selling_cast import interested, opened
from tests.crm.test_pages import text_of
from tests.factories import CurrencyFactory, copies
from tms import lately

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "board"}


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def deal(kestrel, ada, who):
    return opened(kestrel, who, contact=ada, closes_on=date(2026, 12, 18))


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_board_costs_the_same_for_any_number(n, deal, client, count_queries):
    copies(deal, n - 1, name=lambda n: f"Deal {n}")
    assert count_queries(lambda: client.get("/opportunities/board/")) == 8
    assert count_queries(lambda: client.get("/opportunities/board/", headers=HTMX)) == 7


def test_a_column_says_how_many_there_are_and_what_they_come_to(deal, client, who, office):
    interested(deal, who, 50, "20.00")
    opportunities.edit(deal.pk, owner=office, **who)
    dollars = CurrencyFactory(code="USD", label="Dollar")
    deal.refresh_from_db()
    copies(deal, 2, worth=lambda n: Decimal(5), currency=lambda n: dollars)
    page = text_of(client.get("/opportunities/board/"))
    assert "Enquiry 3 €1,000.00 + $10.00" in page
    assert "Spring intake Kestrel Rail Group 18 Dec 2026 OO Olive Office €1,000.00" in page
    assert "Proposal 0 Negotiation 0 Won 0 in 30 days Lost 0 in 30 days" in page


def test_of_very_many_the_sums_are_a_minute_old_at_most(deal, monkeypatch, clock):
    seconds = [100.0]
    monkeypatch.setattr(lately.time, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(lately, "MANY", 1)
    monkeypatch.setattr(board.SUMS_OF_OPEN, "kept", {})

    def count():
        return board.columns("/", on=clock.on())[0].count

    copies(deal, 1, name=lambda n: "Second")
    assert count() == 2
    copies(deal, 1, name=lambda n: "Third")
    assert count() == 2
    seconds[0] += 60
    assert count() == 3


def test_a_column_shows_what_closes_first_and_leads_to_the_rest(deal, client):
    copies(
        deal, 27, name=lambda n: f"Deal {n:02}",
        closes_on=lambda n: deal.closes_on + timedelta(days=1 + n),
    )  # fmt: skip
    page = client.get("/opportunities/board/").content.decode()
    assert page.count('class="board__card"') == 25
    assert page.index("Spring intake") < page.index("Deal 00") < page.index("Deal 23")
    assert "Deal 24" not in page
    assert f'<a class="board__more" href="/opportunities/?stage={deal.stage_id}">3 more</a>' in page


def test_what_was_decided_stays_for_thirty_days_and_cant_be_moved(deal, client, clock, who):
    opportunities.lose(deal.pk, because="Too dear", **who)
    page = client.get("/opportunities/board/").content.decode()
    assert "Spring intake" in page
    assert "draggable" not in page
    clock.move(days=30)
    assert "Spring intake" not in client.get("/opportunities/board/").content.decode()


def test_the_board_is_narrowed_to_what_one_works_on(deal, client, who, office):
    opened(deal.account, who, name="Mine", owner=office)
    page = client.get(f"/opportunities/board/?owner={office.pk}").content.decode()
    assert "Mine" in page
    assert "Spring intake" not in page
    assert f'<option value="{office.pk}" selected>Olive Office</option>' in page
    alone = client.get(f"/opportunities/board/?owner={office.pk}", headers=HTMX).content.decode()
    assert alone.startswith('<div class="board" id="board"')
    assert f'hx-get="/opportunities/board/?owner={office.pk}"' in alone


def test_a_stage_with_markup_in_its_name_is_text(client, who, deal):
    stages.create(name='"><script>alert(1)</script>', **who)
    page = client.get("/opportunities/board/").content.decode()
    assert "<script>alert(1)" not in page
    assert escape('"><script>alert(1)</script>') in page


def test_a_card_moves_by_mouse_and_by_keyboard(open_page, office, deal, who):
    interested(deal, who)
    page = open_page(office)
    page.goto("/opportunities/board/")
    stage = {each.name: page.locator(f'[data-stage="{each.pk}"]') for each in Stage.objects.all()}
    card = page.get_by_role("link", name="Spring intake", exact=True)
    card.drag_to(stage["Negotiation"])
    expect(stage["Negotiation"].get_by_text("Spring intake")).to_be_visible()
    status = page.get_by_role("status").filter(has_text="moved")
    expect(status).to_have_text("Spring intake moved to Negotiation")
    mover = page.get_by_role("link", name="Move Spring intake")
    expect(mover).to_be_focused()
    mover.press("ArrowLeft")
    expect(status).to_have_text("Spring intake moved to Proposal")
    expect(mover).to_be_focused()
    # What wins or loses it asks first, and an Escape leaves it where it is.
    card.drag_to(stage["Won"])
    expect(page.get_by_role("heading", name="Kestrel Rail Group receives")).to_be_visible()
    page.keyboard.press("Escape")
    card.drag_to(stage["Lost"])
    dialog = page.locator("#dialog")
    dialog.get_by_label("Reason").fill("Too dear")
    dialog.get_by_role("button", name="Lose the opportunity").click()
    expect(stage["Lost"].get_by_text("Spring intake")).to_be_visible()
    deal.refresh_from_db()
    assert (deal.stage.kind, deal.lost_because) == (StageKind.LOST, "Too dear")


def test_without_scripts_a_card_is_a_link_to_a_choice_of_stages(deal, client):
    page = client.get("/opportunities/board/").content.decode()
    assert f'href="/opportunities/{deal.pk}/stage/"' in page
    proposal = Stage.objects.get(name="Proposal")
    path = f"/opportunities/{deal.pk}/stage/"
    assert client.post(path, {"stage": proposal.pk}).status_code == 302
    assert Opportunity.objects.get().stage == proposal


def test_a_card_that_somebody_else_moved_meanwhile_stays_there(deal, client, who):
    negotiation = Stage.objects.get(name="Negotiation")
    opportunities.move(deal.pk, stage=negotiation, **who)
    sent = {"stage": Stage.objects.get(name="Proposal").pk, "version": deal.version}
    answer = client.post(f"/opportunities/{deal.pk}/stage/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "changed meanwhile" in text_of(answer)
    assert Opportunity.objects.get().stage == negotiation
