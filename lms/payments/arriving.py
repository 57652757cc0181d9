"""What is done with what a provider tells? Each piece of news once, whatever its order.

Paid means booked, billed and marked as paid, together. Where the place can't be given any more, or
another amount came, the payment is kept as paid and needs action: staff give it, or the money back.
"""

import datetime
import itertools

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import EventStatus
from catalog.money import written
from crm import invoices
from crm.models import Contact
from tms.refusals import Refusal

from .. import billing, booked, online, packs, paying, places, taking
from ..models import Outcome, PaidBy, Payment, PaymentNews
from . import provider
from .provider import News
from .starting import save, write


@transaction.atomic
def take(
    news: News, name: str, *, at: datetime.datetime, on: datetime.date, tell: bool = True
) -> Outcome:
    """Take what the provider `name` tells. What was taken before does nothing; nor does what is
    about a payment that isn't ours: it is kept for people to see. `tell` writes to the learner.

    Locks the news, the account, the contact, the payment, then the event.
    """
    told, first = PaymentNews.objects.get_or_create(
        provider=name,
        key=news.key,
        defaults={
            "kind": news.kind,
            "reference": news.reference,
            "amount": news.amount,
            "currency": news.currency,
            "outcome": Outcome.UNKNOWN,
            "at": at,
        },
    )
    if not first:
        return Outcome.KNOWN
    known = _meant(news, name)
    if known is None:
        told.why = _why_unknown(news, name)
        told.save(update_fields=["why"])
        return Outcome.UNKNOWN
    paying.hold(known.account_id)
    booked.lock_contact(known.contact)
    rows = Payment.objects.select_for_update(of=("self",))
    found = rows.select_related("unit", "contact__user", "account").get(pk=known.pk)
    when = {"at": at, "on": on, "tell": tell}
    told.payment = found
    told.outcome = {
        provider.PAID: _paid,
        provider.FAILED: _not_paid,
        provider.EXPIRED: _not_paid,
        provider.REFUNDED: _refunded,
    }[news.kind](found, news, **when)
    told.save(update_fields=["payment", "outcome"])
    return told.outcome


def _meant(news: News, name: str) -> Payment | None:
    """The payment that it is about: by the provider's name for it, or by ours in it."""
    rows = Payment.objects.filter(provider=name).select_related("contact")
    found = rows.filter(reference=news.reference).first() if news.reference else None
    if found is None and news.charge:
        found = rows.filter(charge=news.charge).first()
    if found is None and news.number is not None:
        found = rows.filter(pk=news.number, reference="").first()
    return found


def _why_unknown(news: News, name: str) -> str:
    """Why it is none of ours, for who looks into it."""
    if news.number is None:
        return _("It names no payment of this installation: another system may use the account.")
    known = Payment.objects.filter(pk=news.number).first()
    if known is None:
        return _("There is no payment #%(number)s here.") % {"number": news.number}
    if known.provider != name:
        return _("Payment #%(number)s was begun at another provider.") % {"number": news.number}
    return _("Payment #%(number)s was begun in another session of the provider.") % {
        "number": news.number
    }


def _paid(found: Payment, news: News, *, at, on, tell) -> Outcome:
    if found.paid_at:
        return Outcome.KNOWN
    held, found.holds_seat = found.holds_seat, False
    found.paid_at, found.charge = at, news.charge
    found.reference = found.reference or news.reference
    found.received, found.received_currency = news.amount, news.currency
    save(found, "paid_at", "charge", "reference", "received", "received_currency", "holds_seat")
    after = {"received": news.amount, "currency": news.currency}
    write("paid", found, after=after, at=at, on=on, by=None)
    if why := _not_as_asked(found, news):
        _stuck(found, why, held=held, at=at, on=on)
        return Outcome.MISMATCH
    if found.given_up_at:
        _stuck(found, _("It was given up before it was paid."), held=held, at=at, on=on)
        return Outcome.NEEDS_ACTION
    try:
        with transaction.atomic():
            give(found, seat=held, tell=tell, at=at, on=on, by=found.contact.user)
    except Refusal as no:
        _stuck(found, str(no), held=held, at=at, on=on)
        return Outcome.NEEDS_ACTION
    return Outcome.DONE


def _not_as_asked(found: Payment, news: News) -> str:
    """Why what came isn't what was to be paid; "" where it is."""
    if (news.amount, news.currency) == (found.gross, found.unit.code):
        return ""
    came = f"{news.amount.normalize():f} {news.currency}" if news.amount is not None else "–"
    words = {"came": came, "due": written(found.gross, found.unit)}
    return _("%(came)s was paid where %(due)s was due.") % words


def _stuck(found: Payment, why: str, *, held: bool, at, on) -> None:
    """Paid, and nothing given: it waits for staff, and keeps no seat."""
    found.trouble = why
    save(found, "trouble")
    if held:
        places.give_back([found.event_id], at=at, on=on, by=None)
    write("stuck", found, after={"why": why}, at=at, on=on, by=None)


def give(found: Payment, *, seat: bool, tell: bool = True, at, on, by, operation: str = "") -> None:
    """Give what was paid for: the place, the pass or the tokens, and its invoice, which is paid.

    The payment, its account and its contact are locked. `seat`: it has one already. Raises Refusal:
    full, called off, registered already, archived.
    """
    who = {"at": at, "on": on, "by": by, "operation": operation}
    contact = Contact.objects.get(pk=found.contact_id)
    booked.refuse_archived(contact)
    event, path, option = found.event, found.path, found.option
    if found.pack:
        found.token_issue, found.invoice = packs.give(found.pack, found.price, found.account, **who)
        _settled(found, **who)
        return
    if option:
        found.issued, found.invoice = online.give(
            contact, option, found.price, found.account, **who
        )
        _settled(found, **who)
        return
    if booked.live(contact, event, path):
        raise Refusal(_("They are registered already."))
    place = {
        "paid_by": PaidBy.CARD,
        "account_id": found.account_id,
        "unit": found.unit,
        "amount": found.net,
    }
    if event and event.status != EventStatus.OPEN:
        raise Refusal(_("This date is no longer offered."))
    if event:
        made = taking.take_place(contact, event, place, seat=not seat, tell=tell, **who)
    else:
        made = taking.enter_path(contact, path, place, tell=tell, **who)
    invoice = billing.bill(made, found.price, found.account, **who)
    found.registration, found.invoice = made, invoice
    _settled(found, **who)


def _settled(found: Payment, *, at, on, by, operation) -> None:
    """Its invoice is paid, and it was given what was paid for."""
    invoices.mark_paid(found.invoice_id, paid_on=on, at=at, on=on, by=by)
    found.settled_at, found.trouble = at, ""
    save(found, "registration", "issued", "token_issue", "invoice", "settled_at", "trouble")
    after = {
        "registration": found.registration_id,
        "pass": found.issued_id,
        "token_issue": found.token_issue_id,
        "invoice": found.invoice_id,
    }
    write("settled", found, after=after, at=at, on=on, by=by, operation=operation)


def _not_paid(found: Payment, news: News, *, at, on, **_more) -> Outcome:
    """It failed, or wasn't paid in time. What is paid stays paid, whatever comes late."""
    if found.paid_at or found.failed_at or found.given_up_at:
        return Outcome.KNOWN
    freed, found.holds_seat, found.failed_at = found.holds_seat, False, at
    save(found, "failed_at", "holds_seat")
    if freed:
        places.give_back([found.event_id], at=at, on=on, by=None)
    write("failed", found, after={"kind": news.kind}, at=at, on=on, by=None)
    return Outcome.DONE


def _refunded(found: Payment, news: News, *, at, on, **_more) -> Outcome:
    """The money went back, by us or by who pressed it at the provider."""
    if found.refunded_at:
        return Outcome.KNOWN
    if news.amount in _sums_of_parts(found):
        return Outcome.KNOWN
    if found.paid_at is None or news.amount != (found.received or found.gross):
        found.trouble = _("The provider gave back another amount.")
        save(found, "trouble")
        return Outcome.MISMATCH
    found.refund_asked_at = found.refund_asked_at or at
    found.refunded_at, found.trouble = at, ""
    save(found, "refund_asked_at", "refunded_at", "trouble")
    write("refunded", found, at=at, on=on, by=None)
    return Outcome.DONE


def _sums_of_parts(found: Payment) -> set:
    """What the provider may tell of parts that we had it give back: all of them so far."""
    amounts = found.parts.order_by("pk").values_list("amount", flat=True)
    return set(itertools.accumulate(amounts))
