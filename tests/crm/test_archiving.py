import re

import pytest

from crm import accounts, archiving, contacts
from tests.factories import AccountFactory, ContactFactory
from tms import preview
from tms.consequences import Consequence
from tms.refusals import Refusal

heard = []


def follower(fact):
    heard.append((fact.kind, fact.subjects))
    return [Consequence("stays", f"Somebody above heard of {fact.kind}.", 1)]


@pytest.fixture(autouse=True)
def followed(settings):
    heard.clear()
    settings.CONSEQUENCES = ["tests.crm.test_archiving.follower"]


def test_archiving_a_contact_says_what_it_touches_and_does_exactly_that(ada, kestrel, who, told):
    accounts.edit(kestrel.pk, main_contact=ada, **who)
    expected = [
        Consequence("closes", "Ada Lindqvist can't use the LMS any more.", 1),
        Consequence("closes", "1 account has no main contact any more.", 1, (kestrel.name,)),
        Consequence("stays", "Somebody above heard of contact.archived.", 1),
    ]
    assert preview.run(lambda: archiving.archive_contact(ada.pk, **who)) == expected
    ada.refresh_from_db()
    assert ada.archived_at is None
    assert archiving.archive_contact(ada.pk, version=0, reason="Left", **who) == expected
    ada.refresh_from_db()
    kestrel.refresh_from_db()
    assert (ada.archived_at, kestrel.main_contact) == (who["at"], None)
    assert told(contact_id=ada.pk) == ["contact.archived"]
    assert heard == [("contact.archived", (ada.pk,))] * 2


def test_an_archived_contact_changes_only_by_being_restored(ada, who):
    archiving.archive_contact(ada.pk, **who)
    with pytest.raises(Refusal, match=r"^Ada Lindqvist is archived. Restore the contact first.$"):
        contacts.edit(ada.pk, phone="1", **who)
    with pytest.raises(Refusal, match=r"^Ada Lindqvist is archived. Restore the contact first.$"):
        archiving.archive_contact(ada.pk, **who)
    archiving.restore_contact(ada.pk, **who)
    with pytest.raises(Refusal, match=r"^Ada Lindqvist is not archived.$"):
        archiving.restore_contact(ada.pk, **who)
    assert contacts.edit(ada.pk, phone="1", **who).phone == "1"


def test_an_individual_account_goes_and_comes_with_its_person(europe, who):
    freya = contacts.create(first_name="Freya", last_name="Ask", **who)
    own = freya.account
    with pytest.raises(Refusal, match=r"^It is the account of Freya Ask. Archive the contact, and"):
        archiving.archive_account(own.pk, **who)
    sentences = [each.sentence for each in archiving.archive_contact(freya.pk, **who)]
    assert sentences[0] == "The individual account of Freya Ask is archived too."
    assert [kind for kind, _subjects in heard][-2:] == ["account.archived", "contact.archived"]
    own.refresh_from_db()
    assert own.archived_at == who["at"]
    archiving.restore_contact(freya.pk, **who)
    own.refresh_from_db()
    assert own.archived_at is None


def test_archiving_an_account_names_who_stays_with_it(kestrel, ada, who, told):
    ContactFactory(first_name="Bo", last_name="Ek", account=kestrel)
    AccountFactory(name="Kestrel Freight", parent=kestrel)
    assert archiving.archive_account(kestrel.pk, version=0, **who) == [
        Consequence(
            "stays", "2 contacts keep it as primary account.", 2, ("Bo Ek", "Ada Lindqvist")
        ),
        Consequence("stays", "1 sub-account stays under it.", 1, ("Kestrel Freight",)),
        Consequence("stays", "Somebody above heard of account.archived.", 1),
    ]
    with pytest.raises(Refusal, match=r"^Kestrel Rail Group is archived already.$"):
        archiving.archive_account(kestrel.pk, **who)
    with pytest.raises(Refusal, match=r"^Kestrel Rail Group is archived. Restore the account"):
        contacts.create(last_name="New", account=kestrel, **who)
    archiving.restore_account(kestrel.pk, **who)
    assert told(account_id=kestrel.pk) == ["account.archived", "account.restored"]


@pytest.mark.parametrize(
    ("kind", "factory"), [("contacts", ContactFactory), ("accounts", AccountFactory)]
)
def test_a_search_counts_those_that_are_listed(browse, office, clock, kind, factory):
    name = "last_name" if kind == "contacts" else "name"
    factory(**{name: "Zed Here"})
    gone = factory(**{name: "Zed Gone"})
    type(gone).objects.filter(pk=gone.pk).update(archived_at=clock.at)

    def told(**asked):
        page = browse(office).get(f"/{kind}/", {"q": "zed", **asked}).content.decode()
        return re.search(r'aria-label="Pages"><span>([^<]*)', page)[1]

    assert (told(), told(show="all")) == ("1–1 of 1", "1–2 of 2")
