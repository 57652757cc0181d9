import pytest
from django.db import IntegrityError, connection

from crm import accounts, contacts
from crm.models import Account, AccountKind, Change, Contact
from tests.factories import ContactFactory, CustomFieldFactory, IndividualAccountFactory
from tests.races import NotCaught, meeting, race
from tms.models import JournalRow
from tms.refusals import Refusal, Stale


def test_a_contact_is_made_in_an_account_and_the_journal_names_nobody(kestrel, who, told):
    grace = contacts.create(
        first_name=" Grace ",
        last_name="Hopper",
        email="Grace@Kestrelrail.example ",
        account=kestrel,
        ids=[("HubSpot", "7"), ("Payroll", "A-1")],
        **who,
    )
    grace.refresh_from_db()
    assert (grace.name, grace.email) == ("Grace Hopper", "grace@kestrelrail.example")
    assert [str(each) for each in grace.external_ids.all()] == ["HubSpot 7", "Payroll A-1"]
    assert told(contact_id=grace.pk, account_id=kestrel.pk) == [
        "contact.created",
        "contact.external_id_added",
        "contact.external_id_added",
    ]
    rows = str(list(JournalRow.objects.values_list("before", "after", "reason")))
    assert "Hopper" not in rows
    assert "kestrelrail" not in rows


def test_without_an_organisation_an_individual_account_is_made_with_them(europe, who, told):
    freya = contacts.create(first_name="Freya", last_name="Ask", **who)
    account = freya.account
    assert (account.kind, account.name, account.region) == (
        AccountKind.INDIVIDUAL,
        "Freya Ask",
        europe,
    )
    account.refresh_from_db()
    assert account.main_contact == freya
    assert told(account_id=account.pk) == ["account.created", "contact.created"]


def test_somebody_without_a_name_is_called_by_their_address(europe, who):
    assert contacts.create(email="info@example.com", **who).account.name == "info@example.com"
    with pytest.raises(Refusal, match=r"^Say a name or an email address.$"):
        contacts.create(phone="1", **who)


def test_before_the_first_region_a_person_can_be_made_and_an_organisation_not(organisation, who):
    assert contacts.create(last_name="Ask", **who).account.region is None
    with pytest.raises(Refusal, match=r"^Choose a region. They are made in the control panel.$"):
        accounts.create(name="Northwind", **who)


@pytest.mark.parametrize(
    "email", ["ADA@kestrelrail.example", " ada@KESTRELRAIL.example", "ａda@kestrelrail.example"]
)
def test_an_address_belongs_to_one_contact_whatever_its_case(ada, kestrel, who, email):
    with pytest.raises(Refusal) as no:
        contacts.create(last_name="Other", email=email, account=kestrel, **who)
    assert str(no.value) == (
        f'<a href="/contacts/{ada.pk}/">Ada Lindqvist</a> has this email address already.'
        " Two contacts can't share one."
    )
    assert no.value.field == "email"


def test_the_name_of_who_has_the_address_is_text(kestrel, who):
    ContactFactory(first_name="<b>", last_name="", email="b@example.com")
    with pytest.raises(Refusal) as no:
        contacts.create(last_name="Other", email="b@example.com", account=kestrel, **who)
    assert ">&lt;b&gt;</a>" in str(no.value)


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.com", "ada lind@example.com", "ada@example"]
)
def test_what_no_letter_could_reach_is_no_address(kestrel, who, email):
    with pytest.raises(Refusal, match=r"is not an email address. One looks like ada@example.com.$"):
        contacts.create(last_name="X", email=email, account=kestrel, **who)


def test_several_people_without_an_address_are_several(kestrel, who):
    for name in ("One", "Two"):
        contacts.create(last_name=name, email="", account=kestrel, **who)
    assert kestrel.contacts.filter(email=None).count() == 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=cmd()", "=cmd()"),
        ("null", "null"),
        ("Line\nbreak\t and  blanks", "Line break and blanks"),
        ("e\u0301", "é"),
        ("\u202eevil", "evil"),
        ("محمد", "محمد"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_names_are_kept_as_text(kestrel, who, typed, kept):
    made = contacts.create(first_name=typed, last_name="X", account=kestrel, **who)
    made.refresh_from_db()
    assert made.first_name == kept


def test_a_name_that_is_too_long_or_broken_is_refused(kestrel, who):
    with pytest.raises(Refusal, match=r"^Last name takes 100 characters, and this has 101.$"):
        contacts.create(last_name="x" * 101, account=kestrel, **who)
    with pytest.raises(Refusal, match=r"^There is a character in it that can't be shown."):
        contacts.create(last_name="a\x00b", account=kestrel, **who)


def test_an_edit_keeps_what_stood_there_before_where_it_can_be_erased(ada, who):
    ada.user = None
    ada.save()
    contacts.edit(
        ada.pk, version=0, last_name="Holm", phone="", email="ada.holm@example.com", **who
    )
    ada.refresh_from_db()
    assert (ada.name, ada.version, ada.account.name) == ("Ada Holm", 1, "Kestrel Rail Group")
    row = JournalRow.objects.get(kind="contact.edited")
    change = Change.objects.get()
    assert row.after == {"change": change.pk}
    assert (row.contact_id, row.account_id, change.contact) == (ada.pk, ada.account_id, ada)
    assert change.before == {"last_name": "Lindqvist", "email": "ada@kestrelrail.example"}
    assert change.after == {"last_name": "Holm", "email": "ada.holm@example.com"}


def test_an_edit_that_changes_nothing_writes_nothing(ada, who, told):
    contacts.edit(ada.pk, version=0, first_name="Ada ", email="ADA@kestrelrail.example", **who)
    ada.refresh_from_db()
    assert ada.version == 0
    assert told() == []


def test_a_stale_edit_is_refused_and_changes_nothing(ada, who):
    contacts.edit(ada.pk, version=0, phone="1", **who)
    with pytest.raises(Stale, match=r"^Ada Lindqvist was changed meanwhile."):
        contacts.edit(ada.pk, version=0, phone="2", **who)
    ada.refresh_from_db()
    assert ada.phone == "1"


def test_the_address_of_who_signs_in_is_not_edited_beside_the_sign_in(ada, who):
    with pytest.raises(Refusal, match=r"^Ada Lindqvist signs in with this address.") as no:
        contacts.edit(ada.pk, email="new@example.com", **who)
    assert no.value.field == "email"


def test_a_renamed_person_renames_their_own_account_and_sign_in(ada, who):
    own = IndividualAccountFactory(name="Ada Lindqvist")
    Contact.objects.filter(pk=ada.pk).update(account=own)
    contacts.edit(ada.pk, last_name="Holm", **who)
    ada.user.refresh_from_db()
    own.refresh_from_db()
    assert (own.name, ada.user.name) == ("Ada Holm", "Ada Holm")


def test_custom_values_are_checked_by_kind_and_journaled(ada, who):
    CustomFieldFactory(label="Size", key="size", kind="choice", choices=["S", "M"])
    CustomFieldFactory(label="Since", key="since", kind="date")
    contacts.edit(ada.pk, custom={"size": "M", "since": "2026-02-28"}, **who)
    with pytest.raises(Refusal, match=r"^“XXL” is not among the choices of Size.$") as no:
        contacts.edit(ada.pk, custom={"size": "XXL"}, **who)
    assert no.value.field == "custom_size"
    contacts.edit(ada.pk, custom={"since": ""}, **who)
    ada.refresh_from_db()
    assert ada.custom == {"size": "M"}
    assert [each.after for each in Change.objects.order_by("pk")] == [
        {"custom": {"since": "2026-02-28", "size": "M"}},
        {"custom": {"since": None}},
    ]


def same_address_twice(kestrel, who):
    def make(name):
        return contacts.create(last_name=name, email="same@example.com", account=kestrel, **who)

    return race(lambda: make("One"), lambda: make("Two"))


@pytest.fixture
def both_look(monkeypatch):
    """Of two who make a contact at once, each has looked for its address before either saves."""
    meet, look = meeting(), contacts.refuse_taken
    monkeypatch.setattr(contacts, "refuse_taken", lambda email: (look(email), meet()))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_address_at_once_one_is_refused(kestrel, who, both_look):
    outcome = same_address_twice(kestrel, who)
    [no] = [each for each in outcome.answers if isinstance(each, Refusal)]
    assert no.field == "email"
    assert Contact.objects.filter(email="same@example.com").count() == 1


@pytest.mark.django_db(transaction=True)
def test_where_the_constraint_is_not_listened_to_the_second_is_an_error(
    kestrel, who, both_look, monkeypatch
):
    monkeypatch.setattr(contacts, "IntegrityError", NotCaught)
    with pytest.raises(IntegrityError, match="contact_email_regardless_of_case"):
        same_address_twice(kestrel, who)
    assert Contact.objects.filter(email="same@example.com").count() == 1


def test_looking_for_an_address_uses_the_unique_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Contact.objects.with_address("ada@example.com").explain()
    assert "contact_email_regardless_of_case" in plan
    assert Account.objects.count() == 0
