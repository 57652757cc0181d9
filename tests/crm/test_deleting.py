import pytest

from crm import accounts, contacts, deleting, external_ids, tasks
from crm.models import Account, Contact
from tests.factories import ContactFactory, PassFactory
from tms.models import AuditRow, JournalRow
from tms.refusals import Refusal
from tms.reporting import checking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


def test_who_was_entered_by_mistake_goes_with_their_account(europe, who):
    made = contacts.create(first_name="Zoe", last_name="Zyx", email="z@example.com", **who)
    external_ids.add(made, system="HR", value="Zyx-1", **who)
    contacts.edit(made.pk, phone="Zyx", **who)
    told = [each.sentence for each in deleting.delete_contact(made.pk, **who)]
    assert told == ["Zoe Zyx is gone for good.", "The individual account of Zoe Zyx goes along."]
    assert not Contact.objects.exists()
    assert not Account.objects.exists()
    # The journal keeps the numbers, and nobody's words stay anywhere.
    assert JournalRow.objects.filter(contact_id=made.pk).count() > 3
    for row in AuditRow.objects.all():
        assert "zyx" not in f"{row.before}{row.after}".lower()
    assert checking.check(on=who["on"], at=who["at"]).broken == {}
    assert contacts.create(last_name="New", email="z@example.com", **who).pk


def test_whoever_has_a_history_stays(europe, who):
    made = contacts.create(first_name="Zoe", last_name="Ask", **who)
    task = tasks.add(made, title="Ring", **who)
    sentence = "^Zoe Ask has a history, which stays. Archive it instead, or merge it.$"
    with pytest.raises(Refusal, match=sentence):
        deleting.delete_contact(made.pk, **who)
    tasks.remove(task.pk, **who)
    with pytest.raises(Refusal, match=sentence):
        deleting.delete_contact(made.pk, **who)
    other = ContactFactory(account__region=europe)
    PassFactory(contact=other)
    with pytest.raises(Refusal, match="has a history"):
        deleting.delete_contact(other.pk, **who)
    assert Contact.objects.count() == 2


def test_an_account_goes_while_nobody_belongs_to_it(europe, kestrel, ada, who):
    made = accounts.create(name="Typo Ltd", **who)
    assert [each.sentence for each in deleting.delete_account(made.pk, **who)] == [
        "Typo Ltd is gone for good."
    ]
    with pytest.raises(Refusal, match="has a history"):
        deleting.delete_account(kestrel.pk, **who)
    alone = contacts.create(last_name="Ask", **who)
    with pytest.raises(Refusal, match="has a history"):
        deleting.delete_account(alone.account_id, **who)
