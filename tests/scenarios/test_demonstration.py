"""The demonstration world: believable, in every status, and cleared in one action."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from crm.models import AccountManager, Invoice, Opportunity, Stage, Teaching
from lms.models import Certificate, Completion, Payment, Registration, Request
from passes import expiring
from passes.models import Pass, PassType, Status
from tms.demo import people, world
from tms.models import JournalRow, Organisation, User
from tokens import books
from tokens.models import EntryKind, LedgerEntry, Spender, TokenIssue

TODAY = datetime.date(2026, 11, 22)


def test_it_is_believable_and_true_and_cleared_in_one_action(db, clock, settings, tmp_path):
    """One test, because the world takes the longest."""
    settings.MEDIA_ROOT = tmp_path
    settings.PAYMENT_PROVIDER = "trial"
    world.build(clock.at)
    believable_and_true(clock)
    cleared_where_it_is_a_demonstration()


def believable_and_true(clock):
    # Passes in every status, types too, and people who learn.
    statuses = Pass.objects.with_status(TODAY).values_list("status", flat=True)
    assert set(statuses) == {Status.ACTIVE, Status.EXPIRED, Status.CANCELLED}
    assert set(PassType.objects.values_list("status", flat=True)) == {
        "active",
        "archived",
        "draft",
    }
    assert Pass.objects.filter(contact=None, opportunity=None).count() == 4
    # Deals in every stage, won and lost; what was won is billed, paid and credited.
    assert set(Opportunity.objects.values_list("stage__name", flat=True)) == {
        "Enquiry",
        "Proposal",
        "Negotiation",
        "Won",
        "Lost",
    }
    assert {each.status for each in Invoice.objects.all()} == {"issued", "paid"}
    assert Invoice.objects.filter(kind="credit_note").count() == 2
    assert Registration.objects.live().exists()
    ways = set(Registration.objects.values_list("paid_by", flat=True))
    assert {"card", "invoice"} <= ways
    assert Payment.objects.to_settle().count() == 1
    assert Completion.objects.exists()
    moved = Registration.objects.filter(choose_until__gt=TODAY).values_list(
        "event__code", flat=True
    )
    assert set(moved) == {"LEAD-140-03", "DATA-220-05"}
    (moved,) = Registration.objects.filter(choose_until__gt=TODAY, event__code="LEAD-140-03")
    assert (str(moved.contact), moved.event.code) == ("Ada Lindqvist", "LEAD-140-03")
    assert Certificate.objects.filter(withdrawn_at__isnull=False).count() == 1
    assert Certificate.objects.filter(withdrawn_at=None).count() > 1
    assert Request.objects.filter(state="open").count() == 2
    # Tokens of three types: some about to expire, some that expired unused, and every movement.
    today = TokenIssue.objects.with_status(TODAY)
    assert set(today.values_list("status", flat=True)) == {"active", "used_up", "expired"}
    assert today.values("token_type").distinct().count() == 3
    soon = TODAY + datetime.timedelta(days=30)
    assert today.filter(status="active", expires_on__lte=soon).exists()
    kinds = set(LedgerEntry.objects.values_list("kind", flat=True))
    assert kinds == set(EntryKind.values)
    assert books.prove(TODAY).differing_count == books.prove(TODAY).waiting_count == 0
    assert Spender.objects.count() == 2
    # Two teach the sessions that name them, and somebody looks after an account.
    assert set(Teaching.objects.values_list("session__taught_by", flat=True)) == {
        "Ewan Sharp",
        "Petra Kuusk",
    }
    manager = AccountManager.objects.get()
    assert (str(manager.contact), str(manager.account)) == ("Hanna Ek", "Kestrel Rail Group")
    # Its history tells of each kind of change, and of none after now.
    told = set(JournalRow.objects.filter(subject_kind="pass").values_list("kind", flat=True))
    assert told == {
        f"pass.{what}"
        for what in ("issued", "reassigned", "renewed", "extended", "cancelled", "expired")
    }
    assert not JournalRow.objects.filter(at__gt=clock.at).exists()
    # The night has nothing left to write.
    assert expiring.record_expired(on=TODAY, at=clock.at) == {"expired": 0}
    # It is not loaded over anything.
    with pytest.raises(CommandError, match=r"^There is data here already"):
        call_command("demo")


def cleared_where_it_is_a_demonstration():
    client = Client()
    client.force_login(User.objects.get(email=people.STAFF[0][0]))
    Organisation.objects.update(demonstration=False)
    answer = client.post("/control-panel/demonstration/clearing/")
    assert answer.status_code == 422
    assert "real data is never cleared" in answer.text
    with pytest.raises(DatabaseError, match="This is no demonstration"), transaction.atomic():
        connection.cursor().execute("SELECT clear_demonstration()")
    assert User.objects.exists()

    Organisation.objects.update(demonstration=True)
    page = client.get("/control-panel/demonstration/clearing/")
    assert f"{Pass.objects.count()} training passes" in page.text
    answer = client.post(
        "/control-panel/demonstration/clearing/", {"digest": page.context["digest"]}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/first/")
    assert not User.objects.exists()
    assert not JournalRow.objects.exists()
    assert Stage.objects.count() == 5
    assert client.get("/control-panel/")["Location"] == "/first/"
