"""What browsers and programs are told to keep, to leave, and not to send in the clear."""

import pytest
from django.test import Client
from django.urls import reverse

from .test_roles import addresses

pytestmark = pytest.mark.django_db


def test_what_who_is_signed_in_is_shown_is_kept_nowhere(browse, office, ada):
    for user, page in [
        (office, "/contacts/"),
        (office, "/control-panel/"),
        (ada.user, "/catalogue/"),
    ]:
        response = browse(user).get(page, follow=True)
        assert response.headers["Cache-Control"] == "no-store", page
    fragment = browse(office).get(reverse("crm:create_contact"), headers={"HX-Request": "true"})
    assert fragment.headers["Cache-Control"] == "no-store"


def test_who_is_not_signed_in_may_keep_the_catalogue(browse):
    assert "no-store" not in browse().get("/", follow=True).headers.get("Cache-Control", "")


def test_signing_out_clears_what_the_browser_kept(browse, office):
    client = browse(office)
    assert "Clear-Site-Data" not in client.get("/dashboard/").headers
    response = client.post(reverse("account_logout"))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_session_that_is_too_old_is_cleared_too(browse, office, clock):
    client = browse(office)
    session = client.session
    session["since"] = session["seen"] = int(clock.at.timestamp())
    session.save()
    clock.move(hours=12)
    assert client.get("/dashboard/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_pages_lead_to_https_and_programs_are_refused(browse, settings):
    settings.SECURE_SSL_REDIRECT = True
    client = browse()
    page = client.get("/catalogue/")
    assert (page.status_code, page["Location"]) == (301, "https://testserver/catalogue/")
    answer = client.get("/api/v1/passes", headers={"Authorization": "Bearer secret"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    told = answer.json()
    assert told["type"] == "urn:lanyard:problem:plain-http"
    assert "revoke the key that was sent" in told["detail"]
    assert told["request"] == answer["X-Request-ID"]
    docs = client.get("/api/v1/docs")
    assert (docs.status_code, docs["Location"]) == (301, "https://testserver/api/v1/docs")
    assert client.get("/api/v1/passes", secure=True).status_code == 401


def test_methods_that_no_page_has_are_refused(browse, office):
    for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND"):
        assert browse(office).generic(method, "/contacts/").status_code == 405, method


def test_no_form_is_taken_without_its_token(organisation, office):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office)
    response = client.post(reverse("crm:create_contact"), {"last_name": "Eve"})
    assert response.status_code == 403
    exempt = [
        name
        for name, entry in addresses()
        if getattr(entry.callback, "csrf_exempt", False) and not str(name).startswith("api")
    ]
    # What a mail program posts to has no token of ours: the signed address says who asks.
    # What a payment provider tells is signed by it.
    assert exempt == ["lms:payment_news", "comms:unsubscribe"]


def test_a_refused_page_stands_in_the_log(browse, ada, caplog):
    caplog.set_level("INFO", "lanyard.request")
    browse(ada.user).get("/control-panel/users/")
    told = [record.told for record in caplog.records if record.name == "lanyard.request"][-1]
    assert (told["view"], told["status"], told["user"]) == ("people:users", 403, ada.user.pk)


def test_no_other_site_may_read_answers(browse, office):
    stranger = {"Origin": "https://evil.example"}
    for client, path in [(browse(), "/catalogue/"), (browse(office), "/contacts/")]:
        answer = client.get(path, headers=stranger)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
    api = browse().options(
        "/api/v1/passes", headers=stranger | {"Access-Control-Request-Method": "POST"}
    )
    assert not [name for name in api.headers if name.startswith("Access-Control")]


def test_every_page_says_what_it_may_load_and_that_nobody_frames_it(browse, office):
    pages = [(browse(), "/account/login/"), (browse(office), "/contacts/"), (browse(), "/nowhere/")]
    for client, path in pages:
        policy = client.get(path).headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "object-src 'none'"):
            assert part in policy, path
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy


def test_cookies_stay_with_us(organisation):
    cookies = Client().get("/account/login/").cookies
    assert set(cookies) == {"csrf"}
    assert (cookies["csrf"]["samesite"], cookies["csrf"]["httponly"]) == ("Lax", True)
    theme = Client().post("/theme/", {"theme": "dark"}).cookies["theme"]
    assert theme["samesite"] == "Lax"
