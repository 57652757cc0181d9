"""What browsers and programs are told to keep, to leave, and not to send in the clear."""

import pytest
from django.urls import reverse

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
    assert "revoke the key that was sent" in answer.json()["detail"]
    assert client.get("/api/v1/passes", secure=True).status_code == 401
