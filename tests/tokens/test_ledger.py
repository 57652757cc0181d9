"""What is taken, given back, adjusted and transferred, to the last token."""

import datetime
from decimal import Decimal

import pytest

from tests.factories import AccountFactory, CurrencyFactory, TokenTypeFactory
from tms import journal
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tokens import correcting, issuing, ledger, returning, switches
from tokens.models import LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db

NEXT_YEAR = datetime.date(2027, 1, 1)


def book(*issues) -> list[tuple[int, int, int]]:
    """Of each issue what remains, what was redeemed, what expired."""
    rows = TokenIssue.objects.in_bulk([each.pk for each in issues])
    return [
        (row.remaining, row.redeemed, row.expired) for row in (rows[each.pk] for each in issues)
    ]


def entries(issue) -> list[tuple[str, int]]:
    return list(issue.entries.order_by("id").values_list("kind", "quantity"))


# Issuing


def test_an_issue_appears_with_the_expiry_that_its_type_says(kestrel, now):
    silver = TokenTypeFactory(unit__code="Silver", period=12, period_unit="months")
    issued = issuing.issue(kestrel, silver, 10, note="Welcome", **now)
    assert (issued.expires_on, issued.remaining) == (datetime.date(2027, 11, 22), 10)
    assert entries(issued) == [("issued", 10)]
    assert book(issued) == [(10, 0, 0)]
    fact = JournalRow.objects.get(kind="token_issue.issued")
    assert (fact.subject_id, fact.account_id, fact.reason) == (issued.pk, kestrel.pk, "Welcome")
    assert fact.after == {
        "token_type": silver.pk,
        "quantity": 10,
        "expires_on": "2027-11-22",
        "source": "hand",
    }


@pytest.mark.parametrize(
    ("period", "unit", "end"),
    [
        (30, "days", datetime.date(2026, 12, 22)),
        (3, "months", datetime.date(2027, 2, 22)),
        (None, "months", None),
    ],
)
def test_a_redemption_period_counts_from_the_day_of_issue(kestrel, now, period, unit, end):
    kind = TokenTypeFactory(unit__code="Silver", period=period, period_unit=unit)
    assert issuing.issue(kestrel, kind, 1, **now).expires_on == end


@pytest.mark.parametrize(
    ("wanted", "source", "field"),
    [
        ({"issued_on": datetime.date(2026, 11, 21)}, "hand", "issued_on"),
        ({"issued_on": datetime.date(2026, 11, 21)}, "order", "issued_on"),
        ({"issued_on": datetime.date(2026, 11, 23)}, "import", "issued_on"),
        ({"unit_price": Decimal(5)}, "hand", "currency"),
    ],
)
def test_nothing_is_issued_as_of_another_day_or_at_a_price_in_nothing(
    kestrel, gold, now, wanted, source, field
):
    """Only an import says when it was; and what is yet to come, nobody does."""
    asked = issuing.Wanted(kestrel, gold, 5, **wanted)
    with pytest.raises(Refusal) as no:
        issuing.issue_many([asked], source=source, **now)
    assert no.value.field == field
    assert not TokenIssue.objects.exists()


def test_a_changed_period_changes_no_issue_that_was_made(kestrel, now):
    silver = TokenTypeFactory(unit__code="Silver", period=12)
    issued = issuing.issue(kestrel, silver, 1, **now)
    silver.period = 1
    silver.save()
    issued.refresh_from_db()
    assert issued.expires_on == datetime.date(2027, 11, 22)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"quantity": 0}, "Give a whole number of at least 1."),
        ({"quantity": -3}, "Give a whole number of at least 1."),
        ({"quantity": 1.5}, "Tokens are whole: give a whole number."),
        ({"quantity": 1_000_001}, "At most 1,000,000 tokens at once."),
        (
            {"expires_on": datetime.date(2026, 11, 21)},
            "This day is past. Choose today or a later day.",
        ),
        (
            {"expires_on": datetime.date(2101, 1, 1)},
            "The year 2100 is the last. Choose an earlier day.",
        ),
    ],
)
def test_what_cant_be_issued_is_refused_and_nothing_moves(gold, kestrel, now, more, sentence):
    asked = {"quantity": 1, **more}
    with pytest.raises(Refusal, match=sentence):
        issuing.issue(kestrel, gold, **asked, **now)
    assert LedgerEntry.objects.count() == TokenIssue.objects.count() == 0


def test_an_archived_type_is_issued_no_more_and_stays_spendable(gold, kestrel, give, now, clock):
    give(2)
    gold.unit.archived_at = clock.at
    gold.unit.save()
    with pytest.raises(Refusal, match="Gold is archived and can't be issued"):
        give(1)
    assert ledger.redeem(kestrel.pk, gold, 2, **now).quantity == 2


def test_where_the_setting_is_off_no_hand_issues_tokens_but_a_sale_does(gold, kestrel, now):
    switches.switch(manual_issues=False, adjustments=True, **now)
    for source in ("hand", "api", "import", "courtesy"):
        with pytest.raises(Refusal, match="Tokens aren't issued by hand here"):
            issuing.issue(kestrel, gold, 1, source=source, **now)
    sold = issuing.issue(kestrel, gold, 1, source="opportunity", **now)
    assert book(sold) == [(1, 0, 0)]
    fact = JournalRow.objects.get(kind="token_settings.changed")
    assert (fact.before, fact.after) == (
        {"manual_issues": True, "adjustments": True},
        {"manual_issues": False, "adjustments": True},
    )


# Redeeming


def test_the_earliest_expiry_goes_first_and_never_ending_last(give, kestrel, gold, now, ada):
    later, never, soon = give(3, "2026-12-31"), give(5), give(2, "2026-11-30")
    purpose = ledger.Purpose("registration", 7)
    taken = ledger.redeem(kestrel.pk, gold, 6, contact_id=ada.pk, purpose=purpose, **now)
    assert taken.parts == ((soon.pk, 2), (later.pk, 3), (never.pk, 1))
    assert book(soon, later, never) == [(0, 2, 0), (0, 3, 0), (4, 1, 0)]
    told = LedgerEntry.objects.filter(move=taken.move).order_by("id")
    assert [
        (each.issue_id, each.quantity, each.contact_id, each.purpose_kind, each.purpose_id)
        for each in told
    ] == [
        (soon.pk, -2, ada.pk, "registration", 7),
        (later.pk, -3, ada.pk, "registration", 7),
        (never.pk, -1, ada.pk, "registration", 7),
    ]
    fact = JournalRow.objects.get(kind="tokens.redeemed")
    assert (fact.subject_id, fact.account_id, fact.contact_id, fact.by_id) == (
        taken.move,
        kestrel.pk,
        ada.pk,
        now["by"].pk,
    )
    assert fact.after["quantity"] == 6


def test_of_one_expiry_what_was_issued_first_goes_first(give, kestrel, gold, now):
    first, second = give(1, "2026-12-31"), give(1, "2026-12-31")
    assert ledger.redeem(kestrel.pk, gold, 1, **now).parts == ((first.pk, 1),)
    assert ledger.redeem(kestrel.pk, gold, 1, **now).parts == ((second.pk, 1),)


def test_too_few_are_refused_with_the_number_missing_and_nothing_moves(give, kestrel, gold, now):
    issued = give(2)
    with pytest.raises(
        Refusal, match=r"That takes 5 Gold and Kestrel Rail Group has 2: 3 are missing\."
    ):
        ledger.redeem(kestrel.pk, gold, 5, **now)
    assert entries(issued) == [("issued", 2)]
    assert not JournalRow.objects.filter(kind="tokens.redeemed").exists()


def test_another_type_and_another_account_pay_nothing(give, kestrel, gold, now):
    give(5, token_type=TokenTypeFactory(unit__code="Silver"))
    give(5, account=AccountFactory(name="Marlow"))
    with pytest.raises(Refusal, match="has 0: 1 are missing"):
        ledger.redeem(kestrel.pk, gold, 1, **now)


def test_staff_may_pick_another_issue(give, kestrel, gold, now):
    soon, later, never = give(2, "2026-11-30"), give(3, "2026-12-31"), give(5)
    taken = ledger.redeem(kestrel.pk, gold, 3, issue_id=later.pk, **now)
    assert taken.parts == ((later.pk, 3),)
    assert book(soon, later, never) == [(2, 0, 0), (0, 3, 0), (5, 0, 0)]
    assert LedgerEntry.objects.get(move=taken.move).by_choice is True
    for picked, has in ((soon, 2), (later, 0)):
        said = f"this issue has {has} to spend: {3 - has} are missing"
        with pytest.raises(Refusal, match=said):
            ledger.redeem(kestrel.pk, gold, 3, issue_id=picked.pk, **now)
    assert book(soon, later, never) == [(2, 0, 0), (0, 3, 0), (5, 0, 0)]
    taken = ledger.redeem(kestrel.pk, gold, 3, **now)
    chosen = LedgerEntry.objects.filter(move=taken.move).values_list("by_choice", flat=True)
    assert list(chosen) == [False, False]


@pytest.mark.parametrize("quantity", [1, 2])  # of one issue, and of several
def test_an_entry_says_who_by_which_road_when_why_and_what_for(
    give, kestrel, gold, ada, office, now, clock, quantity
):
    for _ in range(quantity):
        give(1, "2026-12-31")
    clock.move(hours=1)
    told = {"purpose": ledger.Purpose("registration", 7), "reason": "Why", "operation": "Once"}
    with journal.by_road("api", 12):
        taken = ledger.redeem(
            kestrel.pk, gold, quantity, contact_id=ada.pk, **told, **{**now, "at": clock.at}
        )
    same = (office.pk, 12, "api", clock.at, now["on"], "Why", ada.pk, kestrel.pk)
    names = ("by_id", "key_id", "source", "at", "on", "reason", "contact_id", "account_id")
    of_entries = LedgerEntry.objects.filter(move=taken.move)
    assert list(of_entries.values_list(*names, "purpose_kind", "purpose_id", "recorded_at")) == [
        (*same, "registration", 7, clock.at)
    ] * len(taken.parts)
    fact = JournalRow.objects.filter(kind="tokens.redeemed")
    assert list(fact.values_list(*names, "operation", "before", "after")) == [
        (
            *same,
            "Once",
            {},
            {
                "token_type": gold.pk,
                "quantity": quantity,
                "issues": [{"issue": pk, "quantity": n} for pk, n in taken.parts],
                "purpose": ["registration", 7],
            },
        )
    ]


def test_an_archived_account_spends_nothing(give, kestrel, gold, now, clock):
    give(2)
    kestrel.archived_at = clock.at
    kestrel.save()
    with pytest.raises(Refusal, match=r"Kestrel Rail Group is archived. Restore it first\."):
        ledger.redeem(kestrel.pk, gold, 1, **now)


@pytest.mark.parametrize("said", [ledger.NOTHING, ledger.Purpose("order", 9)])
def test_what_comes_back_says_for_whom_and_for_what_it_was_taken(
    give, kestrel, gold, ada, office, now, clock, said
):
    """... or what it comes back for, where that is said."""
    give(2, "2026-11-30")
    purpose = ledger.Purpose("registration", 7)
    taken = ledger.redeem(kestrel.pk, gold, 2, contact_id=ada.pk, purpose=purpose, **now)
    clock.set("2026-12-01 09:00")
    later = {"at": clock.at, "on": clock.on(), "by": office}
    with journal.by_road("api", 12):
        [back] = ledger.refund({taken.move: None}, purpose=said, reason="Ill", **later)
    whole = said.kind or "registration", said.pk or 7
    same = (ada.pk, *whole, back.move, office.pk, 12, "api", clock.at, later["on"], "Ill")
    names = ("contact_id", "purpose_kind", "purpose_id", "move", "by_id", "key_id", "source", "at")
    came = LedgerEntry.objects.filter(move=back.move).order_by("pk")
    assert list(came.values_list("kind", "quantity", *names, "on", "reason")) == [
        ("refunded", 2, *same),
        ("expired", -2, *same),
    ]
    fact = JournalRow.objects.get(kind="tokens.refunded")
    assert (fact.contact_id, fact.account_id, fact.key_id) == (ada.pk, kestrel.pk, 12)
    assert fact.after["purpose"] == list(whole)


def test_a_courtesy_makes_good_for_all_that_had_expired_and_for_nothing_else(
    give, kestrel, gold, office, now, clock
):
    give(2, "2026-11-30"), give(3, "2026-12-01"), give(9)
    taken = ledger.redeem(kestrel.pk, gold, 7, **now)
    clock.set("2026-12-02 09:00")
    later = {"at": clock.at, "on": clock.on(), "by": office}
    given = returning.give_back({taken.move: None}, courtesy=True, **later)
    assert sum(each.quantity for each in given.returned) == 7
    [anew] = given.anew
    assert (anew.account_id, anew.token_type_id, anew.source) == (kestrel.pk, gold.pk, "courtesy")
    assert book(anew) == [(5, 0, 0)]
    spendable = TokenIssue.objects.spendable_on(later["on"])
    assert sum(spendable.values_list("remaining", flat=True)) == 14


def test_what_had_expired_is_made_good_only_where_that_is_asked_for(
    give, kestrel, gold, office, now, clock
):
    give(2, "2026-11-30")
    taken = ledger.redeem(kestrel.pk, gold, 2, **now)
    clock.set("2026-12-02 09:00")
    later = {"at": clock.at, "on": clock.on(), "by": office}
    given = returning.give_back({taken.move: None}, **later)
    assert (sum(each.quantity for each in given.returned), given.anew) == (2, [])
    assert TokenIssue.objects.count() == 1


def test_paying_nothing_moves_nothing(gold, kestrel, now):
    assert ledger.pay(gold.unit, 0, account_id=kestrel.pk, **now) is None


def test_half_a_token_is_not_paid(give, gold, kestrel, now):
    issued = give(5)
    with pytest.raises(Refusal, match="Tokens are whole: Gold can't be split"):
        ledger.pay(gold.unit, Decimal("1.5"), account_id=kestrel.pk, **now)
    assert book(issued) == [(5, 0, 0)]


def test_paying_redeems_the_price(give, gold, kestrel, now):
    issued = give(3)
    assert ledger.pay(gold.unit, 2, account_id=kestrel.pk, **now).quantity == 2
    assert book(issued) == [(1, 2, 0)]


def test_redeeming_takes_one_statement(give, kestrel, gold, now, django_assert_num_queries):
    for number in range(1, 4):
        give(1, f"2026-12-0{number}")
    with django_assert_num_queries(1):
        ledger.redeem(kestrel.pk, gold, 3, **now)


# Giving back


def test_each_token_goes_back_to_its_issue_the_last_taken_first(give, kestrel, gold, now, ada):
    soon, later = give(2, "2026-11-30"), give(3, "2026-12-31")
    taken = ledger.redeem(kestrel.pk, gold, 4, contact_id=ada.pk, **now)
    back = ledger.refund({taken.move: 3}, reason="Half of it", **now)
    assert [(each.issue.pk, each.quantity, each.over) for each in back] == [
        (later.pk, 2, False),
        (soon.pk, 1, False),
    ]
    assert book(soon, later) == [(1, 1, 0), (3, 0, 0)]
    fact = JournalRow.objects.get(kind="tokens.refunded")
    assert (fact.account_id, fact.contact_id, fact.reason) == (kestrel.pk, ada.pk, "Half of it")
    assert (fact.after["quantity"], fact.after["of"], fact.after["written_off"]) == (
        3,
        taken.move,
        0,
    )
    ledger.refund({taken.move: None}, **now)
    assert book(soon, later) == [(2, 0, 0), (3, 0, 0)]


def test_nothing_comes_back_twice(give, kestrel, gold, now):
    issued = give(3)
    taken = ledger.redeem(kestrel.pk, gold, 3, **now)
    ledger.refund({taken.move: 2}, **now)
    with pytest.raises(Refusal, match="Only 1 can be given back"):
        ledger.refund({taken.move: 2}, **now)
    ledger.refund({taken.move: None}, **now)
    with pytest.raises(Refusal, match=r"These tokens were given back already\."):
        ledger.refund({taken.move: None}, **now)
    with pytest.raises(Refusal, match=r"There is no such redemption\."):
        ledger.refund({-1: None}, **now)
    assert book(issued) == [(3, 0, 0)]


def test_what_comes_back_into_an_issue_that_is_over_is_written_off_at_once(
    give, kestrel, gold, now, clock
):
    soon, later = give(2, "2026-11-30"), give(3, "2027-06-30")
    taken = ledger.redeem(kestrel.pk, gold, 3, **now)
    clock.move(days=9)
    now.update(at=clock.at, on=clock.on())
    assert [
        (issue.pk, number, over)
        for issue, number, over in ledger.to_give_back([taken.move], clock.on())
    ] == [(later.pk, 1, False), (soon.pk, 2, True)]
    back = ledger.refund({taken.move: None}, **now)
    assert [(each.issue.pk, each.quantity, each.over) for each in back] == [
        (later.pk, 1, False),
        (soon.pk, 2, True),
    ]
    assert book(soon, later) == [(0, 0, 2), (3, 0, 0)]
    assert entries(soon) == [("issued", 2), ("redeemed", -2), ("refunded", 2), ("expired", -2)]


def test_what_an_issue_had_left_is_written_off_before_something_comes_back(
    give, kestrel, gold, now, clock
):
    soon = give(5, "2026-11-30")
    taken = ledger.redeem(kestrel.pk, gold, 2, **now)
    clock.move(days=9)
    ledger.refund({taken.move: None}, **{**now, "at": clock.at, "on": clock.on()})
    assert list(soon.entries.order_by("id").values_list("kind", "quantity", "on")) == [
        ("issued", 5, datetime.date(2026, 11, 22)),
        ("redeemed", -2, datetime.date(2026, 11, 22)),
        ("expired", -3, datetime.date(2026, 12, 1)),
        ("refunded", 2, datetime.date(2026, 12, 1)),
        ("expired", -2, datetime.date(2026, 12, 1)),
    ]


@pytest.mark.parametrize("number", [1, 3, 30])
def test_giving_back_many_takes_as_many_statements_as_one(
    give, kestrel, gold, now, django_assert_num_queries, number
):
    give(2, "2026-11-30")
    give(100)
    moves = [ledger.redeem(kestrel.pk, gold, 1, **now).move for _ in range(number)]
    with django_assert_num_queries(12):
        ledger.refund(dict.fromkeys(moves), **now)


# Adjusting


def test_an_adjustment_says_why_and_counts(give, now):
    issued = give(3)
    ledger.adjust(issued.pk, -2, version=0, reason="Counted twice", **now)
    ledger.adjust(issued.pk, 4, version=1, reason="Goodwill", **now)
    assert book(issued) == [(5, 0, 0)]
    assert list(issued.entries.order_by("id").values_list("kind", "quantity", "reason")) == [
        ("issued", 3, ""),
        ("adjusted", -2, "Counted twice"),
        ("adjusted", 4, "Goodwill"),
    ]
    first = JournalRow.objects.filter(kind="token_issue.adjusted").earliest("id")
    assert (first.before, first.after["remaining"]) == ({"remaining": 3}, 1)


@pytest.mark.parametrize(
    ("quantity", "reason", "sentence"),
    [
        (0, "x", "Give a whole number other than zero"),
        (-4, "x", "Only 3 remain: no more can be taken off."),
        (1_000_001, "x", "Give a whole number other than zero, at most 1,000,000."),
        (Decimal("1.5"), "x", "Give a whole number other than zero"),
        (0.4, "x", "Give a whole number other than zero"),
        (1, "  ", "Say why"),
    ],
)
def test_an_adjustment_that_cant_be_moves_nothing(give, now, quantity, reason, sentence):
    issued = give(3)
    with pytest.raises(Refusal, match=sentence):
        ledger.adjust(issued.pk, quantity, version=0, reason=reason, **now)
    assert book(issued) == [(3, 0, 0)]


def test_who_looked_before_somebody_else_adjusted_is_told(give, now):
    issued = give(3)
    ledger.adjust(issued.pk, 1, version=0, reason="One", **now)
    with pytest.raises(Stale):
        ledger.adjust(issued.pk, 1, version=0, reason="Two", **now)
    assert book(issued) == [(4, 0, 0)]


def test_where_the_setting_is_off_nothing_is_adjusted_or_transferred(give, now):
    issued = give(3)
    switches.switch(manual_issues=True, adjustments=False, **now)
    with pytest.raises(Refusal, match="Balances aren't adjusted by hand here"):
        ledger.adjust(issued.pk, 1, version=0, reason="x", **now)
    with pytest.raises(Refusal, match="Balances aren't adjusted by hand here"):
        ledger.transfer(issued.pk, 1, to=AccountFactory(), version=0, **now)
    moved = issuing.change_expiry(issued.pk, expires_on=NEXT_YEAR, version=0, reason="x", **now)
    assert moved.expires_on == NEXT_YEAR


# Transferring


def test_a_transfer_keeps_the_expiry_and_names_both_sides(give, now):
    issued, marlow = give(5, "2026-12-31"), AccountFactory(name="Marlow")
    arrived = ledger.transfer(issued.pk, 2, to=marlow, version=0, reason="Agreed", **now)
    assert (arrived.account_id, arrived.expires_on, arrived.issued, arrived.source) == (
        marlow.pk,
        datetime.date(2026, 12, 31),
        2,
        "transfer",
    )
    assert book(issued, arrived) == [(3, 0, 0), (2, 0, 0)]
    left = issued.entries.get(kind="transferred")
    came = arrived.entries.get()
    assert (left.quantity, came.quantity, came.kind, came.of_id) == (-2, 2, "transferred", left.pk)
    assert left.move == came.move
    assert list(
        JournalRow.objects.filter(kind__startswith="token_issue.")
        .order_by("id")
        .values_list("kind", "account_id")[1:]
    ) == [("token_issue.transferred", issued.account_id), ("token_issue.issued", marlow.pk)]


@pytest.mark.parametrize("quantity", [0, -1, 6])
def test_a_transfer_of_more_than_remains_moves_nothing(give, now, quantity):
    issued = give(5)
    with pytest.raises(Refusal):
        ledger.transfer(issued.pk, quantity, to=AccountFactory(), version=0, **now)
    assert book(issued) == [(5, 0, 0)]


def test_nothing_is_transferred_to_the_same_account(give, kestrel, now):
    with pytest.raises(Refusal, match="They are this account's already"):
        ledger.transfer(give(5).pk, 1, to=kestrel, version=0, **now)


@pytest.mark.parametrize("archived", ["from", "to"])
def test_an_archived_account_neither_gets_nor_gives_nor_is_adjusted(
    give, kestrel, now, clock, archived
):
    issued, marlow = give(5), AccountFactory(name="Marlow")
    account = {"from": kestrel, "to": marlow}[archived]
    account.archived_at = clock.at
    account.save()
    said = f"{account} is archived. Restore it first."
    if archived == "to":
        with pytest.raises(Refusal, match=said):
            ledger.transfer(issued.pk, 1, to=marlow, version=0, **now)
    else:
        for quantity in (1, -1):
            with pytest.raises(Refusal, match=said):
                ledger.adjust(issued.pk, quantity, version=0, reason="x", **now)
        with pytest.raises(Refusal, match=said):
            give(1)
    assert book(issued) == [(5, 0, 0)]
    assert not marlow.token_issues.exists()


def test_a_transfer_keeps_what_was_paid_and_the_older_look_at_both_sides_is_stale(
    kestrel, gold, now
):
    euro = CurrencyFactory()
    wanted = issuing.Wanted(kestrel, gold, 5, unit_price=Decimal("120.50"), currency=euro)
    [issued] = issuing.issue_many([wanted], **now)
    arrived = ledger.transfer(issued.pk, 2, to=AccountFactory(), version=0, **now)
    arrived.refresh_from_db()
    assert (arrived.unit_price, arrived.currency) == (Decimal("120.50"), euro)
    assert (arrived.source_kind, arrived.source_id) == ("token_issue", issued.pk)
    for verb in (
        lambda: ledger.adjust(issued.pk, 1, version=0, reason="x", **now),
        lambda: ledger.transfer(issued.pk, 1, to=AccountFactory(), version=0, **now),
    ):
        with pytest.raises(Stale):
            verb()
    assert book(issued, arrived) == [(3, 0, 0), (2, 0, 0)]


# What was sold is credited


def test_no_more_is_taken_back_than_can_be_spent_and_it_says_what_for(
    give, kestrel, gold, now, clock
):
    issued = give(5, "2026-11-30")
    ledger.redeem(kestrel.pk, gold, 2, **now)
    told = {"reason": "Credited", "purpose": ("opportunity", 7)}
    with pytest.raises(Refusal, match=rf"Only 3 of Gold #{issued.pk} can be taken back"):
        correcting.take_back(issued.pk, 4, **told, **now)
    correcting.take_back(issued.pk, 1, operation="Once", **told, **now)
    entry = issued.entries.latest("pk")
    assert (entry.kind, entry.quantity, entry.reason) == ("adjusted", -1, "Credited")
    assert (entry.purpose_kind, entry.purpose_id) == ("opportunity", 7)
    fact = JournalRow.objects.get(kind="token_issue.adjusted")
    assert (fact.operation, fact.reason, fact.by_id) == ("Once", "Credited", now["by"].pk)
    clock.set("2026-12-01 09:00")
    with pytest.raises(Refusal, match=rf"Only 0 of Gold #{issued.pk} can be taken back"):
        correcting.take_back(issued.pk, 1, **told, **{**now, "at": clock.at, "on": clock.on()})
    assert book(issued) == [(2, 2, 0)]


# When they expire


def test_the_last_day_is_moved_with_a_reason_and_kept_in_the_history(give, now):
    issued = give(3, "2026-12-31")
    issuing.change_expiry(issued.pk, expires_on=NEXT_YEAR, version=0, reason="Illness", **now)
    issued.refresh_from_db()
    assert (issued.expires_on, issued.version) == (NEXT_YEAR, 1)
    fact = JournalRow.objects.get(kind="token_issue.expiry_changed")
    assert (fact.before, fact.after, fact.reason) == (
        {"expires_on": "2026-12-31"},
        {"expires_on": "2027-01-01"},
        "Illness",
    )


@pytest.mark.parametrize(
    ("day", "reason", "sentence"),
    [
        (datetime.date(2026, 11, 21), "x", "This day is past"),
        (NEXT_YEAR, "", "Say why"),
    ],
)
def test_a_day_that_is_past_and_a_move_without_reason_are_refused(give, now, day, reason, sentence):
    issued = give(3, "2026-12-31")
    with pytest.raises(Refusal, match=sentence):
        issuing.change_expiry(issued.pk, expires_on=day, version=0, reason=reason, **now)
    issued.refresh_from_db()
    assert issued.expires_on == datetime.date(2026, 12, 31)


def test_it_can_end_today_and_is_spent_today(give, kestrel, gold, now, clock):
    issued = give(3, "2026-12-31")
    issuing.change_expiry(issued.pk, expires_on=clock.on(), version=0, reason="Agreed", **now)
    assert ledger.redeem(kestrel.pk, gold, 1, **now).quantity == 1


def test_an_issue_that_is_over_stays_so(give, now, clock):
    issued = give(3, "2026-11-30")
    clock.move(days=9)
    now.update(at=clock.at, on=clock.on())
    for verb in (
        lambda: issuing.change_expiry(
            issued.pk, expires_on=NEXT_YEAR, version=0, reason="x", **now
        ),
        lambda: ledger.adjust(issued.pk, 1, version=0, reason="x", **now),
        lambda: ledger.transfer(issued.pk, 1, to=AccountFactory(), version=0, **now),
    ):
        with pytest.raises(Refusal, match=r"This issue has expired, and stays so\."):
            verb()
    assert entries(issued) == [("issued", 3)]
