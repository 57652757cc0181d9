"""The dashboard: what needs doing today, for whom it is, and charts over time (UI-8)."""

import datetime
import re
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import Group

from catalog.models import Event
from crm.models import Opportunity, Stage
from lms.models import Request, Submission, Waiting
from tests.factories import (
    AccountFactory,
    ContactFactory,
    ContentUnitFactory,
    CourseFactory,
    CurrencyFactory,
    EventFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PaymentFactory,
    TokenTypeFactory,
    UserFactory,
)
from tests.passes.pages import text
from tms.people import roles
from tokens import issuing

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
PAGE = "/dashboard/"


@pytest.fixture
def desk(browse, office):
    return browse(office)


@pytest.fixture
def annual(organisation):
    return PassOptionFactory(pass_type=PassTypeFactory(name="Leadership Library"))


@pytest.fixture
def deal(kestrel, europe):
    """`deal("Spring intake", closes_on="2026-12-01")`; `won=` is the day it was won on."""

    def made(name, *, closes_on=None, won=None, worth=100, currency=None, **more):
        return Opportunity.objects.create(
            name=name,
            account=kestrel,
            region=europe,
            currency=currency or europe.currencies.get(),
            worth=Decimal(worth),
            opened_on=day("2026-01-10"),
            stage=Stage.objects.get(name="Won" if won else "Enquiry"),
            closes_on=closes_on and day(closes_on),
            closed_on=won and day(won),
            won=True if won else None,
            **more,
        )

    return made


def asked_for(contact, clock, **about):
    return Request.objects.create(contact=contact, asked_at=clock.at, **about)


def section(page, heading) -> str:
    """What the panel with this heading says."""
    for html in re.findall(r"<section.*?</section>", page.content.decode(), flags=re.DOTALL):
        words = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL)
        words = " ".join(unescape(words).split())
        if words.startswith(heading):
            return words.removeprefix(heading).strip()
    raise AssertionError(f"{heading} isn't there")


def test_figures_say_what_is_and_lead_there(desk, annual, ada, clock, deal):
    PassFactory(option=annual, contact=ada, expires_on=day("2026-12-22"))
    PassFactory(option=annual, expires_on=day("2026-12-23"))
    asked_for(ada, clock, pass_type=annual.pass_type)
    EventFactory(course__title="Soon", first_on=day("2026-12-22"), minimum=3)
    EventFactory(course__title="Later", first_on=day("2026-12-23"), minimum=3)
    deal("Late", closes_on="2026-11-21")
    deal("Due", closes_on="2026-12-06")
    deal("Not yet", closes_on="2026-12-07")
    page = desk.get(PAGE)
    said = text(page)
    assert "Active passes 2 1 of them unassigned Passes ending in 30 days 1" in said
    assert "Closing in 14 days 2 1 of them overdue Requests waiting 1" in said
    assert "Events in the next 30 days 1 1 below its minimum" in said
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    addresses = {each for each in re.findall(r'<a href="(/[^"]+)"', main) if "?" in each}
    assert len(addresses) == 7
    for address in addresses:
        assert desk.get(unescape(address), follow=True).status_code == 200


def test_passes_that_end_next_are_there_to_renew(desk, annual, ada):
    assert section(desk.get(PAGE), "Passes ending next") == "No pass ends in the next 30 days."
    last = PassFactory(option=annual, contact=ada, expires_on=day("2026-11-22"))
    PassFactory(
        option=annual, account=AccountFactory(name="Tidewell"), expires_on=day("2026-12-22")
    )
    said = section(page := desk.get(PAGE), "Passes ending next")
    assert said == (
        f"Ada Lindqvist Leadership Library , Kestrel Rail Group 22 Nov 2026 Renew #{last.pk} "
        f"Unassigned Leadership Library , Tidewell 22 Dec 2026 Renew #{last.pk + 1} As a list"
    )
    assert f'hx-get="/passes/{last.pk}/renewal/"' in page.content.decode()
    for _each in range(5):
        PassFactory(option=annual, expires_on=day("2026-12-22"))
    said = section(desk.get(PAGE), "Passes ending next")
    assert said.count("Renew #") == 6
    assert said.endswith("All that end in the next 30 days")


def test_tokens_that_expire_next_are_told_by_account_and_type(desk, kestrel, clock, office):
    who = {"at": clock.at, "on": clock.on(), "by": office}
    gold, silver = (TokenTypeFactory(unit__code=code) for code in ("Gold", "Silver"))
    assert "No account has tokens" in section(desk.get(PAGE), "Tokens expiring in 30 days")
    for token_type, number, until in (
        (gold, 5, "2026-12-01"),
        (gold, 7, "2026-12-22"),
        (gold, 100, "2026-12-23"),
        (silver, 2, "2026-11-22"),
        (silver, 50, None),
    ):
        issuing.issue(kestrel, token_type, number, expires_on=until and day(until), **who)
    assert section(desk.get(PAGE), "Tokens expiring in 30 days") == (
        "Kestrel Rail Group first on 22 Nov 2026 2 Silver "
        "Kestrel Rail Group first on 1 Dec 2026 12 Gold By month of expiry"
    )


def test_opportunities_that_close_next_are_mine_first_then_the_oldest(desk, deal, office):
    sam = UserFactory(name="Sam Seller", is_staff=True)
    deal("Board day", closes_on="2026-11-20", owner=sam)
    deal("Signals", closes_on="2026-12-06", owner=office, worth="1250.50")
    deal("Nobody's", closes_on="2026-11-30", worth=0)
    deal("Later", closes_on="2026-12-07")
    deal("Some day")
    deal("Won", closes_on="2026-11-30", won="2026-11-20")
    assert section(desk.get(PAGE), "Opportunities closing") == (
        "Signals Kestrel Rail Group , yours 6 Dec 2026 €1,250.50 "
        "Board day Kestrel Rail Group , Sam Seller 20 Nov 2026 €100.00 Overdue "
        "Nobody's Kestrel Rail Group 30 Nov 2026 As a list"
    )
    for number in range(8):
        deal(f"Long due {number}", closes_on="2026-11-01", owner=sam)
    assert section(desk.get(PAGE), "Opportunities closing").startswith("Signals")


def test_what_was_won_last_and_what_was_won_by_month(desk, deal):
    page = desk.get(PAGE)
    assert section(page, "Recent wins").startswith("No opportunity was won yet.")
    assert "No opportunity was won in these twelve months." in section(page, "Won by month")
    pound = CurrencyFactory(code="GBP")
    deal("Old", won="2025-11-30")
    deal("First", won="2025-12-01", worth=20)
    deal("Second", won="2026-11-01", worth=30)
    deal("Third", won="2026-11-22", worth=40)
    deal("British", won="2026-11-21", worth=9000, currency=pound)
    page = desk.get(PAGE)
    said = section(page, "Recent wins")
    assert said.startswith("Third Kestrel Rail Group 22 Nov 2026 €40.00 British")
    assert "Won by month in EUR: Dec €20.00, Nov €70.00</desc>" in page.content.decode()


def test_passes_issued_are_drawn_by_month(desk, annual):
    assert "No pass was issued" in section(desk.get(PAGE), "Passes issued by month")
    for moment in ("2025-11-30T23:59", "2025-12-01T00:00", "2026-11-22T10:00", "2026-11-22T11:00"):
        at = datetime.datetime.fromisoformat(f"{moment}+00:00")
        PassFactory(option=annual, issued_at=at)
    drawn = desk.get(PAGE).content.decode()
    assert "Passes issued by month: Dec 1, Nov 2</desc>" in drawn
    assert 'aria-labelledby="issued-title issued-desc"' in drawn


def test_events_short_of_learners_or_seats_are_told(desk, organisation, clock):
    for title, taken, more in (
        ("Two missing", 1, {"minimum": 3, "first_on": day("2026-12-01")}),
        ("Full", 8, {"capacity": 8, "first_on": day("2026-12-02")}),
        ("Two left", 6, {"capacity": 8, "first_on": day("2026-12-03")}),
        ("Three left", 5, {"capacity": 8, "first_on": day("2026-12-04")}),
        ("Later", 8, {"capacity": 8, "first_on": day("2026-12-23")}),
    ):
        event = EventFactory(course__title=title, place="Leeds", **{"capacity": None, **more})
        type(event).objects.filter(pk=event.pk).update(taken=taken)
    full = Event.objects.get(course__title="Full")
    for _each in range(2):
        Waiting.objects.create(contact=ContactFactory(), event=full, joined_at=clock.at)
    assert section(desk.get(PAGE), "Seats running short") == (
        "Two missing 1 Dec 2026, Leeds 1 2 below its minimum "
        "Full 2 Dec 2026, Leeds 8 of 8 2 are waiting "
        "Two left 3 Dec 2026, Leeds 6 of 8 2 seats left As a list"
    )


def handed_in(contact, clock, **more):
    unit = ContentUnitFactory(title="Essay", course=CourseFactory(title="Signals"))
    given = {"number": 1, "name": "essay.pdf", "kind": "pdf", "size": 9, "submitted_at": clock.at}
    return Submission.objects.create(contact=contact, unit=unit, **given, **more)


def test_what_was_handed_in_waits_to_be_marked(desk, ada, clock, browse):
    assert section(desk.get(PAGE), "Assignments to be marked") == (
        "Everything that was handed in is marked."
    )
    handed_in(ada, clock, marked_at=clock.at, passed=True)
    handed_in(ada, clock, replaced_at=clock.at)
    waits = handed_in(ada, clock)
    assert section(page := desk.get(PAGE), "Assignments to be marked") == (
        "Ada Lindqvist Essay , Signals 22 Nov 2026 Mark : Ada Lindqvist As a list"
    )
    assert f'hx-get="/submissions/{waits.pk}/mark/"' in page.content.decode()


def test_what_was_paid_and_not_given_needs_action(desk, ada, clock, europe):
    assert "What was paid for was given." in section(desk.get(PAGE), "Payments that need action")
    about = {"contact": ada, "event": LmsEventFactory(course__title="Signals"), "title": "Signals"}
    PaymentFactory(**about)
    PaymentFactory(**about, paid_at=clock.at, settled_at=clock.at)
    PaymentFactory(**about, paid_at=clock.at, refund_asked_at=clock.at)
    stuck = PaymentFactory(**about, paid_at=clock.at)
    said = section(page := desk.get(PAGE), "Payments that need action")
    assert said.startswith("Ada Lindqvist Signals €")
    assert said.endswith(f"Give what was paid for : {stuck.contact.name} As a list")
    assert said.count("Give what was paid for") == 1
    assert f'hx-get="/all-payments/{stuck.pk}/place/"' in page.content.decode()
    assert f'hx-get="/all-payments/{stuck.pk}/place/"' in page.content.decode()


def test_a_role_sees_what_it_includes_and_nothing_else(browse, organisation):
    roles.sync()
    said = text(browse(UserFactory(name="New", is_staff=True)).get(PAGE))
    for word in (
        "passes", "Opportunities", "Tokens", "Seats", "Requests", "wins", "marked", "Payments"
    ):  # fmt: skip
        assert word not in said
    clerk = UserFactory(name="Clerk", is_staff=True)
    clerk.groups.add(Group.objects.get(name="Support"))
    page = browse(clerk).get(PAGE)
    assert "Passes ending next" in text(page)
    assert "/renewal/" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 3, 20])
def test_it_costs_the_same_however_much_there_is(
    count, desk, annual, deal, ada, clock, office, count_queries
):
    who = {"at": clock.at, "on": clock.on(), "by": office}
    gold = TokenTypeFactory(unit__code="Gold")
    for number in range(count):
        contact = ContactFactory(account=AccountFactory(name=f"Account {number}"))
        PassFactory(option=annual, contact=contact, expires_on=day("2026-12-01"))
        issuing.issue(contact.account, gold, 5, expires_on=day("2026-12-01"), **who)
        deal(f"Deal {number}", closes_on="2026-12-01", owner=office)
        deal(f"Won {number}", won="2026-11-01")
        EventFactory(first_on=day("2026-12-01"), minimum=3)
        asked_for(contact, clock, pass_type=annual.pass_type)
        handed_in(contact, clock)
        PaymentFactory(contact=contact, event=LmsEventFactory(), paid_at=clock.at)
    assert count_queries(lambda: desk.get(PAGE)) == 19
