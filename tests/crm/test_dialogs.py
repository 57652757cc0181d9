import pytest

from crm.models import Account, Contact, CustomField
from tests.factories import ContactFactory, CustomFieldFactory
from tms.models import JournalRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def send(client):
    """`send(address, **answers)`: the answered dialog, by htmx."""

    def post(address, *, operation="once", **answers):
        return client.post(address, answers | {"operation": operation}, headers=HTMX)

    return post


def test_a_contact_is_added_with_custom_fields_and_leads_to_their_page(send, kestrel):
    CustomFieldFactory(label="Shirt", key="shirt", kind="choice", choices=["M"])
    done = send(
        "/contacts/creation/",
        first_name="Grace",
        email="grace@example.com",
        account=kestrel.pk,
        custom_shirt="M",
        may_sign_in="on",
    )
    grace = Contact.objects.get()
    assert (done.status_code, done["HX-Redirect"]) == (204, f"/contacts/{grace.pk}/")
    assert (grace.account, grace.custom, grace.announcements) == (kestrel, {"shirt": "M"}, False)


def test_the_account_is_filled_in_where_the_dialog_was_opened_from_one(client, kestrel):
    page = client.get(f"/contacts/creation/?account={kestrel.pk}").content.decode()
    assert 'value="Kestrel Rail Group"' in page


def test_who_has_the_address_is_named_with_a_link(send, ada):
    page = send("/contacts/creation/", last_name="Other", email="ADA@kestrelrail.example")
    assert page.status_code == 422
    assert (
        f'<a href="/contacts/{ada.pk}/">Ada Lindqvist</a> has this email address already.'
        in page.content.decode()
    )
    assert Contact.objects.count() == 1


def test_a_doubled_press_makes_one_contact(send, europe):
    first = send("/contacts/creation/", last_name="Ask", operation="key")
    again = send("/contacts/creation/", last_name="Ask", operation="key")
    assert Contact.objects.count() == Account.objects.count() == 1
    assert again["HX-Redirect"] == first["HX-Redirect"]


def test_a_stale_edit_shows_the_values_as_they_are_now(send, ada):
    answers = {"first_name": "Ada", "last_name": "Lindqvist", "version": 0}
    done = send(f"/contacts/{ada.pk}/editing/", phone="1", **answers)
    assert (done.status_code, done["HX-Trigger"]) == (
        204,
        '{"contact:changed": {}, "dialog:close": {}}',
    )
    page = send(f"/contacts/{ada.pk}/editing/", phone="2", operation="other", **answers)
    assert page.status_code == 422
    assert 'name="phone" value="1"' in page.content.decode()
    ada.refresh_from_db()
    assert ada.phone == "1"


def test_archiving_shows_first_what_it_touches_and_does_only_what_was_shown(client, send, ada):
    address = f"/contacts/{ada.pk}/archiving/"
    page = client.get(address, headers=HTMX).content.decode()
    assert "Ada Lindqvist can&#x27;t use the LMS any more." in page
    assert JournalRow.objects.count() == 0
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    Account.objects.filter(pk=ada.account_id).update(main_contact=ada)
    assert send(address, digest=digest, version=0).status_code == 422
    ada.refresh_from_db()
    assert ada.archived_at is None
    page = client.get(address, headers=HTMX).content.decode()
    assert "1 account has no main contact any more." in page
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    assert send(address, digest=digest, version=0, operation="2").status_code == 204
    page = client.get(f"/contacts/{ada.pk}/").content.decode()
    assert "Archived" in page
    assert "/editing/" not in page


def test_a_contact_moves_after_the_preview(client, send, ada, europe):
    other = ContactFactory(account__name="Northwind", account__region=europe).account
    address = f"/contacts/{ada.pk}/account/"
    asked = send(address, account=other.pk, show="preview", version=0)
    assert "Nobody else is touched by this." in asked.content.decode()
    digest = asked.content.decode().partition('name="digest" value="')[2].partition('"')[0]
    assert send(address, account=other.pk, keep="on", version=0, digest=digest).status_code == 204
    ada.refresh_from_db()
    assert ada.account == other


def test_an_account_keeps_its_main_contact_among_its_own(client, send, kestrel, ada):
    stranger = ContactFactory()
    answers = {"name": "Kestrel", "region": kestrel.region_id, "version": 0}
    page = send(f"/accounts/{kestrel.pk}/editing/", main_contact=stranger.pk, **answers)
    assert page.status_code == 422
    assert send(
        f"/accounts/{kestrel.pk}/editing/", main_contact=ada.pk, operation="2", **answers
    ).status_code == 204  # fmt: skip
    page = client.get(f"/accounts/{kestrel.pk}/editing/").content.decode()
    assert 'value="Ada Lindqvist"' in page


def test_external_ids_and_further_accounts_come_and_go(send, ada, kestrel):
    ContactFactory(account__name="Northwind")
    northwind = Account.objects.get(name="Northwind")
    base = f"/contacts/{ada.pk}"
    assert send(f"{base}/accounts/", account=northwind.pk).status_code == 204
    assert send(f"{base}/external-ids/", system="HR", value="1", operation="2").status_code == 204
    row = ada.external_ids.get()
    assert send(f"{base}/external-ids/{row.pk}/removal/", operation="3").status_code == 204
    assert ada.external_ids.count() == 0
    assert send(f"/contacts/0/external-ids/{row.pk}/removal/").status_code == 404
    address = f"/accounts/{kestrel.pk}/external-ids/"
    assert send(address, system="ERP", value="1", operation="4").status_code == 204


def test_custom_fields_are_made_ordered_and_put_away(client, send):
    for number, label in enumerate(["Shirt", "Diet"]):
        done = send(
            "/control-panel/custom-fields/creation/",
            label=label,
            kind="choice",
            choices="One\nTwo\n",
            operation=str(number),
        )
        assert done.status_code == 204
    shirt, diet = CustomField.objects.living()
    assert shirt.choices == ["One", "Two"]
    moved = client.post(f"/control-panel/custom-fields/{diet.pk}/moving/", {"to": "up"})
    assert moved.url == "/control-panel/custom-fields/"
    assert [each.label for each in CustomField.objects.living()] == ["Diet", "Shirt"]
    ContactFactory(first_name="Bo", last_name="Ek", custom={"diet": "One"})
    page = client.get(f"/control-panel/custom-fields/{diet.pk}/archiving/", headers=HTMX)
    assert "The value of 1 contact stays, out of sight." in page.content.decode()


def test_custom_fields_are_the_matter_of_who_may_change_settings(ada, browse):
    assert browse(ada.user).get("/control-panel/custom-fields/").status_code == 403
    assert browse().get("/control-panel/custom-fields/").status_code == 302
