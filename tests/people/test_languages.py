"""Who reads which language: their own choice, the browser's, the installation's."""

import re

import pytest
from django.core import mail
from django.test import Client

from tms import jobs, languages
from tms.models import Job, JournalRow, Organisation, User
from tms.people import invitations


def lang(response) -> str:
    return re.search(r'<html lang="([\w-]+)"', response.content.decode()).group(1)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr,de;q=0.8,en;q=0.5", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en-us"),
        ("en-GB", "en"),
        ("fr,*;q=0.5,de;q=0.3", "en"),
        ("", "en"),
        ("x" * 600, "en"),
    ],
)
def test_a_visitor_reads_what_the_browser_asks_for(visitor, asked, read):
    response = visitor().get("/account/login/", headers={"accept-language": asked})
    assert (lang(response), response["Content-Language"]) == (read, read)


def test_where_the_browser_asks_for_none_of_ours_it_is_the_installations(visitor):
    Organisation.objects.update(language="de")
    assert lang(visitor().get("/account/login/", headers={"accept-language": "fr"})) == "de"
    assert lang(visitor().get("/account/login/", headers={"accept-language": "en"})) == "en"


def test_a_visitors_choice_goes_before_the_browsers_and_is_kept(visitor):
    browser = visitor()
    english = {"accept-language": "en"}
    page = browser.get("/account/login/", headers=english).content.decode()
    assert '<button class="button button--quiet button--small" name="language" value="de"' in page
    done = browser.post("/language/", {"language": "de", "next": "/account/login/?a=b"})
    assert (done.status_code, done["Location"]) == (302, "/account/login/?a=b")
    assert lang(browser.get("/account/login/", headers=english)) == "de"
    cookie = done.cookies["language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("de", "Lax", True)


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_choosing_leads_nowhere_else(visitor, away):
    done = visitor().post("/language/", {"language": "de", "next": away})
    assert done["Location"] == "/"


def test_only_what_we_speak_is_kept(visitor):
    done = visitor().post("/language/", {"language": "tlh", "next": "/catalogue/"})
    assert (done["Location"], "language" in done.cookies) == ("/catalogue/", False)


def test_choosing_needs_the_forms_token_and_is_no_link(organisation):
    assert (
        Client(enforce_csrf_checks=True).post("/language/", {"language": "de"}).status_code == 403
    )
    assert Client().get("/language/").status_code == 405


def test_who_is_signed_in_has_it_kept_with_the_sign_in(browse, ada):
    browser = browse(ada.user)
    browser.post("/language/", {"language": "de", "next": "/catalogue/"})
    assert User.objects.get(pk=ada.user_id).language == "de"
    assert JournalRow.objects.get(kind="user.changed").after == {"language": "de"}
    elsewhere = browse(User.objects.get(pk=ada.user_id))
    assert lang(elsewhere.get("/catalogue/", headers={"accept-language": "en"})) == "de"


def test_a_letter_to_who_chose_none_is_in_the_installations_language(
    boss, said, letters, django_capture_on_commit_callbacks
):
    Organisation.objects.update(language="de")
    boss.language = "en"
    boss.save()
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite("ines@example.com", "Ines", ["Sales"], **said(boss))
    (letter,) = mail.outbox
    assert '<html lang="de">' in letter.alternatives[0].content


def test_work_in_the_background_speaks_the_language_of_who_asked_for_it(organisation, clock):
    with languages.translation.override("de"):
        job = jobs.start(verb="tms.days.day_text", title="x", arguments={}, by=None, at=clock.at)
    assert Job.objects.get(pk=job.pk).language == "de"
    assert jobs.run(job.pk, at=clock.at)


def test_programs_are_answered_in_english_whoever_asks(organisation):
    answer = Client().get("/api/v1/nowhere", headers={"accept-language": "de"})
    assert answer["Content-Language"] == "en"
