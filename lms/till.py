"""Where does a learner stand at the till, and what comes next?

What they chose so far is kept on the server, with their session and by item. A step is open when
those before it are answered; what was chosen is asked of the database again at every step.
"""

import dataclasses
import datetime
import decimal
from functools import cached_property

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.models import Item, ItemKind, Price, Region, UnitKind
from catalog.money import written, written_or_free
from crm.models import Account, Contact, CustomField
from passes.entitlements import Offer
from tms import operations
from tms.days import number
from tokens import spending
from tokens.models import Spending, TokenIssue

from . import billing, offering, paying
from .models import PaidBy
from .offering import Date, Offering
from .payments import provider

KEY = "till"
KEPT = 10  # items that one session remembers
LABELS = {
    "date": pgettext_lazy("of an event", "Date"),
    "questions": gettext_lazy("Questions"),
    "payment": gettext_lazy("Payment"),
    "review": gettext_lazy("Review"),
}


@dataclasses.dataclass(frozen=True)
class Way:
    """A way to pay for what was chosen. `left`: tokens they may still spend this year (None: any).

    `why_not` says why it can't be chosen though it would apply.
    """

    paid_by: PaidBy
    price: Price | None = None
    account: Account | None = None
    balance: int = 0
    left: int | None = None
    why_not: str = ""
    offer: Offer | None = None

    @property
    def key(self) -> str:
        """What a form says of it."""
        if self.paid_by == PaidBy.INVOICE and self.price:
            return f"invoice-{self.price.unit_id}"
        if self.paid_by == PaidBy.CARD and self.price:
            return f"card-{self.price.unit_id}"
        if self.account and self.price:
            return f"tokens-{self.account.pk}-{self.price.unit_id}"
        return str(self.paid_by.value)

    @property
    def amount(self) -> decimal.Decimal:
        return self.price.amount if self.price else decimal.Decimal(0)

    @property
    def words(self) -> str:
        """3 Gold, or Free."""
        return written_or_free(self.amount, self.price.unit) if self.price else ""

    @property
    def seen(self) -> str:
        """The amount as a form sends it back: 490, or 49.5"""
        return f"{self.amount.normalize():f}"

    @property
    def after(self) -> int:
        return self.balance - int(self.amount)

    @cached_property
    def bill(self) -> dict[str, str]:
        """What an invoice over it says: net, tax, the level of it, gross."""
        line, unit = billing.line_of(self.price), self.price.unit
        return {
            "net": written(line.net, unit),
            "tax": written(line.tax, unit) if line.tax else "",
            "level": str(self.price.tax_level),
            "gross": written(line.gross, unit),
        }


@dataclasses.dataclass(frozen=True)
class Stop:
    """One step, as the page draws it."""

    name: str
    label: str
    done: bool
    here: bool


class Till:
    """A learner who registers on one item, with what they chose so far (`chosen`, of a session)."""

    def __init__(
        self,
        item: Item,
        contact: Contact,
        *,
        region: Region | None,
        chosen: dict,
        on: datetime.date,
        at: datetime.datetime,
    ):
        self.item, self.contact, self.region = item, contact, region
        self.chosen, self.on, self.at = chosen, on, at

    @cached_property
    def units(self) -> frozenset[str]:
        return paying.units_of(self.contact)

    @cached_property
    def offered(self) -> Offering:
        return offering.of(
            self.item,
            contact_id=self.contact.pk,
            account_id=self.contact.account_id,
            region=self.region,
            on=self.on,
            units=lambda: self.units,
            billed=self.contact.account.pays_by_invoice or provider.taken(),
            at=self.at,
        )

    @property
    def is_path(self) -> bool:
        return self.item.kind == ItemKind.PATH

    @property
    def dates(self) -> list[Date]:
        """The dates that can be chosen, and those that are full."""
        return self.offered.to_choose

    @cached_property
    def date(self) -> Date | None:
        """The one that was chosen, if it is still to be had."""
        pk = self.chosen.get("event")
        found = next((each for each in self.dates if each.event.pk == pk and not each.full), None)
        if found:
            found.event.course = self.item
        return found

    @property
    def place(self) -> dict:
        """What the verbs of checkout take: the event, or the path."""
        return {"path": self.item} if self.is_path else {"event": self.date and self.date.event}

    @property
    def placed(self) -> bool:
        return self.is_path or self.date is not None

    @property
    def by_pass(self) -> Offer | None:
        """The pass that what was chosen is in, and that lasts until it begins."""
        if self.is_path:
            badge = self.offered.badge
            return badge.best if badge and badge.held else None
        return self.date.offer if self.date and self.date.bookable else None

    @cached_property
    def unknown(self) -> list[CustomField]:
        """What is asked at checkout, and isn't known of the learner yet."""
        fields = CustomField.objects.asked_at_checkout()
        return [each for each in fields if each.key not in self.contact.custom]

    # How it can be paid

    @cached_property
    def prices(self) -> list[Price]:
        """What the chosen place costs, in what the learner could pay."""
        if not self.placed:
            return []
        return paying.payable(self.asked, lambda: self.units)

    @cached_property
    def asked(self) -> list[Price]:
        """What it costs, in whatever anybody could pay."""
        place = {"event": None, "path": None, **self.place}
        return paying.prices_of(place["event"], place["path"], self.region, self.on)

    @cached_property
    def ways(self) -> list[Way]:
        """Every way that applies, those that are open first. Four statements at most, and two for
        each account with a limit.
        """
        if not self.placed:
            return []
        if self.by_pass:
            return [Way(PaidBy.PASS, offer=self.by_pass)]
        free = next((each for each in self.prices if not each.amount), None)
        if free:
            return [Way(PaidBy.FREE, free)]
        ways = [*self._in_tokens, *self._by_card, *self._by_invoice]
        return sorted(ways, key=lambda way: bool(way.why_not))

    @property
    def _by_card(self) -> list[Way]:
        """At the provider, if there is one; in any currency that it has a price in."""
        account = self.contact.account
        if account.archived_at or not provider.taken():
            return []
        prices = billing.in_money(self.prices, account)
        return [Way(PaidBy.CARD, each, account) for each in prices]

    @property
    def _by_invoice(self) -> list[Way]:
        """To the learner's own account, where it pays so."""
        account = self.contact.account
        if not account.pays_by_invoice or account.archived_at:
            return []
        prices = billing.in_money(self.prices, account)
        return [Way(PaidBy.INVOICE, each, account) for each in prices]

    @property
    def _in_tokens(self) -> list[Way]:
        in_tokens = [each for each in self.prices if each.unit.kind == UnitKind.TOKEN]
        if not in_tokens:
            return []
        accounts = list(spending.accounts_of(self.contact).select_related("token_spending"))
        balances = balances_of(accounts, in_tokens, self.on)
        limits = {each.pk: self._left(each) for each in accounts}
        return [
            self._by_tokens(price, account, balances, limits)
            for price in in_tokens
            for account in accounts
            if len(accounts) == 1 or (account.pk, price.unit_id) in balances
        ]

    def _by_tokens(self, price, account, balances, limits) -> Way:
        has, left = balances.get((account.pk, price.unit_id), 0), limits[account.pk]
        why_not = ""
        if has < price.amount:
            words = {
                "account": account,
                "has": written_or_free(decimal.Decimal(has), price.unit) if has else _("none"),
                "missing": number(int(price.amount) - has),
            }
            why_not = _("%(account)s has %(has)s: %(missing)s missing.") % words
        elif left is not None and left < price.amount:
            why_not = _("You may spend %(left)s more tokens of %(account)s this year.") % {
                "left": number(left),
                "account": account,
            }
        return Way(PaidBy.TOKENS, price, account, has, left, why_not)

    def _left(self, account: Account) -> int | None:
        rule = getattr(account, "token_spending", None) or Spending(account_id=account.pk)
        return spending.left_this_year(rule, self.contact.pk, self.on)

    @cached_property
    def way(self) -> Way | None:
        """The one that was chosen, if it is open; by pass nothing is to choose."""
        if self.by_pass:
            return self.ways[0]
        open_ones = [each for each in self.ways if not each.why_not]
        return next((each for each in open_ones if each.key == self.chosen.get("pay")), None)

    @property
    def why_no_way(self) -> str:
        """Why nothing can be chosen, and what to do; "" when something can."""
        if any(not each.why_not for each in self.ways):
            return ""
        ask = _("Ask for a place, and we see to it with you.")
        if self.ways:
            return _("There are not enough tokens to spend.") + " " + ask
        if any(each.unit.kind == UnitKind.TOKEN for each in self.prices):
            return (
                _("You can't spend tokens of %(account)s; whoever looks after its training can.")
                % {"account": self.contact.account}
                + " "
                + ask
            )
        if any(each.unit.kind == UnitKind.TOKEN for each in self.asked):
            has_none = _("%(account)s has no tokens of the kind that it costs.")
            return has_none % {"account": self.contact.account} + " " + ask
        return _("It can't be paid for here.") + " " + ask

    # Where they stand

    @property
    def names(self) -> list[str]:
        """The steps that there are for what was chosen so far."""
        asked = bool(self.unknown or self.chosen.get("asked")) and not self.by_pass
        wanted = {
            "date": not self.is_path,
            "questions": asked,
            "payment": not self.by_pass,
            "review": True,
        }
        return [name for name, there in wanted.items() if there]

    @property
    def missing(self) -> str:
        """The first step that isn't answered: the furthest that is open."""
        answered = {
            "date": self.placed,
            "questions": not self.unknown,
            "payment": self.way is not None,
            "review": False,
        }
        return next(name for name in self.names if not answered[name])

    def is_open(self, step: str) -> bool:
        return step in self.names and self.names.index(step) <= self.names.index(self.missing)

    def after(self, step: str) -> str:
        """The step to go to from an answered one."""
        names = self.names
        following = names[names.index(step) + 1 :] if step in names else []
        asks = [name for name in following if name != "questions" or self.unknown]
        return next((name for name in asks if self.is_open(name)), self.missing)

    def stops(self, here: str) -> list[Stop]:
        return [
            Stop(
                name,
                str(LABELS[name]),
                done=self.is_open(name) and name not in {self.missing, here},
                here=name == here,
            )
            for name in self.names
        ]

    @property
    def digest(self) -> str:
        """What the review shows, but for the amount: the verb looks at that."""
        date = self.date.event.pk if self.date else None
        return operations.digest_of([self.item.pk, date, self.way and self.way.key])


def balances_of(accounts, prices, on: datetime.date) -> dict[tuple[int, int], int]:
    """What can be spent, by account and unit, of every type that the account was ever given."""
    issues = TokenIssue.objects.filter(
        account__in=accounts, token_type__unit__in=[each.unit_id for each in prices]
    )
    ever = issues.order_by().values_list("account", "token_type__unit")
    found = dict.fromkeys(ever.distinct(), 0)
    rows = ever.in_status("active", on).annotate(Sum("remaining"))
    return found | {(account, unit): n for account, unit, n in rows}


# What a session keeps


def chosen_in(session, item: Item) -> dict:
    """What was chosen for the item so far."""
    return dict(session.get(KEY, {}).get(str(item.pk), {}))


def choose(session, item: Item, **answers) -> dict:
    """Keep these answers too, beside those for the last few items. What has all of them now."""
    kept = dict(session.get(KEY, {}))
    found = kept.pop(str(item.pk), {}) | answers
    session[KEY] = dict([*kept.items(), (str(item.pk), found)][-KEPT:])
    return found


def forget(session, item: Item) -> None:
    kept = dict(session.get(KEY, {}))
    if kept.pop(str(item.pk), None) is not None:
        session[KEY] = kept
