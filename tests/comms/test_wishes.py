"""People say what they receive by a link, without signing in; only a press changes anything."""

import pytest
from django.test import Client
from django.urls import reverse

from comms import wishes
from crm import erasure, merged_parts, preferences
from crm.models import Contact
from tests.factories import ContactFactory
from tms.models import JournalRow


def path_of(link: str) -> str:
    return link.removeprefix("http://localhost:8000")


@pytest.fixture
def grace(ada):
    return ContactFactory(first_name="Grace", account=ada.account)


@pytest.fixture
def manage(ada):
    return path_of(wishes.manage_link(ada.pk))


@pytest.fixture
def stop(ada):
    """`stop("reminder")`: where a mail program posts to for Ada."""
    return lambda kind: path_of(wishes.unsubscribe_link(ada.pk, kind))


def wants(contact) -> tuple[bool, bool]:
    return Contact.objects.values_list("reminders", "announcements").get(pk=contact.pk)


def test_links_are_whole_addresses_without_anything_about_the_person(ada, settings):
    settings.SITE_URL = "https://learn.northlight.example"
    link = wishes.manage_link(ada.pk)
    assert link.startswith("https://learn.northlight.example/email-preferences/")
    assert wishes.unsubscribe_link(ada.pk, "reminder").endswith("/unsubscription/")
    assert wishes.unsubscribe_link(ada.pk, "service") == ""
    assert not {ada.first_name.lower(), ada.last_name.lower()} & set(link.lower().split("/"))
    assert "@" not in link


def test_the_page_shows_what_one_receives_and_a_scanner_changes_nothing(client, ada, manage, stop):
    page = client.get(manage).content.decode()
    assert page.count(" checked") == 2
    assert "Service messages come in any case" in page
    assert "a…@kestrelrail.example" in page
    assert ada.first_name not in page
    assert ada.email not in page
    assert client.get(stop("reminder")).headers["Location"].endswith(manage)
    assert client.head(stop("announcement")).status_code == 302
    assert wants(ada) == (True, True)


def test_a_press_saves_and_history_says_by_which_road(client, ada, manage):
    response = client.post(manage, {"announcements": "on"})
    assert (response.status_code, response.headers["Location"]) == (302, manage)
    assert wants(ada) == (False, True)
    row = JournalRow.objects.latest("id")
    assert (row.kind, row.subject_id, row.source, row.by_id) == (
        "contact.edited",
        ada.pk,
        "link",
        None,
    )
    assert client.post(manage, {"announcements": "on"}).status_code == 302
    assert JournalRow.objects.filter(kind="contact.edited").count() == 1


def test_a_mail_program_unsubscribes_with_one_post(organisation, ada, stop):
    client = Client(enforce_csrf_checks=True)
    said = {"List-Unsubscribe": "One-Click"}
    assert client.post(stop("announcement"), said).status_code == 200
    assert wants(ada) == (True, False)
    assert client.post(stop("reminder"), said).status_code == 200
    assert client.post(stop("reminder"), said).status_code == 200
    assert wants(ada) == (False, False)


def test_the_page_itself_wants_the_forms_token(organisation, ada, manage):
    assert Client(enforce_csrf_checks=True).post(manage, {}).status_code == 403
    assert wants(ada) == (True, True)


@pytest.mark.parametrize("change", ["cut", "other", "swapped"])
def test_a_forged_link_gets_a_calm_page(client, ada, grace, manage, stop, change):
    link = {
        "cut": manage[:-4] + "/",
        "other": manage.replace(manage.split("/")[2][:6], "WzEyMz"),
        "swapped": stop("reminder").replace("unsubscription/", ""),
    }[change]
    for answer in (client.get(link), client.post(link, {})):
        assert answer.status_code == 404
        assert "This link doesn’t work" in answer.content.decode()
    assert wants(ada) == wants(grace) == (True, True)


def test_the_link_of_a_double_leads_to_the_one_kept(client, clock, ada, grace, manage):
    Contact.objects.filter(pk=ada.pk).update(merged_into=grace, archived_at=clock.at)
    client.post(manage, {})
    assert (wants(grace), wants(ada)) == ((False, False), (True, True))


def test_the_link_of_an_archived_contact_works_and_that_of_an_erased_one_does_not(
    client, clock, office, ada, manage
):
    Contact.objects.filter(pk=ada.pk).update(archived_at=clock.at)
    client.post(manage, {})
    assert wants(ada) == (False, False)
    erasure.erase(ada.pk, at=clock.at, on=clock.on(), by=office)
    assert client.get(manage).status_code == 404


def test_learners_choose_in_their_profile(browse, ada):
    learner = browse(ada.user)
    page = reverse("lms:profile")
    assert "What I receive" in learner.get(page).content.decode()
    learner.post(reverse("lms:edit_preferences"), {"reminders": "on"})
    assert wants(ada) == (True, False)
    assert "All, except announcements" in learner.get(page).content.decode()
    row = JournalRow.objects.latest("id")
    assert (row.kind, row.source, row.by_id) == ("contact.edited", "page", ada.user_id)


@pytest.mark.parametrize(
    ("reminders", "announcements", "words"),
    [
        (True, True, "All"),
        (True, False, "All, except announcements"),
        (False, True, "All, except reminders"),
        (False, False, "Service messages only"),
    ],
)
def test_what_they_receive_in_words(reminders, announcements, words):
    assert preferences.in_words(Contact(reminders=reminders, announcements=announcements)) == words


def test_merging_keeps_every_no(ada, grace, clock, office):
    ada.reminders, grace.announcements = False, False
    filled = merged_parts.of_contact(grace, ada)
    assert filled.after["reminders"] is False
    assert "announcements" not in filled.after


def test_what_is_kept_of_a_letter_chooses_for_nobody(ada):
    links = [wishes.manage_link(ada.pk), wishes.unsubscribe_link(ada.pk, "reminder")]
    kept = wishes.without_tokens(f'<a href="{links[0]}">Choose</a> {links[1]}\n')
    address = "http://localhost:8000/email-preferences/…/"
    assert kept == f'<a href="{address}">Choose</a> {address}unsubscription/\n'
