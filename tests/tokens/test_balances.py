"""What an account has of each type: exact, on the day, whether or not a night has run (TOK-8)."""

import datetime

import pytest

from tests.factories import TokenTypeFactory
from tokens import balances, expiring, ledger

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


@pytest.fixture
def lived(give, gold, kestrel, now):
    """Issued, redeemed, refunded, adjusted; one about to expire, one for ever, two types."""
    give(10, "2026-11-30")
    kept = give(20, "2027-03-01")
    give(5)
    give(7, "2026-12-23", token_type=TokenTypeFactory(unit__code="Silver"))
    taken = ledger.redeem(kestrel.pk, gold, 13, **now)
    ledger.refund({taken.move: 2}, **now)
    ledger.adjust(kept.pk, -4, version=kept.version, reason="Counted wrong", **now)
    return taken


def figures(account, on):
    return {
        each.name: (
            each.available,
            each.ending,
            each.issued,
            each.redeemed,
            each.expired,
            each.moved,
        )
        for each in balances.of_account(account.pk, day(on))
    }


def test_the_figures_of_each_type_add_up(lived, kestrel):
    assert figures(kestrel, "2026-11-22") == {
        "Gold": (20, 0, 35, 11, 0, -4),
        "Silver": (7, 0, 7, 0, 0, 0),
    }


def test_what_expires_within_thirty_days_is_counted_through_its_last_day(lived, kestrel):
    assert figures(kestrel, "2026-11-23")["Silver"] == (7, 7, 7, 0, 0, 0)
    assert figures(kestrel, "2026-12-23")["Silver"] == (7, 7, 7, 0, 0, 0)
    assert figures(kestrel, "2026-12-24")["Silver"] == (0, 0, 7, 0, 7, 0)


def test_the_night_changes_nothing_of_it(lived, kestrel, clock):
    before = figures(kestrel, "2027-03-02")
    expiring.write_off(on=day("2027-03-02"), at=clock.move(days=100))
    assert figures(kestrel, "2027-03-02") == before == {
        "Gold": (5, 0, 35, 11, 15, -4),
        "Silver": (0, 0, 7, 0, 7, 0),
    }  # fmt: skip


def test_what_can_be_spent_is_told_by_the_month_in_which_it_expires(lived, kestrel):
    gold, silver = balances.of_account(kestrel.pk, day("2026-11-22"))
    assert gold.months == {day("2027-03-01"): 15, None: 5}
    assert silver.months == {day("2026-12-01"): 7}


@pytest.mark.parametrize("number", [1, 3, 300])
def test_it_is_one_query_however_many_issues(give, kestrel, number, django_assert_num_queries):
    for _each in range(number):
        give(1, "2026-12-31")
    with django_assert_num_queries(1):
        assert figures(kestrel, "2026-11-22")["Gold"][0] == number
