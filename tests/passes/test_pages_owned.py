"""Where passes are listed: all of them, an account's, a contact's; and the page of one."""

import csv
import datetime
import io
import re

import pytest
from openpyxl import load_workbook

from passes import history, lifecycle
from tests.factories import ContactFactory, PassFactory, PassOptionFactory, copies
from tests.passes.conftest import HTMX, TODAY
from tests.passes.pages import text
from tms.models import JournalRow

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db


@pytest.fixture
def four(issue, ada, kestrel, clock, office, library):
    """Ada's active one, an unassigned one, an expired one and a cancelled one."""
    half = PassOptionFactory(pass_type=library, name="Half a year", period=6)
    who = {"at": clock.at, "by": office}
    passes = {
        "active": issue(external_ids=["HR 88410"]),
        "unassigned": issue(contact=None, option=half),
        "expired": issue(on=day("2025-01-10")),
        "cancelled": issue(on=day("2026-02-01")),
    }
    lifecycle.cancel(passes["cancelled"].pk, version=0, on=TODAY, **who)
    return passes


def numbers(answer):
    """The numbers of the passes in a list, in its order."""
    html = answer.content.decode()
    return [int(pk) for pk in re.findall(r'<th scope="row"[^>]*><a href="/passes/(\d+)/"', html)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["active", "unassigned", "cancelled", "expired"]),
        ("sort=starts_on", ["expired", "cancelled", "active", "unassigned"]),
        ("sort=expires_on", ["expired", "cancelled", "unassigned", "active"]),
        ("status=active", ["active", "unassigned"]),
        ("status=expired", ["expired"]),
        ("status=cancelled", ["cancelled"]),
        ("status=not_started", []),
        ("status=nonsense", ["active", "unassigned", "cancelled", "expired"]),
        ("q=lindqvist+ADA", ["active", "cancelled", "expired"]),
        ("q=HR+88410", ["active"]),
        ("q=HR", []),
        ("q=kestrel+rail", ["active", "unassigned", "cancelled", "expired"]),
        ("active_from=2025-06-01&active_to=2025-07-01", ["expired"]),
        ("active_from=2026-03-01&active_to=2026-03-31", ["cancelled"]),
        ("active_from=2026-11-23&active_to=2026-12-31", ["active", "unassigned"]),
        ("active_to=2025-01-09", []),
        ("expires_from=2027-05-01&expires_to=2027-05-31", ["unassigned"]),
    ],
)
def test_the_list_is_narrowed_and_sorted_by_its_address(desk, four, query, found):
    answer = desk.get(f"/passes/?{query}")
    assert answer.status_code == 200
    expected = [four[name].pk for name in found]
    if query in ("", "status=nonsense") or query.startswith(("q=", "status")):
        assert sorted(numbers(answer)) == sorted(expected)
    else:
        assert numbers(answer) == expected


def test_a_pass_is_found_by_its_number(desk, four):
    pk = four["expired"].pk
    assert numbers(desk.get(f"/passes/?q=%23{pk}")) == [pk]
    assert numbers(desk.get(f"/passes/?q={pk}")) == [pk]
    assert numbers(desk.get("/passes/?q=99999999999999999999999")) == []


def test_the_list_is_narrowed_by_type_account_and_contact(desk, four, ada, library):
    other = PassFactory(contact=ContactFactory())
    everything = desk.get("/passes/")
    assert other.pk in numbers(everything)
    for query in (
        f"pass_type={other.pass_type_id}",
        f"account={other.account_id}",
        f"contact={other.contact_id}",
    ):
        assert numbers(desk.get(f"/passes/?{query}")) == [other.pk]


def test_the_tab_of_an_account_shows_its_passes_alone(desk, four, ada, kestrel):
    other = PassFactory(contact=ContactFactory())
    answer = desk.get(f"/accounts/{kestrel.pk}/passes/")
    assert other.pk not in numbers(answer)
    assert len(numbers(answer)) == 4
    assert "Unassigned" in answer.content.decode()
    assert numbers(desk.get(f"/accounts/{kestrel.pk}/passes/?contact={ada.pk}&status=active")) == [
        four["active"].pk
    ]


def test_the_tab_answers_htmx_with_the_rows_alone(desk, four, kestrel):
    answer = desk.get(
        f"/accounts/{kestrel.pk}/passes/?status=active",
        headers={**HTMX, "HX-Target": "list-rows"},
    )
    assert "<html" not in answer.content.decode()
    assert len(numbers(answer)) == 2


def test_the_filtered_rows_are_exported(desk, four, kestrel):
    url = f"/accounts/{kestrel.pk}/passes/?status=active&sort=expires_on"
    text = b"".join(desk.get(f"{url}&export=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [
        ["Status", "Pass Type", "Option", "Contact", "Start Date", "Expiry Date", "External IDs",
         "Opportunity"],
        ["Active", "Leadership Library", "Half a year", "Unassigned", "2026-11-22", "2027-05-22",
         "", ""],
        ["Active", "Leadership Library", "Annual", "Ada Lindqvist", "2026-11-22", "2027-11-22",
         "HR 88410", ""],
    ]  # fmt: skip
    book = load_workbook(io.BytesIO(desk.get(f"{url}&export=xlsx").content))
    assert [cell.value for cell in book.active[3]][3] == "Ada Lindqvist"


def test_support_sees_the_lists_and_may_do_nothing(someone, four, ada, kestrel):
    support = someone("Support")
    for url in ("/passes/", f"/accounts/{kestrel.pk}/passes/", f"/passes/{four['active'].pk}/"):
        html = support.get(url).content.decode()
        assert "View Assignment History" in html
        for word in ("Renew Training Pass", "Cancel Training Pass", "Add Training Pass", "Import"):
            assert word not in html
    assert support.get("/passes/?export=csv").status_code == 403


def test_who_may_not_see_passes_finds_none_of_their_addresses(browse, four, ada, kestrel):
    urls = [
        "/passes/",
        f"/passes/{four['active'].pk}/",
        f"/accounts/{kestrel.pk}/passes/",
        f"/contacts/{ada.pk}/passes/",
        "/passes/on-offer/",
    ]
    for url in urls:
        assert browse(ada.user).get(url).status_code == 403
        assert browse().get(url).status_code == 302


# The section on a contact's page


def panel(desk, contact):
    return desk.get(f"/contacts/{contact.pk}/passes/", headers=HTMX).content.decode()


def test_the_section_of_a_contact_lists_what_they_hold(desk, four, ada):
    html = panel(desk, ada)
    assert '<span class="panel__count">3</span>' in html
    for said in (
        "Status", "Pass Type", "Start Date", "Expiry Date", "External IDs", "22 Nov 2027",
        "HR 88410", 'hx-trigger="passes:changed from:body"', "Add Training Pass",
    ):  # fmt: skip
        assert said in html


def test_a_contact_without_passes_is_offered_the_first(desk, ada):
    html = panel(desk, ada)
    assert "No training passes yet" in html
    assert f'href="/contacts/{ada.pk}/passes/new/"' in html


def menu_of(html, pass_):
    start = html.index(f'id="contact-passes-menu-{pass_.pk}" popover')
    return html[start : html.index("</div>", start)]


def test_the_menu_leaves_out_what_does_not_apply_or_says_why(desk, four, ada):
    html = panel(desk, ada)
    active, expired, cancelled = (
        menu_of(html, four[name]) for name in ("active", "expired", "cancelled")
    )
    for word in ("Renew Training Pass", "Extend Training Pass", "Edit Assignment",
                 "View Assignment History", "Open Leadership Library"):  # fmt: skip
        assert word in active
    assert active.index("Cancel Training Pass") > active.index("Open Leadership Library")
    assert "data-danger" in active
    assert "It has expired. Renew or extend it first." in expired
    assert f"/passes/{four['expired'].pk}/renewal/" in expired
    assert f"/passes/{four['expired'].pk}/assignment/" not in expired
    assert cancelled.count("It was cancelled. Add a new pass instead.") == 1
    assert "Extend Training Pass" not in cancelled
    assert "hx-get" in cancelled


def test_status_follows_the_day_and_no_nightly_job(desk, issue, ada, clock):
    issue(expires_on=day("2026-12-01"))
    clock.set("2026-12-01 23:59:59", "Europe/London")
    assert 'data-status="active"' in panel(desk, ada)
    clock.set("2026-12-02 00:00:00", "Europe/London")
    assert 'data-status="expired"' in panel(desk, ada)


# The page of one


def test_the_page_of_a_pass_tells_what_it_is_and_what_became_of_it(desk, four):
    html = desk.get(f"/passes/{four['active'].pk}/").content.decode()
    for said in (
        "Leadership Library", "Active", "Ada Lindqvist", "Kestrel Rail Group", "HR 88410",
        "By hand", "22 November 2027", "Assignment History", "<strong>Issued</strong>",
    ):  # fmt: skip
        assert said in html


def test_a_pass_that_is_not_there_is_not_found(desk):
    assert desk.get("/passes/4711/").status_code == 404
    assert desk.get("/passes/4711/renewal/").status_code == 404


def test_of_very_many_the_section_shows_the_first_and_leads_to_all(desk, ada, yearly):
    many(20, ada, yearly)
    assert len(numbers(desk.get(f"/contacts/{ada.pk}/passes/", headers=HTMX))) == 20
    assert f"/passes/?contact={ada.pk}" not in panel(desk, ada)
    PassFactory(option=yearly, contact=ada)
    assert len(numbers(desk.get(f"/contacts/{ada.pk}/passes/", headers=HTMX))) == 20
    assert f'<a href="/passes/?contact={ada.pk}">All 21 training passes</a>' in panel(desk, ada)


# How many queries


def many(count, contact, yearly):
    first = PassFactory(option=yearly, contact=contact, external_ids=["X"])
    copies(first, count - 1, external_ids=lambda n: [f"X{n}"])


@pytest.mark.parametrize("count", [1, 3, 300])
def test_lists_cost_the_same_however_many_rows(desk, count_queries, ada, yearly, kestrel, count):
    many(count, ada, yearly)
    for url, queries in LIST_QUERIES.items():
        url = url.format(account=kestrel.pk)
        assert (url, count_queries(lambda url=url: desk.get(url))) == (url, queries)


LIST_QUERIES = {
    "/passes/": 5,
    "/passes/?status=active&q=ada": 6,
    "/accounts/{account}/passes/": 10,
}


@pytest.mark.parametrize("count", [1, 3, 300])
def test_the_section_of_a_contact_costs_the_same(desk, count_queries, ada, yearly, count):
    many(count, ada, yearly)
    # Where it has pages, they are counted.
    assert count_queries(lambda: panel(desk, ada)) == (5 if count == 300 else 4)


@pytest.mark.parametrize("changes", [1, 3, 300])
def test_the_page_of_a_pass_costs_the_same_however_long_its_history(
    desk, count_queries, issue, clock, office, changes
):
    pass_, who = issue(), {"at": clock.at, "on": TODAY, "by": office}
    later = pass_.expires_on + datetime.timedelta(days=1)
    lifecycle.extend(pass_.pk, version=0, expires_on=later, **who)
    copies(JournalRow.objects.latest("id"), changes - 1)
    assert count_queries(lambda: desk.get(f"/passes/{pass_.pk}/")) == 8


# On other people's pages


def test_what_became_of_a_pass_stands_in_the_histories_of_contact_and_account(
    desk, issue, ada, kestrel, clock, office
):
    jonas = ContactFactory(first_name="Jonas", last_name="Brandt", account=kestrel)
    pass_ = issue()
    who = {"at": clock.at, "on": TODAY, "by": office}
    lifecycle.extend(pass_.pk, version=0, expires_on=day("2028-01-01"), reason="Ill", **who)
    lifecycle.assign(pass_.pk, version=1, contact=jonas, **who)
    for url in (
        f"/contacts/{ada.pk}/history/",
        f"/contacts/{jonas.pk}/history/",
        f"/accounts/{kestrel.pk}/history/",
    ):
        said = text(desk.get(url))
        assert f"Leadership Library #{pass_.pk} reassigned" in said
        assert "Ada Lindqvist Jonas Brandt" in said
    said = text(desk.get(f"/contacts/{ada.pk}/history/"))
    assert f"Leadership Library #{pass_.pk} extended" in said
    assert "22 November 2027 1 January 2028" in said
    assert "until 22 November 2027, held by Ada Lindqvist" in said


def test_every_kind_that_the_verbs_write_can_be_told():
    assert set(history.KINDS) == set(history.TOLD) == {
        f"pass.{word}"
        for word in (
            "issued", "assigned", "reassigned", "unassigned", "renewed", "extended", "shortened",
            "cancelled", "expired",
        )
    }  # fmt: skip


def test_global_search_finds_a_pass_by_number_and_external_id(desk, issue):
    pass_ = issue(external_ids=["HR 88410"])
    for words in ("HR+88410", f"%23{pass_.pk}"):
        said = text(desk.get(f"/search/?q={words}"))
        assert f"Leadership Library #{pass_.pk}" in said


def test_the_menu_bar_and_the_account_lead_to_passes(desk, issue, kestrel):
    issue()
    html = desk.get(f"/accounts/{kestrel.pk}/").content.decode()
    assert '<a href="/passes/"' in html
    assert f'<a href="/accounts/{kestrel.pk}/passes/"' in html
