"""Contacts and accounts are brought in on screen: file, columns, a look, then the import."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from crm import contacts, external_ids
from crm.importing import running
from crm.models import Account, Contact
from crm.views import importing as pages
from tests.factories import AccountFactory, UserFactory
from tests.passes.conftest import hidden_in
from tms import jobs
from tms.models import Job, JournalRow
from tms.models.work import JobState
from tms.people import roles

pytestmark = pytest.mark.usefixtures("alone", "europe")

HEAD = "Record ID,First Name,Last Name,Email,Associated Company,Lifecycle Stage"
FILE = f"""{HEAD}
1,Ada,Lind,ADA@example.org,Example Ltd,lead
2,=Bo,Ek,not an address,Example Ltd,lead
3,Cy,Ask,cy@example.org,,lead
"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(browse, office):
    return browse(office)


def html_of(answer) -> str:
    return answer.content.decode()


def upload(desk, content, name="people.csv", about="contacts"):
    content = content.encode() if isinstance(content, str) else content
    url = f"/{about}/import/"
    hidden = hidden_in(html_of(desk.get(url)))
    return desk.post(url, {**hidden, "file": SimpleUploadedFile(name, content)})


def answered(desk, url, **answers):
    """Send the form of the page, with what it proposes unless something else is said."""
    page = desk.get(url)
    form = page.context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value not in (None, False)}
    return desk.post(url, hidden_in(html_of(page)) | given | answers)


def looked_at(desk, content, **answers):
    """The address of the look at a file."""
    columns = upload(desk, content)["Location"]
    return answered(desk, columns, **answers)["Location"]


def test_a_file_is_looked_at_before_anything_is_imported(desk):
    columns = upload(desk, FILE)["Location"]
    html = html_of(desk.get(columns))
    for words in ("Associated Company", "ADA@example.org", "people.csv", 'value="HubSpot"'):
        assert words in html
    look = answered(desk, columns, make="on")["Location"]
    page = desk.get(look)
    html = html_of(page)
    for words in ("Import 2 rows", "Ada Lind", "ada@example.org", "“not an address” is not"):
        assert words in html
    figures = [(str(label), count) for label, count in page.context["figures"]]
    assert figures == [("New", 2), ("Changed", 0), ("Unchanged", 0), ("Refused", 1)]
    assert page.context["made"] == 2
    assert Contact.objects.count() == Account.objects.count() == 0
    done = answered(desk, look)
    html = html_of(desk.get(done["Location"]))
    assert "New: 2. Changed: 0. Unchanged: 0. Refused: 1." in html
    assert "2 accounts were made." in html
    assert Contact.objects.count() == 2
    assert set(JournalRow.objects.values_list("source", flat=True)) == {"import"}
    html = html_of(desk.get(look))
    assert "There is nothing new in this file." in html
    assert "Import 0" not in html
    assert "Import of people.csv" in html_of(desk.get("/contacts/import/"))


def test_the_refused_rows_come_back_as_a_file_before_and_after(desk):
    look = looked_at(desk, FILE, make="on")
    expected = [
        ["Row", "Column", "Reason", *HEAD.split(",")],
        ["3", "Email",
         "“not an address” is not an email address. One looks like ada@example.com.",
         "2", "'=Bo", "Ek", "not an address", "Example Ltd", "lead"],
    ]  # fmt: skip

    def rows(answer):
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    assert rows(desk.get(f"{look}refused.csv")) == expected
    job = answered(desk, look)["Location"]
    assert f"{job}file/" in html_of(desk.get(job))
    assert rows(desk.get(f"{job}file/")) == expected


def test_what_the_columns_are_is_asked_and_refused_at_its_place(desk):
    columns = upload(desk, FILE)["Location"]
    answer = answered(desk, columns, c1="email")
    assert answer.status_code == 422
    assert "Two columns are “Email”. Leave one of them out." in html_of(answer)
    answer = answered(desk, columns, system="")
    assert "Name the system that the IDs come from." in html_of(answer)
    answer = answered(desk, columns, c0="", c3="")
    assert "people are known by these, never by their name" in html_of(answer)
    answer = answered(desk, columns, c1="is_instructor")
    assert answer.status_code == 422
    look = answered(desk, columns, c0="", c1="", c2="", c4="")["Location"]
    assert "Import 2 rows" in html_of(desk.get(look))
    # The columns are as they were chosen when they are asked again.
    again = f"{look}columns/"
    assert desk.get(again).context["form"]["c1"].value() == ""


def test_a_workbook_is_read_too(desk):
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Email", "Vorname", None, "Nachname"])
    book.active.append(["ada@example.org", "Ada", None, "Lind"])
    book.save(file)
    columns = upload(desk, file.getvalue(), "people.xlsx")["Location"]
    answered(desk, answered(desk, columns)["Location"])
    assert Contact.objects.get().name == "Ada Lind"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (HEAD, "The file has headings and no rows."),
        (b"PK\x03\x04", "The file can&#x27;t be read as XLSX."),
        (f'{HEAD}\n1,"Ada', "The file can&#x27;t be read as CSV near line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(desk, content, sentence):
    answer = upload(desk, content)
    assert answer.status_code == 422
    assert sentence in html_of(answer)
    assert Job.objects.count() == 0


def test_a_doubled_press_imports_once(desk):
    look = looked_at(desk, FILE, make="on")
    hidden = hidden_in(html_of(desk.get(look)))
    assert [desk.post(look, hidden).status_code for _press in (1, 2)] == [302, 302]
    assert Contact.objects.count() == 2
    assert Job.objects.filter(verb=running.RUN).count() == 1


def test_what_changed_since_the_look_is_shown_again(desk, who):
    look = looked_at(desk, FILE, make="on")
    hidden = hidden_in(html_of(desk.get(look)))
    contacts.create(first_name="Cy", last_name="Ask", email="cy@example.org", **who)
    answer = desk.post(look, hidden)
    assert answer.status_code == 422
    assert not Contact.objects.filter(first_name="Ada").exists()


def test_accounts_have_their_own_import(desk, kestrel):
    text = "Account ID,Account Name,Billing City\nS1,kestrel rail group,York\nS2,New Ltd,Leeds\n"
    columns = upload(desk, text, about="accounts")["Location"]
    look = answered(desk, columns)["Location"]
    html = html_of(desk.get(look))
    assert "Import 2 rows" in html
    assert "Accounts that are made" not in html
    answered(desk, look)
    kestrel.refresh_from_db()
    assert (kestrel.city, str(kestrel.external_ids.get())) == ("York", "Salesforce S1")


# In the background


@pytest.fixture
def many(monkeypatch):
    """A file of 250 people, a hundred of whom are taken at once; of each hundred one is refused."""
    monkeypatch.setattr(running, "AT_ONCE", 100)
    monkeypatch.setattr(pages, "SHORT_ROWS", 100)
    lines = [f"{n},Ada,{n},a{n}@example.org,Company {n % 7},lead" for n in range(250)]
    for n in (50, 150, 240):
        lines[n] = f"{n},Ada,{n},nowhere,,lead"
    return "\n".join([HEAD, *lines])


def begun(desk, many, clock):
    """The job that imports the file, not yet run."""
    at = looked_at(desk, many, make="on")
    look = Job.objects.get(pk=at.split("/")[-2])
    assert at == f"/jobs/{look.pk}/"
    assert (look.state, look.total) == (JobState.WAITING, 250)
    assert jobs.run(look.pk, at=clock.at)
    look.refresh_from_db()
    assert Contact.objects.count() == 0
    assert f"/imports/{look.pk}/" in html_of(desk.get(at))
    page = desk.get(f"/imports/{look.pk}/")
    assert "Import 247 rows" in html_of(page)
    answered(desk, f"/imports/{look.pk}/")
    return Job.objects.get(verb=running.RUN)


def refused_in(job):
    """The first column of the refused rows that are kept with a job."""
    with job.file.open("rb") as file:
        return [line.split(",")[0] for line in file.read().decode("utf-8-sig").splitlines()]


def test_a_long_file_is_looked_at_and_imported_in_the_background(desk, many, clock):
    job = begun(desk, many, clock)
    assert Contact.objects.count() == 0
    assert "goes on from where it was" in html_of(desk.get(f"/jobs/{job.pk}/"))
    assert jobs.run(job.pk, at=clock.at)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 250)
    assert job.result["sentences"] == [
        "New: 247. Changed: 0. Unchanged: 0. Refused: 3.",
        "7 accounts were made.",
    ]
    assert Contact.objects.count() == 247
    assert refused_in(job) == ["Row", "52", "152", "242"]


def test_an_import_whose_worker_died_goes_on_where_it_was(desk, many, clock, monkeypatch):
    job = begun(desk, many, clock)
    take, parts = running.Import.take, []

    def dies(one, rows, **who):
        parts.append(len(rows))
        if len(parts) == 2:
            raise MemoryError
        take(one, rows, **who)

    monkeypatch.setattr(running.Import, "take", dies)
    assert jobs.run(job.pk, at=clock.at)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.PARKED, 100)
    assert Contact.objects.count() == 99
    assert "100 of 250 were done before and stay." in html_of(desk.get(f"/jobs/{job.pk}/"))
    jobs.again(job.pk, at=clock.at, on=clock.on(), by=job.by)
    assert jobs.run(job.pk, at=clock.at)
    job.refresh_from_db()
    assert parts == [100, 100, 100, 50]
    assert job.result["sentences"] == [
        "New: 247. Changed: 0. Unchanged: 0. Refused: 3.",
        "7 accounts were made.",
    ]
    assert refused_in(job) == ["Row", "52", "152", "242"]
    assert JournalRow.objects.filter(kind="contact.created").count() == 247


def test_whose_role_lost_imports_meanwhile_imports_nothing(desk, many, clock, office):
    job = begun(desk, many, clock)
    office.is_superuser = False
    office.save()
    assert jobs.run(job.pk, at=clock.at)
    job.refresh_from_db()
    assert (job.state, job.result) == (
        JobState.FAILED,
        {"refusal": "Your role doesn't include imports any more."},
    )
    assert Contact.objects.count() == 0


# Out and in again


def exported(desk, path) -> str:
    return b"".join(desk.get(path).streaming_content).decode("utf-8-sig")


def test_what_the_lists_export_is_imported_again_unchanged(desk, ada, kestrel, who):
    contacts.create(first_name="=Cy", last_name="O'Brien", phone="+44 20", email="cy@example.org",
                    ids=[("HubSpot", "7"), ("ERP", "A-1")], language="en", **who)  # fmt: skip
    contacts.create(first_name="No Address", **who)
    AccountFactory(name="+Plus", street="1 High Street\nFloor 2", postcode="N1", city="London",
                   country="GB", legal_name="@Plus Ltd", tax_number="GB 1", parent=kestrel,
                   currency=kestrel.region.currencies.first(), region=kestrel.region)  # fmt: skip
    external_ids.add(kestrel, system="HubSpot", value="9", **who)
    columns = "name email account job_title phone first_name last_name language time_zone"
    asked = "&".join(f"columns={name}" for name in [*columns.split(), "external_ids", "number"])
    text = exported(desk, f"/contacts/?export=csv&{asked}")
    assert "ERP: A-1; HubSpot: 7" in text
    assert "'=Cy" in text
    for take in ("", "yes"):
        page = desk.get(looked_at(desk, text, take=take))
        assert [count for _label, count in page.context["figures"]] == [0, 0, 3, 0]
    columns = "name kind region parent street postcode city country currency legal_name tax_number"
    asked = "&".join(f"columns={name}" for name in [*columns.split(), "external_ids", "number"])
    text = exported(desk, f"/accounts/?export=csv&{asked}")
    assert "HubSpot: 9" in text
    for take in ("", "yes"):
        columns = upload(desk, text, about="accounts")["Location"]
        page = desk.get(answered(desk, columns, take=take)["Location"])
        assert [count for _label, count in page.context["figures"]] == [0, 0, 4, 0]


# Who may


def test_only_who_may_import_reaches_it_and_only_their_own_files(browse, desk, office):
    look = looked_at(desk, FILE)
    roles.sync()
    sales, support = (
        UserFactory(email=f"{role}@example.com", is_staff=True) for role in ("sales", "support")
    )
    sales.groups.add(roles.Group.objects.get(name="Sales"))
    support.groups.add(roles.Group.objects.get(name="Support"))
    assert "/contacts/import/" in html_of(browse(sales).get("/contacts/"))
    assert "/contacts/import/" not in html_of(browse(support).get("/contacts/"))
    for url in ("/contacts/import/", "/accounts/import/", look, f"{look}columns/",
                f"{look}refused.csv"):  # fmt: skip
        assert browse(support).get(url).status_code == 403
    for url in (look, f"{look}columns/", f"{look}refused.csv"):
        assert browse(sales).get(url).status_code == 404
        assert desk.get(url).status_code == 200


def test_looking_at_columns_costs_the_same_for_many_of_them(desk, count_queries):
    def cost(n):
        head = ",".join(["Email", *(f"Column {k}" for k in range(n))])
        columns = upload(desk, f"{head}\na@example.org\n".replace("org", "org" + "," * n))
        return count_queries(lambda: desk.get(columns["Location"]))

    assert (cost(1), cost(200)) == (6, 6)
