"""Two people, or two workers, at one pass: right once, every time. Each has a twin without lock."""

import datetime
import itertools

import pytest
from django.db import transaction

from passes import beats, expiring, lifecycle
from passes.models import Pass
from tests.factories import ContactFactory, PassFactory, PassOptionFactory
from tests.races import meeting, race, rounds, somebody_waits_for_us
from tms.models import JournalRow

day = datetime.date.fromisoformat
TODAY = day("2026-11-22")
ROUNDS = rounds(50)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": TODAY, "by": office}


@pytest.fixture
def without_lock(monkeypatch):
    """Passes are read without a lock, and both threads look before either changes."""
    meet = meeting()

    def looked(ids, versions):
        passes = list(Pass.objects.select_related("pass_type").filter(pk__in=set(ids)))
        meet()
        for pass_ in passes:
            if versions and pass_.version != versions[pass_.pk]:
                raise lifecycle.Stale("changed")
        return passes

    monkeypatch.setattr(beats, "locked", looked)


def kinds(pass_):
    rows = JournalRow.objects.filter(subject_kind="pass", subject_id=pass_.pk).order_by("id")
    return [row.kind.removeprefix("pass.") for row in rows]


# Two people renew: one period, not two


def renewed_by_two(pass_, who):
    def renew():
        return lifecycle.renew(pass_.pk, version=pass_.version, option=pass_.option, **who)

    return race(renew, renew)


def test_two_renew_at_once_and_one_period_is_added(kestrel, who):
    pass_ = PassFactory(account=kestrel, expires_on=day("2026-12-22"))
    pass_.option.period = 1
    pass_.option.save()
    for round_number in range(1, ROUNDS + 1):
        pass_.refresh_from_db()
        # Back to the start, so that two hundred months don't run out of calendar.
        Pass.objects.filter(pk=pass_.pk).update(expires_on=day("2026-12-22"))
        answer = renewed_by_two(pass_, who)
        assert (answer.done, answer.refused) == (1, 1)
        pass_.refresh_from_db()
        assert (pass_.expires_on, pass_.version) == (day("2027-01-22"), round_number)


def test_without_the_lock_two_renewals_are_written(kestrel, who, without_lock):
    pass_ = PassFactory(account=kestrel)
    renewed_by_two(pass_, who)
    assert kinds(pass_) == ["renewed", "renewed"]


# Reassign against cancel: nothing happens to a pass after it was cancelled


def reassigned_and_cancelled(pass_, contact, who):
    def reassign():
        return lifecycle.assign(pass_.pk, version=0, contact=contact, **who)

    def cancel():
        return lifecycle.cancel_many([pass_.pk], **who)

    return race(reassign, cancel)


def test_reassign_and_cancel_at_once_leave_one_true_history(kestrel, ada, who):
    bea = ContactFactory(account=kestrel)
    seen = set()
    for _ in range(ROUNDS):
        pass_ = PassFactory(account=kestrel, contact=ada)
        answer = reassigned_and_cancelled(pass_, bea, who)
        told = kinds(pass_)
        seen.add(tuple(told))
        pass_.refresh_from_db()
        # Who comes second acts on what is, or is told that it changed meanwhile.
        assert (pass_.cancelled_at is not None) == ("cancelled" in told)
        assert pass_.contact == (bea if "reassigned" in told else ada)
        assert answer.done == len(told)
    assert seen <= {("reassigned", "cancelled"), ("cancelled",), ("reassigned",)}


def test_without_the_lock_something_happens_to_a_cancelled_pass(kestrel, ada, who, without_lock):
    bea = ContactFactory(account=kestrel)
    orders = set()
    for _ in range(20):
        pass_ = PassFactory(account=kestrel, contact=ada)
        reassigned_and_cancelled(pass_, bea, who)
        orders.add(tuple(kinds(pass_)))
    assert ("cancelled", "reassigned") in orders or ("reassigned", "cancelled") in orders
    assert ("cancelled",) not in orders


# Renew against the night: renewed and active, expired once


def test_renew_and_the_night_at_once_write_one_expiry(kestrel, who):
    for _ in range(ROUNDS):
        pass_ = PassFactory(
            account=kestrel, starts_on=day("2025-11-21"), expires_on=day("2026-11-21")
        )

        def renew(pass_=pass_):
            return lifecycle.renew(pass_.pk, version=0, option=pass_.option, **who)

        def night():
            return expiring.record_expired(on=TODAY, at=who["at"])

        assert race(renew, night).refused == 0
        assert kinds(pass_) == ["expired", "renewed"]
        pass_.refresh_from_db()
        assert pass_.expires_on == day("2027-11-22")


def test_without_the_lock_the_night_expires_a_pass_that_was_just_renewed(kestrel, who, monkeypatch):
    monkeypatch.setattr(expiring, "RECORD", expiring.RECORD.replace("FOR UPDATE SKIP LOCKED", ""))
    pass_ = PassFactory(account=kestrel, starts_on=day("2025-11-21"), expires_on=day("2026-11-21"))
    meet = meeting()

    def renew():
        with transaction.atomic():
            lifecycle.renew(pass_.pk, version=0, option=pass_.option, **who)
            meet()
            somebody_waits_for_us()

    def night():
        meet()
        expiring.record_expired(on=TODAY, at=who["at"])

    race(renew, night)
    assert kinds(pass_) == ["expired", "renewed", "expired"]


# Two workers, one night


def test_two_workers_on_one_night_write_each_expiry_once(kestrel, who):
    option = PassOptionFactory()
    days = {"starts_on": day("2025-11-21"), "expires_on": day("2026-11-21")}

    def night():
        return expiring.record_expired(on=TODAY, at=who["at"])

    for _ in range(ROUNDS):
        PassFactory.create_batch(2, account=kestrel, option=option, **days)
        answer = race(night, night)
        assert sum(done["expired"] for done in answer.answers) == 2
    written = JournalRow.objects.filter(kind="pass.expired").values_list("subject_id", flat=True)
    assert sorted(written) == sorted(Pass.objects.values_list("pk", flat=True))


def test_without_the_lock_two_workers_write_an_expiry_twice(kestrel, who, monkeypatch):
    monkeypatch.setattr(expiring, "RECORD", expiring.RECORD.replace("FOR UPDATE SKIP LOCKED", ""))
    PassFactory(account=kestrel, starts_on=day("2025-11-21"), expires_on=day("2026-11-21"))
    meet = meeting()
    order = itertools.count()

    def night():
        # The first holds its transaction open until the second has looked as well.
        with transaction.atomic():
            if next(order) == 0:
                expiring.record_expired(on=TODAY, at=who["at"])
                meet()
                somebody_waits_for_us()
            else:
                meet()
                expiring.record_expired(on=TODAY, at=who["at"])

    race(night, night)
    assert JournalRow.objects.filter(kind="pass.expired").count() == 2
