import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Account, Contact
from crm.search import ACCOUNTS, CONTACTS, accounts, contacts
from tests.factories import AccountFactory, ContactFactory
from tms.ui.register import Hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(kestrel):
    for first, last, email in [
        ("Ada", "Lindqvist", "ada@kestrelrail.example"),
        ("Adalbert", "Müller", "a.mueller@example.com"),
        ("Zoë", "Nevada", "zoe@example.com"),
        ("Łucja", "Wójcik", "lw@example.org"),
        ("美咲", "田中", "misaki@example.jp"),
        ("محمد", "القاسم", "m@example.ae"),
        ("Giulia", "Rossi", "rossi@example.it"),
        ("", "", "100%_sure@example.com"),
    ]:
        ContactFactory(first_name=first, last_name=last, email=email, account=kestrel)


def names(query, limit=5):
    return [hit.title for hit in contacts(query, None, limit)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("ada", "Ada Lindqvist"),
        ("LINDQVIST", "Ada Lindqvist"),
        ("lindqvist ada", "Ada Lindqvist"),
        ("qvist ad", "Ada Lindqvist"),
        ("ADA@KESTRELRAIL.EXAMPLE", "Ada Lindqvist"),
        ("muller", "Adalbert Müller"),
        ("lucja wojcik", "Łucja Wójcik"),
        ("zoe", "Zoë Nevada"),
        ("田中", "美咲 田中"),
        ("محمد", "محمد القاسم"),
        # small slips
        ("lindqvst", "Ada Lindqvist"),
        ("lindkvist", "Ada Lindqvist"),
        ("lindqvits ada", "Ada Lindqvist"),
        ("russi", "Giulia Rossi"),
        ("wojzik", "Łucja Wójcik"),
        ("nevda zoe", "Zoë Nevada"),
        # signs of LIKE are signs
        ("100%_s", "100%_sure@example.com"),
    ],
)
def test_people_are_found_however_they_are_typed(people, query, first):
    assert names(query)[0] == first


@pytest.mark.parametrize(
    "query", ["xyzzy", "%", "_", "\\", "'; DROP TABLE", "", " ", "\x00", "ada rossi"]
)
def test_what_fits_nobody_finds_nobody(people, query):
    assert names(query) in ([], ["100%_sure@example.com"] if query in "%_" and query else [])


def test_who_begins_so_comes_before_who_merely_has_it(people):
    assert names("ada") == ["Ada Lindqvist", "Adalbert Müller", "Zoë Nevada"]


def test_a_whole_address_finds_its_one_contact(people):
    ContactFactory(last_name="Rossi", email="more.rossi@example.it")
    assert names("rossi@example.it") == ["Giulia Rossi"]


def test_the_archived_are_not_found(people, clock):
    Contact.objects.filter(first_name="Ada").update(archived_at=clock.at)
    assert names("lindqvist") == []


def test_a_hit_says_who_where_and_leads_to_the_page(ada):
    assert contacts("lindqvist", None, 5) == [
        Hit(
            "Ada Lindqvist", f"/contacts/{ada.pk}/", "ada@kestrelrail.example", "Kestrel Rail Group"
        )
    ]


def test_an_address_is_like_no_name(europe):
    """Nearly everybody called Kirkbridge would be found by anna.kirkbridge@..., and slowly."""
    for name in ("Kirkbridge Rail", "Marlow", "Marlow.example Ltd"):
        AccountFactory(name=name)
    assert accounts("anna.kirkbridge", None, 5) == []
    assert accounts("k@marlow.example", None, 5) == []
    assert [hit.title for hit in accounts("marlow.example", None, 5)] == ["Marlow.example Ltd"]
    assert [hit.title for hit in accounts("kirkbrigde", None, 5)] == ["Kirkbridge Rail"]


def test_accounts_are_found_by_name(europe):
    for name in ("Kestrel Rail Group", "Rail", "Handrail Ltd"):
        AccountFactory(name=name, city="London")
    titles = [hit.title for hit in accounts("rail", None, 5)]
    assert titles == ["Rail", "Kestrel Rail Group", "Handrail Ltd"]
    assert accounts("kestral rail", None, 5)[0] == Hit(
        "Kestrel Rail Group",
        f"/accounts/{Account.objects.get(name='Kestrel Rail Group').pk}/",
        "London",
        "Organisation",
    )


@pytest.mark.parametrize("shelf", [CONTACTS, ACCOUNTS])
@pytest.mark.parametrize("query", ["lind", "lindqvist ada", "lindqvst"])
def test_search_asks_one_statement_that_indexes_serve(people, shelf, query):
    with CaptureQueriesContext(connection) as asked:
        shelf.find(query, 5)
    assert len(asked) == 1
    with connection.cursor() as cursor:
        # So few rows are read faster without an index: what is asked is whether one could serve.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = on")
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    noun = "contact" if shelf is CONTACTS else "account"
    assert f"Seq Scan on crm_{noun}" not in plan
    assert f"on {noun}_search" in plan


def test_the_page_of_results_shows_contacts_first_then_accounts(ada, browse, office):
    page = browse(office).get("/search/?q=kestrel").content.decode()
    assert page.index(">Contacts</h2>") < page.index(">Accounts</h2>")
    assert "<mark>kestrel</mark>rail.example" in page
