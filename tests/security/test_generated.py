"""Cases made from the API's own document: no 5xx, nothing undocumented, refused means unchanged.

With a key for everything; the first of each kind before that with a key that may only read, and
with none: to make a case takes longer than to call it. Always the same cases.
"""

import datetime
import random
from decimal import Decimal

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from comms.models import Template, Trigger
from crm import invoices, notes, opportunities, stages, tasks
from crm.interests import Wanted
from crm.models import ExternalId, Membership
from lms.models import Certificate, CertificateTerms, Waiting
from passes.models import OptionStatus, TypeStatus
from tests.comms.made import message as made_message
from tests.factories import (
    AccountFactory,
    AssignmentFactory,
    ContactFactory,
    CourseFactory,
    EventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    PaymentFactory,
    PriceFactory,
    QuizFactory,
    RegistrationFactory,
    TokenPackFactory,
    UserFactory,
)
from tests.programs.calling import BASE
from tms.models import ApiKey, Job
from tms.programs import scopes
from tokens import issuing, ledger, selling
from tokens import types as token_types

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# What is right by the document and all the same refused, when it is made up.
REFUSED_MOSTLY = {
    "digest", "version", "reason", "external_ids", "email", "time_zone", "language", "custom",
    "currency", "phone", "job_title", "notes", "link", "categories", "closes_on", "cancel_until",
    "valid_from", "valid_to", "minimum", "capacity", "place", "instructor", "preview",
}  # fmt: skip
NEED_A_REASON = ("/events/{pk}/cancellation", "/certificates/{pk}/withdrawal")
# How many cases an operation gets: right by the document, and wrong.
RIGHT, WRONG = 6, 1

TABLES = """
    crm_account crm_contact crm_externalid crm_membership passes_pass passes_passtype
    passes_passoption passes_inclusion lms_registration catalog_item catalog_event catalog_session
    catalog_step catalog_price tms_job journal operation_key audit
    crm_opportunity crm_interest crm_fulfilment crm_invoice crm_invoiceline crm_change
    tokens_tokentype tokens_tokenissue tokens_ledgerentry tokens_spending tokens_spender
    catalog_unit comms_message comms_addresstrouble crm_teaching crm_accountmanager
"""


def fingerprint() -> list:
    """What every table that the API writes to holds. One statement."""
    hashes = ", ".join(
        f"(SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {table} t)"
        for table in TABLES.split()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {hashes}")
        return list(cursor.fetchone())


@pytest.fixture
def world(ada, office, clock, settings):
    """Two of most things; their ids under the names that the document uses."""
    settings.API_CALLS_PER_MINUTE = 1_000_000
    events = [EventFactory(), EventFactory(capacity=1), EventFactory(), EventFactory()]
    path = PathFactory(courses=[events[0].course, events[1].course])
    planned = EventFactory(status="draft")
    second = events[0].sessions.create(
        starts_at=clock.at, ends_at=clock.at + datetime.timedelta(hours=1), time_zone="UTC"
    )
    pass_type = PassTypeFactory(opens=[path, events[1].course])
    options = [
        PassOptionFactory(pass_type=pass_type),
        PassOptionFactory(pass_type=pass_type, name="Old", status=OptionStatus.ARCHIVED),
    ]
    prices = [
        PriceFactory(of=of, region=ada.account.region) for of in (path, events[0], options[1])
    ]
    others = [PassTypeFactory(status=status) for status in (TypeStatus.DRAFT, TypeStatus.ARCHIVED)]
    for other in others:
        PassOptionFactory(pass_type=other)
    contacts = [ada, ContactFactory(account=ada.account), ContactFactory()]
    teacher = ContactFactory(is_instructor=True)
    passes = [
        PassFactory(option=options[0], contact=contact) for contact in contacts for _n in "abcde"
    ]
    passes.append(PassFactory(option=options[0], account=ada.account))
    places = [RegistrationFactory(contact=contact, event=events[0]) for contact in contacts[:2]]
    spare, draft = [AccountFactory(), AccountFactory()], CourseFactory(status="draft")
    begun = EventFactory(first_on=datetime.date(2026, 11, 21))
    there = [RegistrationFactory(contact=contact, event=begun) for contact in contacts[:2]]
    for owner in ({"contact": ada}, {"account": ada.account}):
        ExternalId.objects.create(system="HR", value="4711", **owner)
    Membership.objects.create(contact=ada, account=contacts[2].account)
    who = {"at": clock.at, "on": clock.on(), "by": office}
    tokens = [token_types.create(name="Gold", **who)]
    pack, gone_pack = (
        TokenPackFactory(token_type=tokens[0], archived_at=at) for at in (None, clock.at)
    )
    gone_type = token_types.create(name="Silver", **who)
    token_types.archive(gone_type, **who)
    pack_price = PriceFactory(of=pack, region=ada.account.region)
    issued = [issuing.issue(ada.account, tokens[0], 1000, **who) for _ in "ab"]
    redeemed = [ledger.redeem(ada.account_id, tokens[0], 5, **who).move for _ in "abc"]
    deals = [opportunities.create(account=ada.account, name=f"Deal {n}", **who) for n in range(6)]
    level = ada.account.region.tax_level
    lines = [
        selling.add_interest(
            deals[0].pk,
            Wanted("Gold", 5, deals[0].currency, Decimal(20), level, priced=False),
            token_type=tokens[0],
            **who,
        )
        for _n in "abc"
    ]
    ExternalId.objects.create(system="HR", value="4711", opportunity=deals[0])
    line = invoices.Wanted(
        "Gold", 2, Decimal(50), level.name, level.percent, Decimal(100), Decimal(20)
    )
    bills = [invoices.draft(ada.account, deals[0].currency, [line], **who) for _n in range(4)]
    bills[1:] = [invoices.issue(bill.pk, **who) for bill in bills[1:]]
    template = Template.objects.create(name="T", target="pass", subject="S", body="B")
    rule = Trigger.objects.create(
        name="R",
        abbreviation="R",
        template=template,
        occasion="pass.expired",
        audience=["learner"],
        enabled_at=clock.at,
        changed_at=clock.at,
    )
    states = ("waiting", "sent", "unclear", "queued", "sent", "failed", "missed", "sent")
    letters = [made_message(rule, ada, state) for state in states]
    ids = {
        **learned(ada, contacts[2], clock.at),
        "/messages": letters,
        "/triggers": [rule],
        "/templates": [template],
        "trigger": [rule],
        "template": [template],
        "/invoices": bills,
        "/tasks": [tasks.add(ada, title=f"Ring {n}", **who) for n in range(4)],
        "/notes": [notes.add(ada, text=f"Rang {n}", **who) for n in range(4)],
        "assignee": [office],
        "opportunity": deals,
        "/contacts/{pk}/merging double": [ContactFactory() for _n in "abcd"],
        "/accounts/{pk}/merging double": [AccountFactory() for _n in "abcd"],
        "/opportunities": deals,
        "/opportunities/interest": lines,
        "/opportunities/{pk}/external-ids/removal system": ["HR"],
        "/opportunities/{pk}/external-ids/removal value": ["4711"],
        "stage": [stages.first("open")],
        "/opportunities/{pk}/win stage": [stages.first("won")],
        "/opportunities/{pk}/loss stage": [stages.first("lost")],
        "contact": contacts,
        "contacts": contacts[:2],
        "/events/{pk}/sessions/{session}/instructors contacts": [teacher],
        "/accounts/{pk}/managers contacts": [ada],
        "account": [ada.account] * 4 + [contacts[2].account],
        "parent": [contacts[2].account],
        "main_contact": contacts,
        "owner": [office, UserFactory()],
        "region": [ada.account.region],
        "event": events,
        "course": [event.course for event in events],
        "item": [path, events[0].course],
        "path": [path],
        "option": [options[0]] * 4 + options,
        "pass_type": [pass_type, PassTypeFactory()],
        "pass_id": passes,
        "passes": passes,
        "used_pass": passes,
        "unit": ["EUR"],
        "tax_level": [ada.account.region.tax_level],
        "/events/session": [*events[0].sessions.all(), second],
        "/pass-types/option": options[1:],
        "/pass-types/{pk}/options/{option}/prices /pass-types/option": options[:1],
        "/pass-types/price": prices[2:],
        "/pass-types/training": list(pass_type.inclusions.order_by("-pk")),
        "training": list(pass_type.inclusions.all()),
        "events": events,
        "items": [event.course for event in events],
        "registrations": there,
        "/contacts/{pk}/accounts/removal account": [contacts[2].account],
        "name": [f"Made up {number}" for number in range(50)],
        "first_name": ["Made"],
        "last_name": ["Up"],
        "period": [6, 12],
        "/contacts/{pk}/accounts account": spare,
        "/contacts/{pk}/account account": spare,
        "/contacts/{pk}/external-ids/removal system": ["HR"],
        "/contacts/{pk}/external-ids/removal value": ["4711"],
        "/accounts/{pk}/external-ids/removal system": ["HR"],
        "/accounts/{pk}/external-ids/removal value": ["4711"],
        "system": ["SAP"],
        "value": [f"{number}" for number in range(50)],
        "/items/step": list(path.steps.all()),
        "/items/price": prices[:1],
        "/events/price": prices[1:2],
        "title": ["Made up"],
        "code": [f"M-{number}" for number in range(50)],
        "courses": [event.course for event in events[2:]],
        "categories": [],
        "starts": ["2026-12-09T09:00", "2027-02-01T09:00"],
        "ends": ["2026-12-09T17:00", "2027-02-01T17:00"],
        "first_on": ["2027-03-01"],
        "expires_on": ["2028-01-31", "2029-01-31"],
        "starts_on": ["2026-11-01", "2027-01-01"],
        "/accounts": [ada.account, AccountFactory(archived_at=clock.at)],
        "/contacts": [*contacts, ContactFactory(archived_at=clock.at)],
        "/items": [path, events[0].course, draft, draft],
        "/events": [*events, planned, planned],
        "/pass-types": [pass_type, *others],
        "/passes": passes,
        "/registrations": [*places, *there, *there],
        "token_type": tokens,
        "to": [contacts[2].account],
        "issue": issued,
        "quantity": [1, 2],
        "/token-types": tokens,
        "/token-types/{pk}/restoring /token-types": [gone_type],
        "/token-packs/{pk}/restoring /token-packs": [gone_pack],
        "/items/{pk}/restoring /items": [CourseFactory(status="archived") for _n in "abcd"],
        "/pass-types/{pk}/restoring /pass-types": others[1:],
        "/invoices/{pk}/discarding /invoices": bills[:1],
        "/token-packs": [pack],
        "/token-packs/price": [pack_price],
        "/token-issues": issued,
        "/token-redemptions": redeemed,
    }
    return {name: [getattr(row, "pk", row) for row in rows] for name, rows in ids.items()}


def learned(ada, other, at) -> dict:
    """Who waits, what was proven, handed in and paid; a full event, one with a place to offer, and
    another date of each course that somebody has a place on."""
    full, free = EventFactory(capacity=1), EventFactory(capacity=2)
    RegistrationFactory(event=full)
    waits = [
        Waiting.objects.create(contact=ada, event=event, joined_at=at) for event in (full, free)
    ]
    course = full.course
    proven = Certificate.objects.create(
        number="K7QF-2M9X-TB4H", contact=ada, item=course, cause="c1", name="Ada", title="T",
        issuer="N", completed_on=at.date(), issued_at=at,
    )  # fmt: skip
    withdrawn = Certificate.objects.create(
        number="K7QF-2M9X-TB4J", contact=ada, item=course, cause="c2", name="Ada", title="T",
        issuer="N", completed_on=at.date(), issued_at=at, withdrawn_at=at,
    )  # fmt: skip
    CertificateTerms.objects.create(item=course)
    attempt = ada.attempts.create(
        unit=QuizFactory().unit, number=1, asked=[], pass_mark=50, points=4, started_at=at
    )
    file = {"name": "a.pdf", "kind": "pdf", "size": 9, "submitted_at": at, "number": 1}
    handed_in = [
        ada.submissions.create(unit=AssignmentFactory().unit, **file) for _each in range(3)
    ]
    paid = {"paid_at": at, "received": 120, "received_currency": "EUR", "contact": other}
    payments = [PaymentFactory(event=EventFactory(), **paid) for _each in range(4)]
    moving = RegistrationFactory(event=EventFactory())
    onto = EventFactory(course=moving.event.course, first_on=datetime.date(2026, 12, 21))
    return {
        "/waiting-list": waits,
        "/waiting-list contact": [ada, other],
        "/waiting-list event": [full],
        "/waiting-list/offer event": [free],
        "/certificates": [proven],
        "/certificates/{pk}/replacement /certificates": [withdrawn],
        "/certificates number": ["K7QF2M9XTB4H"],
        "/quiz-attempts": [attempt],
        "/submissions": handed_in,
        "score": [80],
        "/payments": payments,
        "/registrations/{pk}/transfer /registrations": [moving],
        "/registrations/{pk}/transfer event": [onto],
    }


@pytest.fixture
def app():
    """The program in this process; it would close the connection that the test works on."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in ends:
        signal.connect(close_old_connections)


def ground(case, ids, dice) -> None:
    """Put ids of what is there in the place of made-up ones, mostly: so that verbs are reached."""
    route = case.path.removeprefix(BASE)
    noun = "/" + route.split("/")[1]

    def known(name, value):
        if isinstance(value, dict):
            return {key: known(key, inner) for key, inner in value.items()}
        name = f"{route} {name}" if f"{route} {name}" in ids else name
        if ids.get(name) and dice.random() < 0.9:
            if isinstance(value, list):
                return dice.sample(ids[name], min(len(ids[name]), max(1, len(value))))
            return dice.choice(ids[name])
        if isinstance(value, list):
            return [known(name, inner) for inner in value]
        return value

    for name in list(case.path_parameters or ()):
        value = known(noun if name == "pk" else f"{noun}/{name}", case.path_parameters[name])
        if name == "pk" and (len(case.path_parameters) > 1 or route.endswith("/removal")):
            value = ids[noun][0]  # whose are those that are named besides
        case.path_parameters[name] = value
    for name in list(case.query or ()):
        case.query[name] = known(name, case.query[name])
    if "If-Match" in (case.headers or {}) and dice.random() < 0.9:
        del case.headers["If-Match"]
    if isinstance(case.body, dict):
        case.body = body = known("", case.body)
        if body.get("event") and body.get("path"):
            body.pop(dice.choice(["event", "path"]))
        if "option" in body and case.method == "POST" and noun == "/passes":
            body.setdefault("contacts", ids["contacts"])
        for name in sorted(REFUSED_MOSTLY & set(body)):
            required = name == "reason" and case.path.endswith(NEED_A_REASON)
            if required:
                body[name] = "Snow"
            elif dice.random() < 0.8:
                del body[name]


def cases(operation, mode, number, run):
    """Call `run` with so many cases of the operation, the same ones every time."""

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def call(case):
        run(case)

    call()


@pytest.fixture
def keys(program, world, office, clock):
    """The headers of who calls, by what they may; each has a job to ask for."""
    made = {
        "reading": program(*(code for code in scopes.all_of() if code.endswith(":read"))),
        "everything": program(),
    }
    job = Job(verb="x.y", title="Export", by=office, asked_at=clock.at)
    job.key_id = ApiKey.objects.latest("pk").pk
    job.save()
    world["/jobs"] = [job.pk]
    signed = {kind: {"Authorization": f"Bearer {key.secret}"} for kind, key in made.items()}
    return {"no key": {}, **signed}


def test_generated_cases(world, keys, app):
    schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", app)
    last = fingerprint()
    seen = {kind: {} for kind in keys}

    def call(case, kind, positive):
        """One call: what its answer must be like, and what it left as it was."""
        nonlocal last
        headers = {"Accept-Encoding": "identity", **keys[kind]}
        response = case.call(headers=headers)
        case.validate_response(
            response,
            headers=headers,
            checks=[c for c in CHECKS if not (positive and c is negative_data_rejection)],
        )
        now = fingerprint()
        if response.status_code >= 400 or case.method == "GET":
            assert now == last, f"{case.method} {case.formatted_path} changed something"
        last = now
        name = f"{case.method} {case.path.removeprefix(BASE)}"
        seen[kind].setdefault(name, set()).add(response.status_code)
        if kind == "no key":  # an address that is none says so to everybody
            assert response.status_code == 401 or (
                response.status_code == 404 and not str(case.path_parameters.get("pk")).isdecimal()
            )

    def cases_of(operation, mode, number):
        first, positive = True, mode == GenerationMode.POSITIVE
        dice = random.Random(operation.label)  # a new operation changes no other's cases

        def run(case):
            nonlocal first
            if positive:
                ground(case, world, dice)
            for kind in keys if first else ["everything"]:
                call(case, kind, positive)
            first = False

        cases(operation, mode, number, run)

    for found in schema.get_all_operations():
        operation = found.ok()
        with transaction.atomic():  # what one operation did is no other's starting point
            cases_of(operation, GenerationMode.POSITIVE, RIGHT)
            cases_of(operation, GenerationMode.NEGATIVE, WRONG)
            transaction.set_rollback(True)
        last = fingerprint()
    # They get as far as the verbs: nearly every operation was carried out at least once.
    unreached = {name for name, statuses in seen["everything"].items() if min(statuses) >= 300}
    assert len(unreached) <= len(seen["everything"]) // 10, unreached
    for name, statuses in seen["reading"].items():
        assert (403 in statuses) == (not name.startswith("GET")), name
