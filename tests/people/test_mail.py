"""Letters that can't leave are kept, and can be read by those who look after the installation."""

import pytest
from django.core import mail

from tms.models import KeptMail
from tms.people import invitations


@pytest.fixture
def kept(settings, boss, said, django_capture_on_commit_callbacks):
    settings.MAILERS = {"default": {"BACKEND": "tms.mail.KeepBackend"}}
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite("ines@example.com", "Ines <b>Bold</b>", ["Sales"], **said(boss))
    return KeptMail.objects.get()


def test_a_letter_is_kept_and_listed(kept, boss, browse):
    page = browse(boss).get("/control-panel/mail/").content.decode()
    assert "Your sign-in at Harbour Training" in page
    assert "ines@example.com" in page
    assert "No mail server is configured" in page


def test_its_link_can_be_followed_and_its_text_is_text(kept, boss, browse):
    page = browse(boss).get(f"/control-panel/mail/{kept.pk}/").content.decode()
    assert '<a href="http://localhost:8000/invitation/' in page
    assert "Ines &lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold</b>" not in kept.html


def test_the_banner_goes_once_letters_are_sent(boss, browse, settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}
    assert "No mail server" not in browse(boss).get("/control-panel/mail/").content.decode()


def test_a_letter_that_the_server_refuses_undoes_nothing(
    boss, said, monkeypatch, django_capture_on_commit_callbacks
):
    def refused(*args, **kwargs):
        raise OSError("connection refused")

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refused)
    with django_capture_on_commit_callbacks(execute=True):
        user = invitations.invite("ines@example.com", "Ines", ["Sales"], **said(boss))
    user.refresh_from_db()
    assert user.email == "ines@example.com"


def test_a_letter_is_written_in_its_readers_language(visitor, admit):
    sam = admit("sam@example.com")
    sam.language = "de"
    sam.save()
    visitor().post("/account/password/reset/", {"email": "sam@example.com"})
    visitor().post("/account/password/reset/", {"email": "nobody@example.com"})
    assert [letter.to for letter in mail.outbox] == [["sam@example.com"], ["nobody@example.com"]]
    assert all("Harbour Training" in letter.body for letter in mail.outbox)


@pytest.mark.parametrize("letters", [1, 3, 30])
def test_the_list_takes_as_many_queries_for_one_letter_as_for_many(
    boss, browse, count_queries, letters, clock
):
    for n in range(letters):
        KeptMail.objects.create(to=f"{n}@example.com", subject="Hello", text="x", at=clock.at)
    browser = browse(boss)
    assert count_queries(lambda: browser.get("/control-panel/mail/")) == 4
