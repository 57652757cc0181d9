"""What does a payment provider have to be able to do, and which one does this installation use?"""

import dataclasses
import datetime
from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

PAID, FAILED, EXPIRED, REFUNDED = "paid", "failed", "expired", "refunded"


class NoAnswer(Exception):
    """The provider couldn't be asked, or said no: a sentence for who reads the log."""


class Forged(Exception):
    """What came isn't from the provider, or too old to be believed."""


@dataclasses.dataclass(frozen=True)
class Order:
    """What is to be paid: exactly `amount` of the currency, until a moment.

    `number` is that of our payment, begun at `begun_at`; asked twice with the same `key`, a
    provider begins once.
    """

    number: int
    key: str
    begun_at: datetime.datetime
    title: str
    amount: Decimal
    currency: str
    email: str
    until: datetime.datetime
    back_to: str


@dataclasses.dataclass(frozen=True)
class Begun:
    """Where it is paid, and what the provider calls it."""

    reference: str
    address: str


@dataclasses.dataclass(frozen=True)
class News:
    """Something that a provider tells of a payment: `kind` is paid, failed, expired or refunded.

    `key` is its own name for the news: told twice, it is the same. `number` is our payment, where
    the provider gives it back.
    """

    key: str
    kind: str
    reference: str
    amount: Decimal | None = None
    currency: str = ""
    charge: str = ""
    number: int | None = None


class Provider(Protocol):
    """`name` stands in rows and addresses, `label` on pages. `trial`: no money moves."""

    name: str
    label: str
    trial: bool

    def start(self, order: Order) -> Begun:
        """Begin a payment. Raises NoAnswer."""
        ...

    def stop(self, reference: str) -> None:
        """It isn't to be paid any more. Raises NoAnswer."""
        ...

    def read(self, body: bytes, headers, at: datetime.datetime) -> News | None:
        """What it tells; None for what doesn't matter here. Raises Forged."""
        ...

    def ask(self, reference: str) -> News | None:
        """What became of a payment that it told nothing of; None: it can still be paid, or what
        came of it isn't known yet. Raises NoAnswer.
        """
        ...

    def refund(self, number: str, charge: str, amount: Decimal, currency: str) -> str:
        """Give it back, once for each number; the provider's name of it. Raises NoAnswer.

        `number` is that of the payment, or of a part of it.
        """
        ...


def chosen() -> Provider | None:
    """The one that new payments go to; None: no cards are taken."""
    name = settings.PAYMENT_PROVIDER
    return by_name(name) if name else None


def by_name(name: str) -> Provider | None:
    """The provider of that name, which may have older payments."""
    path = settings.PAYMENT_PROVIDERS.get(name)
    return import_string(path)() if path else None


def taken() -> bool:
    """Can anything be paid by card here?"""
    return bool(settings.PAYMENT_PROVIDER)
