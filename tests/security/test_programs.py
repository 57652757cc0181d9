"""Every operation of the API and every scope: what a key may, told by one table.

`TABLE` says of each operation which scope it needs. The test walks the API's own document, so that
an operation without a row fails, and so does a row without an operation.
"""

import re

import pytest

from tests.factories import UserFactory
from tests.programs.calling import BASE
from tms.api import described
from tms.people import roles
from tms.programs import scopes

pytestmark = pytest.mark.django_db

ANY = ""  # whatever its scopes: each key sees only the jobs that it asked for
TABLE = {
    "GET /jobs": ANY,
    "GET /jobs/{pk}": ANY,
    "GET /accounts": "people:read",
    "GET /accounts/{pk}": "people:read",
    "POST /accounts": "people:write",
    "PATCH /accounts/{pk}": "people:write",
    "POST /accounts/{pk}/archiving": "people:write",
    "POST /accounts/{pk}/restoring": "people:write",
    "GET /contacts": "people:read",
    "GET /contacts/{pk}": "people:read",
    "POST /contacts": "people:write",
    "PATCH /contacts/{pk}": "people:write",
    "POST /contacts/{pk}/archiving": "people:write",
    "POST /contacts/{pk}/restoring": "people:write",
    "POST /accounts/{pk}/external-ids": "people:write",
    "POST /accounts/{pk}/external-ids/removal": "people:write",
    "POST /contacts/{pk}/external-ids": "people:write",
    "POST /contacts/{pk}/external-ids/removal": "people:write",
    "POST /contacts/{pk}/accounts": "people:write",
    "POST /contacts/{pk}/accounts/removal": "people:write",
    "POST /contacts/{pk}/account": "people:write",
    "POST /contacts/{pk}/invitation": "people:write",
    "POST /contacts/{pk}/merging": "people:merge",
    "POST /accounts/{pk}/merging": "people:merge",
    "GET /tasks": "tasks:read",
    "GET /tasks/{pk}": "tasks:read",
    "POST /tasks": "tasks:write",
    "PATCH /tasks/{pk}": "tasks:write",
    "POST /tasks/{pk}/done": "tasks:write",
    "POST /tasks/{pk}/not-done": "tasks:write",
    "POST /tasks/{pk}/removal": "tasks:write",
    "GET /notes": "tasks:read",
    "GET /notes/{pk}": "tasks:read",
    "POST /notes": "tasks:write",
    "PATCH /notes/{pk}": "tasks:write",
    "POST /notes/{pk}/removal": "tasks:write",
    "GET /stages": "opportunities:read",
    "GET /opportunities": "opportunities:read",
    "GET /opportunities/{pk}": "opportunities:read",
    "POST /opportunities": "opportunities:write",
    "PATCH /opportunities/{pk}": "opportunities:write",
    "POST /opportunities/{pk}/stage": "opportunities:write",
    "POST /opportunities/{pk}/win": "opportunities:win",
    "POST /opportunities/{pk}/loss": "opportunities:write",
    "POST /opportunities/{pk}/reopening": "opportunities:write",
    "POST /opportunities/{pk}/duplication": "opportunities:write",
    "POST /opportunities/{pk}/passes": "opportunities:write",
    "POST /opportunities/{pk}/tokens": "opportunities:write",
    "POST /opportunities/{pk}/token-packs": "opportunities:write",
    "POST /opportunities/{pk}/interests/{interest}/removal": "opportunities:write",
    "GET /messages": "messages:read",
    "GET /messages/{pk}": "messages:read",
    "GET /messages/{pk}/body": "message-bodies:read",
    "POST /messages/{pk}/approval": "messages:write",
    "POST /messages/{pk}/voiding": "messages:write",
    "POST /messages/{pk}/settling": "messages:write",
    "POST /messages/{pk}/resending": "messages:write",
    "POST /messages/{pk}/bounce": "messages:write",
    "GET /triggers": "messages:read",
    "GET /triggers/{pk}": "messages:read",
    "GET /templates": "messages:read",
    "GET /templates/{pk}": "messages:read",
    "GET /invoices": "invoices:read",
    "GET /invoices/{pk}": "invoices:read",
    "POST /invoices/{pk}/issuing": "invoices:write",
    "POST /invoices/{pk}/discarding": "invoices:write",
    "POST /invoices/{pk}/payment": "invoices:write",
    "POST /invoices/{pk}/payment/removal": "invoices:write",
    "POST /invoices/{pk}/credit": "invoices:credit",
    "POST /invoices/{pk}/reduction": "invoices:credit",
    "POST /opportunities/{pk}/external-ids": "opportunities:write",
    "POST /opportunities/{pk}/external-ids/removal": "opportunities:write",
    "POST /accounts/{pk}/managers": "people:write",
    "GET /events/{pk}/instructors": "catalogue:read",
    "POST /events/{pk}/sessions/{session}/instructors": "catalogue:write",
    "POST /items/{pk}/image": "catalogue:write",
    "POST /items/{pk}/image/removal": "catalogue:write",
    "GET /items": "catalogue:read",
    "GET /items/{pk}": "catalogue:read",
    "GET /events": "catalogue:read",
    "GET /events/{pk}": "catalogue:read",
    "POST /items": "catalogue:write",
    "PATCH /items/{pk}": "catalogue:write",
    "POST /items/{pk}/duplication": "catalogue:write",
    "POST /items/{pk}/publication": "catalogue:write",
    "POST /items/{pk}/archiving": "catalogue:write",
    "POST /items/{pk}/restoring": "catalogue:write",
    "POST /items/{pk}/deletion": "catalogue:write",
    "POST /items/{pk}/steps": "catalogue:write",
    "PATCH /items/{pk}/steps/{step}": "catalogue:write",
    "POST /items/{pk}/steps/{step}/removal": "catalogue:write",
    "POST /items/{pk}/prices": "prices:write",
    "PATCH /items/{pk}/prices/{price}": "prices:write",
    "POST /items/{pk}/prices/{price}/removal": "prices:write",
    "POST /events": "catalogue:write",
    "PATCH /events/{pk}": "catalogue:write",
    "POST /events/{pk}/duplication": "catalogue:write",
    "POST /events/{pk}/opening": "catalogue:write",
    "POST /events/{pk}/withdrawal": "catalogue:write",
    "POST /events/{pk}/cancellation": "catalogue:write",
    "POST /events/{pk}/deletion": "catalogue:write",
    "POST /events/{pk}/sessions": "catalogue:write",
    "PATCH /events/{pk}/sessions/{session}": "catalogue:write",
    "POST /events/{pk}/sessions/{session}/removal": "catalogue:write",
    "POST /events/{pk}/prices": "prices:write",
    "PATCH /events/{pk}/prices/{price}": "prices:write",
    "POST /events/{pk}/prices/{price}/removal": "prices:write",
    "GET /regions": "catalogue:read",
    "GET /categories": "catalogue:read",
    "GET /tax-levels": "catalogue:read",
    "GET /pass-types": "passes:read",
    "GET /pass-types/{pk}": "passes:read",
    "POST /pass-types": "pass-types:write",
    "PATCH /pass-types/{pk}": "pass-types:write",
    "POST /pass-types/{pk}/publication": "pass-types:write",
    "POST /pass-types/{pk}/archiving": "pass-types:write",
    "POST /pass-types/{pk}/restoring": "pass-types:write",
    "POST /pass-types/{pk}/deletion": "pass-types:write",
    "POST /pass-types/{pk}/options": "pass-types:write",
    "PATCH /pass-types/{pk}/options/{option}": "pass-types:write",
    "POST /pass-types/{pk}/options/{option}/publication": "pass-types:write",
    "POST /pass-types/{pk}/options/{option}/archiving": "pass-types:write",
    "POST /pass-types/{pk}/options/{option}/deletion": "pass-types:write",
    "POST /pass-types/{pk}/options/{option}/prices": "pass-types:write",
    "PATCH /pass-types/{pk}/options/{option}/prices/{price}": "pass-types:write",
    "POST /pass-types/{pk}/options/{option}/prices/{price}/removal": "pass-types:write",
    "POST /pass-types/{pk}/training": "pass-types:write",
    "PATCH /pass-types/{pk}/training/{training}": "pass-types:write",
    "POST /pass-types/{pk}/training/removal": "pass-types:write",
    "GET /passes": "passes:read",
    "GET /passes/{pk}": "passes:read",
    "GET /passes/{pk}/history": "passes:read",
    "POST /passes": "passes:issue",
    "POST /passes/{pk}/renewal": "passes:write",
    "POST /passes/{pk}/extension": "passes:write",
    "POST /passes/extension": "passes:write",
    "POST /passes/{pk}/assignment": "passes:assign",
    "POST /passes/assignment": "passes:assign",
    "POST /passes/{pk}/cancellation": "passes:cancel",
    "POST /passes/cancellation": "passes:cancel",
    "GET /registrations": "registrations:read",
    "GET /registrations/{pk}": "registrations:read",
    "POST /registrations": "registrations:write",
    "POST /registrations/{pk}/cancellation": "registrations:write",
    "POST /registrations/attendance": "registrations:write",
    "POST /registrations/completion": "registrations:write",
    "POST /registrations/{pk}/attendance": "registrations:write",
    "POST /registrations/{pk}/completion": "registrations:write",
    "POST /registrations/{pk}/transfer": "registrations:write",
    "GET /waiting-list": "registrations:read",
    "GET /waiting-list/{pk}": "registrations:read",
    "POST /waiting-list": "registrations:write",
    "POST /waiting-list/offer": "registrations:write",
    "POST /waiting-list/{pk}/removal": "registrations:write",
    "GET /certificates": "registrations:read",
    "GET /certificates/{pk}": "registrations:read",
    "POST /certificates/{pk}/withdrawal": "registrations:write",
    "POST /certificates/{pk}/replacement": "registrations:write",
    "GET /quiz-attempts": "registrations:read",
    "GET /quiz-attempts/{pk}": "registrations:read",
    "GET /submissions": "registrations:read",
    "GET /submissions/{pk}": "registrations:read",
    "POST /submissions/{pk}/mark": "registrations:write",
    "GET /payments": "payments:read",
    "GET /payments/{pk}": "payments:read",
    "POST /payments/{pk}/settling": "payments:settle",
    "POST /payments/{pk}/refund": "payments:settle",
    "GET /access": "registrations:read",
    "GET /token-types": "tokens:read",
    "GET /token-types/{pk}": "tokens:read",
    "POST /token-types": "token-types:write",
    "PATCH /token-types/{pk}": "token-types:write",
    "POST /token-types/{pk}/archiving": "token-types:write",
    "POST /token-types/{pk}/restoring": "token-types:write",
    "GET /token-packs": "tokens:read",
    "GET /token-packs/{pk}": "tokens:read",
    "POST /token-packs": "token-types:write",
    "PATCH /token-packs/{pk}": "token-types:write",
    "POST /token-packs/{pk}/archiving": "token-types:write",
    "POST /token-packs/{pk}/restoring": "token-types:write",
    "POST /token-packs/{pk}/prices": "token-types:write",
    "PATCH /token-packs/{pk}/prices/{price}": "token-types:write",
    "POST /token-packs/{pk}/prices/{price}/removal": "token-types:write",
    "GET /accounts/{pk}/token-balances": "tokens:read",
    "GET /token-issues": "tokens:read",
    "GET /token-issues/{pk}": "tokens:read",
    "POST /token-issues": "tokens:issue",
    "POST /token-issues/{pk}/expiry": "tokens:expiry",
    "POST /token-issues/{pk}/adjustments": "tokens:adjust",
    "POST /token-issues/{pk}/transfers": "tokens:transfer",
    "GET /token-entries": "tokens:read",
    "GET /token-redemptions/{pk}": "tokens:read",
    "POST /token-redemptions": "tokens:redeem",
    "POST /token-redemptions/{pk}/refunds": "tokens:redeem",
    "GET /accounts/{pk}/token-spending": "tokens:read",
    "PUT /accounts/{pk}/token-spending": "tokens:spending",
}
# What a person needs for the same.
PERMISSIONS = {
    "people:read": {"crm.view_people"},
    "people:merge": {"crm.view_people", "crm.change_people"},
    "tasks:read": {"crm.view_people"},
    "tasks:write": {"crm.view_people", "crm.change_people"},
    "people:write": {"crm.view_people", "crm.change_people"},
    "messages:read": {"comms.view_communications"},
    "message-bodies:read": {"comms.view_communications"},
    "messages:write": {"comms.view_communications", "comms.send_messages"},
    "invoices:read": {"crm.view_invoices"},
    "invoices:write": {"crm.view_invoices", "crm.manage_invoices"},
    "invoices:credit": {"crm.view_invoices", "crm.credit_invoices"},
    "opportunities:read": {"crm.view_opportunities"},
    "opportunities:write": {"crm.view_opportunities", "crm.change_opportunities"},
    "opportunities:win": {"crm.view_opportunities", "crm.win_opportunities"},
    "catalogue:read": {"catalog.view_catalogue"},
    "catalogue:write": {"catalog.view_catalogue", "catalog.change_catalogue"},
    "prices:write": {"catalog.view_catalogue", "catalog.change_prices"},
    "passes:read": {"passes.view_passes"},
    "passes:issue": {"passes.issue_pass"},
    "passes:write": {"passes.change_pass"},
    "passes:assign": {"passes.reassign_pass"},
    "passes:cancel": {"passes.cancel_pass"},
    "pass-types:write": {"passes.manage_pass_types"},
    "registrations:read": {"lms.view_registrations"},
    "registrations:write": {"lms.manage_registrations"},
    "payments:read": {"lms.view_payments"},
    "payments:settle": {"lms.settle_payments"},
    "tokens:read": {"tokens.view_tokens"},
    "tokens:issue": {"tokens.issue_tokens"},
    "tokens:redeem": {"tokens.redeem_tokens"},
    "tokens:expiry": {"tokens.change_token_expiry"},
    "tokens:adjust": {"tokens.adjust_tokens"},
    "tokens:transfer": {"tokens.transfer_tokens"},
    "tokens:spending": {"tokens.set_token_spending"},
    "token-types:write": {"tokens.manage_token_types"},
}


def operations():
    for path, methods in described()["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path.removeprefix(BASE)}"


def test_every_operation_has_a_row_and_every_row_an_operation():
    assert sorted(operations()) == sorted(TABLE)


def test_every_scope_is_no_more_than_permissions_of_people():
    found = {code: set(scope.permissions) for code, scope in scopes.all_of().items()}
    assert found == PERMISSIONS


def status(program, operation):
    """What an operation answers this program, about something that isn't there."""
    method, path = operation.split(" ")
    path = re.sub(r"\{\w+\}", "999999", path)
    return program.call(method, path, None if method == "GET" else {}).status_code


def statuses(program):
    return {operation: status(program, operation) for operation in TABLE}


def test_without_a_key_nothing_is_answered(program):
    stranger = program()
    stranger.secret = ""
    assert set(statuses(stranger).values()) == {401}


def test_a_session_is_no_key(program, browse, office):
    signed_in = program()
    signed_in.secret, signed_in.client = "", browse(office)
    assert set(statuses(signed_in).values()) == {401}


def test_each_operation_opens_by_its_scope_and_by_no_other(program):
    """By a key that has its scope alone, and not by one that has all of the others."""
    codes = list(scopes.all_of())
    alone = {code: program(code) for code in codes}
    others = {code: program(*(each for each in codes if each != code)) for code in codes}
    wrong = []
    for operation, scope in TABLE.items():
        if scope == ANY:
            if not all(status(key, operation) in {200, 404} for key in alone.values()):
                wrong.append(f"{operation} does not open by every key")
            continue
        if (got := status(alone[scope], operation)) in {401, 403}:
            wrong.append(f"{operation} answers {got} to {scope}")
        if (got := status(others[scope], operation)) != 403:
            wrong.append(f"{operation} answers {got} to all but {scope}")
    assert wrong == []


def test_a_key_does_nothing_that_its_owner_may_not_any_more(program, clock):
    roles.sync()
    owner = UserFactory(is_staff=True)
    owner.groups.add(roles.Group.objects.get(name="Administrator"))
    everything = program(by=owner)
    assert set(statuses(everything).values()) <= {200, 404, 422}
    owner.groups.set([roles.Group.objects.get(name="Support")])
    for operation, status in statuses(everything).items():
        scope = TABLE[operation]
        may = scope == ANY or scope.endswith(":read")
        assert (status != 403) == may, operation
    owner.is_active = False
    owner.save()
    assert set(statuses(everything).values()) == {401}
