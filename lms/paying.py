"""What does a place cost, how is it paid for in tokens, and how do these come back?

A registration is paid in one unit. Whoever pays by tokens holds the account first (`hold`), before
the contact and the event: the order of locks is that of all of tokens.
"""

import dataclasses
import datetime
import decimal
from collections.abc import Callable

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Event, Item, Price, Region, Unit, UnitKind
from catalog.money import written
from crm.models import Account, Contact, Membership
from tms.compiled import Question
from tms.consequences import Consequence
from tms.days import day_text, number
from tms.refusals import Refusal
from tokens import beats, issuing, ledger, spending
from tokens.ledger import Purpose, Returned
from tokens.models import EntryKind, IssueSource, LedgerEntry, TokenIssue

from .models import PaidBy, Registration


@dataclasses.dataclass(frozen=True)
class Given:
    """A place that staff give: nothing is paid, whatever it costs."""

    paid_by = PaidBy.STAFF


@dataclasses.dataclass(frozen=True)
class Free:
    """A place that costs nothing."""

    paid_by = PaidBy.FREE


@dataclasses.dataclass(frozen=True)
class ByTokens:
    """A place paid for with tokens of one type of one account; of `issue_id` alone if it is given.

    `shown` is the price that whoever pays has seen: if it is another one by now, nothing is paid.
    """

    account: Account
    unit: Unit
    issue_id: int | None = None
    shown: decimal.Decimal | None = None
    paid_by = PaidBy.TOKENS


@dataclasses.dataclass(frozen=True)
class ByInvoice:
    """A place that is billed to an account of theirs, at the price in its currency."""

    account: Account
    paid_by = PaidBy.INVOICE


class PriceChanged(Refusal):
    """The price is not the one that was shown: nothing was taken."""


# What it costs


def region_of(contact: Contact) -> Region | None:
    """Where the contact buys: their account's region, or the default. One statement."""
    living = Region.objects.filter(archived_at=None).select_related("tax_level")
    found = {each.pk: each for each in living}
    default = next((each for each in found.values() if each.is_default), None)
    return found.get(contact.account.region_id) or default or next(iter(found.values()), None)


def prices_of(
    event: Event | None, path: Item | None, region: Region | None, on: datetime.date
) -> list[Price]:
    """The prices of a place: an event's own, or its course's; a path's. One statement."""
    if region is None:
        return []
    if path:
        return pricing.prices_for([path.priced_id], region=region, on=on)[path.priced_id]
    instead = {event.priced_id: event.course.priced_id}
    return pricing.prices_for([event.priced_id], region=region, on=on, instead=instead)[
        event.priced_id
    ]


def price_in(unit: Unit, prices: list[Price], shown: decimal.Decimal | None = None) -> Price:
    """The price in this unit. Raises PriceChanged where it isn't what was `shown`."""
    found = next((each for each in prices if each.unit_id == unit.pk), None)
    if found is None:
        raise PriceChanged(
            _("It has no price in %(unit)s now. Choose another way to pay.") % {"unit": unit},
            field="pay",
        )
    if shown is not None and found.amount != shown:
        raise PriceChanged(
            _(
                "The price has changed: it is %(price)s now. Nothing was taken. Look at it, then "
                "confirm again."
            )
            % {"price": written(found.amount, unit)},
            field="pay",
        )
    return found


def is_free(prices: list[Price]) -> bool:
    """Does it cost nothing in one of the units?"""
    return any(not each.amount for each in prices)


# Paying


def hold(account_id: int) -> Account:
    """The account, locked. Raises Refusal when it isn't there."""
    held = beats.lock_accounts([account_id]).get(account_id)
    if held is None:
        raise Refusal(_("This account is not there. Load the page again."), field="account")
    return held


def hold_all(account_ids) -> None:
    """Lock these accounts, in the order of their ids."""
    beats.lock_accounts(account_ids)


def may_pay(
    account: Account, contact: Contact, amount: decimal.Decimal, on, *, managed: bool = False
) -> None:
    """Raise Refusal unless so many of the account's tokens may be spent for the learner: by
    themselves, or (`managed`) by whoever looks after the account. It is held.
    """
    ask = spending.refuse_unless_managed if managed else spending.refuse_unless_allowed
    ask(account, contact, int(amount), on)


def next_number() -> int:
    """The number of a registration that is yet to be made, so that a redemption can name it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('lms_registration', 'id'))")
        return cursor.fetchone()[0]


def paid(place: dict, contact: Contact, **who) -> dict:
    """The columns of a registration on `place`; what it costs in tokens is taken here.

    `place` says paid_by and account_id, and by tokens unit, amount and perhaps issue_id; or
    token_move, where they were taken already.
    """
    if place["paid_by"] != PaidBy.TOKENS or "unit" not in place or "token_move" in place:
        return place
    pk = next_number()
    redemption = ledger.pay(
        place["unit"],
        place["amount"],
        account_id=place["account_id"],
        contact_id=contact.pk,
        issue_id=place.get("issue_id"),
        purpose=Purpose("registration", pk),
        **who,
    )
    columns = {name: value for name, value in place.items() if name != "issue_id"}
    return columns | {"pk": pk, "token_move": redemption.move}


def as_part(place: dict) -> dict:
    """The same for a part of a path, which is paid for with the path."""
    own = {"unit", "amount", "issue_id", "token_move"}
    return {name: value for name, value in place.items() if name not in own}


def told_paid(registration: Registration, on: datetime.date) -> list[Consequence]:
    """What paying by tokens took, from which issues, and what is left. Two statements."""
    if registration.token_move is None:
        return []
    taken = (
        LedgerEntry.objects.filter(move=registration.token_move, kind=EntryKind.REDEEMED)
        .select_related("issue")
        .order_by("id")
    )
    unit, account = registration.unit, registration.account
    left = balance(account.pk, unit, on)
    sentence = _("%(price)s of %(account)s: %(before)s before, %(after)s after") % {
        "price": written(registration.amount, unit),
        "account": account,
        "before": number(left + int(registration.amount)),
        "after": number(left),
    }
    lines = tuple(
        _("%(number)s from issue %(issue)s") % {"number": number(-each.quantity), "issue": said}
        for each in taken
        for said in [issue_words(each.issue)]
    )
    return [Consequence("pays", sentence, len(lines), lines)]


def issue_words(issue: TokenIssue) -> str:
    """#12, until 1 December 2026"""
    if issue.expires_on is None:
        return _("#%(number)s, without an expiry") % {"number": issue.pk}
    return _("#%(number)s, until %(day)s") % {
        "number": issue.pk,
        "day": day_text(issue.expires_on),
    }


def balance(account_id: int, unit: Unit, on: datetime.date) -> int:
    """What the account can spend of a token unit. One statement."""
    open_ones = TokenIssue.objects.filter(account=account_id, token_type__unit=unit)
    return sum(open_ones.spendable_on(on).values_list("remaining", flat=True))


def _units(contact, account):
    linked = Membership.objects.filter(contact=contact).order_by().values("account")
    issues = TokenIssue.objects.filter(Q(account=account) | Q(account__in=linked)).order_by()
    return issues.values_list("token_type__unit__code").distinct()


UNITS = Question(_units)


def units_of(contact: Contact) -> frozenset[str]:
    """The token units (codes) that they could pay in: those that an account of theirs was ever
    given any of, spent and expired ones too. One statement.
    """
    return frozenset(code for (code,) in UNITS(contact=contact.pk, account=contact.account_id))


def payable(prices, units: Callable[[], frozenset[str] | None]) -> list[Price]:
    """The prices without those in tokens that the visitor couldn't pay.

    `units` gives what they could (None: not known, all are shown); it is asked only for tokens.
    """
    prices = list(prices)
    if not any(each.unit.kind == UnitKind.TOKEN for each in prices):
        return prices
    could = units()
    return [
        each
        for each in prices
        if shows(each.unit.kind, each.unit.code, free=not each.amount, units=could)
    ]


def shows(kind: str, code: str, *, free: bool, units: frozenset[str] | None) -> bool:
    """Is a price in this unit shown to who could pay in `units`? What is free is, to everybody."""
    return units is None or free or kind != UnitKind.TOKEN or code in units


# Giving back


def hold_accounts_of(registration_ids, *, wait: bool = True) -> None:
    """Lock the accounts whose tokens paid for these, in the order of their ids.

    Without `wait`: raise Refusal when somebody else holds one of them right now.
    """
    rows = Registration.objects.filter(pk__in=registration_ids, token_move__isnull=False)
    ids = set(rows.order_by().values_list("account_id", flat=True))
    if not ids:
        return
    # Those that were merged into them, too: it was they who paid.
    ids |= set(Account.objects.filter(merged_into__in=ids).values_list("pk", flat=True))
    found = Account.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    if set(found.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)) != ids:
        raise Refusal(_("Somebody is booking on it right now. Wait a moment, then press again."))


def give_back(registrations, *, at, on, by, reason="", operation="") -> list[Returned]:
    """Give back what is left of what these cost in tokens, to the issues it came from.

    The accounts are held. What has come back already isn't asked for. A constant number of
    statements.
    """
    moves = [each.token_move for each in registrations if each.token_move is not None]
    left = ledger.left_of(moves) if moves else {}
    wanted = {move: None for move in moves if left.get(move)}
    if not wanted:
        return []
    return ledger.refund(wanted, at=at, on=on, by=by, reason=reason, operation=operation)


def told_back(returned: list[Returned]) -> list[Consequence]:
    """What comes back to which issue, and what of it is written off at once. One statement."""
    accounts = Account.objects.in_bulk({each.issue.account_id for each in returned})
    back: dict[tuple, int] = {}
    for each in returned:
        key = (each.over, each.issue.account_id, each.issue.pk)
        back[key] = back.get(key, 0) + each.quantity
    issues = {each.issue.pk: each.issue for each in returned}
    lines: dict[bool, list[str]] = {False: [], True: []}
    totals: dict[bool, dict[str, int]] = {False: {}, True: {}}
    for (over, account_id, issue_id), quantity in sorted(back.items()):
        issue = issues[issue_id]
        label = issue.token_type.unit.label
        totals[over][label] = totals[over].get(label, 0) + quantity
        words = {
            "number": number(quantity),
            "type": label,
            "account": accounts[account_id],
            "issue": issue.pk,
            "day": day_text(issue.expires_on),
        }
        if over:
            said = _("%(number)s %(type)s of %(account)s: issue #%(issue)s expired on %(day)s")
        elif issue.expires_on is None:
            said = _("%(number)s %(type)s to %(account)s, issue #%(issue)s, without an expiry")
        else:
            said = _("%(number)s %(type)s to %(account)s, issue #%(issue)s, until %(day)s")
        lines[over].append(said % words)
    sentences = {False: _("Given back: %(tokens)s"), True: _("Written off at once: %(tokens)s")}
    return [
        Consequence(
            "closes" if over else "stays",
            sentences[over]
            % {
                "tokens": ", ".join(
                    f"{number(each)} {label}" for label, each in totals[over].items()
                )
            },
            len(lines[over]),
            tuple(lines[over][:20]),
        )
        for over in (False, True)
        if lines[over]
    ]


def told_kept(registration: Registration) -> list[Consequence]:
    """That nothing comes back."""
    words = {
        "price": written(registration.amount, registration.unit),
        "account": registration.account,
    }
    return [Consequence("closes", _("Not given back to %(account)s: %(price)s") % words, 1)]


def make_good(
    registration: Registration,
    returned: list[Returned],
    *,
    expires_on: datetime.date | None,
    **who,
) -> list[Consequence]:
    """A fresh issue for what came back to issues that have expired. Its account is held.

    Only where the settings allow issues by hand. Raises Refusal for a day that is past.
    """
    lost = [each for each in returned if each.over]
    if not lost:
        return []
    token_type = lost[0].issue.token_type
    wanted = issuing.Wanted(
        registration.account,
        token_type,
        sum(each.quantity for each in lost),
        expires_on=expires_on,
        note=_("Instead of what was written off"),
    )
    (made,) = issuing.issue_many(
        [wanted],
        source=IssueSource.COURTESY,
        source_kind="registration",
        source_id=registration.pk,
        **who,
    )
    words = {"number": number(made.issued), "type": token_type, "day": day_text(made.expires_on)}
    sentence = (
        _("A fresh issue instead: %(number)s %(type)s until %(day)s")
        if made.expires_on
        else _("A fresh issue instead: %(number)s %(type)s without an expiry")
    )
    return [Consequence("stays", sentence % words, made.issued)]
