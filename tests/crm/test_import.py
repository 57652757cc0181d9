import csv
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from crm import archiving, contacts
from crm.importing.people import People
from crm.models import Account, AccountKind, Change, Contact, ExternalId, Membership
from tests.factories import AccountFactory, ContactFactory, UserFactory
from tms.models import JournalRow

pytestmark = pytest.mark.usefixtures("alone")

HEADINGS = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone Number",
    "Lifecycle Stage",
    "Create Date",
    "Associated Company",
    "Associated Company IDs",
]


def person(key, first="Ada", last="Lind", email="", phone="", company="", company_id=""):
    return [key, first, last, email, phone, "lead", "2024-01-15 10:00", company, company_id]


@pytest.fixture
def file(tmp_path):
    """`file(rows)`: a file in HubSpot's shape, with a byte order mark and commas."""

    def written(*rows, headings=HEADINGS, encoding="utf-8-sig", delimiter=","):
        path = tmp_path / "contacts.csv"
        with path.open("w", encoding=encoding, newline="") as out:
            csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
        return path

    return written


@pytest.fixture
def take(europe, capsys):
    """`take(path)`: what the command says."""

    def imported(path, **options):
        call_command("import_contacts", path, **options)
        return [
            " ".join(line.split())
            for line in capsys.readouterr().out.splitlines()
            if " seconds" not in line
        ]

    return imported


def counts(new=0, changed=0, unchanged=0, refused=0, organisations=0, individuals=0):
    return [
        f"{new} new",
        f"{changed} changed",
        f"{unchanged} unchanged",
        f"{refused} refused",
        f"{organisations} accounts of organisations made, {individuals} of individuals",
    ]


def test_people_come_with_their_accounts_and_coming_again_changes_nothing(file, take, told):
    path = file(
        person("1", "Ada", "Lind", "ADA@example.org", "+44 1", "Example Welding Ltd", "9000"),
        person("2", "Bo", "Ek", "bo@example.org", "", "Example Welding Ltd", "9000"),
        person("3", "Cy", "", "", "", "", ""),
    )
    assert take(path) == counts(new=3, organisations=1, individuals=1)
    ada = Contact.objects.get(email="ada@example.org")
    assert (ada.name, ada.phone, ada.account.name) == ("Ada Lind", "+44 1", "Example Welding Ltd")
    assert [str(each) for each in ada.external_ids.all()] == ["HubSpot 1"]
    assert [str(each) for each in ada.account.external_ids.all()] == ["HubSpot 9000"]
    cy = Contact.objects.get(first_name="Cy")
    assert (cy.email, cy.account.kind, cy.account.name) == (None, AccountKind.INDIVIDUAL, "Cy")
    assert cy.account.main_contact == cy
    assert told(contact_id=ada.pk) == ["contact.created"]
    assert JournalRow.objects.filter(source="import").count() == 5
    before = state()
    assert take(path) == counts(unchanged=3)
    assert state() == before


def state():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Account, Contact, ExternalId, Membership, JournalRow, Change)
    ]


def test_a_second_record_of_one_address_is_the_same_person(file, take):
    path = file(
        person("1", "Ada", "Lind", "ada@example.org"),
        person("2", "A.", "Lindqvist", "Ada@Example.org", "+44 2"),
    )
    assert take(path) == counts(new=1, changed=1, individuals=1)
    ada = Contact.objects.get()
    assert (ada.name, ada.phone) == ("Ada Lind", "+44 2")
    assert [str(each) for each in ada.external_ids.all()] == ["HubSpot 1", "HubSpot 2"]
    assert take(path) == counts(unchanged=2)


def test_whoever_is_here_is_known_by_id_or_address_and_stays_as_the_office_has_them(
    file, take, ada, who, told
):
    bo = ContactFactory(first_name="Bo", last_name="Ek", email=None, phone="")
    ExternalId.objects.create(contact=bo, system="HubSpot", value="2")
    path = file(
        person("1", "Adah", "L.", "ADA@kestrelrail.example", "+44 1", "Other", "7"),
        person("2", "Bob", "Eek", "bo@example.org", "+44 2"),
    )
    assert take(path) == counts(changed=2)
    ada.refresh_from_db()
    bo.refresh_from_db()
    assert (ada.name, ada.phone, ada.account.name) == (
        "Ada Lindqvist",
        "+44 1",
        "Kestrel Rail Group",
    )
    assert (bo.name, bo.email, bo.phone, bo.version) == ("Bo Ek", "bo@example.org", "+44 2", 1)
    assert told(contact_id=ada.pk) == ["contact.edited", "contact.external_id_added"]
    assert Change.objects.get(contact=bo).after == {"email": "bo@example.org", "phone": "+44 2"}
    assert take(path) == counts(unchanged=2)


def test_a_further_id_alone_is_noted(file, take, ada):
    ada.phone = "1"
    ada.save()
    assert take(file(person("1", "X", "Y", ada.email, "2"))) == counts(changed=1)
    assert [str(each) for each in ada.external_ids.all()] == ["HubSpot 1"]


def test_an_archived_contact_stays_archived_and_untouched(file, take, ada, who):
    archiving.archive_contact(ada.pk, **who)
    assert take(file(person("1", "X", "Y", ada.email, "2"))) == [
        "Row 2: Ada Lindqvist is archived. Restore the contact first.",
        *counts(refused=1),
    ]
    assert take(file(["X", "Y", ada.email], headings=["First Name", "Last Name", "Email"])) == (
        counts(unchanged=1)
    )
    assert ada.external_ids.count() == 0


def test_two_companies_are_a_primary_and_a_further_account(file, take):
    path = file(
        person("1", "Ada", "Lind", "a@example.org", "", "Health Trust", "9000;9003"),
        person("2", "Bo", "Ek", "b@example.org", "", "Example Welding", "9000"),
        person("3", "Cy", "Ask", "c@example.org", "", "Energi AS", "9003"),
        person("4", "Di", "Ode", "d@example.org", "", "North; South", "1;2"),
        person("5", "Ed", "Unknown", "e@example.org", "", "Somewhere", "5;6"),
    )
    assert take(path) == counts(new=5, organisations=6)
    ada = Contact.objects.get(first_name="Ada")
    assert ada.account.name == "Example Welding"
    assert [each.account.name for each in ada.memberships.all()] == ["Energi AS"]
    di = Contact.objects.get(first_name="Di")
    assert [di.account.name, *(each.account.name for each in di.memberships.all())] == [
        "North",
        "South",
    ]
    ed = Contact.objects.get(first_name="Ed")
    assert [ed.account.name, *(each.account.name for each in ed.memberships.all())] == [
        "Company 5",
        "Company 6",
    ]


def test_a_company_without_an_id_is_the_one_called_so(file, take, kestrel):
    AccountFactory(name="Rail GmbH")
    path = file(
        person("1", "A", "", "a@example.org", "", "KESTREL rail group"),
        person("2", "B", "", "b@example.org", "", "Rail GmbH", "77"),
        person("3", "C", "", "c@example.org", "", "Rail GmbH", "78"),
        person("4", "D", "", "d@example.org", "", "New Ltd"),
        person("5", "E", "", "e@example.org", "", "new ltd"),
    )
    assert take(path) == counts(new=5, organisations=2)
    assert kestrel.contacts.get().first_name == "A"
    named = {name: Account.objects.filter(name=name).count() for name in ("Rail GmbH", "New Ltd")}
    assert named == {"Rail GmbH": 2, "New Ltd": 1}


def test_text_stays_text_and_lines_are_joined(file, take):
    take(
        file(
            person("1", '=HYPERLINK("http://example.org","x")', "Lind\nII", "a@example.org"),
            person("2", "<script>alert(1)</script>", "田中", "b@example.org"),
        )
    )
    assert [each.name for each in Contact.objects.order_by("pk")] == [
        '=HYPERLINK("http://example.org","x") Lind II',
        "<script>alert(1)</script> 田中",
    ]


def test_refused_rows_are_told_with_number_and_reason_and_the_others_come(
    file, take, tmp_path, kestrel, who
):
    ExternalId.objects.create(account=kestrel, system="HubSpot", value="9")
    archiving.archive_account(kestrel.pk, **who)
    refused = tmp_path / "refused.csv"
    path = file(
        person("1", "Ada", "Lind", "not an address"),
        person("2", "Bo", "Lind\nII", "bo@example.org"),
        person("3", "", "", ""),
        person("4", "x" * 101),
        person("5", "Cy", "Ask", "cy@example.org", "", "Kestrel", "9"),
        ["6", "Di"],
        person("=7+1", "a\x01b"),
        person("8", "Nul\x00", "Byte"),
        [],
    )
    lines = take(path, refused=refused)
    assert lines[:-5] == [
        "Row 2, Email: “not an address” is not an email address. One looks like ada@example.com.",
        "Row 4: There is no name and no email address.",
        "Row 5, First Name: First name takes 100 characters, and this has 101.",
        "Row 6, Associated Company: Kestrel Rail Group is archived. Restore the account first.",
        "Row 7: The row has 2 cells, and there are 9 headings.",
        "Row 8, First Name: There is a character in it that can't be shown. Type it anew.",
        "Row 9, First Name: There is a character in it that can't be shown. Type it anew.",
    ]
    assert lines[-5:] == counts(new=1, refused=7, individuals=1)
    with refused.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.reader(written))
    assert rows[0] == ["Row", "Column", "Reason", *HEADINGS]
    assert [row[0] for row in rows[1:]] == ["2", "4", "5", "6", "7", "8", "9"]
    assert rows[1][3:7] == ["1", "Ada", "Lind", "not an address"]
    assert rows[6][1:4] == ["First Name", rows[6][2], "'=7+1"]


def test_the_refused_rows_come_back_corrected_and_are_taken(file, take, tmp_path):
    refused = tmp_path / "refused.csv"
    take(file(person("1", "=Ada", "Lind", "ada at example.org", "+44 1")), refused=refused)
    text = refused.read_text(encoding="utf-8-sig")
    assert "'=Ada" in text
    assert "'+44 1" in text
    refused.write_text(text.replace("ada at example.org", "ada@example.org"), encoding="utf-8-sig")
    assert take(refused) == counts(new=1, individuals=1)
    ada = Contact.objects.get()
    assert (ada.first_name, ada.phone, ada.email) == ("=Ada", "+44 1", "ada@example.org")


def test_a_dry_run_says_the_same_and_does_nothing(file, take):
    path = file(person("1", "Ada", "Lind", "ada@example.org", "", "Example Ltd", "1"))
    expected = counts(new=1, organisations=1)
    assert take(path, dry_run=True) == [
        *expected,
        "That is what would happen; nothing was changed.",
    ]
    assert Contact.objects.count() == Account.objects.count() == JournalRow.objects.count() == 0
    assert take(path) == expected


def test_a_file_that_breaks_off_writes_nothing(file, europe):
    path = file(*[person(str(n), "Ada", str(n), f"a{n}@example.org") for n in range(1500)])
    with path.open("ab") as out:
        out.write(b'1501,"Ada')
    with pytest.raises(CommandError, match=r"near line 1502"):
        call_command("import_contacts", path)
    assert Contact.objects.count() == 0


def test_a_file_that_is_not_there_is_said(tmp_path, europe):
    with pytest.raises(CommandError, match=r"nowhere.csv: No such file"):
        call_command("import_contacts", tmp_path / "nowhere.csv")


def test_the_user_who_imports_is_recorded(file, europe, capsys):
    path = file(person("1", "Ada", "Lind", "ada@example.org"))
    with pytest.raises(CommandError, match=r"^Nobody in the back office signs in with sam@"):
        call_command("import_contacts", path, by="sam@example.com")
    sam = UserFactory(email="sam@example.com", is_staff=True)
    call_command("import_contacts", path, by="Sam@example.com")
    rows = JournalRow.objects.filter(kind="contact.created")
    assert [(row.by_id, row.source) for row in rows] == [(sam.pk, "import")]


def test_nine_hundred_rows_cost_as_many_statements_as_three(file, europe, capsys):
    def cost(n):
        rows = [
            person(
                f"{n}-{k}",
                "Ada",
                str(k),
                f"a{n}-{k}@example.org",
                "",
                f"C{n}-{k % 3}",
                f"{n}{k % 3}",
            )
            for k in range(n)
        ]
        path = file(*rows)
        with CaptureQueriesContext(connection) as first:
            call_command("import_contacts", path)
        with CaptureQueriesContext(connection) as again:
            call_command("import_contacts", path)
        return len(first), len(again)

    assert (cost(3), cost(900)) == ((20, 13), (20, 13))


@pytest.mark.django_db(transaction=True)
def test_what_the_office_typed_in_meanwhile_is_found_on_the_second_look(
    file, take, europe, monkeypatch, who
):
    look, looked = People.match, []

    def type_in():
        contacts.create(last_name="Typed", email="ada@example.org", **who)
        connections.close_all()

    def match(batch):
        look(batch)
        looked.append(batch)
        if len(looked) == 1:
            office = threading.Thread(target=type_in)
            office.start()
            office.join()

    monkeypatch.setattr(People, "match", match)
    assert take(file(person("1", "Ada", "Lind", "ada@example.org"))) == counts(changed=1)
    assert len(looked) == 2
    ada = Contact.objects.get()
    assert (ada.name, ada.external_ids.get().value) == ("Ada Typed", "1")


@pytest.mark.django_db(transaction=True)
def test_what_the_office_changes_between_the_look_and_the_writing_is_not_written_over(
    file, take, europe, monkeypatch, who
):
    ada = contacts.create(last_name="Lind", email="ada@example.org", **who)
    look, looked = People.match, []

    def type_in():
        contacts.edit(ada.pk, phone="+44 7", **who)
        connections.close_all()

    def match(batch):
        look(batch)
        looked.append(batch)
        if len(looked) == 1:
            office = threading.Thread(target=type_in)
            office.start()
            office.join()

    monkeypatch.setattr(People, "match", match)
    row = person("1", "Ada", "Lind", "ada@example.org", phone="+44 1")
    assert take(file(row)) == counts(changed=1)
    assert len(looked) == 2
    ada.refresh_from_db()
    assert (ada.phone, ada.external_ids.get().value) == ("+44 7", "1")
