"""Token packs as staff and programs set them up."""

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import Price, Unit
from tests.factories import TokenPackFactory, TokenTypeFactory
from tests.lms.test_pages import text
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tokens import packs, types
from tokens.models import TokenPack

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def gold():
    return TokenTypeFactory(unit__code="Gold", period=12)


def url(name, *args):
    return reverse(f"tokens:{name}", args=args)


def test_staff_make_price_edit_archive_and_restore_a_pack(browse, office, gold, europe):
    client = browse(office)
    answers = {"token_type": gold.pk, "name": "Team  pack", "units": "50", "position": "2"}
    answers |= {"period_unit": "months"}
    page = client.post(url("create_pack"), answers | {"operation": "1"})
    pack = TokenPack.objects.get()
    assert (page.url, pack.name, pack.units) == (url("pack", pack.pk), "Team pack", 50)
    assert "No price yet" in text(client.get(page.url))
    euros = Unit.objects.get(code="EUR")
    sent = {"region": europe.pk, "method": "currency", "currency": euros.pk, "amount": "5000"}
    assert client.post(url("add_pack_price", pack.pk), sent).status_code == 302
    assert "€5,000.00" in text(client.get(page.url))
    price = Price.objects.get()
    client.post(url("edit_pack_price", pack.pk, price.pk), sent | {"amount": "5500"})
    answers |= {"name": "Big pack", "version": "0", "operation": "2"}
    assert client.post(url("edit_pack", pack.pk), answers).status_code == 302
    listed = text(client.get(url("packs")))
    assert "Big pack Gold 50 as the token type says 2" in listed
    client.post(url("archive_pack", pack.pk), {"version": "1"})
    assert "Big pack" not in text(client.get(url("packs")))
    assert "Big pack" in text(client.get(url("packs") + "?archived=on"))
    client.post(url("restore_pack", pack.pk), {"version": "2"})
    client.post(url("remove_pack_price", pack.pk, price.pk))
    assert not Price.objects.exists()
    rows = JournalRow.objects.filter(subject_kind="token_pack").order_by("id")
    kinds = ["created", "edited", "archived", "restored"]
    assert list(rows.values_list("kind", flat=True)) == [f"token_pack.{kind}" for kind in kinds]
    assert "Token pack restored: Big pack" in text(client.get(url("pack_history", pack.pk)))


def test_what_a_pack_can_t_be(gold, europe, who):
    made = packs.create(token_type=gold, name="Team pack", units=50, **who)
    for change, why in [
        ({"name": "TEAM pack"}, "There is a token pack TEAM pack already"),
        ({"name": " "}, "needs a name"),
        ({"units": 0}, "at least 1"),
        ({"period": 0}, "At least 1"),
    ]:
        with pytest.raises(Refusal, match=why):
            packs.create(**{"token_type": gold, "name": "Other", "units": 5} | change, **who)
    with pytest.raises(Refusal, match="bought with money"):
        packs.add_price(made, region=europe, unit=gold.unit, amount=Decimal(3), **who)
    euros = Unit.objects.get(code="EUR")
    with pytest.raises(Refusal, match="costs nothing can't be sold"):
        packs.add_price(made, region=europe, unit=euros, amount=Decimal(0), **who)
    with pytest.raises(Stale):
        packs.edit(made, **packs.said(made), version=7, **who)
    with pytest.raises(Refusal, match="in use already"):
        packs.restore(made, **who)
    types.archive(gold, **who)
    gold.unit.refresh_from_db()
    with pytest.raises(Refusal, match="archived and can't be sold"):
        packs.create(token_type=gold, name="Other", units=5, **who)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_statements(
    browse, office, gold, number, django_assert_num_queries
):
    for _n in range(number):
        TokenPackFactory(token_type=gold)
    client = browse(office)
    client.get(url("packs"))
    with django_assert_num_queries(5):
        client.get(url("packs"))


def test_programs_set_them_up_and_price_them(program, gold, europe):
    api = program()
    asked = {"token_type": gold.pk, "name": "Team pack", "units": 50, "period": 6}
    made = api.post("/token-packs", asked).json()
    assert (made["unit"], made["units"], made["period"], made["prices"]) == ("Gold", 50, 6, [])
    one = f"/token-packs/{made['id']}"
    price = {"region": europe.pk, "unit": "EUR", "amount": "5000"}
    priced = api.post(f"{one}/prices", price).json()["prices"]
    assert [each["amount"] for each in priced] == ["5000.0000"]
    changed = api.patch(f"{one}/prices/{priced[0]['id']}", {"amount": "5500"}).json()
    assert [each["amount"] for each in changed["prices"]] == ["5500.0000"]
    assert api.patch(one, {"units": 60, "version": 0}).json()["units"] == 60
    assert api.patch(one, {"units": 70, "version": 0}).status_code == 409
    assert api.post(f"{one}/archiving", {}).json()["archived_at"]
    assert api.get("/token-packs").json()["items"] == []
    assert api.post(f"{one}/restoring", {}).json()["archived_at"] is None
    assert api.post(f"{one}/prices/{priced[0]['id']}/removal", {}).json()["prices"] == []
    assert [each["id"] for each in api.get("/token-packs").json()["items"]] == [made["id"]]
