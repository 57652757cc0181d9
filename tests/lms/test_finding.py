"""Registrations are found by learner, by title, or by a word of each; however many match."""

import re

import pytest

from tests.factories import (
    EventFactory,
    LearnerFactory,
    PathFactory,
    RegistrationFactory,
)
from tms.ui import filters

pytestmark = pytest.mark.django_db

SEARCHES = {
    "": ["ada on day", "ada on path", "bo on day"],
    "  \x00 ": ["ada on day", "ada on path", "bo on day"],
    "ada": ["ada on day", "ada on path"],
    "ada lovelace": ["ada on day", "ada on path"],
    "welding": ["ada on day", "bo on day"],
    "welding bo": ["bo on day"],
    "ada fitter": ["ada on path"],
    "lovelace ada become fitter": ["ada on path"],
    "BECOME a fitter": ["ada on path"],
    "lovelace welding sweden": [],
    "_da": [],
    "nobody": [],
}


@pytest.mark.parametrize("most", [0, 1000])
def test_a_search_finds_the_same_among_few_and_among_many(
    browse, office, europe, monkeypatch, most
):
    monkeypatch.setattr(filters.Found, "FEW", most)
    ada = LearnerFactory(first_name="Ada", last_name="Lovelace", email="a@people.example")
    bo = LearnerFactory(first_name="Bo", last_name="Ek", email="b@people.example")
    event = EventFactory(course__title="Wélding", place="Sweden")
    made = {
        RegistrationFactory(contact=ada, event=event).pk: "ada on day",
        RegistrationFactory(contact=ada, path=PathFactory(title="Become a fitter")).pk: (
            "ada on path"
        ),
        RegistrationFactory(contact=bo, event=event).pk: "bo on day",
    }
    client = browse(office)
    for words, wanted in SEARCHES.items():
        for _look in range(2):
            page = client.get("/all-registrations/", {"q": words}).content.decode()
            found = re.findall(r"/all-registrations/(\d+)/cancellation/", page)
            named = sorted({made[int(each)] for each in found})
            assert named == sorted(wanted), words


def told(client, address, **asked) -> str:
    page = client.get(address, asked).content.decode()
    return re.search(r'aria-label="Pages"><span>([^<]*)', page)[1]


def test_what_a_search_finds_too_much_of_is_not_counted(browse, office, europe, monkeypatch):
    monkeypatch.setattr(filters.Found, "FEW", 1)
    ada = LearnerFactory(first_name="Ada", last_name="Lovelace", email="a@people.example")
    for _number in range(3):
        RegistrationFactory(contact=ada, event=EventFactory())
    client = browse(office)
    every, here = "/all-registrations/", f"/contacts/{ada.pk}/registrations/"
    assert told(client, every, q="lovelace") == "1–3 of 1+"
    assert told(client, every, q="lovelace", standing="active") == "1–3 of 1+"
    assert told(client, here, q="lovelace") == "1–3 of 1+"
    RegistrationFactory(contact=LearnerFactory(last_name="Ek"), event=EventFactory())
    assert told(client, every, q="ek") == "1–1 of 1"
    one = RegistrationFactory(contact=LearnerFactory(last_name="Lovelace"), event=EventFactory())
    # Within one learner's there is only one, whatever the search finds beyond.
    assert told(client, f"/contacts/{one.contact_id}/registrations/", q="lovelace") == "1–1 of 1"
