"""Coming in through the organisation's own sign-in, where the environment names one."""

from collections import OrderedDict

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from crm.models import Contact
from tests.factories import ContactFactory
from tms import environment
from tms.models import Organisation, User
from tms.people import organisation as organisations
from tms.people import staff
from tms.people.single_sign_on import SingleSignOn

from .provider import serving
from .test_second_factor import set_up

SERVER = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": "Harbour ID",
                "client_id": "lanyard",
                "secret": "x",
                "settings": {"server_url": "https://id.harbour.example"},
            }
        ]
    }
}


def test_the_button_is_there_only_where_a_server_is_named(visitor, settings):
    assert b"Sign in with" not in visitor().get("/account/login/").content
    settings.SOCIALACCOUNT_PROVIDERS = SERVER
    page = visitor().get("/account/login/").content.decode()
    assert "Sign in with Harbour ID" in page
    assert 'action="/account/oidc/sso/login/' in page


def test_the_environment_alone_configures_it():
    assert environment.single_sign_on_from({}) == ({}, [])
    providers, origins = environment.single_sign_on_from(
        {
            "OIDC_SERVER_URL": "https://id.harbour.example/realms/staff",
            "OIDC_CLIENT_ID": "lanyard",
            "OIDC_CLIENT_SECRET": "x",
            "OIDC_NAME": "Harbour ID",
        }
    )
    (app,) = providers["openid_connect"]["APPS"]
    assert (app["name"], app["client_id"], app["secret"]) == ("Harbour ID", "lanyard", "x")
    assert app["settings"] == {"server_url": "https://id.harbour.example/realms/staff"}
    assert origins == ["https://id.harbour.example"]


def test_a_server_without_its_client_is_refused_at_start():
    with pytest.raises(environment.ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        environment.single_sign_on_from({"OIDC_SERVER_URL": "https://id.harbour.example"})


@pytest.fixture
def arrive(visitor, settings, organisation, clock):
    """`arrive("kim@example.com")`: the provider says who it is; returns the browser's session."""
    settings.SOCIALACCOUNT_PROVIDERS = SERVER

    def arrived(email, *, verified=True, name="Kim Novak", uid="1"):
        browser = visitor()
        request = RequestFactory().get("/account/oidc/sso/login/callback/")
        request.session = browser.session
        request.user = AnonymousUser()
        request.organisation = Organisation.objects.get()
        request.now, request.today = clock.at, clock.on()
        request._messages = CookieStorage(request)
        with context.request_context(request), browser.capture(execute=True):
            provider = SingleSignOn(request).get_provider(request, "sso")
            data = {"sub": uid, "email": email, "email_verified": verified, "name": name}
            told = {"userinfo": data, "id_token": {"sub": uid, "nonce": "n1"}}
            login = provider.sociallogin_from_response(request, told)
            login.state = {"nonce": "n1"}
            return complete_login(request, login), request

    return arrived


def test_somebody_new_gets_an_account_a_contact_and_no_password(arrive):
    response, request = arrive("Kim@example.com")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    kim = User.objects.get()
    assert request.user == kim
    assert (kim.email, kim.name, kim.has_usable_password(), kim.is_staff) == (
        "kim@example.com",
        "Kim Novak",
        False,
        False,
    )
    assert EmailAddress.objects.get().verified
    assert Contact.objects.get().user == kim


def test_the_contact_with_the_confirmed_address_is_theirs(arrive):
    contact = ContactFactory(email="kim@example.com")
    arrive("kim@example.com")
    contact.refresh_from_db()
    assert contact.user == User.objects.get()


def test_somebody_known_by_a_confirmed_address_comes_in_as_themselves(arrive, admit):
    sam = admit("sam@example.com", "Sales")
    _response, request = arrive("sam@example.com")
    assert request.user == sam
    assert SocialAccount.objects.get().user == sam


def test_who_has_a_second_factor_is_asked_for_it_by_this_door_too(arrive, admit, visitor):
    admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    set_up(browser)
    response, request = arrive("sam@example.com")
    assert response.headers["Location"] == "/account/2fa/authenticate/"
    assert request.user.is_anonymous


def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(arrive, admit):
    admit("sam@example.com", "Sales")
    for email in ("sam@example.com", "kim@example.com"):
        _response, request = arrive(email, verified=False)
        assert not request.user.is_authenticated
    assert [user.email for user in User.objects.all()] == ["sam@example.com"]
    assert not SocialAccount.objects.exists()


def test_where_sign_up_is_closed_only_the_known_come_in(arrive, admit, said):
    organisations.change(sign_up_open=False, **said())
    sam = admit("sam@example.com", "Sales")
    response, request = arrive("kim@example.com")
    assert not request.user.is_authenticated
    assert "By invitation only" in response.content.decode()
    assert arrive("sam@example.com", uid="2")[1].user == sam


def test_a_disabled_user_does_not_come_in_by_this_door(arrive, admit, boss, said):
    sam = admit("sam@example.com", "Sales")
    staff.disable(sam.pk, **said(boss))
    response, request = arrive("sam@example.com")
    assert response.headers["Location"] == "/account/inactive/"
    assert not request.user.is_authenticated


@pytest.fixture
def provider(settings, monkeypatch):
    """A provider that the environment names."""
    with serving() as found:
        named = {
            "OIDC_SERVER_URL": found.address,
            "OIDC_CLIENT_ID": "lanyard",
            "OIDC_CLIENT_SECRET": "secret",
        }
        settings.SOCIALACCOUNT_PROVIDERS, _origins = environment.single_sign_on_from(named)
        # As when the process starts.
        monkeypatch.setattr(registry, "provider_map", OrderedDict())
        monkeypatch.setattr(registry, "loaded", False)
        registry.load()
        yield found


def sent_to(provider, browser) -> str:
    """Press the button; answers where the provider sends the browser back to."""
    return provider.visit(browser.post("/account/oidc/sso/login/").headers["Location"])


def test_the_whole_way_there_and_back(visitor, provider):
    browser = visitor()
    back = browser.get(sent_to(provider, browser))
    assert (back.status_code, back.headers["Location"]) == (302, "/")
    assert User.objects.get().email == "kim@example.com"
    assert browser.get("/profile/").status_code == 200


def test_each_time_it_is_another_nonce_and_another_challenge(visitor, provider):
    seen = set()
    for _time in range(2):
        sent_to(provider, visitor())
        assert provider.asked["code_challenge_method"] == "S256"
        seen |= {provider.asked["nonce"], provider.asked["code_challenge"]}
        assert len(provider.asked["nonce"]) >= 32
    assert len(seen) == 4


@pytest.mark.parametrize(
    "token",
    [
        {"nonce": "of another time"},
        {"nonce": None},
        {"sub": "somebody else"},
        {"iss": "https://id.elsewhere.example"},
        {"aud": "another application"},
        {"exp": 1_700_000_000},
    ],
)
def test_a_token_that_is_not_the_answer_to_what_was_asked_lets_nobody_in(visitor, provider, token):
    browser = visitor()
    provider.token = token
    page = browser.get(sent_to(provider, browser))
    assert page.status_code == 401
    assert "The other sign-in failed" in page.content.decode()
    assert not User.objects.exists()
    assert browser.get("/profile/").status_code == 302


def test_codes_are_of_use_only_to_the_browser_that_asked(visitor, provider):
    back = sent_to(provider, visitor())
    assert visitor().get(back).status_code == 401
    assert not User.objects.exists()
