"""The statements of lists are kept, and what they answer is always as it is now."""

import datetime

import pytest
from django.db import connection

from passes.models import Pass, Source
from tests.factories import AccountFactory, LearnerFactory
from tests.passes.test_pages_owned import numbers
from tms.ui import filters, kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    kept.KEPT.clear()
    yield
    kept.KEPT.clear()


@pytest.fixture
def grace(europe):
    return LearnerFactory(first_name="Grace", last_name="Hopper", account__region=europe)


def test_what_is_new_is_in_a_list_that_was_looked_at_before(desk, issue):
    first = issue()
    assert numbers(desk.get("/passes/")) == [first.pk]
    second = issue()
    again = desk.get("/passes/")
    assert numbers(again) == [second.pk, first.pk]
    assert "1–2 of 2" in again.content.decode()
    assert len(kept.KEPT) == 1


def test_each_account_has_its_own_rows_by_the_same_statement(desk, issue, ada, europe):
    other = AccountFactory(name="100% Ltd", region=europe)
    theirs = issue(contact=LearnerFactory(account=other))
    ours = issue(contact=ada)
    for _look in range(7):  # beyond five the database keeps the plan, too
        assert numbers(desk.get(f"/accounts/{other.pk}/passes/")) == [theirs.pk]
        assert numbers(desk.get(f"/accounts/{ada.account_id}/passes/")) == [ours.pk]
    assert len(kept.KEPT) == 1


def test_each_choice_order_and_size_is_a_list_of_its_own(desk, issue, library):
    active, late = issue(), issue(starts_on=datetime.date(2027, 1, 1), source=Source.API)
    for _look in range(2):
        assert numbers(desk.get("/passes/")) == [late.pk, active.pk]
        assert numbers(desk.get("/passes/?sort=expires_on")) == [active.pk, late.pk]
        assert numbers(desk.get("/passes/?status=active")) == [active.pk]
        assert numbers(desk.get("/passes/?status=not_started")) == [late.pk]
        assert numbers(desk.get(f"/passes/?pass_type={library.pk}&size=25")) == [late.pk, active.pk]
    assert len(kept.KEPT) == 5


def test_a_day_later_the_list_is_of_that_day(desk, issue, clock):
    pass_ = issue(starts_on=datetime.date(2026, 11, 23), source=Source.API)
    assert numbers(desk.get("/passes/?status=active")) == []
    clock.at += datetime.timedelta(days=1)
    assert numbers(desk.get("/passes/?status=active")) == [pass_.pk]


@pytest.mark.parametrize(
    "query", ["contact=1", "active_from=2026-01-01", "expires_to=nonsense", "after=W10"]
)
def test_what_hardly_anybody_asks_again_is_not_kept(desk, issue, query):
    issue()
    assert desk.get(f"/passes/?{query}").status_code == 200
    assert not kept.KEPT


def test_what_a_search_finds_and_who_is_chosen_go_by_the_same_statements(desk, issue, ada, grace):
    hers, other = issue(contact=ada), issue(contact=grace)
    for _look in range(7):  # beyond five the database keeps the plan, too
        for contact, pass_ in ((ada, hers), (grace, other)):
            by_name = desk.get(f"/passes/?q={contact.first_name}")
            assert numbers(by_name) == numbers(desk.get(f"/passes/?contact={contact.pk}"))
            assert numbers(by_name) == [pass_.pk]
            assert "1–1 of 1" in by_name.content.decode()
        assert numbers(desk.get("/passes/?q=nobody")) == []
    assert len(kept.KEPT) == 2


@pytest.mark.parametrize(("most", "many"), [(1000, 1), (0, 1), (0, -1)])
def test_many_that_match_are_those_that_few_would_be(
    desk, issue, ada, grace, monkeypatch, most, many
):
    monkeypatch.setattr(filters.Found, "FEW", most)
    monkeypatch.setattr(filters, "MANY", many)
    hers = issue(contact=ada, external_ids=["K-7%"])
    other = issue(contact=grace)
    for words, wanted in {
        ada.last_name: [hers],
        f"{ada.first_name} {ada.last_name}": [hers],
        f"{ada.first_name} {grace.last_name}": [],
        "K-7%": [hers],
        "K-7": [],
        "%": [],
        f"#{other.pk}": [other],
    }.items():
        found = desk.get("/passes/", {"q": words})
        assert numbers(found) == [each.pk for each in wanted], words


def test_no_more_is_kept_than_has_its_place(desk, issue, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 2)
    pass_ = issue()
    for query in ("", "status=active", "sort=expires_on", "size=25"):
        assert numbers(desk.get(f"/passes/?{query}")) == [pass_.pk]
        assert len(kept.KEPT) <= 2


def test_what_was_active_long_ago_is_told_in_the_index_of_expiry(issue):
    """Nearly all that end later began later, too: no row is read to see that."""
    given = issue()
    values = {each.attname: getattr(given, each.attname) for each in Pass._meta.concrete_fields}
    later = values | {"id": None, "external_ids": []}
    Pass.objects.bulk_create(Pass(**later) for _each in range(400))
    first, last = datetime.date(2020, 1, 1), datetime.date(2020, 1, 3)
    rows = Pass.objects.active_between(first, last).order_by("-expires_on", "-pk")[:50]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE passes_pass")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = rows.values_list("pk").explain()
    assert "Backward using pass_expiry_start" in plan
    assert "starts_on <=" in plan.partition("Index Cond")[2]
    assert "Filter" not in plan
