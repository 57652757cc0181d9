"""What an import may change about people, and what it never does. A look says it beforehand."""

import pytest

from crm import archiving, contacts, external_ids
from crm.importing import running
from crm.models import Account, AccountKind, Change, Contact, ExternalId
from tests.crm.importing import taken, verdicts
from tests.factories import AccountFactory, ContactFactory, CustomFieldFactory
from tms.models import JournalRow

pytestmark = pytest.mark.usefixtures("alone", "europe")

HEAD = "ID,First Name,Last Name,Email,Phone,Company"


@pytest.fixture
def take(who):
    return lambda *lines, **how: taken(*lines, who=who, **how)


def refusals(report):
    return [(row, reason) for row, _place, reason in report.refused]


def test_values_of_the_file_are_taken_over_where_that_is_asked(take, ada, told):
    lines = [HEAD, f"1,Ada,Lind-Berg,{ada.email},+44 1,"]
    assert verdicts(take(*lines)) == "cha"
    ada.refresh_from_db()
    assert (ada.last_name, ada.phone) == ("Lindqvist", "+44 1")
    assert verdicts(take(*lines, take=True)) == "cha"
    ada.refresh_from_db()
    assert (ada.last_name, ada.version) == ("Lind-Berg", 2)
    assert ada.user.name == "Ada Lind-Berg"
    change = Change.objects.order_by("-pk").first()
    assert (change.before, change.after) == (
        {"last_name": "Lindqvist"},
        {"last_name": "Lind-Berg"},
    )
    assert told(contact_id=ada.pk) == [
        "contact.edited",
        "contact.external_id_added",
        "contact.edited",
    ]
    assert verdicts(take(*lines, take=True)) == "unc"


def test_the_first_row_counts_though_the_second_stands_in_a_later_part(take, ada, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 1)
    lines = [HEAD, f"1,Ada,First,{ada.email},,", f"1,Ada,Second,{ada.email},,"]
    assert verdicts(take(*lines, take=True)) == "cha unc"
    ada.refresh_from_db()
    assert ada.last_name == "First"
    assert verdicts(take(*lines, take=True)) == "unc unc"


def test_empty_cells_change_nothing(take, ada):
    assert verdicts(take("Email,First Name,Phone", f"{ada.email},,", take=True)) == "unc"


def test_a_file_that_says_two_things_of_one_person_comes_to_rest(take):
    lines = [
        HEAD,
        "1,Ada,Lind,ada@example.org,,",
        "2,A.,Lindqvist,ADA@example.org,+44 2,",
        "2,Adah,Berg,other@example.org,+44 3,",
    ]
    assert verdicts(take(*lines, take=True)) == "new cha unc"
    ada = Contact.objects.get()
    assert (ada.name, ada.phone, ada.external_ids.count()) == ("Ada Lind", "+44 2", 2)
    assert verdicts(take(*lines, take=True)) == "unc unc unc"
    assert verdicts(take(*lines)) == "unc unc unc"


def test_an_individual_account_is_renamed_along(take, who):
    ada = contacts.create(first_name="Ada", last_name="Lind", email="ada@example.org", **who)
    take("Email,Last Name", "ada@example.org,Berg", take=True)
    assert Account.objects.get(pk=ada.account_id).name == "Ada Berg"


def test_the_address_of_somebody_who_signs_in_is_not_changed_by_a_file(take, ada, who):
    external_ids.add(ada, system="ERP", value="1", **who)
    report = take(HEAD, "1,,,ada@new.example,,", take=True)
    assert refusals(report) == [
        (
            2,
            "Ada Lindqvist signs in with another address. Change it on the contact's page, with "
            "“Change email address”.",
        )
    ]
    assert verdicts(take(HEAD, "1,,,ada@new.example,,")) == "unc"


def test_two_contacts_cannot_share_an_address(take, ada, who):
    bo = ContactFactory(email="bo@example.org", account=ada.account)
    external_ids.add(bo, system="ERP", value="1", **who)
    assert refusals(take(HEAD, f"1,,,{ada.email},,", take=True)) == [
        (
            2,
            "Somebody else here has the address ada@kestrelrail.example. Two contacts can't share "
            "one.",
        )
    ]


def test_ids_of_two_people_in_one_row_are_refused(take, ada, who):
    bo = ContactFactory(email="bo@example.org", account=ada.account)
    external_ids.add(ada, system="ERP", value="1", **who)
    external_ids.add(bo, system="HR", value="2", **who)
    assert refusals(take("Name,External IDs", "X,ERP: 1; HR: 2")) == [
        (2, "Its IDs belong to two here. Correct them, or merge the two first.")
    ]


def test_people_are_never_known_by_their_name(take, ada):
    report = take("Email,First Name,Last Name", "other@example.org,Ada,Lindqvist")
    assert verdicts(report) == "new"
    assert refusals(take("Email,First Name,Last Name", ",Ada,Lindqvist")) == [
        (
            2,
            "There is neither an ID nor an email address, by which the person would be known "
            "again.",
        )
    ]


def test_somebody_is_linked_to_further_accounts_and_never_moved(take, ada, kestrel, told):
    lines = ["Email,Company", f"{ada.email},Nordic Rail Forum", f"{ada.email},Never"]
    assert verdicts(take(*lines)) == "unc unc"
    assert verdicts(take(*lines, take=True)) == "cha unc"
    ada.refresh_from_db()
    assert ada.account == kestrel
    assert [each.account.name for each in ada.memberships.all()] == ["Nordic Rail Forum"]
    assert told(contact_id=ada.pk) == ["contact.account_added"]
    assert verdicts(take(*lines, take=True)) == "unc unc"
    assert not Account.objects.filter(name="Never").exists()


def test_accounts_are_made_only_where_that_is_ticked(take, kestrel):
    lines = [
        HEAD,
        "1,Ada,Lind,a@example.org,,Elsewhere",
        "2,Bo,Ek,b@example.org,,KESTREL Rail Group",
        "3,Cy,Ask,c@example.org,,",
    ]
    report = take(*lines, make=False)
    assert refusals(report) == [
        (2, "There is no account “Elsewhere”. Have missing accounts made, or add it first.")
    ]
    assert report.counts["individuals"] == 1
    assert Contact.objects.get(first_name="Bo").account == kestrel
    assert verdicts(take(*lines)) == "new unc unc"
    assert Account.objects.get(name="Elsewhere").kind == AccountKind.ORGANISATION


def test_an_account_that_two_are_called_is_asked_for_by_id(take):
    AccountFactory(name="Rail GmbH")
    AccountFactory(name="RAIL GmbH")
    assert refusals(take(HEAD, "1,Ada,Lind,a@example.org,,rail gmbh")) == [
        (2, "Several accounts are called “rail gmbh”. Give the ID of one.")
    ]


def test_an_address_is_that_of_the_account_which_is_made(take, kestrel):
    head = "Contact ID,First Name,Email,Account Name,Mailing Street,Mailing Zip/Postal Code"
    take(
        head,
        'c1,Ada,a@example.org,New Ltd,"1 High Street\nFloor 2",N1',
        'c2,Bo,b@example.org,Kestrel Rail Group,"2 Low Street",N2',
        'c3,Cy,c@example.org,,"3 Way",N3',
    )
    made = Account.objects.get(name="New Ltd")
    assert (made.street, made.postcode) == ("1 High Street\nFloor 2", "N1")
    assert Account.objects.get(pk=kestrel.pk).street == ""
    assert Account.objects.get(name="Cy").postcode == "N3"


def test_who_opts_out_stays_out_whatever_else_the_file_says(take, ada):
    head = "Contact ID,Email,Email Opt Out"
    assert verdicts(take(head, f"1,{ada.email},FALSE", f"1,{ada.email},TRUE")) == "cha cha"
    ada.refresh_from_db()
    assert ada.announcements is False
    assert verdicts(take(head, f"1,{ada.email},FALSE", take=True)) == "unc"
    lines = [head, "2,new@example.org,FALSE", "2,,TRUE"]
    assert verdicts(take(*lines)) == "new ref"
    lines = [head, "2,new@example.org,FALSE", "2,new@example.org,TRUE"]
    assert verdicts(take(*lines)) == "unc cha"
    assert Contact.objects.get(email="new@example.org").announcements is False
    assert verdicts(take(*lines)) == "unc unc"


def test_a_look_remembers_who_opted_out_in_an_earlier_part(take, ada, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 1)
    head = "Email,Email Opt Out"
    # `taken` compares the look, which writes nothing, with what was done.
    for address in (ada.email, "new@example.org"):
        rows = [f"{address},{out}" for out in ("FALSE", "TRUE", "TRUE", "FALSE")]
        assert verdicts(take(head, *rows))[4:] == "cha unc unc"
        assert Contact.objects.get(email=address).announcements is False


def test_who_wants_no_reminders_gets_none_whatever_else_the_file_says(take, ada):
    head = "Email,Reminders"
    assert verdicts(take(head, f"{ada.email},TRUE", f"{ada.email},FALSE")) == "unc cha"
    ada.refresh_from_db()
    assert (ada.reminders, ada.announcements) == (False, True)
    assert verdicts(take(head, f"{ada.email},TRUE", take=True)) == "unc"


def test_custom_values_are_filled_in_and_taken_over(take, ada):
    diet, shoe = (CustomFieldFactory(label=label, kind="text") for label in ("Diet", "Shoe size"))
    ada.custom = {diet.key: "None"}
    ada.save()
    lines = ["Email,Diet,Shoe Size", f"{ada.email},Vegan,39"]
    assert verdicts(take(*lines)) == "cha"
    ada.refresh_from_db()
    assert ada.custom == {diet.key: "None", shoe.key: "39"}
    assert verdicts(take(*lines, take=True)) == "cha"
    ada.refresh_from_db()
    assert ada.custom == {diet.key: "Vegan", shoe.key: "39"}
    change = Change.objects.order_by("-pk").first()
    assert (change.before, change.after) == (
        {"custom": {diet.key: "None"}},
        {"custom": {diet.key: "Vegan"}},
    )
    assert verdicts(take(*lines, take=True)) == "unc"


def test_our_own_number_knows_somebody_without_an_address(take, who):
    cy = contacts.create(first_name="Cy", **who)
    head = "Name,Signs in,Number,Phone"
    assert verdicts(take(head, f"Cy,No,{cy.pk},+44 1", f"Di,No,{cy.pk + 99},")) == "cha ref"
    cy.refresh_from_db()
    assert (cy.name, cy.phone) == ("Cy", "+44 1")


def test_somebody_archived_is_left_alone(take, ada, who):
    archiving.archive_contact(ada.pk, **who)
    lines = ["Email,Phone,Company", f"{ada.email},+44 1,"]
    assert refusals(take(*lines)) == [(2, "Ada Lindqvist is archived. Restore the contact first.")]
    assert verdicts(take("Email,First Name", f"{ada.email},Ada")) == "unc"


def test_an_import_that_is_not_about_a_thing_writes_nothing(take, ada):
    before = JournalRow.objects.count()
    take("Email,First Name", f"{ada.email},Ada", take=True)
    assert JournalRow.objects.count() == before
    assert ExternalId.objects.count() == 0
