"""Whatever breaks a rule behind the product's back is found, named, and told."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from comms import answers
from comms.models import Message, Template, Trigger
from crm import crediting, opportunities
from crm import selling as winning
from crm.interests import Wanted
from lms import checkout, held, paying, places, selling
from lms.models import Attempt, Certificate, Completion, HeldPlace
from passes import expiring, lifecycle
from passes.models import Pass
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CourseFactory,
    EventFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    PaymentFactory,
    PriceFactory,
    QuizFactory,
    TokenTypeFactory,
)
from tms import grants, nightly
from tms.models import InvariantRun
from tms.reporting import checking
from tms.reporting import grants as reading
from tokens import issuing, ledger
from tokens import selling as token_selling

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kestrel, ada, office, clock):
    """A learner with a pass and two places, somebody with an expired and a cancelled pass."""
    who = {"at": clock.at, "on": clock.on(), "by": office}
    course = CourseFactory()
    event = EventFactory(course=course, capacity=2)
    path = PathFactory(courses=[CourseFactory()])
    option = PassOptionFactory(pass_type=PassTypeFactory(opens=[course]))
    active = lifecycle.issue(option=option, account=kestrel, contact=ada, **who)
    place = checkout.book_by_pass(ada, event=event, operation="booking-1", **who)
    on_path = checkout.register_by_staff(ada, path=path, **who)
    bo = ContactFactory(account=kestrel)
    over = lifecycle.issue(option=option, account=kestrel, contact=bo, operation="issue-1", **who)
    lifecycle.cancel(over.pk, version=0, **who)
    released = checkout.register_by_staff(bo, event=event, **who)
    places.end([released.pk], **who)
    old = lifecycle.issue(
        option=option,
        account=kestrel,
        contact=bo,
        starts_on=clock.on().replace(month=1),
        expires_on=clock.on().replace(month=10),
        source="import",
        **who,
    )
    Pass.objects.filter(pk=old.pk).update(expiry_recorded=None)
    expiring.record_expired(on=clock.on(), at=clock.at)
    gold = TokenTypeFactory()
    soon = issuing.issue(kestrel, gold, 3, expires_on=clock.on().replace(day=30), **who)
    later = issuing.issue(kestrel, gold, 5, expires_on=clock.on().replace(month=12), **who)
    taken = ledger.redeem(kestrel.pk, gold, 4, **who)
    ledger.refund({taken.move: 2}, **who)
    ledger.transfer(later.pk, 1, to=AccountFactory(), version=None, **who)
    past = clock.on().replace(month=10)
    wanted = issuing.Wanted(kestrel, gold, 2, expires_on=past, issued_on=past)
    issuing.issue_many([wanted], source="import", **who)
    bronze, sold = TokenTypeFactory(unit__code="Bronze"), EventFactory()
    PriceFactory(of=sold, unit=bronze.unit, amount=2, region=kestrel.region)
    issuing.issue(kestrel, bronze, 2, **who)
    pay = paying.ByTokens(kestrel, bronze.unit)
    bought = checkout.register_by_staff(ada, event=sold, pay=pay, **who)
    deal = opportunities.create(account=kestrel, name="Spring intake", **who)
    wanted = Wanted("", 2, bronze.unit, Decimal(1), deal.region.tax_level)
    issuing.issue(kestrel, bronze, 2, **who)
    selling.add_interest(deal.pk, wanted, item=event.course, **who)
    winning.win(deal.pk, **who)
    filled, waiting = HeldPlace.objects.order_by("pk")
    held.fill(filled.pk, bo, event=EventFactory(course=course), **who)
    deal = opportunities.create(account=kestrel, name="Tokens", **who)
    iron = TokenTypeFactory(unit__code="Iron")
    wanted = Wanted("Iron", 3, deal.currency, Decimal("33.33"), deal.region.tax_level, priced=False)
    sold = token_selling.add_interest(deal.pk, wanted, token_type=iron, **who)
    invoice = winning.win(deal.pk, **who).invoice
    (given,) = sold.fulfilments.all()
    credited = crediting.credit(
        invoice.pk,
        lines={invoice.lines.get().pk: 1},
        take_back={given.pk: 1},
        reason="One less",
        **who,
    )
    letters = written(active, ada, who)
    return {
        **letters,
        **learned(ada, place, clock.at),
        "filled": filled.pk,
        "waiting": waiting.pk,
        "deal": deal.pk,
        "sold": sold.pk,
        "invoice": invoice.pk,
        "note": credited.note.pk,
        "bought": bought.pk,
        "soon": soon.pk,
        "later": later.pk,
        "move": taken.move,
        "silver": TokenTypeFactory(unit__code="Silver").pk,
        "active": active.pk,
        "cancelled": over.pk,
        "expired": old.pk,
        "event": event.pk,
        "place": place.pk,
        "on_path": on_path.pk,
        "released": released.pk,
        "ada": ada.pk,
        "bo": bo.pk,
        "kestrel": kestrel.pk,
        "user": office.pk,
    }


def learned(contact, place, at) -> dict:
    """A completion and its certificate, a quiz that was just passed, a place that was paid for."""
    done = Completion.objects.create(contact=contact, item=place.event.course, at=at)
    Certificate.objects.create(
        number="K7QF-2M9X-TB4H",
        contact=contact,
        item=done.item,
        cause=f"c{done.pk}",
        name=contact.name,
        title=done.item.title,
        issuer="Northlight",
        completed_on=at.date(),
        issued_at=at,
    )
    attempt = Attempt.objects.create(
        contact=contact,
        unit=QuizFactory().unit,
        number=1,
        asked=[],
        pass_mark=75,
        points=4,
        score=3,
        passed=True,
        started_at=at,
        submitted_at=at,
    )
    done_with = {"paid_at": at, "settled_at": at, "registration": place}
    payment = PaymentFactory(contact=contact, event=place.event, **done_with)
    return {"attempt": attempt.pk, "payment": payment.pk}


def written(pass_, contact, who) -> dict:
    """A message about the pass that was sent, then again, and another one about to leave."""
    template = Template.objects.create(name="T", target="pass", subject="S", body="B")
    trigger = Trigger.objects.create(
        name="R",
        abbreviation="R",
        template=template,
        occasion="pass.expired",
        audience=["learner"],
        pass_type_id=pass_.pass_type_id,
        enabled_at=who["at"],
        changed_at=who["at"],
    )
    same = {
        "trigger": trigger,
        "subject_kind": "pass",
        "subject_id": pass_.pk,
        "recipient": f"c{contact.pk}",
        "contact": contact,
        "account": contact.account,
        "due_at": who["at"],
        "due_on": who["on"],
        "made_at": who["at"],
    }
    said = {"to": contact.email, "title": "S", "sent_at": who["at"]}
    sent = Message.objects.create(**same, **said, occurrence="1", state="sent")
    leaves = Message.objects.create(**same, occurrence="2", state="queued")
    (again,) = answers.resend([sent.pk], **who).made
    return {"trigger": trigger.pk, "sent": sent.pk, "leaves": leaves.pk, "again": again}


def look(clock) -> dict[str, int]:
    """The invariants that are broken, each with how often."""
    run = checking.check(on=clock.on(), at=clock.at)
    return {name: told["count"] for name, told in run.broken.items()}


AGAIN = """
INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after, by_id,
                     source, reason, at, "on", operation)
SELECT {kind}, subject_kind, subject_id, account_id, {contact}, before, after, by_id,
       source, reason, {at}, "on", operation
FROM journal WHERE {which}
"""


def again(which: str, kind="kind", contact="contact_id", at="at") -> str:
    """The rows of the journal that `which` names, once more."""
    return AGAIN.format(which=which, kind=kind, contact=contact, at=at)


PLACE_AGAIN = """
INSERT INTO lms_registration (contact_id, event_id, path_id, account_id, paid_by, used_pass_id,
                              registered_at, registered_on, version)
SELECT contact_id, event_id, path_id, account_id, paid_by, used_pass_id, registered_at,
       registered_on, 0
FROM lms_registration WHERE id = {place}
"""
# 600 euros by card for a place, of which so much goes back.
PAYMENT = """
INSERT INTO lms_payment (contact_id, account_id, event_id, title, unit_id, net, tax, tax_name,
    tax_percent, provider, reference, charge, address, holds_seat, holds_until, started_at,
    started_on, paid_at, received, received_currency, trouble, refund_reference, version)
SELECT r.contact_id, r.account_id, {event}, 'Coaching', (SELECT min(id) FROM catalog_unit), 500,
    100, 'Standard', 20, 'trial', 'by-hand', '', '', false, '2026-11-22 10:00Z',
    '2026-11-22 10:00Z', '2026-11-22', '2026-11-22 10:00Z', 600, 'EUR', '', '', 0
FROM lms_registration r WHERE r.id = {place}
"""
PART = """
INSERT INTO lms_paymentrefund (payment_id, amount, asked_at, reference, trouble)
SELECT id, {amount}, '2026-11-22 10:00Z', '', '' FROM lms_payment WHERE reference = 'by-hand'
"""
BEHIND = "SET LOCAL session_replication_role = replica"
# An entry by hand, past the triggers that keep the books.
ENTRY = """
INSERT INTO tokens_ledgerentry (issue_id, account_id, token_type_id, kind, quantity, move, of_id,
    purpose_kind, at, "on", recorded_at, source, reason, by_choice)
SELECT i.id, i.account_id, {kind_of}, '{kind}', {quantity}, {move}, {of}, '',
       '2026-11-22 10:00Z', '{on}', '2026-11-22 10:00Z', 'page', 'By hand', false
FROM tokens_tokenissue i WHERE i.id = {issue}
"""
SET = "UPDATE tokens_tokenissue SET {what} WHERE id = {issue}"


def entry(issue, kind, quantity, *, kind_of="token_type_id", move=-1, of="NULL", on="2026-11-22"):
    """Statements that add an entry to an issue and let its balance follow."""
    added = ENTRY.format(
        issue=issue, kind=kind, quantity=quantity, kind_of=kind_of, move=move, of=of, on=on
    )
    part = {"redeemed": "redeemed", "refunded": "redeemed", "expired": "expired"}.get(kind)
    follows = f", {part} = {part} - ({quantity})" if part else ""
    what = f"remaining = remaining + ({quantity}){follows}"
    return [BEHIND, added, SET.format(what=what, issue=issue)]


# What somebody does to the database by hand, and what is found: a name, and all of its company.
BREAKS = [
    ("I7 issued", [again("subject_id = {active} AND kind = 'pass.issued'")], {"I7 issued": 1}),
    (
        "I7 cancelled",
        [again("subject_id = {cancelled} AND kind = 'pass.cancelled'")],
        {"I7 cancelled": 1},
    ),
    (
        "I7 cancelled: changed after",
        [again("subject_id = {cancelled} AND kind = 'pass.issued'", kind="'pass.renewed'")],
        {"I7 cancelled": 1},
    ),
    (
        "I7 expired",
        [again("subject_id = {expired} AND kind = 'pass.expired'")],
        {"I7 expired": 1, "I14 doubled": 1},
    ),
    (
        "I7 replayed: the end",
        ["UPDATE passes_pass SET expires_on = expires_on + 1 WHERE id = {active}"],
        {"I7 replayed": 1},
    ),
    (
        "I7 replayed: the start",
        ["UPDATE passes_pass SET starts_on = starts_on - 1 WHERE id = {active}"],
        {"I7 replayed": 1},
    ),
    (
        "I7 replayed: the holder",
        ["UPDATE passes_pass SET contact_id = {ada} WHERE id = {expired}"],
        {"I7 replayed": 1},
    ),
    (
        "I7 replayed: cancelled",
        ["UPDATE passes_pass SET cancelled_at = now() WHERE id = {expired}"],
        {"I7 replayed": 1},
    ),
    (
        "O1",
        [
            "UPDATE passes_pass SET pass_type_id = "
            "(SELECT id FROM passes_passtype WHERE name = 'Other') WHERE id = {expired}"
        ],
        {"O1 options": 1},
    ),
    (
        "O2",
        ["UPDATE passes_pass SET expiry_recorded = NULL WHERE id = {expired}"],
        {"O2 expiries": 1},
    ),
    (
        "I6 seats",
        [
            "ALTER TABLE catalog_event DROP CONSTRAINT event_not_overbooked",
            "UPDATE catalog_event SET capacity = 0 WHERE id = {event}",
        ],
        {"I6 seats": 1},
    ),
    ("I6 taken", ["UPDATE catalog_event SET taken = 2 WHERE id = {event}"], {"I6 taken": 1}),
    (
        "I6 twice",
        [
            "DROP INDEX registration_once_on_event",
            PLACE_AGAIN.format(place="{place}"),
            "UPDATE catalog_event SET taken = 2 WHERE id = {event}",
        ],
        {"I6 twice": 1, "O5 history": 1},
    ),
    (
        "I6 twice: a path",
        ["DROP INDEX registration_once_on_path", PLACE_AGAIN.format(place="{on_path}")],
        {"I6 twice": 1, "O5 history": 1},
    ),
    (
        "I8: the day moved beyond the pass",
        ["UPDATE catalog_event SET first_on = '2028-01-01', last_on = '2028-01-01'"],
        {"I8 uncovered": 1},
    ),
    (
        "I8: kept for a day that the pass doesn't cover either",
        [
            "UPDATE lms_registration SET kept_for = '2027-12-01' WHERE id = {place}",
            "UPDATE catalog_event SET first_on = '2028-01-01', last_on = '2028-01-01'",
        ],
        {"I8 uncovered": 1},
    ),
    (
        "I8: kept, and the pass is gone",
        [
            "UPDATE lms_registration SET kept_for = '2026-12-07', used_pass_id = {cancelled} "
            "WHERE id = {place}",
            "UPDATE catalog_event SET first_on = '2028-01-01', last_on = '2028-01-01'",
        ],
        {"I8 uncovered": 1},
    ),
    (
        "I8: somebody else's pass",
        [
            "UPDATE lms_registration SET used_pass_id = {expired} WHERE id = {place}",
            "DELETE FROM passes_inclusion",
        ],
        {"I8 uncovered": 1},
    ),
    (
        "O3",
        ["UPDATE catalog_event SET status = 'cancelled' WHERE id = {event}"],
        {"O3 cancelled events": 1},
    ),
    (
        "O3: completed before",
        [
            "UPDATE catalog_event SET status = 'cancelled' WHERE id = {event}",
            "UPDATE lms_registration SET completed_at = now() WHERE event_id = {event}",
        ],
        {},
    ),
    (
        "O4",
        ["UPDATE lms_registration SET path_registration_id = {on_path} WHERE id = {released}"],
        {"O4 paths": 1},
    ),
    (
        "O4: of a place, not of a path",
        ["UPDATE lms_registration SET path_registration_id = id WHERE id = {place}"],
        {"O4 paths": 1},
    ),
    (
        "O5: made twice",
        [again("subject_id = {on_path} AND kind = 'registration.made'")],
        {"O5 history": 1},
    ),
    (
        "O5: not cancelled",
        ["UPDATE lms_registration SET cancelled_at = now() WHERE id = {on_path}"],
        {"O5 history": 1},
    ),
    (
        "I12 archived",
        [
            "UPDATE crm_account SET main_contact_id = {bo} WHERE id = {kestrel}",
            "UPDATE crm_contact SET archived_at = now() WHERE id = {bo}",
        ],
        {"I12 archived": 1},
    ),
    (
        "I12 merged",
        [
            BEHIND,
            "UPDATE crm_contact SET merged_into_id = {ada}, archived_at = now() WHERE id = {bo}",
        ],
        {"I12 merged": 5, "I7 replayed": 2},
    ),
    (
        "I12 merged: an account",
        [
            BEHIND,
            "UPDATE crm_account SET merged_into_id = id, archived_at = now() WHERE id <> {kestrel}",
        ],
        {"I12 merged": 2},
    ),
    (
        "I12 gone",
        [again("subject_id = {expired} AND kind = 'pass.expired'", "'contact.edited'", "-7")],
        {"I12 gone": 1},
    ),
    (
        "I14 keys",
        [again("operation = 'booking-1'", "'item.edited'", at="at + interval '1 second'")],
        {"I14 keys": 1},
    ),
    (
        "I14 doubled",
        [again("operation = 'issue-1'", "'pass.issued'")],
        {"I14 doubled": 1, "I7 issued": 1, "I7 cancelled": 1},
    ),
    (
        "I1 books",
        [BEHIND, SET.format(what="remaining = remaining + 1", issue="{soon}")],
        {"I1 books": 1},
    ),
    (
        "I1 books: what was redeemed",
        [BEHIND, SET.format(what="redeemed = redeemed + 1", issue="{soon}")],
        {"I1 books": 1},
    ),
    (
        "I1 below zero",
        [
            "ALTER TABLE tokens_tokenissue DROP CONSTRAINT token_issue_not_below_zero",
            *entry("{later}", "adjusted", -100),
            *entry("{later}", "adjusted", 100, move=-2),
        ],
        {"I1 below zero": 1},
    ),
    (
        "I1 opened",
        [BEHIND, SET.format(what="issued = issued + 1", issue="{soon}")],
        {"I1 opened": 1},
    ),
    ("I3 spend order", entry("{later}", "redeemed", -1), {"I3 spend order": 1}),
    (
        "I3 spend order: from what never expires",
        [
            BEHIND,
            SET.format(what="expires_on = NULL", issue="{later}"),
            *entry("{later}", "redeemed", -1),
        ],
        {"I3 spend order": 1},
    ),
    (
        "I4 refunds",
        entry(
            "{later}",
            "refunded",
            3,
            of="(SELECT id FROM tokens_ledgerentry WHERE move = {move} AND issue_id = {later})",
        ),
        {"I4 refunds": 1},
    ),
    (
        "I4 refunds: to another issue",
        entry(
            "{later}",
            "refunded",
            1,
            of="(SELECT id FROM tokens_ledgerentry WHERE move = {move} AND issue_id = {soon})",
        ),
        {"I4 refunds": 1},
    ),
    (
        "I5 expired",
        entry("{soon}", "redeemed", -1, on="2026-12-01"),
        {"I5 expired": 1},
    ),
    (
        "O6 moves",
        [
            *entry("{soon}", "redeemed", -1, move=-5),
            *entry("{later}", "redeemed", -1, move=-5, kind_of="{silver}"),
        ],
        {"O6 moves": 1},
    ),
    (
        "O6 moves: of two accounts",
        [
            *entry("{soon}", "redeemed", -1, move=-5),
            *entry(
                "(SELECT id FROM tokens_tokenissue WHERE account_id <> {kestrel})",
                "redeemed",
                -1,
                move=-5,
            ),
        ],
        {"O6 moves": 1},
    ),
    (
        "O6 moves: a transfer to nobody",
        entry("{later}", "transferred", -1, move=-6),
        {"O6 moves": 1},
    ),
    (
        "O8 paid by tokens",
        ["UPDATE lms_registration SET amount = 1 WHERE id = {bought}"],
        {"O8 paid by tokens": 1},
    ),
    (
        "O8 paid by tokens: of another account",
        [
            "UPDATE lms_registration SET account_id = "
            "(SELECT id FROM crm_account WHERE id <> {kestrel} LIMIT 1) WHERE id = {bought}"
        ],
        {"O8 paid by tokens": 1},
    ),
    (
        "O8 paid by tokens: of another type",
        [
            "UPDATE lms_registration SET unit_id = "
            "(SELECT unit_id FROM tokens_tokentype WHERE id = {silver}) WHERE id = {bought}"
        ],
        {"O8 paid by tokens": 1},
    ),
    (
        "O8 paid by tokens: another one's redemption",
        [
            BEHIND,
            "UPDATE tokens_ledgerentry SET purpose_id = 0 WHERE purpose_kind = 'opportunity'",
        ],
        {"O8 paid by tokens": 1},
    ),
    (
        "O9 held places: of a deal that wasn't won",
        [BEHIND, "UPDATE crm_opportunity SET won = NULL, closed_on = NULL"],
        {"O9 held places": 2, "I11 fulfilments": 2},
    ),
    (
        "O9 held places: paid otherwise than the registration",
        ["UPDATE lms_heldplace SET amount = 2 WHERE id = {filled}"],
        {"O9 held places": 1},
    ),
    (
        "O9 held places: released without history",
        ["UPDATE lms_heldplace SET released_at = now() WHERE id = {waiting}"],
        {"O9 held places": 1},
    ),
    (
        "O9 held places: paid by somebody else's redemption",
        ["UPDATE lms_heldplace SET token_move = {move} WHERE id = {waiting}"],
        {"O9 held places": 1},
    ),
    (
        "O9 held places: made twice",
        [again("subject_id = {waiting} AND kind = 'held_place.made'")],
        {"O9 held places": 1},
    ),
    (
        "O9 held places: filled twice",
        [again("subject_id = {filled} AND kind = 'held_place.filled'")],
        {"O9 held places": 1},
    ),
    (
        "O9 held places: on a cancelled event",
        [
            "UPDATE lms_heldplace SET event_id = {event} WHERE id = {waiting}",
            "UPDATE catalog_event SET taken = taken + 1, status = 'cancelled' WHERE id = {event}",
        ],
        {"O9 held places": 1, "O3 cancelled events": 1},
    ),
    (
        "I6 taken: a held place without its seat",
        ["UPDATE lms_heldplace SET event_id = {event} WHERE id = {waiting}"],
        {"I6 taken": 1},
    ),
    (
        "O7 written off",
        [
            BEHIND,
            SET.format(what="issued_on = '2026-01-01', expires_on = '2026-11-01'", issue="{soon}"),
        ],
        {"O7 written off": 1, "I5 expired": 1},
    ),
    (
        "I11 fulfilments",
        [BEHIND, "DELETE FROM crm_fulfilment WHERE interest_id = {sold}"],
        {"I11 fulfilments": 1},
    ),
    (
        "I11 fulfilments: of what is not won",
        [BEHIND, "UPDATE crm_opportunity SET closed_on = NULL, won = NULL WHERE id = {deal}"],
        {"I11 fulfilments": 1},
    ),
    (
        "I11 taken back",
        [BEHIND, "UPDATE crm_fulfilment SET reversed = 2 WHERE interest_id = {sold}"],
        {"I11 taken back": 1},
    ),
    ("I14 given back", [PAYMENT, PART.format(amount=601)], {"I14 given back": 1}),
    (
        "I13 sums",
        [BEHIND, "UPDATE crm_invoice SET net = net + 1, gross = gross + 1 WHERE id = {invoice}"],
        {"I13 sums": 1},
    ),
    (
        "I13 digits",
        [BEHIND, "UPDATE crm_invoiceline SET unit_price = 33.333 WHERE invoice_id = {invoice}"],
        {"I13 digits": 1},
    ),
    (
        "I13 digits: of the tax",
        [BEHIND, "UPDATE crm_invoiceline SET tax = tax + 0.001 WHERE invoice_id = {invoice}"],
        {"I13 digits": 1, "I13 sums": 1},
    ),
    (
        "I13 credited: more money than there was",
        [BEHIND, "UPDATE crm_invoiceline SET net = 1000 WHERE invoice_id = {note}"],
        {"I13 credited": 1, "I13 sums": 1},
    ),
    (
        "I13 credited: more than there was",
        [BEHIND, "UPDATE crm_invoiceline SET quantity = 4 WHERE invoice_id = {note}"],
        {"I13 credited": 1},
    ),
    (
        "I13 credited: not to the cent",
        [BEHIND, "UPDATE crm_invoiceline SET quantity = 3 WHERE invoice_id = {note}"],
        {"I13 credited": 1, "O11 void": 1},
    ),
    (
        "O12 worth",
        [BEHIND, "UPDATE crm_opportunity SET worth = worth + 1 WHERE id = {deal}"],
        {"O12 worth": 1},
    ),
    (
        "O10 numbers: a gap",
        ["UPDATE crm_numberseries SET last = last + 1 WHERE kind = 'invoice'"],
        {"O10 numbers": 1},
    ),
    (
        "O10 numbers: of another year",
        [BEHIND, "UPDATE crm_invoice SET issued_on = '2025-12-31' WHERE id = {invoice}"],
        {"O10 numbers": 1},
    ),
    (
        "O11 void",
        [BEHIND, "UPDATE crm_invoice SET voided_on = issued_on WHERE id = {invoice}"],
        {"O11 void": 1},
    ),
    (
        "I9 once",
        [
            "ALTER TABLE comms_message DROP CONSTRAINT message_once",
            "UPDATE comms_message SET occurrence = '1' WHERE id = {leaves}",
        ],
        {"I9 once": 1},
    ),
    (
        "I9 in hand",
        ["UPDATE comms_message SET state = 'sending' WHERE id = {leaves}"],
        {"I9 in hand": 1},
    ),
    (
        "I9 in hand: for too long",
        [
            "UPDATE comms_message SET state = 'sending', leased_until = '2026-11-22 08:49Z' "
            "WHERE id = {leaves}"
        ],
        {"I9 in hand": 1},
    ),
    (
        "O13 sent",
        ["UPDATE comms_message SET title = '' WHERE id = {sent}"],
        {"O13 sent": 1},
    ),
    (
        "O13 sent: to no address",
        ["UPDATE comms_message SET \"to\" = '' WHERE id = {sent}"],
        {"O13 sent": 1},
    ),
    (
        "O13 sent: at no moment",
        [
            "ALTER TABLE comms_message DROP CONSTRAINT message_sent_has_time",
            "UPDATE comms_message SET sent_at = NULL WHERE id = {sent}",
        ],
        {"O13 sent": 1},
    ),
    (
        "O13 not left",
        ["UPDATE comms_message SET sent_at = now() WHERE id = {leaves}"],
        {"O13 not left": 1},
    ),
    (
        "O14 archived",
        ["UPDATE comms_trigger SET archived_at = now() WHERE id = {trigger}"],
        {"O14 archived": 2},
    ),
    (
        "O15 again: to somebody else",
        ["UPDATE comms_message SET contact_id = {bo} WHERE id = {again}"],
        {"O15 again": 1},
    ),
    (
        "O15 again: about something else",
        ["UPDATE comms_message SET subject_id = {expired} WHERE id = {again}"],
        {"O15 again": 1},
    ),
    (
        "O15 again: to another address",
        [
            "UPDATE comms_message SET contact_id = NULL WHERE id IN ({sent}, {again})",
            "UPDATE comms_message SET recipient = 'a:x@example.com' WHERE id = {again}",
        ],
        {"O15 again": 1},
    ),
    (
        "O17 certified",
        ["DELETE FROM lms_completion WHERE contact_id = {ada}"],
        {"O17 certified": 1},
    ),
    (
        "O18 quiz results",
        ["UPDATE lms_attempt SET passed = false WHERE id = {attempt}"],
        {"O18 quiz results": 1},
    ),
    (
        "O18 quiz results: passed with too little",
        ["UPDATE lms_attempt SET score = 1 WHERE id = {attempt}"],
        {"O18 quiz results": 1},
    ),
    (
        "O19 paid places",
        ["UPDATE lms_payment SET registration_id = NULL WHERE id = {payment}"],
        {"O19 paid places": 1},
    ),
    (
        "O19 paid places: of somebody else",
        ["UPDATE lms_payment SET contact_id = {bo} WHERE id = {payment}"],
        {"O19 paid places": 1},
    ),
    (
        "O16 other type",
        [
            "UPDATE comms_trigger SET pass_type_id = "
            "(SELECT id FROM passes_passtype WHERE name = 'Other') WHERE id = {trigger}"
        ],
        {"O16 other type": 1},
    ),
    (
        "O16 other type: of tokens",
        [
            "UPDATE comms_message SET subject_kind = 'token_issue', subject_id = {soon} "
            "WHERE id = {leaves}",
            "UPDATE comms_trigger SET pass_type_id = NULL, token_type_id = {silver} "
            "WHERE id = {trigger}",
        ],
        {"O16 other type": 1},
    ),
    (
        "O16 other type: another course",
        [
            "UPDATE comms_message SET subject_kind = 'registration', subject_id = {place} "
            "WHERE id = {leaves}",
            "UPDATE comms_trigger SET pass_type_id = NULL, course_id = (SELECT e.course_id "
            "FROM lms_registration r JOIN catalog_event e ON e.id = r.event_id "
            "WHERE r.id = {bought}) WHERE id = {trigger}",
        ],
        {"O16 other type": 1},
    ),
    (
        "I15",
        ["GRANT UPDATE ON journal TO lanyard_app"],
        {"I15 rights": 1},
    ),
]


def test_a_world_made_by_verbs_is_as_it_must_be(world, clock):
    assert look(clock) == {}


def test_what_breaks_a_rule_by_hand_is_found(world, clock, monkeypatch):
    """One world for all: each break is taken back before the next."""
    monkeypatch.setattr(settings, "DATABASE_ROLE", "lanyard_app")
    grants.grant("lanyard_app")
    PassTypeFactory(name="Other")
    said = []
    for name, statements, _found in BREAKS:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing waits for a table changed
                cursor.execute(statement.format(**world))
            said.append((name, look(clock)))
            transaction.set_rollback(True)
    assert said == [(name, found) for name, _statements, found in BREAKS]


def test_every_invariant_is_broken_by_a_test():
    broken = {name for _name, _statements, found in BREAKS for name in found}
    assert broken == {invariant.name for invariant in checking.every()}


def test_a_place_that_another_pass_of_the_learner_covers_is_covered(world, clock, kestrel, office):
    option = Pass.objects.get(pk=world["active"]).option
    ada = Pass.objects.get(pk=world["active"]).contact
    who = {"at": clock.at, "on": clock.on(), "by": office}
    lifecycle.issue(option=option, account=kestrel, contact=ada, **who)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lms_registration SET used_pass_id = %s WHERE id = %s",
            [world["cancelled"], world["place"]],
        )
    assert look(clock) == {}


def test_the_command_says_what_is_broken_and_exits_with_1(world, clock, capsys):
    call_command("check_invariants")
    said = capsys.readouterr().out
    assert said.startswith(
        "As it must be: I1 below zero, I1 books, I1 opened, I11 fulfilments, I11 taken back, "
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_event SET taken = 2 WHERE id = %s", [world["event"]])
    with pytest.raises(CommandError, match=r"1 of \d+ invariants are broken") as no:
        call_command("check_invariants")
    assert no.value.returncode == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first == (
        "I6 taken: 1 × Events whose number of taken places differs from their registrations and "
        f'held places. First: [{{"id": {world["event"]}, "taken": 2, "active": 1}}]'
    )


def test_the_night_looks_last_and_keeps_what_it_found(world, clock):
    assert settings.NIGHTLY[-1] == "tms.reporting.checking.nightly"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_event SET taken = 2 WHERE id = %s", [world["event"]])
    (night,) = nightly.run(clock.on(), clock.at)
    assert night.finished_at == clock.at
    assert night.done["tms.reporting.checking.nightly"] == {"broken": ["I6 taken"]}
    kept = InvariantRun.objects.get()
    assert (kept.on, kept.at) == (clock.on(), clock.at)
    assert kept.broken == {
        "I6 taken": {"count": 1, "first": [{"id": world["event"], "taken": 2, "active": 1}]}
    }


def test_a_second_look_on_a_day_takes_the_place_of_the_first(world, clock):
    look(clock)
    clock.move(hours=1)
    look(clock)
    assert InvariantRun.objects.get().at == clock.at


def test_whoever_asks_afterwards_is_told_the_true_day(world, clock):
    """Also within the same transaction, as a night's other steps may be."""
    checking.check(on=clock.on().replace(day=1), at=clock.at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lanyard.today', true)")
        assert cursor.fetchone() == ("",)


def test_only_the_first_rows_of_many_are_kept(world, clock):
    with connection.cursor() as cursor:
        cursor.execute(
            again("subject_id = {active} AND kind = 'pass.issued'".format(**world), contact="-id")
        )
        cursor.execute(
            "INSERT INTO journal (kind, subject_kind, subject_id, contact_id, before, after, "
            'source, reason, at, "on", operation) '
            "SELECT 'contact.edited', 'contact', -n, -n, '{}', '{}', 'system', '', now(), "
            "'2026-11-22', '' FROM generate_series(1, 40) n"
        )
    found = checking.check(on=clock.on(), at=clock.at).broken["I12 gone"]
    assert found["count"] == 41
    assert len(found["first"]) == 5


def test_the_application_may_look(world, clock, monkeypatch):
    monkeypatch.setattr(settings, "DATABASE_ROLE", "lanyard_app")
    grants.grant("lanyard_app")
    reading.grant()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lanyard_app")
        assert look(clock) == {}
        cursor.execute("RESET ROLE")
