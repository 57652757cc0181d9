import pytest

from crm import accounts, belonging
from crm.models import Contact
from tests.factories import AccountFactory
from tms import preview
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def northwind(europe):
    return AccountFactory(name="Northwind", region=europe)


def test_a_moved_person_keeps_their_history_and_both_accounts_tell_of_it(
    ada, kestrel, northwind, who, told
):
    assert belonging.change_account(ada.pk, northwind, version=0, reason="New job", **who) == []
    ada.refresh_from_db()
    assert (ada.account, ada.account_ids(), ada.version) == (northwind, [northwind.pk], 1)
    assert told(account_id=kestrel.pk) == ["account.contact_left"]
    assert told(account_id=northwind.pk) == ["contact.account_changed"]
    row = JournalRow.objects.get(contact_id=ada.pk)
    assert (row.before, row.after, row.reason) == (
        {"account": kestrel.pk},
        {"account": northwind.pk},
        "New job",
    )


def test_the_old_account_can_stay_as_a_further_one(ada, kestrel, northwind, who):
    belonging.change_account(ada.pk, northwind, keep=True, **who)
    ada.refresh_from_db()
    assert ada.account_ids() == [northwind.pk, kestrel.pk]
    assert list(Contact.objects.of_account(kestrel.pk)) == [ada]


def test_a_further_account_that_becomes_primary_is_no_further_one(ada, kestrel, northwind, who):
    belonging.add(ada.pk, northwind, **who)
    belonging.change_account(ada.pk, northwind, **who)
    ada.refresh_from_db()
    assert ada.account_ids() == [northwind.pk]
    assert list(Contact.objects.of_account(kestrel.pk)) == []


def test_who_leaves_is_not_the_main_contact_any_more(ada, kestrel, northwind, who):
    accounts.edit(kestrel.pk, main_contact=ada, **who)
    gone = Consequence(
        "closes", "1 account has no main contact any more.", 1, ("Kestrel Rail Group",)
    )
    assert preview.run(lambda: belonging.change_account(ada.pk, northwind, **who)) == [gone]
    kestrel.refresh_from_db()
    assert kestrel.main_contact == ada
    belonging.change_account(ada.pk, northwind, keep=True, **who)
    kestrel.refresh_from_db()
    assert kestrel.main_contact == ada
    assert belonging.remove(ada.pk, kestrel, **who) == [gone]
    kestrel.refresh_from_db()
    assert kestrel.main_contact is None


def test_further_accounts_come_and_go_once(ada, northwind, kestrel, who, told):
    belonging.add(ada.pk, northwind, **who)
    with pytest.raises(Refusal, match=r"^Ada Lindqvist belongs to Northwind already.$"):
        belonging.add(ada.pk, northwind, **who)
    with pytest.raises(Refusal, match=r"^Ada Lindqvist belongs to Kestrel Rail Group already.$"):
        belonging.add(ada.pk, kestrel, **who)
    belonging.remove(ada.pk, northwind, **who)
    with pytest.raises(Refusal, match=r"^Northwind is not a further account of Ada Lindqvist.$"):
        belonging.remove(ada.pk, northwind, **who)
    assert told(account_id=northwind.pk) == ["contact.account_added", "contact.account_removed"]


def test_nobody_is_moved_into_an_archived_account_or_where_they_are(
    ada, kestrel, northwind, who, clock
):
    northwind.archived_at = clock.at
    northwind.save()
    for verb in (belonging.change_account, belonging.add):
        with pytest.raises(Refusal, match=r"^Northwind is archived. Restore the account first.$"):
            verb(ada.pk, northwind, **who)
    with pytest.raises(Refusal, match=r"is the primary account of Ada Lindqvist already.$"):
        belonging.change_account(ada.pk, kestrel, **who)
