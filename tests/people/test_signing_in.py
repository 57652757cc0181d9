"""Who gets in, who is kept out, for how long, and what a stranger can learn from it."""

import datetime

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail

from tms.models import User
from tms.people import staff, throttle

from .conftest import PASSWORD, link_in


def errors(response) -> list[str]:
    return [str(error) for error in response.context["form"].non_field_errors()]


def test_the_right_password_lets_in_and_the_session_gets_another_key(visitor, admit):
    admit("sam@example.com")
    browser = visitor()
    browser.get("/account/signup/")
    browser.session.save()
    before = browser.session.session_key
    response = browser.sign_in("SAM@example.com")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert browser.is_in
    assert browser.session.session_key != before


def test_a_wrong_password_says_how_many_tries_are_left(visitor, admit):
    admit("sam@example.com")
    assert errors(visitor().sign_in("sam@example.com", "wrong")) == [
        "That is not the password of this address. 4 tries are left; "
        "then wait 15 minutes, or set a new password."
    ]


def test_after_five_wrong_tries_even_the_right_password_waits_fifteen_minutes(
    visitor, admit, clock
):
    admit("sam@example.com")
    browser = visitor()
    for _try in range(5):
        browser.sign_in("sam@example.com", "wrong")
    assert errors(browser.sign_in("sam@example.com")) == [
        "Too many tries. Wait 15 minutes, or set a new password."
    ]
    assert not browser.is_in
    clock.move(minutes=15)
    assert browser.sign_in("sam@example.com").status_code == 302


def test_guessing_on_does_not_keep_the_owner_out_longer(visitor, admit, clock):
    admit("sam@example.com")
    stranger, owner = visitor(REMOTE_ADDR="203.0.113.9"), visitor()
    for _minute in range(14):
        for _try in range(3):
            stranger.sign_in("sam@example.com", "wrong")
        clock.move(minutes=1)
    clock.move(minutes=1)
    assert owner.sign_in("sam@example.com").status_code == 302


def test_a_thousand_tries_at_one_address_look_at_five_passwords(visitor, admit, clock):
    taken = [
        throttle.take("sam@example.com", f"10.0.{n // 250}.{n % 250}", at=clock.at)
        for n in range(1000)
    ]
    assert taken == [4, 3, 2, 1, 0] + [None] * 995


def test_one_network_address_can_not_try_one_password_at_everybody(visitor, clock):
    browser = visitor()
    for n in range(throttle.TRIES_PER_NETWORK_ADDRESS):
        browser.sign_in(f"user{n}@example.com", "Password123")
    response = browser.sign_in("another@example.com", "Password123")
    assert errors(response) == ["Too many tries. Wait 15 minutes, or set a new password."]
    other = visitor(REMOTE_ADDR="203.0.113.9").sign_in("another@example.com", "Password123")
    assert "4 tries are left" in errors(other)[0]


def test_signing_in_with_an_own_address_wins_no_fresh_guesses_at_others(admit, visitor, clock):
    admit("mallory@example.com")
    browser = visitor()
    for n in range(throttle.TRIES_PER_NETWORK_ADDRESS):
        browser.sign_in(f"user{n}@example.com", "Password123")
        if n % 10 == 9:
            visitor().sign_in("mallory@example.com")
    assert errors(browser.sign_in("another@example.com"))[0].startswith("Too many tries.")


def test_a_new_password_by_mail_ends_the_wait_at_once(visitor, admit):
    admit("sam@example.com")
    browser = visitor()
    for _try in range(6):
        browser.sign_in("sam@example.com", "wrong")
    browser.post("/account/password/reset/", {"email": "sam@example.com"})
    form = browser.get(link_in(mail.outbox[0])).headers["Location"]
    new = "another harbour 77"
    browser.post(form, {"password1": new, "password2": new})
    assert browser.sign_in("sam@example.com", new).status_code == 302


def test_a_stranger_reads_the_same_whether_an_address_is_known_or_not(visitor, admit):
    admit("known@example.com")
    answers = []
    for email in ("known@example.com", "nobody@example.com"):
        browser = visitor(REMOTE_ADDR="203.0.113.9")
        pages = [browser.sign_in(email, "wrong") for _try in range(6)]
        pages.append(browser.post("/account/password/reset/", {"email": email}, follow=True))
        new = {"name": "Kim", "email": email, "password1": PASSWORD}
        pages.append(browser.post("/account/signup/", new, follow=True))
        answers.append(
            [
                (
                    page.status_code,
                    page.request["PATH_INFO"],
                    errors_or_nothing(page),
                    page.content.decode().count("<input"),
                )
                for page in pages
            ]
        )
    assert answers[0] == answers[1]


def errors_or_nothing(page):
    form = (page.context or {}).get("form")
    return [str(error) for error in form.non_field_errors()] if form else []


def test_the_password_of_somebody_unknown_costs_as_much_work(visitor, admit, monkeypatch):
    """Otherwise the time tells who is known. The work is the hashing."""
    admit("known@example.com")
    hashed = []
    real = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, *args: hashed.append(1) or real(self, *args),
    )
    work = []
    for email in ("known@example.com", "nobody@example.com"):
        hashed.clear()
        visitor().sign_in(email, "wrong")
        work.append(len(hashed))
    assert work == [1, 1]


def test_a_disabled_user_is_told_so_only_with_the_right_password(visitor, admit, boss, said):
    sam = admit("sam@example.com", "Sales")
    staff.disable(sam.pk, **said(boss))
    assert "4 tries are left" in errors(visitor().sign_in("sam@example.com", "wrong"))[0]
    browser = visitor()
    response = browser.sign_in("sam@example.com")
    assert response.headers["Location"] == "/account/inactive/"
    assert not browser.is_in


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "\thttps://evil.example",
    "https://evil.example\\@testserver",
    " //evil.example",
    "/%09/evil.example/../../\r\nLocation: https://evil.example",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_after_signing_in_nobody_is_led_to_another_site(visitor, admit, url):
    admit("sam@example.com")
    browser = visitor()
    goes_to = browser.sign_in("sam@example.com", next=url).headers["Location"]
    assert goes_to == "/" or goes_to.startswith("/%09/")
    assert visitor().get("/account/login/", {"next": url}).status_code == 200


def test_after_signing_in_one_is_back_where_one_wanted_to_go(visitor, admit):
    admit("sam@example.com")
    goes_to = visitor().sign_in("sam@example.com", next="/account/?a=1").headers["Location"]
    assert goes_to == "/account/?a=1"


def test_a_session_lasts_twelve_hours_however_busy(visitor, admit, clock):
    admit("ada@example.com")
    browser = visitor()
    browser.sign_in("ada@example.com")
    for _step in range(23):
        clock.move(minutes=31)
        assert browser.get("/account/").status_code == 200
    clock.move(minutes=7)
    assert browser.get("/account/").headers["Location"] == "/account/login/?next=/account/"
    assert not browser.is_in


def test_staff_who_are_idle_for_an_hour_sign_in_again_and_learners_do_not(visitor, admit, clock):
    admit("ada@example.com")
    admit("sam@example.com", "Sales")
    learner, colleague = visitor(), visitor()
    learner.sign_in("ada@example.com")
    colleague.sign_in("sam@example.com")
    clock.move(minutes=59)
    assert colleague.get("/account/").status_code == 200
    clock.move(minutes=60)
    assert colleague.get("/account/").status_code == 302
    assert learner.get("/account/").status_code == 200


def test_other_browsers_are_signed_out_in_one_press(visitor, admit):
    admit("ada@example.com")
    here, there = visitor(), visitor()
    here.sign_in("ada@example.com")
    there.sign_in("ada@example.com")
    # Whoever found an open browser ends nothing: it asks who it is, and goes on by itself.
    asked = here.post("/account/sessions/")
    assert asked.headers["Location"] == "/account/reauthenticate/?next=%2Faccount%2Fsessions%2F"
    assert there.get("/account/").status_code == 200
    answer = {"password": "wrong", "next": "/account/sessions/"}
    here.post("/account/reauthenticate/", answer)
    assert there.get("/account/").status_code == 200
    here.post("/account/reauthenticate/", answer | {"password": PASSWORD})
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_a_changed_password_signs_out_every_other_browser(visitor, admit, letters):
    admit("ada@example.com")
    here, there = visitor(), visitor()
    here.sign_in("ada@example.com")
    there.sign_in("ada@example.com")
    new = "another harbour 77"
    answer = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post("/account/password/change/", answer)
    assert letters() == [("ada@example.com", "Your password was changed")]
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_the_link_for_a_new_password_is_ours_whatever_host_was_asked_for(visitor, admit):
    admit("sam@example.com")
    browser = visitor(HTTP_HOST="evil.example")
    browser.post("/account/password/reset/", {"email": "sam@example.com"})
    assert "evil.example" not in mail.outbox[0].body
    assert link_in(mail.outbox[0]).startswith("/account/password/reset/key/")


def test_the_link_for_a_new_password_is_good_once(visitor, admit):
    admit("sam@example.com")
    browser = visitor()
    browser.post("/account/password/reset/", {"email": "sam@example.com"})
    link = link_in(mail.outbox[0])
    form = browser.get(link).headers["Location"]
    assert form.endswith("-set-password/")  # the secret is out of the address
    new = "another harbour 77"
    browser.post(form, {"password1": new, "password2": new})
    assert b"This link is over" in visitor().get(link).content


def test_the_link_for_a_new_password_is_good_for_an_hour(visitor, admit, monkeypatch):
    admit("sam@example.com")
    made = datetime.datetime(2026, 11, 22, 9, 0)  # noqa: DTZ001 (Django counts without a zone)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: made)
    visitor().post("/account/password/reset/", {"email": "sam@example.com"})
    link = link_in(mail.outbox[0])
    for minutes, is_good in ((60, True), (61, False)):
        later = made + datetime.timedelta(minutes=minutes)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, at=later: at)
        assert (visitor().get(link).status_code == 302) is is_good


def test_the_link_for_a_new_password_dies_when_the_address_is_changed(visitor, admit):
    sam = admit("sam@example.com")
    browser = visitor()
    browser.post("/account/password/reset/", {"email": "sam@example.com"})
    link = link_in(mail.outbox[0])
    sam.emailaddress_set.update(email="new@example.com")
    User.objects.filter(pk=sam.pk).update(email="new@example.com")
    assert b"This link is over" in visitor().get(link).content


def test_the_log_tells_of_sign_ins_and_of_refused_ones_without_names(visitor, admit, caplog):
    caplog.set_level("INFO", "lanyard.sign_in")
    sam = admit("sam@example.com")
    visitor().sign_in("sam@example.com", "not the password")
    visitor().sign_in("sam@example.com")
    for _each in range(6):
        visitor().sign_in("eve@example.com", "guess")
    lines = [record.getMessage() for record in caplog.records if "sign_in" in record.name]
    assert lines[1] == f"User {sam.pk} signed in from 127.0.0.1"
    first, last = lines[0].split(" "), lines[-1].split(" ")
    assert (first[:2], last[:3]) == (["Wrong", "password"], ["Too", "many", "tries"])
    assert len(lines) == 8
    assert "sam@" not in "".join(lines)
    assert "eve@" not in "".join(lines)
