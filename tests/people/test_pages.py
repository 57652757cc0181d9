"""The pages of signing in, in a browser that keeps to the content security policy."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from playwright.sync_api import expect

from tms.models import User
from tms.people import roles, staff

from .conftest import PASSWORD, code_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss(organisation, clock):
    staff.admit(
        "boss@example.com",
        "Bea Boss",
        PASSWORD,
        [roles.ADMINISTRATOR],
        by=None,
        at=clock.at,
        on=clock.on(),
    )
    return User.objects.get()


@pytest.fixture
def device(open_page):
    """A page on a computer that has a passkey device of its own."""

    def opened(user=None):
        page = open_page(user)
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    return opened


def sign_in(page, email="boss@example.com"):
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def sign_out(page):
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url("**/account/login/")


def test_a_passkey_is_added_and_lets_in_without_a_password(device, boss):
    page = device()
    sign_in(page)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    assert Authenticator.objects.filter(type="webauthn", user=boss).count() == 1
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    page.goto("/account/2fa/webauthn/")
    expect(page.locator("tbody")).to_contain_text("Signing in without a password")


def test_a_passkey_answers_after_the_password(device, boss):
    page = device()
    sign_in(page)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    sign_out(page)
    sign_in(page)
    expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    page.goto("/account/")
    expect(page.locator("h1")).to_have_text("Password & security")


def test_somebody_new_comes_in_with_a_passkey_and_no_password(device, organisation):
    page = device()
    page.goto("/account/signup/")
    page.get_by_role("link", name="With a passkey instead").click()
    page.get_by_label("Name").fill("Kim Novak")
    page.get_by_label("Email").fill("kim@example.com")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/account/confirm-email/")
    page.get_by_label("Code").fill(code_in(mail.outbox[-1]))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url(lambda url: "/account/" not in url)
    kim = User.objects.get()
    assert not kim.has_usable_password()
    assert kim.contact.email == "kim@example.com"


def test_a_device_that_gives_no_passkey_is_told_in_a_sentence(device, boss):
    page = device()  # its device knows no passkey of ours
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("The passkey was not used").wait_for(state="visible", timeout=70_000)


def test_without_scripts_the_password_lets_in_and_no_passkey_is_offered(open_page, boss):
    page = open_page(scripts=False)
    page.goto("/account/login/")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    sign_in(page)
    page.goto("/account/")
    expect(page.locator("h1")).to_have_text("Password & security")


ANYBODY = ["/account/login/", "/account/signup/", "/account/password/reset/"]
SIGNED_IN = ["/account/", "/account/email/", "/account/2fa/", "/account/sessions/"]
OFFICE = [
    "/control-panel/users/",
    "/control-panel/roles/",
    "/control-panel/roles/creation/",
    "/control-panel/organisation/",
    "/control-panel/mail/",
]


def test_no_page_has_a_script_or_a_style_of_its_own(boss):
    """The policy would stop them; here they are told by name."""
    visitor, office = Client(), Client()
    office.force_login(boss)
    pages = [(visitor, address) for address in ANYBODY]
    pages += [(office, address) for address in SIGNED_IN + OFFICE]
    for browser, address in pages:
        html = browser.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html), address
        inline = [tag for tag in re.findall(r"<script[^>]*>", html) if " src=" not in tag]
        assert all('type="application/json"' in tag for tag in inline), address


def test_inviting_in_the_dialog_says_so_and_shows_the_new_user(open_page, boss):
    page = open_page(boss)
    page.goto("/control-panel/users/")
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("Email").fill("sam@example.com")
    page.locator("#dialog").get_by_label("Name").fill("Sam Sales")
    page.get_by_label("Sales", exact=True).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("The invitation is on its way.")).to_be_visible()
    expect(page.get_by_role("link", name="Sam Sales")).to_be_visible()
    expect(page.locator("#dialog")).to_be_hidden()
