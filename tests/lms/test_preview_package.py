"""Staff play a package as learners would, before anybody does, and no row is written of it."""

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import signing

from lms.models import (
    Completion,
    Progress,
    ScormAttempt,
    ScormEntry,
    ScormLaunch,
    ScormState,
)
from tests.factories import ContentUnitFactory, CourseFactory, UserFactory
from tests.lms import scorm
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def role():
    role = Group.objects.create(name="Looks")
    role.permissions.set(Permission.objects.filter(codename="view_catalogue"))
    return role


@pytest.fixture
def trainer(organisation, role):
    user = UserFactory(name="Tess Trainer", is_staff=True)
    user.groups.set([role])
    return user


@pytest.fixture
def client(browse, trainer):
    return browse(trainer)


@pytest.fixture
def unit(organisation, who):
    return scorm.unit_of(CourseFactory(slug="lifting", status="draft"), who)


def opened(client, unit, **sent):
    """The address of the player, and its page."""
    here = client.post(f"/content/units/{unit.pk}/preview/package/", sent).headers["Location"]
    return here, client.get(here)


def tell(client, here, values, *, finished=False):
    state = json.dumps({"sequence": 1, "values": values, "finished": finished})
    return client.post(f"{here}state/", state, content_type="application/json")


def rows():
    """How many rows there are of everything that a learner's way through a package leaves."""
    models = (ScormAttempt, ScormState, ScormLaunch, ScormEntry, Progress, Completion, JournalRow)
    return [model.objects.count() for model in models]


def test_a_package_is_played_to_its_end_and_nothing_is_recorded(client, unit):
    before = rows()
    assert "Start" in client.get(f"/content/units/{unit.pk}/preview/").text
    here, page = opened(client, unit)
    assert "Nothing of it is kept as progress." in page.text
    assert "This is a preview: nothing is saved." in page.text
    start = page.context["start"].removeprefix("http://testserver")
    assert b"runtime.js" in client.get(start).content
    data = client.get(start.replace("lesson/index.html", "~/data.js")).text
    told = json.loads(data.removeprefix("LanyardScorm(").removesuffix(")"))["values"]
    assert (told["cmi.core.student_name"], told["cmi.core.entry"]) == ("Tess Trainer", "ab-initio")
    half = tell(client, here, {"cmi.core.lesson_status": "incomplete"})
    assert half.json() == {"completed": False, "to": "", "leave": False}
    done = tell(client, here, {"cmi.core.lesson_status": "completed"}, finished=True)
    assert done.json() == {"completed": True, "to": "", "leave": False}
    assert client.post(f"{here}state/", "{}", content_type="application/json").json() == {}
    assert rows() == before


def test_what_a_learner_could_not_tell_is_refused_here_too(client, unit):
    here, _page = opened(client, unit)
    answer = tell(client, here, {"cmi.core.lesson_status": "great"})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "The package set cmi.core.lesson_status to what it can't be.",
    )


def test_every_part_is_opened_and_a_package_leads_from_one_to_the_next(client, who):
    files = scorm.package("2004 3rd Edition", scos=("one", "two"))
    unit = scorm.unit_of(CourseFactory(), who, files)
    here, page = opened(client, unit)
    assert page.context["part"]["id"] == "one"
    forth = tell(client, here, {"adl.nav.request": "continue"}, finished=True)
    assert forth.json() == {"completed": False, "to": "two", "leave": False}
    _here, page = opened(client, unit, item="two")
    assert page.context["part"]["id"] == "two"
    assert 'name="item" value="one"' in page.text
    answer = client.post(f"/content/units/{unit.pk}/preview/package/", {"item": "three"})
    assert answer.headers["Location"] == f"/content/units/{unit.pk}/preview/"


def test_its_files_are_for_who_opened_it_while_they_may_look(
    client, unit, browse, office, clock, trainer, role
):
    here, page = opened(client, unit)
    start = page.context["start"].removeprefix("http://testserver")
    other = browse(office)
    assert client.get(start).status_code == 200
    assert other.get(start).status_code == 404
    assert other.get(here).headers["Location"] == f"/content/units/{unit.pk}/preview/"
    assert tell(other, here, {}).status_code == 409
    assert client.get(start, headers={"User-Agent": "Another"}).status_code == 404
    forged = signing.Signer(salt="another", sep="~").sign(here.split("/")[-2])
    assert client.get(f"/scorm/{forged}/lesson/index.html").status_code == 404
    trainer.groups.clear()
    assert client.get(start).status_code == 404
    trainer.groups.set([role])
    clock.move(minutes=4)
    assert client.get(start).status_code == 404
    assert tell(client, here, {}).json()["detail"] == "This preview is over. Start it again."


def test_where_there_is_no_package_yet_it_is_said(client):
    unit = ContentUnitFactory(course=CourseFactory(), form="scorm")
    assert "There is no package here yet." in client.get(f"/content/units/{unit.pk}/preview/").text
    answer = client.post(f"/content/units/{unit.pk}/preview/package/")
    assert answer.headers["Location"] == f"/content/units/{unit.pk}/preview/"
    page = ContentUnitFactory(course=CourseFactory())
    assert client.post(f"/content/units/{page.pk}/preview/package/").status_code == 404


def test_the_preview_of_a_package_is_for_who_sees_the_catalogue(browse, ada, unit):
    address = f"/content/units/{unit.pk}/preview/package/"
    assert browse(ada.user).post(address).status_code == 403
    assert browse().post(address).status_code == 302
