"""Control panel, Training Tokens: the types as their page shows and changes them."""

import pytest
from django.urls import reverse

from tests.factories import PriceFactory
from tokens import types
from tokens.models import TokenType

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}


@pytest.fixture
def client(browse, office):
    return browse(office)


def url(name, *args):
    return reverse(f"tokens:{name}", args=args)


def names(client, query=""):
    rows = client.get(url("types") + query).context["listing"].slice.rows
    return [row["unit__label"] for row in rows]


def test_a_type_is_created_edited_archived_and_shown_when_asked_for(client):
    answers = {"name": "Gold", "period": "12", "period_unit": "months"}
    answer = client.post(url("create_type"), answers, **HTMX)
    assert answer["HX-Trigger"] == '{"token-types:changed": {}, "dialog:close": {}}'
    gold = TokenType.objects.get()
    assert "12 months" in client.get(url("types")).content.decode()
    client.post(url("edit_type", gold.pk), answers | {"period": ""}, **HTMX)
    assert "never expire" in client.get(url("types")).content.decode()
    client.post(url("archive_type", gold.pk), **HTMX)
    assert (names(client), names(client, "?archived=on")) == ([], ["Gold"])
    client.post(url("restore_type", gold.pk), **HTMX)
    assert names(client, "?q=gol") == ["Gold"]


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"name": "gold"}, "name"), ({"period": "0"}, "period"), ({"name": ""}, "name")],
)
def test_what_isn_t_a_type_is_refused_at_its_field(client, now, answers, field):
    types.create(name="Gold", **now)
    answers = {"name": "Silver", "period": "1", "period_unit": "days"} | answers
    answer = client.post(url("create_type"), answers, **HTMX)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_a_used_type_is_not_deleted_and_an_unused_one_is(client, now):
    gold, silver = types.create(name="Gold", **now), types.create(name="Silver", **now)
    PriceFactory(unit=gold.unit)
    answer = client.post(url("delete_type", gold.pk), **HTMX)
    assert "Gold is used, so it stays" in answer.content.decode()
    assert client.post(url("delete_type", silver.pk), **HTMX).status_code == 204
    assert names(client) == ["Gold"]


def test_every_dialog_opens_and_only_for_whom_it_is_meant(client, browse, ada, now):
    gold = types.create(name="Gold", **now)
    pages = [url("types"), url("create_type")]
    pages += [url(f"{verb}_type", gold.pk) for verb in ("edit", "archive", "restore", "delete")]
    assert [client.get(page).status_code for page in pages] == [200] * 6
    assert [client.get(page, **HTMX).status_code for page in pages] == [200] * 6
    assert [browse(ada.user).get(page).status_code for page in pages] == [403] * 6
    assert [browse().get(page).status_code for page in pages] == [302] * 6


@pytest.mark.parametrize("number", [1, 3, 60])
def test_the_list_costs_the_same_however_long(client, now, count_queries, number):
    for each in range(number):
        types.create(name=f"Type {each}", **now)
    assert count_queries(lambda: client.get(url("types"))) == 5
