"""How is paying tried without any money? The provider is a page of this installation."""

import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy

from .provider import Begun, Forged, News, Order


class Trial:
    """Pays nothing and asks nobody: the learner presses what a bank would say."""

    name = "trial"
    label = gettext_lazy("Trial")
    trial = True

    def start(self, order: Order) -> Begun:
        address = reverse("lms:trial_payment", args=[order.number])
        return Begun(reference=f"trial-{order.number}", address=address)

    def stop(self, reference: str) -> None:
        return

    def ask(self, reference: str) -> News | None:
        """Its page tells at once: there is nothing more to know."""
        return None

    def read(self, body: bytes, headers, at: datetime.datetime) -> News | None:
        """Nobody outside tells of trials: they are told by the page."""
        raise Forged

    def refund(self, number: str, charge: str, amount: Decimal, currency: str) -> str:
        return f"trial-refund-{number}"

    def told(self, payment, kind: str) -> News:
        """What a provider would tell of the button that was pressed."""
        return News(
            key=f"{payment.reference}-{kind}",
            kind=kind,
            reference=payment.reference,
            amount=payment.gross,
            currency=payment.unit.code,
            charge=payment.reference,
            number=payment.pk,
        )
