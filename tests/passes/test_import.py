"""Passes brought in from another system: looked at first, then imported, never doubled."""

import csv
import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from crm.models import ExternalId, Membership
from passes import importing, lifecycle
from passes.models import OptionStatus, Pass, Source, Status
from tests.factories import AccountFactory, ContactFactory, PassOptionFactory, PassTypeFactory
from tests.passes.conftest import TODAY, hidden_in
from tms import jobs, sheets
from tms.models import Job, JournalRow
from tms.refusals import Refusal

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db
HEADINGS = "Contact,Account,Pass Type,Option,Start Date,Expiry Date,External ID"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def judged(ada, yearly):
    """`judged("ada@…,,LEAD,Annual,2026-11-22,,")`: the verdicts on rows under our headings."""

    def judge(*lines, headings=HEADINGS):
        text = "\n".join([headings, *lines])
        sheet = sheets.read(io.BytesIO(text.encode()))
        return importing.judge(sheet, on=TODAY)

    return judge


def said(rows):
    return [(row.verdict.value, row.reason) for row in rows]


ADA = "ada@kestrelrail.example"


# What a row means


def test_a_row_names_contact_type_and_option_and_the_rest_follows(judged, ada, yearly):
    (row,) = judged(f"{ADA.upper()},,lead,ANNUAL,2026-03-31,,HR 1; HR 2")
    assert (row.verdict, row.contact, row.account_id, row.option) == (
        importing.Verdict.NEW,
        ada,
        ada.account_id,
        yearly,
    )
    assert (row.starts_on, row.expires_on) == (day("2026-03-31"), day("2027-03-31"))
    assert row.external_ids == ("HR 1", "HR 2")


def test_headings_may_be_written_in_other_ways_and_in_any_order(judged, ada):
    (row,) = judged(
        f"Annual,2026-11-22,{ADA},Leadership Library,ignored",
        headings="option,starts_on,Contact Email,PASS_TYPE,Comment",
    )
    assert (row.verdict.value, row.contact) == ("new", ada)


def test_contacts_and_accounts_are_found_by_external_id_too(judged, ada, kestrel):
    ExternalId.objects.create(contact=ada, system="HubSpot", value="C-77")
    ExternalId.objects.create(account=kestrel, system="HubSpot", value="A-5")
    rows = judged(
        "c-77,,LEAD,Annual,2026-11-22,,",
        ",a-5,LEAD,Annual,,,X1",
        ",kestrel rail group,LEAD,Annual,,,X2",
    )
    assert [(row.contact, row.account_id) for row in rows] == [
        (ada, kestrel.pk),
        (None, kestrel.pk),
        (None, kestrel.pk),
    ]


def test_a_further_account_may_own_it(judged, ada):
    forum = AccountFactory(name="Nordic Rail Forum")
    line = f"{ADA},Nordic Rail Forum,LEAD,Annual,2026-11-22,,"
    assert said(judged(line)) == [
        ("refused", "Ada Lindqvist does not belong to the account “Nordic Rail Forum”.")
    ]
    Membership.objects.create(contact=ada, account=forum)
    assert judged(line)[0].account_id == forum.pk


NO_DAY = "Start Date “%s” is not a day like 2026-11-22."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("who@example.com,,LEAD,Annual,2026-11-22,,", "There is no contact “who@example.com”."),
        (",Nowhere Ltd,LEAD,Annual,,,X", "There is no account “Nowhere Ltd”."),
        (",,LEAD,Annual,,,X", "It names neither a contact nor an account."),
        (f"{ADA},,,Annual,2026-11-22,,", "It names no pass type."),
        (f"{ADA},,GOLD,Annual,2026-11-22,,", "There is no pass type “GOLD”."),
        (f"{ADA},,LEAD,Monthly,,,X", "LEAD has no option “Monthly”. It has: Annual."),
        (f"{ADA},,LEAD,Annual,22/11/2026,,", NO_DAY % "22/11/2026"),
        (f"{ADA},,LEAD,Annual,2026-02-30,,", NO_DAY % "2026-02-30"),
        (f"{ADA},,LEAD,Annual,46348,,", NO_DAY % "46348"),
        (f"{ADA},,LEAD,Annual,20261122,,", NO_DAY % "20261122"),
        (
            f"{ADA},,LEAD,Annual,2026-11-22,2026-11-21,",
            "The pass starts on 22 November 2026. Choose that day or later.",
        ),
        (f"{ADA},,LEAD,Annual,,2101-01-01,X", "A pass ends in the year 2100 at the latest."),
        (f"{ADA},,LEAD,Annual,,,", "It needs a start date or an external ID, to be known again."),
        (
            ",Kestrel Rail Group,LEAD,Annual,2026-11-22,,",
            "An unassigned pass needs an external ID, to be known again.",
        ),
        (f"{ADA},,LEAD,Annual,,,{'x' * 81}", "An external ID has at most 80 characters."),
        (f"{ADA},,LEAD,Annual,,,X,more", "This row has 1 cell more than there are headings."),
    ],
)
def test_what_a_row_lacks_is_said(judged, line, reason):
    assert said(judged(line)) == [("refused", reason)]


def test_types_and_options_that_are_off_sale_are_refused(judged, yearly):
    PassOptionFactory(pass_type=PassTypeFactory(code="OLD", name="Old", status="archived"))
    yearly.status = OptionStatus.ARCHIVED
    yearly.save()
    assert said(judged(f"{ADA},,OLD,Annual,2026-11-22,,", f"{ADA},,LEAD,Annual,2026-11-22,,")) == [
        ("refused", "Old is not on offer. Choose an active pass type."),
        ("refused", "The option Annual is not on sale. Choose a published one."),
    ]


def test_the_same_pass_twice_in_a_file_is_refused_the_second_time(judged):
    line = f"{ADA},,LEAD,Annual,2026-11-22,,"
    rows = judged(line, f"{line}X1", line, f"{line}X1")
    assert said(rows) == [
        ("new", ""),
        ("new", ""),
        ("refused", "It is the same pass as row 2."),
        ("refused", "It is the same pass as row 3."),
    ]


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        ("Contact,Option", "The file has no column “Pass Type”."),
        ("Pass Type,Option", "The file has no column “Contact”."),
        ("Name,Email address", "The file has no column “Pass Type”, “Option”, “Contact”."),
    ],
)
def test_a_file_without_the_headings_is_refused(judged, headings, sentence):
    with pytest.raises(Refusal, match=sentence):
        judged("a,b", headings=headings)


@pytest.mark.parametrize("count", [1, 3, 300])
def test_judging_takes_the_same_queries_however_many_rows(
    judged, django_assert_num_queries, kestrel, count
):
    people = [ContactFactory(account=kestrel) for _number in range(count)]
    lines = [f"{person.email},,LEAD,Annual,2026-11-22,," for person in people]
    with django_assert_num_queries(5):
        judged(*lines)


# Importing


@pytest.fixture
def carried_out(clock, office):
    def carry(text):
        sheet = sheets.read(io.BytesIO(text.encode()))
        return importing.carry_out(sheet, at=clock.at, on=TODAY, by=office)

    return carry


FILE = f"""{HEADINGS}
{ADA},,LEAD,Annual,2025-06-01,,HR 1
{ADA},,LEAD,Annual,2026-05-01,2027-01-31,
,Kestrel Rail Group,LEAD,Annual,,,PO 7
nobody@example.com,,LEAD,Annual,2026-05-01,,
"""


def test_an_import_issues_what_is_new_from_its_own_start(carried_out, ada, yearly, office):
    assert said(carried_out(FILE)) == [
        ("new", ""),
        ("new", ""),
        ("new", ""),
        ("refused", "There is no contact “nobody@example.com”."),
    ]
    found = Pass.objects.order_by("pk").values_list(
        "contact", "starts_on", "expires_on", "external_ids", "source"
    )
    assert list(found) == [
        (ada.pk, day("2025-06-01"), day("2026-06-01"), ["HR 1"], Source.IMPORT),
        (ada.pk, day("2026-05-01"), day("2027-01-31"), [], Source.IMPORT),
        (None, TODAY, day("2027-11-22"), ["PO 7"], Source.IMPORT),
    ]
    assert [p.status_on(TODAY) for p in Pass.objects.order_by("pk")] == [
        Status.EXPIRED,
        Status.ACTIVE,
        Status.ACTIVE,
    ]
    rows = JournalRow.objects.filter(kind="pass.issued")
    assert set(rows.values_list("source", "by_id", "on")) == {("import", office.pk, TODAY)}


def test_the_same_file_run_again_doubles_nothing(carried_out, ada, yearly):
    carried_out(FILE)
    assert [row.verdict.value for row in carried_out(FILE)] == ["here", "here", "here", "refused"]
    assert Pass.objects.count() == 3


def test_it_is_known_again_whatever_became_of_it_since(
    carried_out, ada, yearly, kestrel, clock, office
):
    carried_out(FILE)
    first, second, third = Pass.objects.order_by("pk")
    who = {"at": clock.at, "on": TODAY, "by": office}
    lifecycle.renew(first.pk, version=0, expires_on=day("2028-01-01"), **who)
    lifecycle.assign(second.pk, version=0, contact=ContactFactory(account=kestrel), **who)
    lifecycle.cancel(third.pk, version=0, **who)
    assert [row.verdict.value for row in carried_out(FILE)] == ["here", "here", "here", "refused"]
    assert Pass.objects.count() == 3


# On screen


def upload(desk, content, name="passes.csv"):
    content = content.encode() if isinstance(content, str) else content
    hidden = hidden_in(desk.get("/passes/import/").content.decode())
    return desk.post(
        "/passes/import/", {**hidden, "file": SimpleUploadedFile(name, content)}, follow=False
    )


def confirm(desk, url):
    hidden = hidden_in(desk.get(url).content.decode())
    return desk.post(url, hidden)


def test_a_file_is_looked_at_before_anything_is_imported(desk, ada, yearly):
    answer = upload(desk, FILE)
    assert answer.status_code == 302
    html = desk.get(answer["Location"]).content.decode()
    for words in ("Import 3 passes", "There is no contact “nobody@example.com”.", "Ada Lindqvist",
                  "No messages are sent for imported passes.", "passes.csv"):  # fmt: skip
        assert words in html
    assert Pass.objects.count() == 0
    done = confirm(desk, answer["Location"])
    assert (done.status_code, done["Location"]) == (302, "/passes/")
    assert Pass.objects.count() == 3
    html = desk.get("/passes/").content.decode()
    assert "3 passes were imported. 1 row was refused." in html
    html = desk.get(answer["Location"]).content.decode()
    assert "There is nothing new in this file." in html
    assert "Import 0" not in html


def test_the_refused_rows_come_back_as_a_file(desk, ada, yearly):
    where = upload(desk, FILE.replace("nobody@example.com", "=cmd()"))["Location"]
    text = desk.get(f"{where}refused.csv").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Row", "Reason", *HEADINGS.split(",")],
        ["5", "There is no contact “=cmd()”.", "'=cmd()", "", "LEAD", "Annual", "2026-05-01",
         "", ""],
    ]  # fmt: skip


def test_a_workbook_is_read_too(desk, ada, yearly):
    book = Workbook()
    book.active.append(HEADINGS.split(","))
    book.active.append([ADA, None, "LEAD", "Annual", datetime.date(2026, 5, 1), None, 4711])
    file = io.BytesIO()
    book.save(file)
    confirm(desk, upload(desk, file.getvalue(), "passes.xlsx")["Location"])
    pass_ = Pass.objects.get()
    assert (pass_.starts_on, pass_.external_ids) == (day("2026-05-01"), ["4711"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00\xff\xfe", "The file is not in UTF-8."),
        ("Name\nAda\n", "The file has no column “Pass Type”, “Option”, “Contact”."),
        (HEADINGS, "The file has headings and no rows."),
        (b"PK\x03\x04", "The file can&#x27;t be read as XLSX."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(desk, content, sentence):
    answer = upload(desk, content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Job.objects.count() == 0


def test_a_doubled_press_imports_once(desk, ada, yearly):
    where = upload(desk, FILE)["Location"]
    hidden = hidden_in(desk.get(where).content.decode())
    assert [desk.post(where, hidden).status_code for _press in (1, 2)] == [302, 302]
    assert Pass.objects.count() == 3


def test_what_changed_since_the_file_was_looked_at_is_shown_again(desk, ada, yearly, carried_out):
    where = upload(desk, FILE)["Location"]
    hidden = hidden_in(desk.get(where).content.decode())
    carried_out(FILE)
    answer = desk.post(where, hidden)
    assert answer.status_code == 422
    assert Pass.objects.count() == 3


def test_more_than_200_rows_are_imported_in_the_background(desk, kestrel, yearly, clock):
    people = [ContactFactory(account=kestrel) for _number in range(201)]
    lines = [f"{person.email},,LEAD,Annual,2026-11-22,," for person in people]
    answer = confirm(
        desk, upload(desk, "\n".join([HEADINGS, *lines, "x,,LEAD,Annual,,,1"]))["Location"]
    )
    job = Job.objects.get(verb=importing.RUN)
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert (Pass.objects.count(), job.total) == (0, 201)
    assert jobs.run(job.pk, at=clock.move(minutes=1))
    assert Pass.objects.count() == 201
    html = desk.get(f"/jobs/{job.pk}/").content.decode()
    assert "201 passes were imported." in html
    assert "1 row was refused." in html
    assert "Download the refused rows" in html


def test_only_who_may_import_reaches_it_and_only_their_own_files(desk, someone, ada, yearly):
    where = upload(desk, FILE)["Location"]
    sales, manager = someone("Sales"), someone("Training Manager")
    for url in ("/passes/import/", "/passes/import/example.csv", where, f"{where}refused.csv"):
        assert sales.get(url).status_code == 403
    assert manager.get("/passes/import/").status_code == 200
    assert manager.get(where).status_code == 404
    assert manager.get(f"{where}refused.csv").status_code == 404


def test_the_example_can_be_imported_as_it_is(desk, judged):
    text = desk.get("/passes/import/example.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == HEADINGS.split(",")
    assert len(rows) == 3
