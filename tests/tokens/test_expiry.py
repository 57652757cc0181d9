"""Tokens can be spent through their last day; the night writes off what is left, once."""

import datetime

import pytest

from tests.factories import AccountFactory
from tms import clock as tms_clock
from tms import nightly
from tms.models import JournalRow, Organisation
from tms.refusals import Refusal
from tokens import expiring, issuing, ledger
from tokens.models import IssueStatus, LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db

ZONES = [
    "Pacific/Kiritimati",
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Africa/Cairo",
    "Europe/Berlin",
    "Europe/London",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Pago_Pago",
]


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_second_of_the_last_day_spends_and_the_next_does_not(
    give, kestrel, gold, now, clock, zone
):
    Organisation.objects.update(time_zone=zone)
    issued = give(2, "2026-12-31")
    clock.set("2026-12-31 23:59:59", zone)
    who = {"by": now["by"], "at": clock.at, "on": clock.on(zone)}
    # The night of the last day, however late, leaves them alone.
    assert expiring.write_off(on=who["on"], at=who["at"]) == {"written_off": 0}
    expiring.record([issued], on=who["on"], at=who["at"])
    assert list(issued.entries.values_list("kind", flat=True)) == ["issued"]
    assert ledger.redeem(kestrel.pk, gold, 1, **who).quantity == 1
    clock.move(seconds=1)
    who = {"by": now["by"], "at": clock.at, "on": clock.on(zone)}
    with pytest.raises(Refusal, match="has 0: 1 are missing"):
        ledger.redeem(kestrel.pk, gold, 1, **who)
    clock.move(hours=2)
    expiring.write_off(on=clock.on(zone), at=clock.at)
    written = issued.entries.latest("id")
    assert (written.kind, written.quantity, written.recorded_at) == ("expired", -1, clock.at)
    assert (written.source, written.by_id, written.key_id) == ("system", None, None)
    assert (written.on, written.at) == (
        datetime.date(2027, 1, 1),
        tms_clock.start_of(datetime.date(2027, 1, 1), zone),
    )


def test_an_issue_says_the_same_of_itself_as_the_lists_do(give, kestrel, gold, now, clock):
    give(2, "2026-11-22")
    give(2, "2026-11-30")
    used = give(1)
    ledger.redeem(kestrel.pk, gold, 1, issue_id=used.pk, **now)
    give(3)
    for day in (datetime.date(2026, 11, 22), datetime.date(2026, 11, 23), clock.on()):
        rows = {row.pk: row for row in TokenIssue.objects.with_status(day)}
        for issue in TokenIssue.objects.all():
            row = rows[issue.pk]
            assert (row.status, row.spendable) == (issue.status_on(day), issue.spendable_on(day))
        for status in IssueStatus:
            named = set(TokenIssue.objects.in_status(status, day).values_list("pk", flat=True))
            assert named == {pk for pk, row in rows.items() if row.status == status}


def test_what_expired_is_worth_nothing_before_the_night_has_run(give, clock):
    issued = give(3, "2026-11-22")
    clock.move(days=1)
    issued.refresh_from_db()
    assert issued.remaining == 3
    assert issued.spendable_on(clock.on()) == 0
    assert issued.status_on(clock.on()) == "expired"


def test_the_night_writes_off_once_however_often_it_runs(give, clock):
    issued, lasting = give(3, "2026-11-22"), give(4)
    clock.move(days=1)
    assert expiring.write_off(on=clock.on(), at=clock.at) == {"written_off": 1}
    assert expiring.write_off(on=clock.on(), at=clock.at) == {"written_off": 0}
    issued.refresh_from_db()
    lasting.refresh_from_db()
    assert (issued.remaining, issued.expired, lasting.remaining) == (0, 3, 4)
    fact = JournalRow.objects.get(kind="token_issue.expired")
    assert (fact.subject_id, fact.on, fact.after["quantity"], fact.source) == (
        issued.pk,
        datetime.date(2026, 11, 23),
        3,
        "system",
    )


def test_nights_that_were_missed_end_as_nights_in_time_do(give, clock):
    days = ["2026-11-22", "2026-11-23", "2026-11-24"]

    def three() -> list[TokenIssue]:
        return [give(number, day) for number, day in enumerate(days, 1)]

    in_time, late = three(), three()
    for number in range(1, 4):
        on = datetime.date(2026, 11, 22) + datetime.timedelta(days=number)
        these = TokenIssue.objects.filter(pk__in=[each.pk for each in in_time])
        expiring.record(these, on=on, at=clock.at)
    expiring.write_off(on=datetime.date(2026, 11, 25), at=clock.at)

    def written(issue) -> tuple:
        return issue.entries.values_list("kind", "quantity", "on", "at").latest("id")

    assert [written(each) for each in in_time] == [written(each) for each in late]
    assert [written(each)[1] for each in late] == [-1, -2, -3]


def test_it_is_a_step_of_the_night(give, clock):
    give(3, "2026-11-22")
    clock.move(days=1)
    (night,) = nightly.run(clock.on(), clock.at)
    assert night.done["tokens.expiring.write_off"] == {"written_off": 1}


def test_a_chunk_is_one_transaction_and_all_are_done(give, clock, monkeypatch):
    for _ in range(5):
        give(1, "2026-11-22")
    clock.move(days=1)
    monkeypatch.setattr(expiring, "CHUNK", 2)
    assert expiring.write_off(on=clock.on(), at=clock.at) == {"written_off": 5}
    assert LedgerEntry.objects.filter(kind="expired").count() == 5


@pytest.mark.parametrize("number", [1, 3, 300])
def test_the_night_takes_as_many_statements_for_many_as_for_one(
    gold, kestrel, now, clock, django_assert_num_queries, number
):
    wanted = [issuing.Wanted(kestrel, gold, 1, expires_on=clock.on()) for _ in range(number)]
    issuing.issue_many(wanted, **now)
    clock.move(days=1)
    with django_assert_num_queries(4):
        expiring.write_off(on=clock.on(), at=clock.at)


def test_an_import_brings_what_is_over_already_and_it_is_never_spendable(gold, kestrel, now):
    over = issuing.Wanted(
        kestrel,
        gold,
        4,
        issued_on=datetime.date(2025, 1, 1),
        expires_on=datetime.date(2026, 1, 1),
    )
    (issue,) = issuing.issue_many([over], source="import", **now)
    assert list(issue.entries.order_by("id").values_list("kind", "quantity", "on")) == [
        ("issued", 4, datetime.date(2025, 1, 1)),
        ("expired", -4, datetime.date(2026, 1, 2)),
    ]
    with pytest.raises(Refusal):
        issuing.issue_many([over], source="hand", **now)


def test_every_account_is_written_off_on_its_own(give, clock):
    marlow = AccountFactory(name="Marlow")
    give(1, "2026-11-22")
    give(2, "2026-11-22", account=marlow)
    clock.move(days=1)
    expiring.write_off(on=clock.on(), at=clock.at)
    facts = JournalRow.objects.filter(kind="token_issue.expired", account_id=marlow.pk)
    assert [fact.after["quantity"] for fact in facts] == [2]
