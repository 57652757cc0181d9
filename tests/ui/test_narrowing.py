"""The controls that narrow a list are drawn once for all, and show what is chosen now."""

import re

import pytest

from crm.filters_selling import OpportunityFilter
from crm.models import Opportunity, Stage
from tests.factories import AccountFactory, CourseFactory
from tms.ui import filters

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(browse, office):
    return browse(office)


def narrowing(client, **asked) -> str:
    """The form over the list of opportunities, as html."""
    page = client.get("/opportunities/", asked).text
    return page[page.index('class="filters"') : page.index('class="filters__end"')]


def options(html: str, name: str) -> list[str]:
    """What there is to choose from, the chosen one with a star."""
    select = re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL)[0]
    found = re.findall(r"<option value=\"[^\"]*\"( selected)?>([^<]*)", select)
    return [f"*{label}" if chosen else label for chosen, label in found]


def test_what_is_chosen_is_shown_once_and_by_no_one_else(client):
    first = Stage.objects.order_by("position", "pk").first()
    before = narrowing(client)
    chosen = narrowing(client, stage=first.pk, kind="won", closing_from="2026-11-01", q="spring")
    assert [each for each in options(chosen, "stage") if each[0] == "*"] == [f"*{first.name}"]
    assert "*Won" in options(chosen, "kind")
    assert 'value="2026-11-01"' in chosen
    assert 'value="spring"' in chosen
    assert narrowing(client) == before
    assert [each for each in options(before, "stage") if each[0] == "*"] == ["*Every stage"]


def test_what_the_first_to_look_has_chosen_is_chosen_by_nobody_else(client, monkeypatch):
    monkeypatch.setattr(filters, "DRAWN", {})
    first = Stage.objects.order_by("position", "pk").first()
    chosen = narrowing(client, stage=first.pk, kind="won")
    assert [each for each in options(chosen, "stage") if each[0] == "*"] == [f"*{first.name}"]
    plain = narrowing(client)
    assert [each for each in options(plain, "stage") if each[0] == "*"] == ["*Every stage"]
    assert not [each for each in options(plain, "kind") if each == "*Won"]


def test_choices_that_come_from_the_rows_are_those_of_now(client):
    item = CourseFactory(tags=["leading"])
    assert "leading" in client.get("/courses/").text
    item.tags = ["coaching"]
    item.save()
    html = client.get("/courses/").text
    assert '<option value="coaching">' in html
    assert '<option value="leading">' not in html


def test_a_row_that_is_added_renamed_or_gone_is_so_at_the_next_look(client):
    first = Stage.objects.order_by("position", "pk").first()
    assert first.name in options(narrowing(client), "stage")
    Stage.objects.filter(pk=first.pk).update(name="Fresh <b>&")
    assert "Fresh &lt;b&gt;&amp;" in options(narrowing(client), "stage")
    assert first.name not in options(narrowing(client), "stage")


def test_one_of_very_many_is_called_by_name_for_who_chose_it_alone(client):
    account = AccountFactory(name="Fernford Mills")
    other = AccountFactory(name="Kirk & Sons")
    assert "Fernford Mills" in narrowing(client, account=account.pk)
    html = narrowing(client, account=other.pk)
    assert "Kirk &amp; Sons" in html
    assert "Fernford" not in html
    assert "Kirk" not in narrowing(client)


def test_several_that_match_are_offered_to_who_asked_alone(client):
    AccountFactory(name="Fernford North")
    AccountFactory(name="Fernford South")
    assert "Fernford South" in narrowing(client, account_typed="fernford")
    assert "Fernford" not in narrowing(client)
    assert "Fernford" not in narrowing(client, account_typed="nobody at all")


def test_each_language_has_its_own(client, office):
    assert "Every stage" in narrowing(client)
    office.language = "de"
    office.save()
    assert "Every stage" not in narrowing(client)
    office.language = "en"
    office.save()
    assert "Every stage" in narrowing(client)


def test_what_makes_no_sense_is_said_at_its_control(client):
    html = narrowing(client, closing_from="tomorrow", stage="none")
    assert html.count('aria-invalid="true"') >= 2
    for name in ("stage", "kind"):
        select = re.search(rf'<select name="{name}"[^>]*>', narrowing(client, **{name: "none"}))[0]
        assert 'aria-invalid="true"' in select
    assert "aria-invalid" not in narrowing(client)


def test_what_there_is_to_choose_from_is_one_statement(
    rf, office, monkeypatch, django_assert_num_queries
):
    request = rf.get("/opportunities/")
    request.user = office

    def look():
        return OpportunityFilter({}, queryset=Opportunity.objects.all(), request=request).drawn()

    look()
    with django_assert_num_queries(1):
        look()
    # Also where nothing was drawn before.
    monkeypatch.setattr(filters, "DRAWN", {})
    with django_assert_num_queries(1):
        look()


def test_no_more_are_kept_than_so_many(rf, monkeypatch):
    monkeypatch.setattr(filters, "DRAWN", {})
    monkeypatch.setattr(filters, "MOST_DRAWN", 3)
    OpportunityFilter({}, queryset=Opportunity.objects.all(), request=rf.get("/")).drawn()
    assert 0 < len(filters.DRAWN) <= 3
