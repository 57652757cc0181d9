import pytest

from crm import archiving, merging, opportunities, tasks
from crm.models import Contact
from tests.factories import AccountFactory, ContactFactory
from tms.refusals import Refusal

from .test_pages import HTMX, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def bo(europe):
    return ContactFactory(
        first_name="Bo",
        last_name="Ek",
        email="bo@example.com",
        phone="+46 1",
        account=AccountFactory(name="Northwind", region=europe),
    )


def hidden(page, name):
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_the_dialog_shows_what_moves_and_does_only_that(ada, bo, client, who):
    tasks.add(bo, title="Ring", **who)
    address = f"/contacts/{ada.pk}/merging/"
    asked = client.get(address, headers=HTMX).content.decode()
    assert "Merge the contacts" in asked
    answers = {"other": bo.pk, "other_typed": "Bo Ek", "keep": "this"}
    answers |= {name: hidden(asked, name) for name in ("operation", "version")}
    shown = client.post(address, answers | {"show": "preview"}, headers=HTMX)
    said = text_of(shown)
    for sentence in ("Bo Ek becomes part of Ada Lindqvist.", "1 task moves.", "Filled in"):
        assert sentence in said
    assert Contact.objects.get(pk=bo.pk).merged_into is None
    unseen = client.post(address, answers, headers=HTMX)
    assert unseen.status_code == 422
    digest = hidden(shown.content.decode(), "digest")
    done = client.post(address, answers | {"digest": digest}, headers=HTMX)
    assert (done.status_code, done["HX-Redirect"]) == (204, f"/contacts/{ada.pk}/")
    assert Contact.objects.get(pk=bo.pk).merged_into == ada


def test_the_other_one_can_be_the_one_kept(kestrel, bo, client):
    address = f"/accounts/{kestrel.pk}/merging/"
    asked = client.get(address).content.decode()
    answers = {"other": bo.account_id, "other_typed": "Northwind", "keep": "other"}
    answers |= {name: hidden(asked, name) for name in ("operation", "version")}
    shown = client.post(address, answers | {"show": "preview"}).content.decode()
    done = client.post(address, answers | {"digest": hidden(shown, "digest")})
    assert done["Location"] == f"/accounts/{bo.account_id}/"
    kestrel.refresh_from_db()
    assert kestrel.merged_into == bo.account


def test_a_double_leads_to_the_one_kept_and_is_offered_nowhere(ada, bo, kestrel, client, who):
    northwind = bo.account
    merging.merge_contacts(ada.pk, bo.pk, **who)
    merging.merge_accounts(kestrel.pk, northwind.pk, **who)
    for double, kept, sentence in (
        (bo, ada, "Bo Ek was merged into Ada Lindqvist."),
        (northwind, kestrel, "Northwind was merged into Kestrel Rail Group."),
    ):
        page = client.get(double.get_absolute_url(), follow=True)
        assert page.redirect_chain == [(kept.get_absolute_url(), 302)]
        assert sentence in text_of(page)
    lists = ("/contacts/?show=all", "/contacts/?show=archived", "/contacts/options/?q=Ek")
    for address in (*lists, "/search/?q=Ek"):
        assert f"/contacts/{bo.pk}/" not in client.get(address, headers=HTMX).content.decode()
    for address in ("/accounts/?show=all", "/accounts/options/?q=North"):
        assert "Northwind" not in client.get(address, headers=HTMX).content.decode()
    with pytest.raises(Refusal, match="was merged into Ada Lindqvist, and stays so"):
        archiving.restore_contact(bo.pk, **who)
    with pytest.raises(Refusal, match="was merged into Kestrel Rail Group, and stays so"):
        archiving.restore_account(northwind.pk, **who)


def test_history_is_read_together_and_no_page_asks_more_for_it(ada, bo, client, who, count_queries):
    address = f"/contacts/{ada.pk}/"
    opportunities.create(account=bo.account, name="Ten passes", **who)
    tasks.add(bo, title="Ring Bo", **who)
    merging.merge_contacts(ada.pk, bo.pk, **who)
    said = text_of(client.get(f"{address}history/"))
    assert "Bo Ek became part of this one" in said
    assert "Task added: Ring Bo" in said
    before = count_queries(lambda: client.get(address))
    third = ContactFactory(account=ada.account)
    merging.merge_contacts(ada.pk, third.pk, **who)
    assert count_queries(lambda: client.get(address)) == before


def test_who_was_entered_by_mistake_is_deleted_on_the_page(client, europe, who):
    made = ContactFactory(account=AccountFactory(region=europe))
    address = f"/contacts/{made.pk}/deletion/"
    asked = client.get(address, headers=HTMX).content.decode()
    assert "is gone for good." in asked
    answers = {name: hidden(asked, name) for name in ("operation", "version", "digest")}
    done = client.post(address, answers, headers=HTMX)
    assert done["HX-Redirect"] == "/contacts/"
    assert not Contact.objects.filter(pk=made.pk).exists()
