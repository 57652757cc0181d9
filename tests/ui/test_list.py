"""A list: filters, order, pages and columns stand in its address, at any size."""

import datetime
import io
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce
from openpyxl import load_workbook

from tests.ui.site import Facts, FactTable, write
from tms import jobs
from tms.models import Job, JournalRow
from tms.ui import kept, keyset, tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
DAY = datetime.date(2026, 11, 1)


def rows(response):
    """The names in the rows of the page, in order."""
    return re.findall(
        r'<th scope="row"[^>]*><a href="[^"]*">([^<]*)</a>', response.content.decode()
    )


def link(response, rel):
    """The address of the link to the next or the previous page, or None."""
    found = re.search(rf'<a href="([^"]*)" rel="{rel}"', response.content.decode())
    return found and found[1].replace("&amp;", "&")


def told(response):
    """What the footer says of the rows, as in "1–50 of 300"."""
    return re.search(r"<span>([\d,]+–[^<]*)</span>", response.content.decode())[1]


def many(count, **more):
    JournalRow.objects.bulk_create(
        JournalRow(
            kind="fact.open", subject_kind="fact", subject_id=number % 7,
            reason=f"Fact {number:03}", at=datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC),
            on=DAY + datetime.timedelta(days=number // 10), **more,
        )
        for number in range(count)
    )  # fmt: skip


def walk(client, url, rel="next"):
    """All names from this page on, page after page."""
    found = []
    while url:
        response = client.get(url)
        found.append(rows(response))
        url = link(response, rel)
    return found


@pytest.mark.parametrize("sort", ["on", "-on", "reason", "-reason", "subject_id", "-subject_id"])
def test_every_row_comes_once_in_both_directions_ties_and_all(browse, office, sort):
    many(120)
    client = browse(office)
    descending = sort.startswith("-")
    column = sort.removeprefix("-")
    expected = sorted(JournalRow.objects.values_list(column, "id", "reason"), reverse=descending)

    pages = walk(client, f"/facts/?sort={sort}&size=25")
    names = [name for page in pages for name in page]
    assert names == [name for _value, _pk, name in expected]
    assert [len(page) for page in pages] == [25, 25, 25, 25, 20]

    url = "/facts/?sort=" + sort + "&size=25"
    for _page in range(4):
        url = link(client.get(url), "next")
    assert walk(client, url, "prev") == pages[::-1]


def test_the_page_says_where_one_is(browse, office):
    many(120)
    client = browse(office)
    first = client.get("/facts/")
    second = client.get(link(first, "next"))
    third = client.get(link(second, "next"))
    assert [told(page) for page in (first, second, third)] == [
        "1–50 of 120",
        "51–100 of 120",
        "101–120 of 120",
    ]
    assert told(client.get(link(third, "prev"))) == "51–100 of 120"
    assert link(first, "prev") is None
    assert link(third, "next") is None


def test_moments_that_differ_by_microseconds_are_told_apart(office):
    moment = datetime.datetime(2026, 11, 22, 9, 0, 0, 123000, tzinfo=datetime.UTC)
    many(60)
    rows = list(JournalRow.objects.order_by("id"))
    facts = JournalRow.objects.annotate(
        moment=ExpressionWrapper(
            Value(moment) + F("id") * Value(datetime.timedelta(microseconds=7)),
            output_field=DateTimeField(),
        )
    )
    for descending in (False, True):
        found, after = [], ""
        for _page in range(3):
            page = keyset.page(facts, sort=F("moment"), descending=descending, size=25, after=after)
            found += [row["pk"] for row in page.rows]
            after = page.following
        assert found == sorted((row.pk for row in rows), reverse=descending)


def test_rows_that_go_meanwhile_leave_whole_pages(browse, office):
    many(60)
    client = browse(office)
    second = link(client.get("/facts/?sort=reason&size=25"), "next")
    back = link(client.get(second), "prev")
    # Ten of the first page are gone: going back shows a whole first page again.
    hide(JournalRow.objects.filter(reason__lt="Fact 010"))
    assert rows(client.get(back))[0] == "Fact 010"
    assert len(rows(client.get(back))) == 25


def hide(facts):
    """Facts can't be deleted; these are asked for no more."""
    ids = list(facts.values_list("id", flat=True))
    Facts.queryset = lambda self: JournalRow.objects.filter(subject_kind="fact").exclude(id__in=ids)


@pytest.fixture(autouse=True)
def _facts_as_they_were():
    kept = Facts.queryset
    yield
    Facts.queryset = kept


@pytest.mark.parametrize(
    "nonsense",
    [
        "after=nonsense",
        "after=W10",
        "before=%00",
        "after=WyJcdTAwMDAiLDEsMV0",
        "after=WyJ4IiwxLDFd",
        pytest.param("after=" + "W1tb" * 30_000, id="nested too deep"),
        "after=" + keyset.token("2026-01-01", 10**30, 1),
        "sort=source",
        "sort=password",
        "sort=-",
        "size=7",
        "size=99999999999999999999",
        "columns=nothing",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_first_page(browse, office, nonsense):
    many(60)
    client = browse(office)
    response = client.get(f"/facts/?{nonsense}")
    assert response.status_code == 200
    assert rows(response) == rows(client.get("/facts/"))


def test_a_column_that_can_be_null_may_not_sort(rf):
    class Bad(FactTable):
        account_id = tables.Number(sort="account_id")

    class BadFacts(Facts):
        table, sort = Bad, "account_id"

    with pytest.raises(ImproperlyConfigured, match="can be null"):
        BadFacts.at(rf.get("/facts/")).sort_expression()


def test_nulls_sort_by_an_expression_that_is_never_null(office):
    many(30)
    many(30, account_id=5)
    facts, names, after = JournalRow.objects.all(), [], ""
    for _page in range(3):
        found = keyset.page(
            facts,
            sort=Coalesce(F("account_id"), 9),
            descending=True,
            size=25,
            after=after,
            values=["account_id"],
        )
        names += [row["account_id"] for row in found.rows]
        after = found.following
    assert names == [None] * 30 + [5] * 30
    assert after == ""


@pytest.mark.parametrize("count", [1, 3, 300])
def test_a_list_costs_the_same_at_any_length(browse, office, count_queries, count):
    many(count)
    client = browse(office)
    # user, organisation, roles; rows, count
    assert count_queries(lambda: client.get("/facts/")) == 4


def test_its_part_for_htmx_costs_less(htmx, office, count_queries):
    many(300)
    client = htmx(office)
    headers = {"HX-Target": "list-rows"}
    assert count_queries(lambda: client.get("/facts/?kind=fact.open", headers=headers)) == 4


def test_counting_stops_at_ten_thousand(browse, office, monkeypatch):
    many(40)
    monkeypatch.setattr("tms.ui.listing.COUNTED", 30)
    assert told(browse(office).get("/facts/?size=25")) == "1–25 of 30+"


def test_a_list_that_was_long_is_not_counted_again_for_a_minute():
    answers, asked = [31, 12, 7, 7], []

    class Count:
        def value(self, otherwise, **given):
            asked.append(given)
            return answers[len(asked) - 1]

    whole = kept.Statements(rows=None, count=Count())
    minute = datetime.timedelta(minutes=1)
    at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
    assert whole.number(30, at) == whole.number(30, at + minute / 2) == 31
    assert whole.number(30, at + minute / 2, account=7) == 12
    assert whole.number(30, at + minute / 2) == 31
    assert whole.number(30, at + minute) == whole.number(30, at + minute) == 7
    assert asked == [{}, {"account": 7}, {}, {}]


class TestFilters:
    @pytest.fixture(autouse=True)
    def _facts(self, organisation):
        write("Étude", on=datetime.date(2026, 11, 1))
        write("Walk", on=datetime.date(2026, 11, 10), kind="fact.over")
        write("Walk on", on=datetime.date(2026, 11, 20))

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["Walk on", "Walk", "Étude"]),
            ("?q=etude", ["Étude"]),
            ("?q=ON+walk", ["Walk on"]),
            ("?q=%25", []),
            ("?kind=fact.over", ["Walk"]),
            ("?day_from=2026-11-10", ["Walk on", "Walk"]),
            ("?day_from=2026-11-01&day_to=2026-11-10", ["Walk", "Étude"]),
            ("?kind=fact.open&q=walk", ["Walk on"]),
        ],
    )
    def test_they_narrow_the_list(self, browse, office, query, names):
        assert rows(browse(office).get(f"/facts/{query}")) == names

    def test_a_value_that_does_not_exist_is_said_in_place(self, browse, office):
        response = browse(office).get("/facts/?kind=nonsense")
        assert response.status_code == 200
        assert "nonsense is not one of the available choices." in response.content.decode()
        assert len(rows(response)) == 3

    def test_a_range_that_ends_before_it_starts_is_said_in_place(self, browse, office):
        page = browse(office).get("/facts/?day_from=2026-11-10&day_to=2026-11-01").content.decode()
        assert "The first day is after the last." in page

    def test_each_is_a_chip_that_drops_it_and_nothing_else(self, browse, office):
        page = (
            browse(office)
            .get("/facts/?kind=fact.open&day_from=2026-11-01&day_to=2026-11-30&sort=reason")
            .content.decode()
        )
        chips = re.findall(r'<span class="chip">(.*?) <a href="([^"]*)"', page)
        assert chips == [
            (
                "Status: Open",
                "/facts/?day_from=2026-11-01&amp;day_to=2026-11-30&amp;sort=reason",
            ),
            ("Between: 1 Nov 2026 to 30 Nov 2026", "/facts/?kind=fact.open&amp;sort=reason"),
        ]
        assert '<a href="/facts/?sort=reason" hx-get="/facts/?sort=reason"' in page

    def test_finding_nothing_offers_everything(self, browse, office):
        page = browse(office).get("/facts/?q=nothing").content.decode()
        assert "Nothing matches these filters" in page
        assert '<a class="button" href="/facts/"' in page

    def test_links_to_pages_and_orders_keep_them(self, browse, office):
        many(60)
        page = browse(office).get("/facts/?kind=fact.open&size=25")
        assert link(page, "next").startswith("/facts/?kind=fact.open&size=25&after=")
        assert 'href="/facts/?kind=fact.open&amp;size=25&amp;sort=reason"' in page.content.decode()


def test_an_empty_list_says_what_it_is_and_offers_the_first_step(browse, office):
    page = browse(office).get("/facts/").content.decode()
    assert "<h3>No facts yet</h3><p>A fact happened.</p>" in page
    assert page.count('href="/facts/new/"') == 2


def test_columns_are_chosen_in_the_address(browse, office):
    write("A", note="a note")
    client = browse(office)

    def headings(url):
        return re.findall(
            r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)<', client.get(url).content.decode()
        )

    assert headings("/facts/") == ["Status", "Name", "Day", "Uses"]
    assert headings("/facts/?columns=operation,on") == ["Name", "Day", "Note"]
    assert headings("/facts/?columns=operation&columns=on") == ["Name", "Day", "Note"]


def test_a_row_has_its_menu_and_only_what_one_may_do(browse, office, colleague):
    fact = write("A <b>fact</b>")
    page = browse(office).get("/facts/").content.decode()
    assert 'aria-label="Actions for A &lt;b&gt;fact&lt;/b&gt;"' in page
    assert (
        f'<a href="/facts/{fact.pk}/edit/" hx-get="/facts/{fact.pk}/edit/" hx-target="#dialog">'
        in page
    )
    assert "Manage</a>" in page

    page = browse(colleague("tms.change_settings")).get("/facts/").content.decode()
    assert "Edit</a>" in page
    assert "Manage</a>" not in page


def test_what_people_typed_is_shown_as_text(browse, office):
    write("<script>alert(1)</script>", note="<i>")
    page = browse(office).get("/facts/?columns=operation&q=<script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<td data-label="Note">&lt;i&gt;</td>' in page


class TestParts:
    def test_htmx_gets_the_rows_alone_and_the_address_without_what_is_empty(self, htmx, office):
        write("A")
        response = htmx(office).get(
            "/facts/?q=&kind=fact.over&day_from=&day_to=", headers={"HX-Target": "list-rows"}
        )
        assert response.content.decode().lstrip().startswith('<div id="list-rows"')
        assert response["HX-Push-Url"] == "/facts/?kind=fact.over"
        assert "HX-Request" in response["Vary"]

    def test_refreshing_itself_it_stays_at_its_address(self, htmx, office):
        response = htmx(office).get("/facts/?kind=fact.open", headers={"HX-Target": "list-rows"})
        assert "HX-Push-Url" not in response

    def test_a_filter_that_makes_no_sense_is_said_among_the_rows(self, htmx, office):
        write("A")
        response = htmx(office).get(
            "/facts/?day_from=2026-11-10&day_to=2026-11-01", headers={"HX-Target": "list-rows"}
        )
        assert "<span>Between: The first day is after the last.</span>" in response.content.decode()
        assert rows(response) == ["A"]

    def test_or_the_whole_list_with_its_filters(self, htmx, office):
        response = htmx(office).get("/facts/", headers={"HX-Target": "list"})
        assert response.content.decode().lstrip().startswith('<section class="panel" id="list"')

    def test_a_page_restored_from_history_is_whole(self, htmx, office):
        response = htmx(office).get(
            "/facts/", headers={"HX-Target": "list", "HX-History-Restore-Request": "true"}
        )
        assert "<html" in response.content.decode()

    def test_it_refreshes_itself_when_a_dialog_changed_something(self, browse, office):
        write("A")
        page = browse(office).get("/facts/").content.decode()
        assert 'hx-trigger="facts:changed from:body"' in page

    def test_within_another_page_it_keeps_to_its_rows_and_to_that_address(
        self, browse, htmx, office
    ):
        many(120)
        response = browse(office).get("/subjects/3/?size=25&sort=reason")
        assert set(rows(response)) <= {f"Fact {number:03}" for number in range(3, 120, 7)}
        assert told(response) == "1–17 of 17"

        part = htmx(office).get("/subjects/3/?q=fact+003", headers={"HX-Target": "list-rows"})
        assert rows(part) == ["Fact 003"]
        assert part["HX-Push-Url"] == "/subjects/3/?q=fact%20003"


class TestTicked:
    def test_ids_are_what_was_ticked(self, rf_of, office):
        facts = [write("A"), write("B"), write("C")]
        found = Facts.selected(rf_of(office, f"?ids={facts[0].pk}&ids={facts[2].pk}&ids=x&ids=-1"))
        assert set(found) == {facts[0], facts[2]}

    def test_all_is_everything_that_matches(self, rf_of, office):
        many(60)
        over = write("A", kind="fact.over")
        assert set(Facts.selected(rf_of(office, "?all=1&kind=fact.over"))) == {over}
        assert Facts.selected(rf_of(office, "?all=1")).count() == 61

    def test_rows_beyond_the_list_are_never_among_them(self, rf_of, office):
        other = write("A", kind="secret.open")
        assert list(Facts.selected(rf_of(office, f"?ids={other.pk}"))) == []

    def test_the_bar_offers_all_that_match_only_where_there_are_more(self, browse, office):
        many(60)
        client = browse(office)
        assert "All 60 that match" in client.get("/facts/").content.decode()
        assert "that match</span>" not in client.get("/facts/?size=100").content.decode()

    @pytest.fixture
    def rf_of(self, rf):
        def request(user, query):
            request = rf.get(f"/facts/{query}")
            request.user = user
            return request

        return request


class TestExport:
    def test_all_rows_that_match_in_the_order_of_the_page(self, browse, office):
        many(130)
        response = browse(office).get("/facts/?export=csv&sort=reason&columns=on,operation")
        lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
        assert lines[:2] == ["Name,Day,Note", "Fact 000,2026-11-01,"]
        assert len(lines) == 131
        assert response["Content-Disposition"] == 'attachment; filename="facts-2026-11-22.csv"'

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＠x"])
    def test_no_cell_is_a_formula(self, browse, office, text):
        write(text)
        response = browse(office).get("/facts/?export=csv&columns=reason")
        lines = b"".join(response.streaming_content).decode("utf-8-sig").split("\r\n", 1)
        assert lines[1].strip().strip('"') == f"'{text}".strip()

    def test_a_workbook_has_days_as_days_and_numbers_as_numbers(self, browse, office):
        write("=A", uses=4)
        response = browse(office).get("/facts/?export=xlsx")
        sheet = load_workbook(io.BytesIO(response.content)).active
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
            ["Status", "Name", "Day", "Uses"],
            ["Open", "'=A", datetime.datetime(2026, 11, 1), 4],  # noqa: DTZ001 (a day)
        ]

    def test_it_needs_its_permission(self, browse, colleague):
        client = browse(colleague("tms.change_settings"))
        assert "export=csv" not in client.get("/facts/").content.decode()
        assert client.get("/facts/?export=csv").status_code == 403
        client = browse(colleague("tms.change_settings", "tms.export"))
        assert "export=csv" in client.get("/facts/").content.decode()
        assert client.get("/facts/?export=csv").status_code == 200


class TestExportInTheBackground:
    @pytest.fixture(autouse=True)
    def _files(self, settings, tmp_path, monkeypatch):
        settings.MEDIA_ROOT = tmp_path
        monkeypatch.setattr("tms.ui.export.AT_ONCE", 100)

    def test_a_workbook_of_many_rows_is_made_by_a_worker(self, browse, office, clock):
        many(120)
        client = browse(office)
        response = client.get("/facts/?export=xlsx&sort=reason&q=fact+1")
        assert "openxml" in response["Content-Type"]

        response = client.get("/facts/?export=xlsx&sort=reason")
        job = Job.objects.get()
        assert response["Location"] == f"/jobs/{job.pk}/"
        assert (job.title, job.total, job.by) == ("Export of Facts", 120, office)
        assert client.get(f"/jobs/{job.pk}/file/").status_code == 404

        assert jobs.run(job.pk, at=clock.at)
        page = client.get(f"/jobs/{job.pk}/").content.decode()
        assert "120 rows are in the file." in page
        assert f'<a class="button" href="/jobs/{job.pk}/file/">Get the file</a>' in page
        content = b"".join(client.get(f"/jobs/{job.pk}/file/").streaming_content)
        sheet = load_workbook(io.BytesIO(content)).active
        names = [row[1].value for row in sheet.iter_rows(min_row=2)]
        assert names == [f"Fact {number:03}" for number in range(120)]

    def test_pressed_again_while_it_is_made_it_is_the_same(self, browse, office):
        many(120)
        client = browse(office)
        first, second = (client.get("/facts/?export=xlsx")["Location"] for _press in range(2))
        assert first == second

    def test_who_lost_the_permission_meanwhile_gets_nothing(self, browse, colleague, clock):
        many(120)
        user = colleague("tms.change_settings", "tms.export")
        browse(user).get("/facts/?export=xlsx")
        user.groups.clear()
        job = Job.objects.get()
        jobs.run(job.pk, at=clock.at)
        job.refresh_from_db()
        assert job.result == {"refusal": "Your role doesn't include this export any more."}
        assert not job.file

    def test_the_file_is_for_whoever_asked(self, browse, office, colleague, clock):
        many(120)
        browse(office).get("/facts/?export=xlsx")
        job = Job.objects.get()
        jobs.run(job.pk, at=clock.at)
        other = browse(colleague("tms.export"))
        assert other.get(f"/jobs/{job.pk}/file/").status_code == 404
        response = browse(office).get(f"/jobs/{job.pk}/file/")
        assert response.status_code == 200
        response.close()


class TestWhoMay:
    def test_a_visitor_is_sent_to_sign_in(self, browse, organisation):
        response = browse().get("/facts/?kind=fact.open")
        assert response["Location"].endswith("?next=/facts/%3Fkind%3Dfact.open")

    def test_without_the_permission_it_is_refused_with_a_sentence(self, browse, htmx, colleague):
        user = colleague("tms.export")
        response = browse(user).get("/facts/")
        assert response.status_code == 403
        assert "Your role doesn&#x27;t include this." in response.content.decode()
        assert htmx(user).get("/facts/", headers={"HX-Target": "list"}).status_code == 403
