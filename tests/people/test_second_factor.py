"""What a stolen password is worth: nothing, where there is a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail

from tms import journal
from tms.models.organisation import SecondFactor
from tms.people import organisation, second_factor

from .conftest import PASSWORD


@pytest.fixture(autouse=True)
def phone(monkeypatch):
    """The clock of phone and server: allauth counts half minutes by it."""
    told = {"at": 1_795_340_000.0}
    monkeypatch.setattr(totp.time, "time", lambda: told["at"])
    told["later"] = lambda seconds=60: told.update(at=told["at"] + seconds)
    return told


def code(secret: str) -> str:
    """What the app shows now."""
    return totp.format_hotp_value(
        totp.hotp_value(secret, list(totp.yield_hotp_counters_from_time())[1])
    )


def set_up(browser) -> tuple[str, list[str]]:
    """Add an app; returns its secret and the recovery codes that are shown then."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = browser.get("/account/2fa/totp/activate/").context["form"].secret
    page = browser.post("/account/2fa/totp/activate/", {"code": code(secret)}, follow=True)
    assert page.request["PATH_INFO"] == "/account/2fa/recovery-codes/"
    return secret, page.context["unused_codes"]


@pytest.fixture
def sam(admit, visitor):
    """Sam with an app: (browser, secret, recovery codes)."""
    admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    return browser, *set_up(browser)


def test_an_app_is_added_written_down_and_told_by_letter(sam, letters):
    (user,) = {row.user for row in Authenticator.objects.all()}
    assert journal.about("user", user.pk).filter(kind="user.second_factor_added").exists()
    assert ("sam@example.com", "An app is your second factor now") in letters()


def test_the_password_alone_does_not_let_in_any_more(sam, visitor, phone):
    _browser, secret, _codes = sam
    phone["later"]()
    thief = visitor()
    response = thief.sign_in("sam@example.com", next="/control-panel/")
    assert response.headers["Location"] == "/account/2fa/authenticate/"
    assert not thief.is_in
    assert thief.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not thief.is_in
    response = thief.post("/account/2fa/authenticate/", {"code": code(secret)})
    assert response.headers["Location"] == "/control-panel/"
    assert thief.is_in


def test_a_code_is_good_once(sam, visitor, phone):
    _browser, secret, _codes = sam
    phone["later"]()
    seen = code(secret)
    owner, thief = visitor(), visitor()
    for browser in (owner, thief):
        browser.sign_in("sam@example.com")
        browser.post("/account/2fa/authenticate/", {"code": seen})
    assert (owner.is_in, thief.is_in) == (True, False)


def test_codes_are_not_guessed(sam, visitor, phone):
    _browser, secret, _codes = sam
    phone["later"]()
    thief = visitor()
    thief.sign_in("sam@example.com")
    for guess in range(5):
        thief.post("/account/2fa/authenticate/", {"code": f"{guess:06}"})
    page = thief.post("/account/2fa/authenticate/", {"code": code(secret)})
    assert "Too many tries. Wait 15 minutes, then try again." in page.content.decode()
    assert not thief.is_in


def test_a_recovery_code_is_good_once(sam, visitor):
    _browser, _secret, codes = sam
    assert len(set(codes)) == 10
    for expected in (True, False):
        browser = visitor()
        browser.sign_in("sam@example.com")
        browser.post("/account/2fa/authenticate/", {"code": codes[0]})
        assert browser.is_in is expected


def test_recovery_codes_are_shown_once(sam):
    browser, _secret, codes = sam
    page = browser.get("/account/2fa/recovery-codes/").content.decode()
    assert not any(each in page for each in codes)
    assert "10 codes are left. They were shown already" in page


def test_secrets_are_not_readable_in_the_database(sam):
    _browser, secret, codes = sam
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(each in kept for each in codes)


def test_secrets_stay_readable_after_the_key_was_changed(settings):
    kept = second_factor.SecondFactors().encrypt("a secret")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert second_factor.SecondFactors().decrypt(kept) == "a secret"


@pytest.fixture
def required(said, request):
    request.getfixturevalue("organisation")
    organisation.change(second_factor=SecondFactor.REQUIRED, **said())


def test_where_it_is_required_staff_get_one_before_any_other_page(required, admit, visitor):
    admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    for address in ("/", "/control-panel/", "/search/", "/control-panel/users/", "/nowhere/"):
        assert browser.get(address).headers["Location"] == "/account/2fa/"
    page = browser.get("/account/2fa/")
    assert "asks everybody in the back office for a second factor" in page.content.decode()
    set_up(browser)
    assert browser.get("/control-panel/").status_code == 200


def test_a_fragment_is_sent_there_by_a_header(required, admit, visitor):
    admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    response = browser.get("/control-panel/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/account/2fa/")


def test_the_way_out_stays_open(required, admit, visitor):
    admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    assert browser.post("/account/logout/").headers["Location"] == "/account/login/"
    assert not browser.is_in


def test_learners_are_not_asked_for_one(required, admit, visitor):
    admit("ada@example.com")
    browser = visitor()
    browser.sign_in("ada@example.com")
    assert browser.get("/account/").status_code == 200
    assert browser.get("/").headers["Location"] != "/account/2fa/"


def test_where_it_is_required_the_last_one_can_not_be_removed(sam, required):
    browser, _secret, _codes = sam
    page = browser.post("/account/2fa/totp/deactivate/")
    assert "Add another one before you remove this." in page.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_where_it_is_offered_it_is_removed_with_its_codes(sam, letters):
    browser, _secret, _codes = sam
    browser.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert letters()[-1] == ("sam@example.com", "The app was removed")
    assert browser.get("/control-panel/").status_code == 200


def test_who_removed_theirs_is_asked_again_once_it_is_required(sam, required, said):
    browser, _secret, _codes = sam
    assert browser.get("/control-panel/").status_code == 200
    organisation.change(second_factor=SecondFactor.OFFERED, **said())
    browser.post("/account/2fa/totp/deactivate/")
    organisation.change(second_factor=SecondFactor.REQUIRED, **said())
    assert browser.get("/control-panel/").headers["Location"] == "/account/2fa/"


def test_adding_one_asks_for_the_password_first(admit, visitor):
    admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    for address in ("/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"):
        response = browser.get(address)
        assert response.headers["Location"].startswith("/account/reauthenticate/?next=")
    assert mail.outbox == []
