import csv
import dataclasses
import html
import io
import re

import pytest
from django.contrib.auth.models import Group, Permission

from crm import archiving, belonging, contacts, external_ids, notes, opportunities
from crm.models import Account, Contact, Membership
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
    LearnerFactory,
    UserFactory,
    copies,
)
from tms.models import JournalRow
from tms.ui import register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


@pytest.fixture
def client(browse, office):
    return browse(office)


HTMX = {"HX-Request": "true"}


def text_of(response) -> str:
    """What a reader sees of the page, on one line."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace(" ,", ",").split())


def staff(*rights):
    """Somebody whose role has these rights and no other."""
    user = UserFactory(is_staff=True)
    role = Group.objects.create(name=f"Role of {user.pk}")
    for right in rights:
        app, name = right.split(".")
        role.permissions.add(Permission.objects.get(content_type__app_label=app, codename=name))
    user.groups.add(role)
    return user


def crowd(n, europe):
    """`n` accounts, each with a contact that signs in."""
    kim = LearnerFactory(
        first_name="Kim", last_name="Crowd 999", account__name="Crowd 999", account__region=europe
    )
    users = copies(kim.user, n - 1, email=lambda n: f"kim{n}@example.com")
    accounts = copies(kim.account, n - 1, name=lambda n: f"Crowd {n:03}")
    copies(
        kim,
        n - 1,
        last_name=lambda n: f"Crowd {n:03}",
        email=lambda n: users[n].email,
        user=lambda n: users[n],
        account=lambda n: accounts[n],
    )


# What lists cost


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_list_of_contacts_costs_the_same_for_any_number(n, europe, client, count_queries):
    crowd(n, europe)
    assert count_queries(lambda: client.get("/contacts/")) == 6


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_list_of_accounts_costs_the_same_for_any_number(n, europe, client, count_queries):
    crowd(n, europe)
    assert count_queries(lambda: client.get("/accounts/")) == 5


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_contacts_of_an_account_cost_the_same_for_any_number(
    n, kestrel, client, count_queries, ours
):
    copies(ContactFactory(account=kestrel), n - 1, email=lambda n: f"number{n}@example.com")
    assert count_queries(lambda: client.get(f"/accounts/{kestrel.pk}/contacts/")) == 7


@pytest.mark.parametrize("n", [1, 3, 300])
def test_a_contacts_page_costs_the_same_for_any_past(n, ada, client, count_queries, who, ours):
    CustomFieldFactory()
    other, by = AccountFactory(region=ada.account.region), UserFactory(is_staff=True)
    noted = external_ids.add(ada, system="System", value="1", **who)
    copies(JournalRow.objects.latest("id"), n - 1)
    belonging.add(ada.pk, other, **who | {"by": by})
    linked = JournalRow.objects.latest("id")
    accounts = copies(other, n - 1, name=lambda n: f"Other {n}")
    users = copies(by, n - 1, email=lambda n: f"by{n}@example.com")
    copies(ada.memberships.get(), n - 1, account=lambda n: accounts[n])
    copies(
        linked,
        n - 1,
        account_id=lambda n: accounts[n].pk,
        after=lambda n: {"account": accounts[n].pk},
        by_id=lambda n: users[n].pk,
    )
    copies(noted, n - 1, system=lambda n: f"System {n}")
    external_ids.add(ada, system="Last", value="1", **who)  # so that both kinds are shown
    assert count_queries(lambda: client.get(f"/contacts/{ada.pk}/")) == 12
    assert count_queries(lambda: client.get(f"/contacts/{ada.pk}/history/")) == 7
    assert count_queries(lambda: client.get(f"/contacts/{ada.pk}/details/", headers=HTMX)) == 6


@pytest.mark.parametrize("n", [1, 3, 300])
def test_an_accounts_page_costs_the_same_for_any_past(n, kestrel, client, count_queries, who, ours):
    copies(AccountFactory(parent=kestrel), n - 1, name=lambda n: f"Sub {n}")
    noted = external_ids.add(kestrel, system="System", value="1", **who)
    copies(JournalRow.objects.latest("id"), n - 1)
    copies(noted, n - 1, system=lambda n: f"System {n}")
    assert count_queries(lambda: client.get(f"/accounts/{kestrel.pk}/")) == 12
    assert count_queries(lambda: client.get(f"/accounts/{kestrel.pk}/history/")) == 7


@pytest.fixture
def ours(monkeypatch):
    """The panels and tabs of crm alone: what others add, their own tests count."""
    every = register.all_of()
    of_crm = dataclasses.replace(
        every,
        panels=tuple(each for each in every.panels if each.permission == "crm.view_people"),
        tabs=tuple(each for each in every.tabs if each.permission == "crm.view_people"),
    )
    monkeypatch.setattr(register, "all_of", lambda: of_crm)


# What a page shows


def test_a_contacts_page_has_everything_in_the_first_response(ada, kestrel, client, who):
    northwind = AccountFactory(name="Northwind")
    belonging.add(ada.pk, northwind, **who)
    external_ids.add(ada, system="HR", value="88410", **who)
    CustomFieldFactory(label="Shirt", key="shirt", kind="choice", choices=["M"])
    contacts.edit(ada.pk, custom={"shirt": "M"}, language="en", **who)
    page = text_of(client.get(f"/contacts/{ada.pk}/"))
    for words in (
        "Ada Lindqvist",
        "Operations Lead, Kestrel Rail Group",
        "Email ada@kestrelrail.example",
        "Also belongs to Northwind",
        "Region Europe",
        "Language English",
        "Time zone The organisation’s",
        "Sign-in to the LMS Yes, not seen yet",
        "External IDs HR 88410",
        "Shirt M",
        "History",
        "Ada Lindqvist belongs to Northwind too",
        "External ID added HR 88410 Olive Office 22 Nov 2026, 09:00",
    ):
        assert words in page


def test_each_part_of_a_page_answers_alone_for_htmx_and_leads_to_the_page_without(ada, client):
    alone = client.get(f"/contacts/{ada.pk}/details/", headers=HTMX).content.decode()
    assert alone.startswith('<section class="panel" id="details"')
    assert client.get(f"/contacts/{ada.pk}/details/").url == f"/contacts/{ada.pk}/"
    head = client.get(f"/contacts/{ada.pk}/", headers=HTMX | {"HX-Target": "head"})
    assert head.content.decode().startswith('<header class="page__header" id="head"')
    account = client.get(f"/accounts/{ada.account_id}/details/", headers=HTMX).content.decode()
    assert account.startswith('<section class="panel" id="details"')


def test_an_accounts_page_has_tabs_that_are_addresses(kestrel, ada, client):
    AccountFactory(name="Kestrel Freight", parent=kestrel)
    page = client.get(f"/accounts/{kestrel.pk}/").content.decode()
    assert f'<a href="/accounts/{kestrel.pk}/" aria-current="page">Overview</a>' in page
    assert f'<a href="/accounts/{kestrel.pk}/contacts/">Contacts' in page
    assert f'<a href="/accounts/{kestrel.pk}/history/">History</a>' in page
    assert "Sub-accounts" in page
    assert "Kestrel Freight" in page
    people = client.get(f"/accounts/{kestrel.pk}/contacts/").content.decode()
    assert f'<a href="/contacts/{ada.pk}/">' in people


def test_names_are_shown_as_text(europe, client):
    evil = ContactFactory(first_name="<script>alert(1)</script>", last_name="=cmd()")
    for address in ("/contacts/", f"/contacts/{evil.pk}/", "/search/?q=script"):
        page = client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.replace("<mark>", "").replace(
            "</mark>", ""
        )
    sheet = b"".join(client.get("/contacts/?export=csv&columns=name,last_name").streaming_content)
    assert "'=cmd()" in sheet.decode()


def sheet_of(client, address, columns):
    """The rows of an export with these columns, as lists, the heading first."""
    answer = client.get(f"{address}?export=csv&columns={columns}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_exports_have_custom_fields_and_what_was_noted(ada, kestrel, client, who, clock):
    CustomFieldFactory(label="Shirt", key="shirt", kind="choice", choices=["M"])
    CustomFieldFactory(label="Seen", key="seen", kind="date")
    CustomFieldFactory(label="Vegan", key="vegan", kind="yes_no")
    CustomFieldFactory(label="Old", key="old", archived_at=clock.at)
    Contact.objects.filter(pk=ada.pk).update(
        notes="=Prefers mornings",
        custom={"shirt": "M", "seen": "2026-11-20", "vegan": False, "old": "1"},
    )
    Account.objects.filter(pk=kestrel.pk).update(notes="Pays late")
    notes.add(ada, text="Rang.", **who)
    clock.move(days=1)
    notes.add(ada, text="Wrote.", **who | {"at": clock.at})
    notes.add(kestrel, text="Met.", **who)
    deal = opportunities.create(account=kestrel, name="Spring intake", notes="Urgent", **who)
    notes.add(deal, text="Offered.", **who)
    chosen = "custom_shirt,custom_seen,custom_vegan,custom_old,notes,noted"
    assert sheet_of(client, "/contacts/", chosen) == [
        ["Name", "Notes", "Notes by date", "Shirt", "Seen", "Vegan"],
        [
            "Ada Lindqvist",
            "'=Prefers mornings",
            "2026-11-23: Wrote.\n\n2026-11-22: Rang.",
            "M",
            "2026-11-20",
            "No",
        ],
    ]
    shown = text_of(client.get(f"/contacts/?columns={chosen}"))
    assert "2026-11-22: Rang. M 20 Nov 2026 No" in shown
    assert sheet_of(client, "/accounts/", "notes,noted")[1:] == [
        ["Kestrel Rail Group", "Pays late", "2026-11-22: Met."]
    ]
    for address in ("/opportunities/", f"/accounts/{kestrel.pk}/opportunities/"):
        assert sheet_of(client, address, "notes,noted")[1:] == [
            ["Spring intake", "Urgent", "2026-11-22: Offered."]
        ]


# Filters


def found(client, query):
    page = client.get(f"/contacts/?{query}").content.decode()
    return re.findall(r'<a href="/contacts/\d+/"><bdi>([^<]*)</bdi>', page)


def test_contacts_are_narrowed_by_account_region_owner_sign_in_and_custom_values(
    ada, kestrel, office, client, who
):
    Account.objects.filter(pk=kestrel.pk).update(owner=office)
    bo = ContactFactory(first_name="Bo", last_name="Ek", custom={"shirt": "M"})
    CustomFieldFactory(label="Shirt", key="shirt", kind="choice", choices=["M", "L"])
    Membership.objects.create(contact=bo, account=kestrel)
    gone = ContactFactory(first_name="Gone", last_name="West")
    archiving.archive_contact(gone.pk, **who)
    assert found(client, "") == ["Bo Ek", "Ada Lindqvist"]
    assert found(client, "q=LINDQVIST+ada") == ["Ada Lindqvist"]
    assert found(client, f"account={bo.account_id}") == ["Bo Ek"]
    assert found(client, f"account={kestrel.pk}") == ["Bo Ek", "Ada Lindqvist"]
    assert found(client, f"owner={office.pk}") == ["Ada Lindqvist"]
    assert found(client, "sign_in=yes") == ["Ada Lindqvist"]
    assert found(client, "sign_in=no") == ["Bo Ek"]
    assert found(client, "custom_shirt=M") == ["Bo Ek"]
    assert found(client, "custom_shirt=L") == []
    assert found(client, "show=archived") == ["Gone West"]
    assert found(client, "show=all&sort=-name") == ["Gone West", "Ada Lindqvist", "Bo Ek"]
    assert found(client, f"region={kestrel.region_id}&q=bo") == ["Bo Ek"]


def test_without_scripts_an_account_is_filtered_by_its_name(ada, client):
    ContactFactory(first_name="Bo", last_name="Ek")
    assert found(client, "account=&account_typed=kestrel") == ["Ada Lindqvist"]


# Who may


@pytest.mark.parametrize(
    "address",
    [
        "/contacts/",
        "/contacts/{contact}/",
        "/contacts/{contact}/details/",
        "/contacts/{contact}/history/",
        "/contacts/options/?q=a",
        "/accounts/",
        "/accounts/{account}/",
        "/accounts/{account}/contacts/",
        "/accounts/{account}/history/",
        "/accounts/options/?q=a",
    ],
)
def test_people_are_seen_only_by_who_may(address, ada, kestrel, browse):
    address = address.format(contact=ada.pk, account=kestrel.pk)
    assert browse().get(address).status_code == 302
    assert browse(ada.user).get(address).status_code == 403
    assert browse(staff("crm.view_as_learner")).get(address).status_code == 403
    assert browse(staff("crm.view_people")).get(address, follow=True).status_code == 200


CHANGES = [
    "/contacts/creation/",
    "/contacts/{contact}/editing/",
    "/contacts/{contact}/address/",
    "/contacts/{contact}/account/",
    "/contacts/{contact}/accounts/",
    "/contacts/{contact}/external-ids/",
    "/contacts/{contact}/archiving/",
    "/contacts/{contact}/restoring/",
    "/contacts/{contact}/invitation/",
    "/accounts/creation/",
    "/accounts/{account}/editing/",
    "/accounts/{account}/external-ids/",
    "/accounts/{account}/archiving/",
    "/accounts/{account}/restoring/",
]


@pytest.mark.parametrize("address", CHANGES)
def test_people_are_changed_only_by_who_may(address, ada, kestrel, browse):
    address = address.format(contact=ada.pk, account=kestrel.pk)
    viewer = browse(staff("crm.view_people"))
    assert viewer.get(address).status_code == 403
    assert viewer.post(address, {}).status_code == 403
    assert browse(staff("crm.change_people")).get(address).status_code == 200
    assert JournalRow.objects.count() == 0


def test_what_one_may_not_do_is_not_shown(ada, kestrel, browse):
    viewer = browse(staff("crm.view_people"))
    for address in (f"/contacts/{ada.pk}/", f"/accounts/{kestrel.pk}/", "/contacts/"):
        page = viewer.get(address).content.decode()
        for words in ("editing/", "archiving/", "invitation/", "viewing/", "export="):
            assert words not in page
