"""The API's document: nothing is left unsaid, and the office reads and tries it."""

import re

import pytest
from playwright.sync_api import expect

from passes.models import Pass
from tests.factories import PassFactory
from tms import api
from tms.api import described, read
from tms.programs import scopes

pytestmark = pytest.mark.django_db


def operations():
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", method, operation


def test_every_operation_says_its_scope_its_title_and_every_problem():
    for name, method, operation in operations():
        scope = operation["x-scope"]
        if scope:
            assert scope in scopes.all_of(), name
        else:  # a key sees the work that it asked for, whatever its scopes
            assert name.startswith("GET /api/v1/jobs"), name
        assert operation["security"] == [{"Key": [scope] if scope else []}], name
        assert operation["summary"], name
        statuses = {str(status) for status in operation["responses"]}
        assert {"400", "401", "403", "422", "429", "503"} <= statuses, name
        if method != "get":
            headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
            about = ["If-Match"] if "{pk}" in name else []
            assert headers == ["Idempotency-Key", *about], name
            assert ("412" in statuses) == bool(about), name
            assert {"409", "413", "415"} <= statuses, name
        for status, answer in operation["responses"].items():
            kinds = list(answer.get("content", {}))
            if int(status) >= 400:
                assert kinds == ["application/problem+json"], (name, status)


def test_nothing_unknown_is_taken_by_any_body():
    components = described()["components"]["schemas"]
    for name, _method, operation in operations():
        if body := operation.get("requestBody"):
            reference = body["content"]["application/json"]["schema"]["$ref"]
            schema = components[reference.rpartition("/")[2]]
            assert schema["additionalProperties"] is False, name


def test_the_page_shows_every_operation_with_its_scope(browse, office):
    page = browse(office).get("/api/v1/docs").content.decode()
    for resource in read():
        for operation in resource.operations:
            assert f'id="{operation.name}"' in page
            assert operation.path in page
    assert page.count("data-try ") == len(list(operations()))


def test_the_document_is_for_everybody_and_the_page_for_the_office(browse, ada):
    assert browse().get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    assert browse().get("/api/v1/docs").status_code == 302
    assert browse(ada.user).get("/api/v1/docs").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_office_tries_it(open_page, office, program, ada, monkeypatch):
    """Read, refused, previewed: a key is typed in and a call is made from the page."""
    # One resource is enough to try, and to look through all takes the browser long.
    passes = [each for each in read() if any(op.name == "get_pass" for op in each.operations)]
    monkeypatch.setattr(api, "read", lambda: passes)
    pass_, secret = PassFactory(contact=ada), program("passes:read", "passes:cancel").secret
    page = open_page(office)
    page.goto("/api/v1/docs#get_pass")
    asked = page.locator("#get_pass")
    asked.get_by_label("pk").fill(str(pass_.pk))
    asked.get_by_role("button", name="Send").click()
    expect(page.get_by_label("API key")).to_be_focused()
    page.get_by_label("API key").fill(secret)
    asked.get_by_role("button", name="Send").click()
    expect(asked.locator("[data-answer]")).to_contain_text('"status": "active"')
    cancel = page.locator("#cancel_pass")
    cancel.locator("summary").click()
    cancel.get_by_label("pk").fill(str(pass_.pk))
    cancel.get_by_label("Body").fill('{"preview": true}')
    cancel.get_by_role("button", name="Send").click()
    expect(cancel.locator("[data-answer]")).to_contain_text('"status": "cancelled"')
    renew = page.locator("#renew_pass")
    renew.locator("summary").click()
    renew.get_by_label("pk").fill(str(pass_.pk))
    renew.get_by_role("button", name="Send").click()
    expect(renew.locator("[data-status-line]")).to_contain_text("403")
    expect(renew.locator("[data-answer]")).to_contain_text("lacks the scope passes:write")
    assert Pass.objects.get().cancelled_at is None


@pytest.mark.django_db(transaction=True)
def test_a_key_is_made_in_the_browser(open_page, office):
    page = open_page(office)
    page.goto("/control-panel/api-keys/")
    page.get_by_role("link", name="Make a key").first.click()
    dialog = page.get_by_role("dialog", name="Make an API key")
    dialog.get_by_label("Name").fill("Payroll")
    dialog.get_by_label("See contacts and accounts").check()
    dialog.get_by_role("button", name="Make the key").click()
    secret = page.locator("#secret")
    expect(secret).to_have_value(re.compile(r"^lk_"))
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    expect(page.get_by_role("cell", name="people:read")).to_be_visible()
