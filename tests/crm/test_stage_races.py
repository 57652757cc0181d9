"""Stages and drafts of invoices change while others work with them: one after another."""

import threading

import pytest

from crm import invoices, opportunities, stages
from crm.models import Invoice, Opportunity, Stage, StageKind
from tests import races
from tests.crm.selling import line
from tests.crm.selling_cast import opened
from tests.factories import CurrencyFactory
from tms.refusals import Refusal

ROUNDS = races.rounds(15)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal(kestrel, who):
    return opened(kestrel, who)


@pytest.fixture
def spare(deal, who):
    """An open stage that nothing is in."""
    return stages.create(name="Spare", kind=StageKind.OPEN, **who)


def order():
    return list(Stage.objects.living().values_list("name", flat=True))


def stranded():
    """Open opportunities in a stage that is archived, or counts as something else."""
    open_ones = Opportunity.objects.open()
    return (
        open_ones.exclude(stage__archived_at=None) | open_ones.exclude(stage__kind="open")
    ).count()


def test_a_stage_is_archived_before_or_after_something_comes_into_it(deal, spare, who):
    for _ in range(ROUNDS):
        round_ = races.race(
            lambda: stages.archive(spare.pk, **who),
            lambda: opportunities.move(deal.pk, stage=Stage.objects.get(pk=spare.pk), **who),
        )
        assert (round_.done, round_.refused, stranded()) == (1, 1, 0)
        if isinstance(round_.answers[1], Refusal):
            stages.restore(spare.pk, **who)
        else:
            opportunities.move(deal.pk, stage=stages.first("open"), **who)


def test_a_stage_counts_as_lost_before_or_after_something_comes_into_it(deal, spare, who):
    given = {"name": "Spare", "probability": 0}
    for _ in range(ROUNDS):
        round_ = races.race(
            lambda: stages.edit(spare.pk, kind=StageKind.LOST, **given, **who),
            lambda: opportunities.move(deal.pk, stage=Stage.objects.get(pk=spare.pk), **who),
        )
        assert (round_.done, round_.refused, stranded()) == (1, 1, 0)
        opportunities.move(deal.pk, stage=stages.first("open"), **who)
        stages.edit(spare.pk, kind=StageKind.OPEN, **given, **who)


def archived_while_it_comes(deal, spare, who, monkeypatch):
    """Somebody archives the stage, and isn't done before the other one waits for it."""
    begun, real = threading.Event(), stages.journal.write
    known = Stage.objects.get(pk=spare.pk)

    def late(*args, **particulars):
        begun.set()
        races.somebody_waits_for_us()
        real(*args, **particulars)

    monkeypatch.setattr(stages.journal, "write", late)

    def come():
        assert begun.wait(races.PATIENCE)
        monkeypatch.setattr(stages.journal, "write", real)
        return opportunities.move(deal.pk, stage=known, **who)

    return races.race(lambda: stages.archive(spare.pk, **who), come)


def test_who_saw_it_in_use_is_refused_once_it_is_archived(deal, spare, who, monkeypatch):
    round_ = archived_while_it_comes(deal, spare, who, monkeypatch)
    assert (round_.done, round_.refused, stranded()) == (1, 1, 0)


def test_without_holding_it_something_is_stranded_there(deal, spare, who, monkeypatch):
    """The twin."""
    monkeypatch.setattr(stages, "hold", lambda stage: stage)
    round_ = archived_while_it_comes(deal, spare, who, monkeypatch)
    assert (round_.done, stranded()) == (2, 1)


def moved_at_once(who):
    """The second and the third change places with the one before each, at the same moment."""
    _enquiry, second, third = Stage.objects.living()[:3]
    return races.race(
        *[lambda pk=each.pk: stages.move(pk, earlier=True, **who) for each in (second, third)]
    )


def test_two_who_order_them_both_do(deal, who):
    for _ in range(ROUNDS):
        a, b, c, *rest = order()
        moved_at_once(who)
        assert order() in ([b, c, a, *rest], [a, b, c, *rest])


def test_without_the_lock_one_of_them_did_nothing(deal, who, monkeypatch):
    """The twin."""
    both_looked = races.meeting()

    def unlocked():
        found = list(Stage.objects.living())
        both_looked()
        return found

    monkeypatch.setattr(stages, "_locked", unlocked)
    a, b, c, *rest = order()
    moved_at_once(who)
    assert order() in ([b, a, c, *rest], [a, c, b, *rest])


@pytest.fixture
def draft(kestrel, who):
    currency = CurrencyFactory()
    return lambda: invoices.draft(kestrel, currency, [line(currency=currency)], **who)


def issued_and_discarded(found, who):
    return races.race(
        lambda: invoices.issue(found.pk, **who), lambda: invoices.discard(found.pk, **who)
    )


def test_a_draft_is_issued_or_thrown_away_and_no_number_is_lost(draft, who):
    numbers = []
    for _ in range(ROUNDS):
        found = draft()
        round_ = issued_and_discarded(found, who)
        assert (round_.done, round_.refused) == (1, 1)
        found.refresh_from_db()
        assert bool(found.issued_on) != bool(found.voided_on)
        numbers += [found.number] if found.number else []
    assert numbers == [f"INV-2026-{n:04}" for n in range(1, len(numbers) + 1)]


def test_without_the_lock_both_would_have_it(draft, who, monkeypatch):
    """The twin: whoever comes second is stopped by the database, or both did it."""
    both_looked = races.meeting()

    def unlocked(pk, *, version=None):
        found = Invoice.objects.select_related("account", "currency").get(pk=pk)
        both_looked()
        return found

    monkeypatch.setattr(invoices, "locked", unlocked)
    round_ = issued_and_discarded(draft(), who)
    assert round_.done == 2
