"""Opening balances from another system: looked at first, imported once, never doubled (TOK-27)."""

import csv
import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from crm.models import ExternalId
from tests.factories import AccountFactory, CurrencyFactory, TokenTypeFactory
from tests.passes.conftest import TODAY, hidden_in
from tests.passes.pages import text
from tms import jobs, sheets
from tms.models import Job, JournalRow
from tms.refusals import Refusal
from tokens import importing
from tokens.models import LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
HEADINGS = "Account,Token Type,Number,Issued on,Expires on,External ID"
KESTREL = "Kestrel Rail Group"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, kestrel, gold):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def judged():
    """`judged("Kestrel Rail Group,Gold,5,,,X")`: the rows under our headings, with verdicts."""

    def judge(*lines, headings=HEADINGS):
        sheet = sheets.read(io.BytesIO("\n".join([headings, *lines]).encode()))
        return importing.judge(sheet, on=TODAY)

    return judge


@pytest.fixture
def carried_out(now):
    def carry(content):
        return importing.carry_out(sheets.read(io.BytesIO(content.encode())), **now)

    return carry


def said(rows):
    return [(row.verdict.value, row.reason) for row in rows]


# What a row means


def test_a_row_names_account_type_number_and_days(judged, kestrel, gold):
    TokenTypeFactory(unit__code="Silver", period=12)
    ExternalId.objects.create(account=kestrel, system="HubSpot", value="A-5")
    first, second, third = judged(
        f"{KESTREL.upper()},gold,24.00,2026-01-15,2027-01-15,OLD-1",
        "a-5,SILVER,3,2026-01-15,,OLD-2",
        "a-5,Silver,3,,never,OLD-3",
    )
    assert said([first, second, third]) == [("new", "")] * 3
    assert (first.account, first.token_type, first.quantity) == (kestrel, gold, 24)
    assert [(row.issued_on, row.expires_on) for row in (first, second, third)] == [
        (day("2026-01-15"), day("2027-01-15")),
        (day("2026-01-15"), day("2027-01-15")),
        (TODAY, None),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Gold,5,,,X", "It names no account."),
        ("Nowhere,Gold,5,,,X", "There is no account “Nowhere”."),
        (f"{KESTREL},Tin,5,,,X", "There is no token type “Tin”."),
        (f"{KESTREL},,5,,,X", "There is no token type “”."),
        (f"{KESTREL},Gold,,,,X", "“” is not a whole number of tokens."),
        (f"{KESTREL},Gold,0,,,X", "Give a whole number of at least 1."),
        (f"{KESTREL},Gold,-3,,,X", "“-3” is not a whole number of tokens."),
        (f"{KESTREL},Gold,0.5,,,X", "“0.5” is not a whole number of tokens."),
        (f"{KESTREL},Gold,1000001,,,X", "At most 1,000,000 tokens at once."),
        (f"{KESTREL},Gold,5,,,", "It needs an external ID, to be known again."),
        (f"{KESTREL},Gold,5,,,{'x' * 81}", "An external ID has at most 80 characters."),
        (
            f"{KESTREL},Gold,5,1/2/2026,,X",
            "Issued on “1/2/2026” is not a day like 2026-11-22.",
        ),
        (
            f"{KESTREL},Gold,5,,soon,X",
            "Expires on “soon” is not a day like 2026-11-22.",
        ),
        (f"{KESTREL},Gold,5,2026-11-23,,X", "Tokens can't be issued on a day to come."),
        (
            f"{KESTREL},Gold,5,2026-05-01,2026-04-30,X",
            "It would expire before it was issued.",
        ),
        (
            f"{KESTREL},Gold,5,,2101-01-01,X",
            "The year 2100 is the last. Choose an earlier day.",
        ),
        (f"{KESTREL},Gold,5,,,X,more", "This row has 1 cell more than there are headings."),
    ],
)
def test_what_a_row_lacks_is_said(judged, line, reason):
    assert said(judged(line)) == [("refused", reason)]


def test_archived_accounts_and_types_and_doubled_names_are_refused(judged, kestrel, clock):
    AccountFactory(name="Closed", archived_at=clock.at)
    AccountFactory(name="Twin")
    AccountFactory(name="Twin")
    old = TokenTypeFactory(unit__code="Old")
    old.unit.archived_at = clock.at
    old.unit.save()
    gone = AccountFactory(name="Gone", archived_at=clock.at)
    ExternalId.objects.create(account=gone, system="HubSpot", value="A-6")
    assert said(judged("A-6,Gold,1,,,D")) == [
        ("refused", "Gone is archived. Restore it first."),
    ]
    assert said(judged("Closed,Gold,1,,,A", "Twin,Gold,1,,,B", f"{KESTREL},Old,1,,,C")) == [
        ("refused", "There is no account “Closed”."),
        ("refused", "Several accounts are called “Twin”. Give the external ID."),
        ("refused", "Old is archived and can't be issued."),
    ]


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("120.50,EUR", ""),
        ("0,eur", ""),
        ("120.50,", "Say in which currency the price is."),
        ("120.50,XYZ", "There is no currency “XYZ” here."),
        ("dear,EUR", "“dear” is not a price like 120.50."),
        ("-1,EUR", "“-1” is not a price like 120.50."),
        ("NaN,EUR", "“NaN” is not a price like 120.50."),
        ("1.00001,EUR", "“1.00001” is not a price like 120.50."),
        (",EUR", ""),
    ],
)
def test_a_price_needs_a_currency_of_ours(judged, price, reason):
    CurrencyFactory()
    headings = "Account,Token Type,Number,External ID,Price of one token,Currency"
    (row,) = judged(f"{KESTREL},Gold,5,X,{price}", headings=headings)
    assert row.reason == reason


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        ("Account,Token Type,Number", "The file has no column “External ID”."),
        ("Name", "The file has no column “Account”, “Token Type”, “Number”, “External ID”."),
    ],
)
def test_a_file_without_the_headings_is_refused(judged, headings, sentence):
    with pytest.raises(Refusal, match=sentence):
        judged("a", headings=headings)


@pytest.mark.parametrize("count", [1, 3, 300])
def test_judging_takes_the_same_queries_however_many_rows(judged, count, django_assert_num_queries):
    lines = [f"{KESTREL},Gold,5,,,X{number}" for number in range(count)]
    with django_assert_num_queries(6):
        judged(*lines)


# Importing

FILE = f"""{HEADINGS}
{KESTREL},Gold,24,2025-06-01,2027-06-01,OLD-1
{KESTREL},Gold,7,2025-06-01,2026-06-01,OLD-2
{KESTREL},Gold,5,,never,OLD-3
{KESTREL},Tin,5,,never,OLD-4
"""


def test_an_import_issues_what_is_new_and_what_has_expired_is_never_spendable(
    carried_out, kestrel, office
):
    assert [row.verdict.value for row in carried_out(FILE)] == ["new", "new", "new", "refused"]
    issues = TokenIssue.objects.order_by("pk").with_status(TODAY)
    assert list(issues.values_list("external_id", "issued_on", "spendable", "remaining")) == [
        ("OLD-1", day("2025-06-01"), 24, 24),
        ("OLD-2", day("2025-06-01"), 0, 0),
        ("OLD-3", TODAY, 5, 5),
    ]
    over = LedgerEntry.objects.filter(issue__external_id="OLD-2").order_by("id")
    assert list(over.values_list("kind", "quantity", "on")) == [
        ("issued", 7, day("2025-06-01")),
        ("expired", -7, day("2026-06-02")),
    ]
    facts = JournalRow.objects.filter(kind="token_issue.issued")
    assert set(facts.values_list("source", "by_id", "on")) == {("import", office.pk, TODAY)}


def test_the_same_file_run_again_doubles_nothing(carried_out, kestrel):
    carried_out(FILE)
    again = carried_out(FILE)
    assert [row.verdict.value for row in again] == ["here", "here", "here", "refused"]
    assert TokenIssue.objects.count() == 3


def test_another_account_may_use_the_same_id_and_a_file_may_not_twice(judged, carried_out):
    AccountFactory(name="Northwind")
    lines = [f"{KESTREL},Gold,5,,,X", "Northwind,Gold,5,,,X", f"{KESTREL},Gold,6,,,X"]
    assert said(judged(*lines)) == [
        ("new", ""),
        ("new", ""),
        ("refused", "It is the same balance as row 2."),
    ]
    carried_out(f"{HEADINGS}\n{lines[0]}\n")
    issued = TokenIssue.objects.get()
    assert said(judged(*lines[:2])) == [("here", f"It is issue #{issued.pk}."), ("new", "")]


def test_without_manual_raising_nothing_is_imported_by_any_road(carried_out, desk, switch):
    where = upload(desk, FILE)["Location"]
    hidden = hidden_in(desk.get(where).text)
    switch(manual_issues=False)
    with pytest.raises(Refusal, match="Tokens aren't issued by hand here"):
        carried_out(FILE)
    answer = desk.post(where, hidden)
    assert (answer.status_code, "issued by hand here" in text(answer)) == (422, True)
    assert "issued by hand here" in text(desk.get("/tokens/import/"))
    assert "Import opening balances" not in text(desk.get("/control-panel/tokens/"))
    assert not TokenIssue.objects.exists()


# On screen


def upload(desk, content, name="balances.csv"):
    content = content.encode() if isinstance(content, str) else content
    hidden = hidden_in(desk.get("/tokens/import/").text)
    return desk.post("/tokens/import/", {**hidden, "file": SimpleUploadedFile(name, content)})


def confirm(desk, url):
    return desk.post(url, hidden_in(desk.get(url).text))


def test_a_file_is_looked_at_before_anything_is_imported(desk):
    assert 'href="/tokens/import/"' in desk.get("/control-panel/tokens/").text
    where = upload(desk, FILE)["Location"]
    shown = text(desk.get(where))
    for words in ("Import 3 balances", "There is no token type “Tin”.", "OLD-1", "balances.csv"):
        assert words in shown
    assert not TokenIssue.objects.exists()
    assert confirm(desk, where).status_code == 302
    assert TokenIssue.objects.count() == 3
    shown = text(desk.get(where))
    assert "3 balances were imported. 1 row was refused." in shown
    assert "There is nothing new in this file." in shown


def test_the_refused_rows_come_back_as_a_file(desk):
    where = upload(desk, FILE.replace("Tin", "=cmd()"))["Location"]
    lines = list(
        csv.reader(io.StringIO(desk.get(f"{where}refused.csv").content.decode("utf-8-sig")))
    )
    assert lines == [
        ["Row", "Reason", *HEADINGS.split(",")],
        ["5", "There is no token type “=cmd()”.", KESTREL, "'=cmd()", "5", "", "never", "OLD-4"],
    ]


def test_a_workbook_is_read_too(desk):
    book = Workbook()
    book.active.append(HEADINGS.split(","))
    book.active.append([KESTREL, "Gold", 12, datetime.date(2026, 5, 1), None, 4711])
    file = io.BytesIO()
    book.save(file)
    confirm(desk, upload(desk, file.getvalue(), "balances.xlsx")["Location"])
    issue = TokenIssue.objects.get()
    assert (issue.issued, issue.issued_on, issue.external_id) == (12, day("2026-05-01"), "4711")


def test_more_than_200_rows_are_imported_in_the_background(desk, clock):
    lines = [f"{KESTREL},Gold,5,,,X{number}" for number in range(201)]
    answer = confirm(desk, upload(desk, "\n".join([HEADINGS, *lines]))["Location"])
    job = Job.objects.get(verb=importing.RUN)
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert not TokenIssue.objects.exists()
    assert jobs.run(job.pk, at=clock.move(minutes=1))
    assert TokenIssue.objects.count() == 201
    assert "201 balances were imported." in text(desk.get(f"/jobs/{job.pk}/"))


def test_only_who_may_import_reaches_it_and_only_their_own_files(desk, someone):
    where = upload(desk, FILE)["Location"]
    sales, finance = someone("Sales"), someone("Finance")
    for url in ("/tokens/import/", "/tokens/import/example.csv", where, f"{where}refused.csv"):
        assert sales.get(url).status_code == 403
    assert finance.get("/tokens/import/").status_code == 200
    assert finance.get(where).status_code == 404


def test_the_example_can_be_imported_as_it_is(desk, judged):
    CurrencyFactory()
    AccountFactory(name="Example Ltd")
    content = desk.get("/tokens/import/example.csv").content.decode("utf-8-sig")
    headings, *lines = content.splitlines()
    assert said(judged(*lines, headings=headings)) == [("new", "")] * 2
