"""An assignment is handed in, looked at, and marked: once, by whoever comes first."""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from comms import attachments
from lms import assignments, file_kinds, personal
from lms.models import Completion, Submission
from passes import lifecycle
from tests.factories import (
    AssignmentFactory,
    ContactFactory,
    CourseFactory,
    LearnerFactory,
    LmsEventFactory,
    RegistrationFactory,
    UserFactory,
    copies,
)
from tests.lms.cast import TODAY, held, library
from tms.models import JournalRow
from tms.personal import Person
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def course(europe):
    return CourseFactory(title="Leading a First Team", slug="leading")


@pytest.fixture
def assignment(course):
    return AssignmentFactory(unit__course=course)


@pytest.fixture
def pass_(ada, course):
    return held(ada, library(course))


@pytest.fixture
def client(ada, browse, course, pass_, assignment):
    """Ada, registered."""
    RegistrationFactory(contact=ada, event=LmsEventFactory(course=course), used_pass=pass_)
    return browse(ada.user)


def upload(content=PDF, name="plan.pdf"):
    return SimpleUploadedFile(name, content)


def hand_in(client, assignment, content=PDF, name="plan.pdf", **more):
    sent = {"file": upload(content, name), "comment": "Here it is.", **more}
    return client.post(f"/learn/leading/{assignment.pk}/submissions/", sent)


def mark(client, submission, **answers):
    answers = {"passed": "yes", "score": "", "feedback": "", "version": "0"} | answers
    return client.post(f"/submissions/{submission.pk}/mark/", answers)


def packed(*parts, mimetype=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for part in parts:
            made.writestr(part, mimetype if part == "mimetype" else b"x")
    return file.getvalue()


def picture(form):
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, form)
    return file.getvalue()


# What a file is


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (packed("[Content_Types].xml", "word/document.xml"), "document"),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "sheet"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), "slides"),
        (packed("mimetype", mimetype=b"application/vnd.oasis.opendocument.text"), "document"),
        (packed("mimetype", mimetype=b"application/epub+zip"), None),
        (packed("setup.exe"), None),
        (b"PK\x03\x04 not a zip", None),
        (picture("PNG"), "image"),
        (picture("JPEG"), "image"),
        (picture("GIF"), None),
        (b"\x89PNG\r\n\x1a\n<script>", None),
        ("Grüße,\nAda".encode(), "text"),
        (b" <html><script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"MZ\x00\x01", None),
        (b"\xff\xfe\x00", None),
        (b"\xef\xbb\xbf", None),
        (b"\xef\xbb\xbf \n<script>", None),
    ],
)
def test_a_file_is_told_by_its_content(content, kind):
    assert file_kinds.kind_of(io.BytesIO(content)) == kind


def test_a_long_text_is_text_in_all_its_pieces():
    long = 2**20 + 7
    for content, kind in (
        (b" " * long + b"<script>", None),
        (b"a" * long + b"\x00", None),
        ("ä" * long, "text"),
        ("a" + "ä" * long, "text"),
        (b"\xc3\xa4" * long + b"\xc3", None),
    ):
        content = content.encode() if isinstance(content, str) else content
        assert file_kinds.kind_of(io.BytesIO(content)) == kind, content[-8:]


def test_a_document_of_very_many_parts_is_nothing_before_they_are_read(monkeypatch):
    document = packed("[Content_Types].xml", "word/document.xml", *map(str, range(4999)))
    monkeypatch.setattr(zipfile, "ZipFile", lambda _file: pytest.fail("It was read."))
    assert file_kinds.kind_of(io.BytesIO(document)) is None
    assert attachments.kind_of(io.BytesIO(document)) is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\plans\\My plan.PDF", "My plan.pdf"),
        ("plan.pdf.exe", "plan.pdf.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ('a"b\nc?.pdf', "a_bc_.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_a_name_is_only_a_name(sent, kept):
    assert file_kinds.name_for(sent, "pdf") == kept


# From beginning to end


def test_it_is_handed_in_marked_handed_in_again_and_passed(client, ada, office, browse, assignment):
    page = f"/learn/leading/{assignment.pk}/"
    assert hand_in(client, assignment)["Location"] == page
    assert "Waiting to be marked" in client.get(page).text
    first = Submission.objects.get()
    back = browse(office)
    assert "plan.pdf" in back.get("/marking/").text
    assert "Here it is." in back.get(f"/submissions/{first.pk}/").text
    mark(back, first, passed="no", score="40", feedback="Too short.")
    told = client.get(page).text
    assert "Too short." in told
    assert "Marked on 22 November 2026: 40 %" in told
    assert not Completion.objects.exists()
    hand_in(client, assignment, name="longer.pdf")
    mark(back, Submission.objects.latest("pk"), score="90")
    assert Completion.objects.get().contact == ada
    done = client.get(page).text
    assert 'name="file"' not in done
    assert "You have passed" in hand_in(client, assignment).text
    assert "Nothing waits to be marked" in back.get("/marking/").text
    kinds = JournalRow.objects.filter(kind__startswith="submission.").order_by("pk")
    assert list(kinds.values_list("kind", "reason", "contact_id")) == [
        (kind, "", ada.pk) for kind in ("submission.made", "submission.marked") * 2
    ]


def test_until_it_is_marked_a_new_file_takes_its_place(client, assignment):
    hand_in(client, assignment)
    hand_in(client, assignment, name="better.pdf")
    rows = Submission.objects.order_by("pk").values_list("name", "number", "replaced_at")
    assert [(name, number, bool(gone)) for name, number, gone in rows] == [
        ("plan.pdf", 1, True),
        ("better.pdf", 2, False),
    ]


def test_a_press_that_comes_twice_hands_in_once(client, assignment):
    for _press in range(2):
        hand_in(client, assignment, operation="one")
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"MZ\x00\x01", "plan.pdf", "This file isn&#x27;t of a kind that is asked for here."),
        (picture("PNG"), "plan.pdf", "Hand in one of: PDF, Plain text."),
        (PDF + b" " * 2**20, "plan.pdf", "The file is larger than 1 MB."),
        (b"", "plan.pdf", "There is nothing in this file."),
    ],
)
def test_what_isnt_asked_for_is_refused(client, assignment, content, name, sentence):
    answer = hand_in(client, assignment, content, name)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Submission.objects.exists()


def test_a_file_leaves_as_a_file_and_never_as_a_page(client, browse, office, assignment):
    hand_in(client, assignment, b"Dear all", "../ünlü.html")
    made = Submission.objects.get()
    for answer in (
        client.get(f"/learn/leading/{assignment.pk}/submissions/{made.pk}/file/"),
        browse(office).get(f"/submissions/{made.pk}/file/"),
    ):
        assert b"".join(answer.streaming_content) == b"Dear all"
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%BCnl%C3%BC.txt"
    assert "nl" not in made.file.name.partition("/")[2].partition(".")[0]


def test_a_file_that_is_lost_isnt_there_and_the_log_says_which(client, assignment, caplog):
    hand_in(client, assignment)
    made = Submission.objects.get()
    made.file.storage.delete(made.file.name)
    answer = client.get(f"/learn/leading/{assignment.pk}/submissions/{made.pk}/file/")
    assert answer.status_code == 404
    assert f"The file {made.file.name} is lost" in caplog.text


# Whose, and until when


def test_it_closes_with_the_course_and_is_kept(client, assignment, pass_, clock, office):
    hand_in(client, assignment)
    made = Submission.objects.get()
    lifecycle.cancel(pass_.pk, version=pass_.version, at=clock.at, on=TODAY, by=office)
    own = f"/learn/leading/{assignment.pk}/submissions/{made.pk}/file/"
    for answer in (hand_in(client, assignment), client.get(own)):
        assert answer.status_code == 403
    assert Submission.objects.get().file


def test_what_is_somebody_elses_is_not_there(client, assignment, who):
    theirs = assignments.hand_in(
        LearnerFactory().pk, assignment.unit, file=upload(), comment="", **who
    )
    own = f"/learn/leading/{assignment.pk}/submissions/{theirs.pk}/file/"
    assert client.get(own).status_code == 404
    assert client.get(f"/submissions/{theirs.pk}/file/").status_code == 403


def test_who_may_only_look_marks_nothing(client, browse, assignment, organisation):
    hand_in(client, assignment)
    made = Submission.objects.get()
    nobody = browse(UserFactory(is_staff=True))
    assert nobody.get(f"/submissions/{made.pk}/").status_code == 403
    assert nobody.get(f"/submissions/{made.pk}/file/").status_code == 403
    assert mark(nobody, made).status_code == 403


# Two who mark


def test_the_second_marker_is_told(client, office, browse, assignment):
    hand_in(client, assignment)
    made = Submission.objects.get()
    back = browse(office)
    mark(back, made, passed="no", feedback="First")
    told = mark(back, made, feedback="Second")
    assert told.status_code == 422
    assert "This was changed meanwhile." in told.text
    assert Submission.objects.get().feedback == "First"


def test_a_pass_isnt_taken_back_and_what_was_replaced_isnt_marked(ada, assignment, who):
    def handed(name):
        return assignments.hand_in(
            ada.pk, assignment.unit, file=upload(name=name), comment="", **who
        )

    def marked(submission, version, passed):
        assignments.mark(submission, version=version, passed=passed, score=None, feedback="", **who)

    first, second = handed("a.pdf"), handed("b.pdf")
    with pytest.raises(Refusal, match="A later file was handed in"):
        marked(first, 1, True)
    marked(second, 0, True)
    with pytest.raises(Stale):
        marked(second, 0, True)
    with pytest.raises(Refusal, match="a pass isn't taken back"):
        marked(second, 1, False)


def test_who_is_erased_leaves_no_file(ada, assignment, who, django_capture_on_commit_callbacks):
    made = assignments.hand_in(ada.pk, assignment.unit, file=upload(), comment="Mine", **who)
    with django_capture_on_commit_callbacks(execute=True):
        personal.erase_words(Person(ada.pk, (), (), (), (), ()))
    kept = Submission.objects.get()
    assert (kept.file.name, kept.name, kept.comment) == ("", "[erased]", "[erased]")
    assert not default_storage.exists(made.file.name)


@pytest.mark.parametrize("number", [1, 3, 300])
def test_lists_take_the_same_statements(client, office, browse, assignment, count_queries, number):
    hand_in(client, assignment)
    first = Submission.objects.get()
    people = copies(ContactFactory(), number, email=lambda n: f"learner{n}@example.com")
    copies(first, number, contact=lambda n: people[n])
    back = browse(office)
    assert {
        page: count_queries(lambda page=page: back.get(page))
        for page in ("/marking/", "/submissions/", f"/submissions/{first.pk}/")
    } == {"/marking/": 4, "/submissions/": 4, f"/submissions/{first.pk}/": 4}
