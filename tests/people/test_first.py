"""A new installation is set up once, by its first page."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from PIL import Image

from catalog.models import Region
from comms import liquid
from comms.models import Template
from crm.models import Stage
from tests.races import meeting, race
from tms import journal
from tms.models import Organisation, User
from tms.people import first, roles
from tms.refusals import Refusal

from .conftest import PASSWORD

ANSWERS = {
    "organisation": "Northlight Training",
    "time_zone": "Europe/Berlin",
    "region": "Europe",
    "currency": "EUR",
    "name": "Maren Holt",
    "email": "Maren@Northlight.example",
    "password": PASSWORD,
}


@pytest.fixture
def new(db, client):
    """A browser at an installation in which nothing is."""
    assert not User.objects.exists()
    return client


def test_every_page_leads_to_the_first(new):
    for address in ("/", "/control-panel/", "/account/login/", "/account/signup/", "/nowhere/"):
        assert new.get(address).headers["Location"] == "/first/"
    assert new.get("/first/").status_code == 200


def test_it_makes_everything_and_signs_the_administrator_in(new, clock):
    response = new.post("/first/", ANSWERS)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    row = Organisation.objects.get()
    assert (row.name, row.time_zone, row.set_up_at) == (
        "Northlight Training",
        "Europe/Berlin",
        clock.at,
    )
    maren = User.objects.get()
    assert (maren.email, maren.name, maren.is_staff, maren.is_superuser) == (
        "maren@northlight.example",
        "Maren Holt",
        True,
        False,
    )
    assert maren.has_perm("tms.manage_users")
    region = Region.objects.get()
    assert (region.name, region.is_default) == ("Europe", True)
    assert [unit.code for unit in region.currencies.all()] == ["EUR"]
    assert region.currencies.get().label == "Euro"
    assert new.get("/control-panel/").status_code == 200
    assert journal.about("organisation", 1)[0].kind == "organisation.set_up"


def test_what_it_makes_is_said_in_the_language_of_who_sets_it_up(new, clock):
    assert Stage.objects.first().name == "Enquiry"
    new.post("/first/", ANSWERS, headers={"Accept-Language": "de"})
    assert Organisation.objects.get().language == "de"
    assert list(Stage.objects.values_list("name", flat=True)) == [
        "Anfrage", "Angebot", "Verhandlung", "Gewonnen", "Verloren",
    ]  # fmt: skip
    week = Template.objects.get(name="Pass läuft in 7 Tagen ab")
    assert week.subject == "Noch eine Woche mit Ihrem Pass {{ pass.type }}"
    assert week.body.startswith("<p>Guten Tag{% if recipient.first_name %}, {{")
    assert week.triggers.get().name == week.name
    assert not Template.objects.filter(name__contains="ends").exists()
    for each in Template.objects.all():
        liquid.refuse_unless_sound(each.body, each.target, field="body", markup=True)
        liquid.refuse_unless_sound(each.subject, each.target, field="subject", markup=False)
    page = new.get("/control-panel/roles/").text
    assert "Schulungsleitung" in page
    assert "Training Manager" not in page


def test_afterwards_it_is_closed_for_ever(new):
    new.post("/first/", ANSWERS)
    other = ANSWERS | {"email": "mallory@example.com"}
    for browser in (new, Client()):
        assert browser.get("/first/").status_code == 404
        assert browser.post("/first/", other).status_code == 404
    assert [user.email for user in User.objects.all()] == ["maren@northlight.example"]
    User.objects.all().delete()  # even so
    assert Client().get("/first/").status_code == 404


def test_it_is_closed_where_somebody_signs_in_already(db, client):
    User.objects.create_user("ada@example.com", name="Ada")
    assert client.get("/first/").status_code == 404
    assert client.get("/account/login/").status_code == 200


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("organisation", ""),
        ("time_zone", "Europe/Atlantis"),
        ("currency", "XXX"),
        ("region", ""),
        ("name", ""),
        ("email", "maren"),
        ("email", "mar\u0131n@example.com"),
        ("password", "password"),
        ("password", "maren@northlight"),
        ("logo", SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    ],
)
def test_a_bad_answer_changes_nothing(new, field, answer):
    page = new.post("/first/", ANSWERS | {field: answer})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not User.objects.exists()
    assert not Region.objects.exists()
    assert not Organisation.objects.exclude(set_up_at=None).exists()


def test_a_logo_may_come_with_it(new, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    written = io.BytesIO()
    Image.new("RGB", (40, 40), "teal").save(written, "PNG")
    new.post("/first/", ANSWERS | {"logo": SimpleUploadedFile("l.png", written.getvalue())})
    assert new.get(Organisation.objects.get().logo.url).status_code == 200


def begun_by_two(clock):
    def begin(email):
        answers = ANSWERS | {"email": email}
        return lambda: first.set_up(**answers, at=clock.at, on=clock.on())

    return race(begin("a@example.com"), begin("b@example.com"))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_administrator(clock):
    outcome = begun_by_two(clock)
    assert (outcome.done, outcome.refused) == (1, 1)
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_people_are_administrators(clock, organisation, settings, monkeypatch):
    Organisation.objects.update(set_up_at=None)
    meet, look = meeting(), first.is_due
    settings.FIRST_STEPS = []  # A second region would be refused by the region's own lock.
    monkeypatch.setattr(first.organisations, "locked", lambda: Organisation.objects.get(pk=1))

    def looked_together(row):
        due = look(row)
        meet()
        return due

    monkeypatch.setattr(first, "is_due", looked_together)
    assert begun_by_two(clock).done == 2
    administrators = User.objects.filter(groups__name=roles.ADMINISTRATOR)
    assert administrators.count() == 2


def test_the_verb_refuses_a_second_time(db, clock):
    first.set_up(**ANSWERS, at=clock.at, on=clock.on())
    with pytest.raises(Refusal, match="This installation is set up already"):
        first.set_up(**ANSWERS | {"email": "b@example.com"}, at=clock.at, on=clock.on())


def test_in_production_only_who_has_the_code_begins(new, settings, capsys):
    settings.ASKS_SET_UP_CODE = True
    call_command("set_up_code")
    code = capsys.readouterr().out.strip()
    assert re.fullmatch(r"([0-9a-f]{5}-){3}[0-9a-f]{5}", code)
    assert "Set-up code" in new.get("/first/").content.decode()
    for wrong in ("", "0000-0000", code[:-1]):
        answer = new.post("/first/", ANSWERS | {"code": wrong})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["code"])
    assert not User.objects.exists()
    assert new.post("/first/", ANSWERS | {"code": f" {code.upper()} "}).status_code == 302
    assert User.objects.count() == 1


def test_another_installation_has_another_code(settings):
    ours = first.set_up_code()
    settings.SECRET_KEY = "another one"
    assert first.set_up_code() != ours
