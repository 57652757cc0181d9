"""How is a payment begun, and given up? A seat is held while the learner pays, for a set time."""

import datetime
import decimal
import logging

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Event, Item, ItemStatus, Price, Region, Unit
from crm.models import Account, Contact
from passes.models import PassOption
from tms import journal
from tms.people import letters
from tms.refusals import Refusal
from tokens.models import TokenPack

from .. import billing, booked, online, opening, packs, paying, places, taking, waiting
from ..models import Payment
from . import provider
from .provider import NoAnswer, Order

log = logging.getLogger(__name__)
STARTS_AN_HOUR = 12  # of one learner


def start(
    contact: Contact,
    *,
    unit: Unit,
    amount: decimal.Decimal,
    region: Region,
    event: Event | None = None,
    path: Item | None = None,
    option: PassOption | None = None,
    pack: TokenPack | None = None,
    account: Account | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Payment:
    """Hold the place, and begin a payment of what it, or a pass of `option`, or a `pack` of tokens
    for the account, costs at the provider.

    `amount` is the net price in `unit` that they have seen in `region`. Whoever pays for the same
    place already gets that payment. The row stands before the provider is asked, so that nothing
    it tells comes too early; it is asked outside the transaction, and once however often this is
    called. Raises PriceChanged, and Refusal: full, too many at once, the provider is away.
    """
    asked = provider.chosen()
    if asked is None:
        raise Refusal(_("Nothing can be paid by card here. Choose another way to pay."))
    who = {"at": at, "on": on, "by": by, "operation": operation}
    thing = {"event": event, "path": path, "option": option, "pack": pack}
    if pack:
        thing["account"] = account
    made = _begin(contact, asked.name, thing, _priced(thing, unit, amount, region, on), **who)
    if made.address:
        return made
    order = Order(
        number=made.pk,
        key=f"payment-{made.pk}-{int(made.started_at.timestamp())}",
        begun_at=made.started_at,
        title=made.title,
        amount=made.gross,
        currency=made.unit.code,
        email=contact.email or "",
        until=made.holds_until,
        back_to=letters.address_of("lms:payment", made.pk),
    )
    try:
        begun = asked.start(order)
    except NoAnswer as trouble:
        log.warning("Payment %s can't be begun: %s", made.pk, trouble)
        end(made.pk, "failed_at", "payment.failed", at=at, on=on, by=None)
        raise Refusal(
            _("Card payments can't be reached right now. Nothing was taken; try again later.")
        ) from trouble
    rows = Payment.objects.filter(pk=made.pk)
    rows.update(reference=begun.reference, address=begun.address)
    made.reference, made.address = begun.reference, begun.address
    return made


def _priced(thing: dict, unit: Unit, amount, region: Region, on) -> Price:
    """Its price, if it is the one that was seen."""
    if thing["pack"]:
        prices = packs.prices_of(thing["pack"], region, on)
    elif thing["option"]:
        prices = online.prices_of(thing["option"], region, on)
    else:
        prices = paying.prices_of(thing["event"], thing["path"], region, on)
    return paying.price_in(unit, prices, amount)


@transaction.atomic
def _begin(contact, name, thing: dict, price: Price, *, at, on, by, operation) -> Payment:
    booked.lock_contact(contact)
    booked.refuse_archived(contact)
    event, path, option, pack = (thing[name] for name in ("event", "path", "option", "pack"))
    if (event or path) and booked.live(contact, event, path):
        raise Refusal(_("You are registered already. Nothing was taken."))
    sums = billing.line_of(price)
    mine = Payment.objects.running(at).filter(contact=contact)
    if same := mine.filter(**thing, provider=name).select_related("unit").first():
        if (same.unit_id, same.net, same.tax) == (price.unit_id, sums.net, sums.tax):
            return same
        _end(same, "given_up_at", "payment.given_up", at=at, on=on, by=by)
    _refuse_too_many(contact, at)
    until = at + datetime.timedelta(minutes=settings.PAYMENT_HOLD_MINUTES)
    offered = False
    if pack:
        packs.refuse_unless_sold(pack)
        packs.may_buy(contact, thing["account"])
        title = packs.words(pack)
    elif option:
        online.refuse_unless_sold(option)
        title = f"{option.pass_type.name}, {option.name}"
    elif event:
        line = waiting.of(contact, event)
        # A place on offer keeps its seat itself, for as long as it can be paid at least.
        offered = line is not None and taking.has_offer(line, event, at=at, on=on)
        if why := opening.why_not_open(event, on, offered=offered):
            raise Refusal(why)
        if line and offered:
            waiting.keep_until(line, until)
        elif not places.take(event, at=at):
            raise Refusal(_("This date is full. Choose another one, or join the waiting list."))
        title = event.course.title
    else:
        if path.status != ItemStatus.PUBLISHED:
            raise Refusal(_("%(title)s is no longer offered.") % {"title": path.title})
        title = path.title
    made = Payment.objects.create(
        contact=contact,
        **{"account_id": contact.account_id} | thing,
        title=title,
        unit=price.unit,
        net=sums.net,
        tax=sums.tax,
        tax_name=price.tax_level.name,
        tax_percent=price.tax_level.percent,
        provider=name,
        holds_seat=event is not None and not offered,
        holds_until=until,
        started_at=at,
        started_on=on,
    )
    after = {
        "event": made.event_id,
        "path": made.path_id,
        "option": made.option_id,
        "pack": made.pack_id,
        "gross": f"{made.gross.normalize():f}",
        "unit": price.unit_id,
        "provider": name,
    }
    write("started", made, after=after, at=at, on=on, by=by, operation=operation)
    return made


def _refuse_too_many(contact: Contact, at: datetime.datetime) -> None:
    """Nobody holds every seat, nor begins payments without end."""
    mine = Payment.objects.filter(contact=contact)
    if mine.running(at).count() >= settings.PAYMENT_HOLDS:
        raise Refusal(
            _(
                "You have begun to pay for %(count)s places. Pay for one of them or give it up, "
                "then come back."
            )
            % {"count": settings.PAYMENT_HOLDS}
        )
    an_hour_ago = at - datetime.timedelta(hours=1)
    if mine.filter(started_at__gt=an_hour_ago).count() >= STARTS_AN_HOUR:
        raise Refusal(_("You have begun to pay very often. Try again in an hour."))


def give_up(payment_id: int, contact: Contact, *, at, on, by) -> Payment:
    """The learner doesn't pay after all: the seat is free at once. Paid meanwhile: Refusal.

    The provider is told, so that it can't be paid any more; if it can't be reached, what comes is
    seen to by staff.
    """
    found = Payment.objects.filter(pk=payment_id, contact=contact).first()
    if found is None:
        raise Refusal(_("This payment is not yours."))
    end(found.pk, "given_up_at", "payment.given_up", at=at, on=on, by=by)
    asked = provider.by_name(found.provider)
    if asked and found.reference:
        try:
            asked.stop(found.reference)
        except NoAnswer as trouble:
            log.warning("Payment %s can't be stopped: %s", found.pk, trouble)
    found.refresh_from_db()
    return found


@transaction.atomic
def end(payment_id: int, column: str, kind: str, *, at, on, by) -> bool:
    """It isn't paid: write down since when, and free its seat. False where it ended before.

    Raises Refusal where it is paid.
    """
    found = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
    if found.paid_at:
        raise Refusal(_("It is paid already."))
    if found.failed_at or found.given_up_at:
        return False
    _end(found, column, kind, at=at, on=on, by=by)
    return True


def _end(found: Payment, column: str, kind: str, *, at, on, by) -> None:
    freed, found.holds_seat = found.holds_seat, False
    setattr(found, column, at)
    save(found, column, "holds_seat")
    if freed:
        places.give_back([found.event_id], at=at, on=on, by=by)
    write(kind.partition(".")[2], found, at=at, on=on, by=by)


def save(found: Payment, *names: str) -> None:
    """Write these columns, and the next version."""
    found.version += 1
    found.save(update_fields=[*names, "version"])


def write(kind: str, found: Payment, **particulars) -> None:
    journal.write(
        f"payment.{kind}",
        found.pk,
        account_id=found.account_id,
        contact_id=found.contact_id,
        **particulars,
    )
