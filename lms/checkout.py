"""How is a place booked, and through what?

By pass: nothing to pay and nothing asked. By tokens or by invoice: with the seat, or not at all.
Free. By staff: given, or paid for by the account. Locks: accounts, the contact, the pass, events;
the rule is asked under them. Every road is walked once: who has a live registration gets that one.
"""

import datetime
import decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Event, EventStatus, Item, ItemStatus, Region, Unit
from crm.models import Account, Contact
from passes import entitlements
from passes.models import Pass
from tms.days import day_text
from tms.refusals import Refusal

from . import access, billing, opening, paying, taking, waiting
from .booked import live as _live
from .booked import lock_contact as _lock_contact
from .booked import refuse_archived as _refuse_archived
from .models import PaidBy, Registration


@transaction.atomic
def book_by_pass(
    contact: Contact,
    *,
    event: Event | None = None,
    path: Item | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Register the contact on an event or a path through the pass of theirs that lasts longest.

    A second press returns the same registration. A path registers on its LMS steps at once: all
    of them or nothing. Raises Refusal when no active pass includes it (any more), when the pass
    ends before the event begins, when the event is full, closed or over. `tell` writes to them.
    """
    _lock_people(contact)
    _refuse_archived(contact)
    if found := _live(contact, event, path):
        return found
    pass_ = _pass_for(contact, event, path, on)
    who = {"at": at, "on": on, "by": by, "operation": operation, "tell": tell}
    place = {"paid_by": PaidBy.PASS, "used_pass": pass_, "account_id": pass_.account_id}
    return _enter(contact, event, path, place, **who)


@transaction.atomic
def book_by_tokens(
    contact: Contact,
    *,
    account: Account,
    unit: Unit,
    amount: decimal.Decimal,
    region: Region,
    event: Event | None = None,
    path: Item | None = None,
    managed: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Register the contact and pay with tokens of the account: both, or nothing at all.

    `amount` is the price in `unit` that they have seen in `region`; where it costs nothing by now
    nothing is taken. A second press returns the same registration. `managed`: whoever looks after
    the account pays for them (`lms.team`). Raises PriceChanged when it costs something else, and
    Refusal when they may not spend so many, when the account hasn't as
    many (with the number missing), when the event is full, closed or over.
    """
    paying.hold(account.pk)
    _lock_contact(contact)
    _refuse_archived(contact)
    if found := _live(contact, event, path):
        return found
    price = paying.price_in(unit, paying.prices_of(event, path, region, on), amount)
    place = {"paid_by": PaidBy.FREE, "account_id": account.pk, "unit": unit, "amount": price.amount}
    if price.amount:
        paying.may_pay(account, contact, price.amount, on, managed=managed)
        place["paid_by"] = PaidBy.TOKENS
    who = {"at": at, "on": on, "by": by, "operation": operation, "tell": tell}
    return _enter(contact, event, path, place, **who)


@transaction.atomic
def book_by_invoice(
    contact: Contact,
    *,
    unit: Unit,
    amount: decimal.Decimal,
    region: Region,
    event: Event | None = None,
    path: Item | None = None,
    order_number: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Register the contact and bill their account: both, or nothing at all.

    `amount` is the net price in `unit` that they have seen in `region`. A second press returns the
    same registration and bills nothing. `order_number` is the buyer's own, and stands on the
    invoice. Raises PriceChanged when it costs something else, and
    Refusal when the account doesn't pay by invoice (any more), when the event is full or closed.
    """
    account = paying.hold(contact.account_id)
    _lock_contact(contact)
    _refuse_archived(contact)
    if found := _live(contact, event, path):
        return found
    billing.may_be_billed(account)
    price = paying.price_in(unit, paying.prices_of(event, path, region, on), amount)
    place = {"paid_by": PaidBy.FREE, "account_id": account.pk, "unit": unit, "amount": price.amount}
    if price.amount:
        place["paid_by"] = PaidBy.INVOICE
    who = {"at": at, "on": on, "by": by, "operation": operation}
    made = _enter(contact, event, path, place, tell=tell, **who)
    if price.amount:
        billing.bill(made, price, account, order_number=order_number, **who)
    return made


@transaction.atomic
def book_free(
    contact: Contact,
    *,
    region: Region,
    event: Event | None = None,
    path: Item | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Register the contact on what costs nothing in `region`.

    A second press returns the same registration. Raises PriceChanged when it costs something by
    now, and Refusal when the event is full, closed or over.
    """
    _lock_people(contact)
    _refuse_archived(contact)
    if found := _live(contact, event, path):
        return found
    free = next((p for p in paying.prices_of(event, path, region, on) if not p.amount), None)
    if free is None:
        raise paying.PriceChanged(_("It isn't free any more. Choose how to pay."), field="pay")
    place = {
        "paid_by": PaidBy.FREE,
        "account_id": contact.account_id,
        "unit": free.unit,
        "amount": free.amount,
    }
    who = {"at": at, "on": on, "by": by, "operation": operation, "tell": tell}
    return _enter(contact, event, path, place, **who)


@transaction.atomic
def choose_date(
    path_registration_id: int,
    contact: Contact,
    event: Event,
    *,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Registration:
    """Book a step of a path on a date, paid for as the path was.

    Through a pass: the one that lasts longest of those that include the path or the event.
    Raises Refusal as `book_by_pass` does.
    """
    _lock_people(contact)
    registered = (
        Registration.objects.live()
        .filter(pk=path_registration_id, contact=contact, path__steps__course=event.course_id)
        .select_related("path")
        .first()
    )
    if registered is None:
        raise Refusal(_("You are not registered on the learning path any more."))
    if found := _live(contact, event, None):
        return found
    place = {
        "paid_by": registered.paid_by,
        "used_pass": None,
        "account_id": registered.account_id,
        "path_registration": registered,
    }
    if registered.paid_by == PaidBy.PASS:
        pass_ = _pass_for(contact, event, registered.path, on)
        place.update(used_pass=pass_, account_id=pass_.account_id)
    return taking.take_place(
        contact,
        _open(event, contact, at=at, on=on),
        place,
        at=at,
        on=on,
        by=by,
        operation=operation,
    )


@transaction.atomic
def register_by_staff(
    contact: Contact,
    *,
    event: Event | None = None,
    path: Item | None = None,
    pay: paying.Given | paying.Free | paying.ByTokens | paying.ByInvoice | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Give the contact a place on an event or a path; after its deadline and its start too.

    `pay` says how it is paid for (None: given). By tokens of one of the contact's accounts, at the
    price where the contact buys, whoever may spend them otherwise. By invoice to an account of
    theirs that pays so, in its own currency if there is a price. Raises Refusal when they are
    registered already, when the event is full or not open, when it has no such price or is not
    free, and when the tokens don't suffice; then nothing has moved. `tell` writes to them.
    """
    pay = pay or paying.Given()
    if isinstance(pay, paying.ByTokens | paying.ByInvoice):
        held = paying.hold(pay.account.pk)
    _lock_people(contact)
    _refuse_archived(contact)
    if _live(contact, event, path):
        raise Refusal(
            _("%(name)s is registered already.") % {"name": contact.name}, field="contact"
        )
    place = _paid_by_staff(contact, event, path, pay, on)
    who = {"at": at, "on": on, "by": by, "operation": operation, "reason": reason, "tell": tell}
    price = place.pop("price", None)
    if path:
        made = taking.enter_path(contact, path, place, **who)
    elif event.status != EventStatus.OPEN:
        raise Refusal(_("This event is not open. Choose another one."))
    else:
        made = taking.take_place(contact, event, place, **who)
    if price:
        billing.bill(made, price, held, at=at, on=on, by=by, operation=operation)
    return made


def _paid_by_staff(contact: Contact, event, path, pay, on) -> dict:
    place = {"paid_by": pay.paid_by, "account_id": contact.account_id}
    if isinstance(pay, paying.Given):
        return place
    prices = paying.prices_of(event, path, paying.region_of(contact), on)
    if isinstance(pay, paying.Free):
        free = next((each for each in prices if not each.amount), None)
        if free is None:
            raise Refusal(
                _("It isn't free. Choose another way to pay, or give the place."), field="pay"
            )
        return place | {"unit": free.unit, "amount": free.amount}
    if pay.account.pk not in contact.account_ids():
        raise Refusal(
            _("%(name)s doesn't belong to %(account)s. Choose one of their accounts.")
            % {"name": contact.name, "account": pay.account},
            field="account",
        )
    if isinstance(pay, paying.ByInvoice):
        account = billing.may_be_billed(Account.objects.get(pk=pay.account.pk))
        price = next(iter(billing.in_money(prices, account)), None)
        if price is None:
            raise Refusal(
                _("It has no price in money. Choose another way to pay, or give the place."),
                field="pay",
            )
        bought = {"account_id": account.pk, "unit": price.unit, "amount": price.amount}
        return place | bought | {"price": price}
    price = paying.price_in(pay.unit, prices, pay.shown)
    place |= {"account_id": pay.account.pk, "unit": pay.unit, "amount": price.amount}
    if not price.amount:
        return place | {"paid_by": PaidBy.FREE}
    return place | {"issue_id": pay.issue_id}


# What stands in the way


def _open(event: Event, contact: Contact, *, at: datetime.datetime, on: datetime.date) -> Event:
    if why := opening.why_not_open(event, on):
        line = waiting.of(contact, event)
        if not taking.has_offer(line, event, at=at, on=on):
            raise Refusal(why)
    if event.course.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is no longer offered.") % {"title": event.course.title})
    return event


def _pass_for(contact: Contact, event: Event | None, path: Item | None, on) -> Pass:
    """The pass to book with, locked. Raises Refusal when there is none, and says why."""
    covering = [
        found
        for found in (
            event and entitlements.covering_pass(contact.pk, on=on, event=event),
            path and entitlements.covering_pass(contact.pk, on=on, path=path),
        )
        if found and (not event or not event.first_on or found.expires_on >= event.first_on)
    ]
    if covering:
        best = max(covering, key=lambda found: (found.expires_on, -found.pk))
        locked = (
            Pass.objects.select_for_update(of=("self",), no_key=True)
            .active_on(on)
            .filter(pk=best.pk, contact=contact)
            .first()
        )
        if locked:
            return locked
    target = {"event": event.pk} if event else {"path": path.pk}
    answer = access.answer(contact.pk, on=on, **target)
    held = answer.offer
    if path and event and not held:
        held = access.answer(contact.pk, path=path.pk, on=on).right
    if event and event.first_on and held and held.valid and held.until < event.first_on:
        raise Refusal(
            _(
                "Your %(pass_type)s ends on %(until)s, before this event begins on %(day)s. "
                "Choose an earlier date, or ask for your pass to be renewed."
            )
            % {
                "pass_type": held.pass_type,
                "until": day_text(held.until),
                "day": day_text(event.first_on),
            }
        )
    raise Refusal(
        _("%(why)s None of your passes includes it now. Load the page again to see how to get in.")
        % {"why": answer.sentence}
    )


# The beats that the verbs share


def _enter(contact, event: Event | None, path: Item | None, place: dict, **who) -> Registration:
    if path:
        return taking.enter_path(contact, path, place, **who)
    opened = _open(event, contact, at=who["at"], on=who["on"])
    return taking.take_place(contact, opened, place, **who)


def _lock_people(contact: Contact) -> None:
    """Lock the accounts it may be booked for against being taken away, then the contact."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_account WHERE id IN "
            "(SELECT account_id FROM crm_contact WHERE id = %(contact)s UNION "
            " SELECT account_id FROM passes_pass WHERE contact_id = %(contact)s) "
            "ORDER BY id FOR KEY SHARE",
            {"contact": contact.pk},
        )
    _lock_contact(contact)
