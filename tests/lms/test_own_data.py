"""A learner takes out what is held about themselves: proven, a few times, by the staff's road."""

import io
import json
import zipfile

import pytest

from lms import own_data
from tests.factories import LearnerFactory, LmsEventFactory, RegistrationFactory
from tms import jobs
from tms.models import Job, JournalRow

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough passphrase"


@pytest.fixture
def mine(ada, browse):
    """Ada's client, who proved just now who she is."""
    ada.user.set_password(PASSWORD)
    ada.user.save()
    client = browse(ada.user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def taken(answer) -> dict:
    content = answer.getvalue() if hasattr(answer, "getvalue") else b"".join(answer)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return json.loads(archive.read("data.json"))


def test_the_file_has_what_staff_would_take_out_and_it_is_written_down(ada, mine):
    RegistrationFactory(contact=ada, event=LmsEventFactory())
    page = mine.get("/profile/data/")
    assert ("Registrations", 1) in page.context["parts"]
    answer = mine.post("/profile/data/")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    told = taken(answer)
    assert (told["contact"], len(told["parts"]["registrations"])) == (ada.pk, 1)
    row = JournalRow.objects.get(kind="contact.taken_out")
    assert (row.subject_id, row.by_id) == (ada.pk, ada.user_id)


def test_who_did_not_prove_who_they_are_is_asked_first(ada, browse):
    ada.user.set_password(PASSWORD)
    ada.user.save()
    client = browse(ada.user)
    for answer in (client.post("/profile/data/"), client.get("/profile/data/file/")):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert not JournalRow.objects.filter(kind="contact.taken_out").exists()


def test_after_five_times_an_hour_it_waits(mine, clock):
    for _each in range(5):
        assert mine.post("/profile/data/").status_code == 200
    answer = mine.post("/profile/data/")
    assert answer.status_code == 429
    assert "Try again in an hour." in answer.text
    clock.move(hours=1)
    assert mine.post("/profile/data/").status_code == 200


def test_what_is_large_is_made_by_a_worker(ada, mine, monkeypatch, clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(own_data, "LARGE", 0)
    for _each in range(2):
        assert mine.post("/profile/data/").headers["Location"] == "/profile/data/"
    job = Job.objects.get()
    assert "is being made" in mine.get("/profile/data/").text
    assert mine.get("/profile/data/file/").status_code == 404
    jobs.run(job.pk, at=clock.at)
    assert "lies here for a day" in mine.get("/profile/data/").text
    assert taken(mine.get("/profile/data/file/"))["contact"] == ada.pk
    clock.move(days=1)
    assert own_data.last(ada.user, at=clock.at) is None


def test_staff_who_look_on_take_nothing_out(ada, office, browse):
    client = browse(office)
    client.post(f"/contacts/{ada.pk}/viewing/")
    assert client.get("/profile/data/").status_code == 403


def test_my_profile_leads_to_all_that_is_ones_own(mine):
    page = mine.get("/profile/").text
    for address in (
        "/profile/details/",
        "/profile/preferences/",
        "/profile/passes/",
        "/profile/registrations/",
        "/profile/payments/",
        "/profile/certificates/",
        "/profile/results/",
        "/profile/data/",
        "/account/",
    ):
        assert f'href="{address}"' in page, address


def test_of_somebody_else_there_is_nothing_in_it(ada, mine):
    other = LearnerFactory(first_name="Grace", email="grace@elsewhere.example")
    RegistrationFactory(contact=other, event=LmsEventFactory())
    assert "grace@elsewhere.example" not in json.dumps(taken(mine.post("/profile/data/")))


def test_the_file_that_was_made_is_for_who_asked_for_it_alone(ada, office, clock):
    made = jobs.start(
        verb=own_data.VERB, title="x", arguments={"contact": ada.pk}, by=ada.user, at=clock.at
    )
    assert own_data.last(ada.user, at=clock.at) == made
    assert own_data.last(office, at=clock.at) is None
