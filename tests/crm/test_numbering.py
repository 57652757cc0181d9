"""Numbers come one after another, once each and without gaps, however many bill at once (CRM-8)."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from crm import invoices, numbering
from crm.models import Invoice, NumberSeries
from tests.crm.selling import invoiced, line
from tests.races import race

day = datetime.date.fromisoformat
THREADS, EACH = 8, 25


@pytest.fixture
def euro(europe):
    return europe.currencies.first()


@pytest.fixture
def bill(kestrel, euro, who):
    """`bill(on)`: an invoice issued on that day."""

    def made(on="2026-11-22"):
        told = {**who, "on": day(on)}
        return invoiced(kestrel, line(currency=euro), currency=euro, who=told)

    return made


@pytest.mark.django_db
def test_each_year_and_each_kind_counts_from_one(bill):
    numbers = [bill(on).number for on in ("2026-12-30", "2026-12-31", "2027-01-01", "2026-12-31")]
    assert numbers == ["INV-2026-0001", "INV-2026-0002", "INV-2027-0001", "INV-2026-0003"]
    assert numbering.take("quote", day("2026-12-31")) == "QUO-2026-0001"
    assert numbering.take("credit_note", day("2026-12-31")) == "CRN-2026-0001"


@pytest.mark.django_db
def test_after_9999_a_number_grows(db):
    NumberSeries.objects.create(kind="invoice", year=2026, last=9998)
    taken = [numbering.take("invoice", day("2026-11-22")) for _ in range(3)]
    assert taken == ["INV-2026-9999", "INV-2026-10000", "INV-2026-10001"]


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_no_gap(bill):
    bill()
    with transaction.atomic():
        assert bill().number == "INV-2026-0002"
        transaction.set_rollback(True)
    assert bill().number == "INV-2026-0002"


@pytest.mark.django_db
def test_a_draft_takes_no_number_and_one_thrown_away_leaves_no_gap(bill, kestrel, euro, who):
    drafts = [invoices.draft(kestrel, euro, [line(currency=euro)], **who) for _ in range(2)]
    invoices.discard(drafts[0].pk, **who)
    assert bill().number == "INV-2026-0001"
    assert invoices.issue(drafts[1].pk, **who).number == "INV-2026-0002"


@pytest.mark.django_db(transaction=True)
def test_eight_who_bill_at_once_get_every_number_once(bill):
    """Every fourth is rolled back after it had its number."""

    def bills():
        for n in range(EACH):
            try:
                with transaction.atomic():
                    bill()
                    if n % 4 == 3:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue

    race(*[bills] * THREADS)
    count = THREADS * (EACH - EACH // 4)
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [f"INV-2026-{n:04}" for n in range(1, count + 1)]
    assert NumberSeries.objects.get().last == count


@pytest.mark.django_db(transaction=True)
def test_counting_the_highest_number_instead_gives_one_number_twice(bill, monkeypatch):
    looked = threading.Barrier(2, timeout=30)

    def highest(kind, on):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM crm_invoice WHERE number <> ''")
            (count,) = cursor.fetchone()
        looked.wait()
        return f"INV-{on.year}-{count + 1:04}"

    monkeypatch.setattr(numbering, "take", highest)
    with pytest.raises(IntegrityError, match="invoice_number_once"):
        race(bill, bill)
    assert Invoice.objects.filter(number="INV-2026-0001").count() == 1
