"""How is money taken by Stripe? By its Checkout page, and by what it tells afterwards, signed."""

import datetime
import hashlib
import hmac
import http.client
import json
import ssl
import urllib.parse
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy

from .provider import EXPIRED, FAILED, PAID, REFUNDED, Begun, Forged, News, NoAnswer, Order

VERSION = "2024-06-20"  # of its API: what is asked and told stays as it was then
PATIENCE = 12.0  # seconds
LONGEST = 512 * 1024  # bytes of an answer
TOLERANCE = datetime.timedelta(minutes=5)  # how old, or how far ahead, a signature may be
SHORTEST = datetime.timedelta(minutes=31)  # it refuses sessions of less than half an hour
# How many digits it counts after the point, where they aren't two.
NO_DIGITS = {
    *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF"),
    *("VND", "VUV", "XAF", "XOF", "XPF"),
}
THREE_DIGITS = {"BHD", "JOD", "KWD", "OMR", "TND"}
SESSION = {
    "checkout.session.completed": PAID,
    "checkout.session.async_payment_succeeded": PAID,
    "checkout.session.async_payment_failed": FAILED,
    "checkout.session.expired": EXPIRED,
}


class Stripe:
    """Stripe Checkout, over HTTP. Keys come from the environment alone."""

    name = "stripe"
    label = gettext_lazy("Stripe")
    trial = False

    def start(self, order: Order) -> Begun:
        line = "line_items[0]"
        told = self.post(
            "/v1/checkout/sessions",
            {
                "mode": "payment",
                "client_reference_id": order.number,
                f"{line}[quantity]": 1,
                f"{line}[price_data][currency]": order.currency.lower(),
                f"{line}[price_data][unit_amount]": in_parts(order.amount, order.currency),
                f"{line}[price_data][product_data][name]": order.title[:250],
                "payment_intent_data[metadata][payment]": order.number,
                "expires_at": int(max(order.until, order.begun_at + SHORTEST).timestamp()),
                "success_url": order.back_to,
                "cancel_url": f"{order.back_to}?left",
                **({"customer_email": order.email} if order.email else {}),
            },
            key=order.key,
        )
        try:
            return Begun(reference=str(told["id"]), address=str(told["url"]))
        except KeyError as missing:
            raise NoAnswer(f"Stripe's answer has no {missing}.") from missing

    def stop(self, reference: str) -> None:
        self.post(f"/v1/checkout/sessions/{urllib.parse.quote(reference, safe='')}/expire", {})

    def ask(self, reference: str) -> News | None:
        told = self.call("GET", f"/v1/checkout/sessions/{urllib.parse.quote(reference, safe='')}")
        try:
            kind = {"complete": PAID, "expired": EXPIRED}.get(str(told["status"]))
            if kind is None or (kind == PAID and told["payment_status"] != "paid"):
                return None
            return news_of(told, kind, key=f"asked-{reference}-{kind}")
        except (ValueError, KeyError, TypeError) as error:
            raise NoAnswer("Stripe's answer can't be read.") from error

    def refund(self, number: str, charge: str, amount: Decimal, currency: str) -> str:
        told = self.post(
            "/v1/refunds",
            {"payment_intent": charge, "amount": in_parts(amount, currency)},
            key=f"refund-{number}-{charge}",
        )
        if told.get("status") in {"failed", "canceled"}:
            raise NoAnswer(str(told.get("failure_reason") or "Stripe couldn't give it back."))
        return str(told.get("id", ""))

    # What it tells

    def read(self, body: bytes, headers, at: datetime.datetime) -> News | None:
        refuse_forged(body, headers.get("Stripe-Signature", ""), at)
        try:
            told = json.loads(body)
            key, kind, about = str(told["id"]), str(told["type"]), told["data"]["object"]
            if kind == "charge.refunded":
                return News(
                    key=key,
                    kind=REFUNDED,
                    reference="",
                    charge=str(about["payment_intent"]),
                    **money(about["amount_refunded"], about["currency"]),
                )
            if kind not in SESSION:
                return None
            if kind == "checkout.session.completed" and about["payment_status"] != "paid":
                # It is paid by a way that takes days; whether it came is told then.
                return None
            return news_of(about, SESSION[kind], key=key)
        except (ValueError, KeyError, TypeError) as error:
            raise Forged from error

    # The wire

    def post(self, target: str, fields: dict, *, key: str = "") -> dict:
        """Ask for something; with `key`, once however often. Raises NoAnswer."""
        return self.call("POST", target, fields, key=key)

    def call(self, method: str, target: str, fields: dict | None = None, *, key="") -> dict:
        place = urllib.parse.urlsplit(settings.STRIPE_API)
        headers = {
            "Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Stripe-Version": VERSION,
            **({"Idempotency-Key": key} if key else {}),
        }
        if place.scheme == "https":
            line = http.client.HTTPSConnection(
                place.netloc, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            line = http.client.HTTPConnection(place.netloc, timeout=PATIENCE)
        try:
            body = urllib.parse.urlencode(fields) if fields is not None else None
            line.request(method, target, body, headers)
            answer = line.getresponse()
            told = json.loads(answer.read(LONGEST))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"Stripe can't be reached: {type(error).__name__}.") from error
        finally:
            line.close()
        if not isinstance(told, dict):
            raise NoAnswer("Stripe's answer can't be read.")
        if answer.status != 200:
            said = told.get("error") or {}
            raise NoAnswer(str(said.get("message") or f"Stripe answered {answer.status}.")[:300])
        return told


def news_of(session: dict, kind: str, *, key: str) -> News:
    """What a session of its Checkout says. Raises KeyError, TypeError, ValueError."""
    number = str(session.get("client_reference_id") or "")
    return News(
        key=key,
        kind=kind,
        reference=str(session["id"]),
        charge=str(session.get("payment_intent") or ""),
        number=int(number) if number.isascii() and number.isdecimal() else None,
        **money(session["amount_total"], session["currency"]),
    )


def refuse_forged(body: bytes, header: str, at: datetime.datetime) -> None:
    """Raise Forged unless the body was signed with a secret of ours, just now."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    when = next((value for name, value in parts if name.strip() == "t"), "")
    if not (when.isascii() and when.isdecimal() and len(when) < 12):
        raise Forged
    if abs(at.timestamp() - int(when)) > TOLERANCE.total_seconds():
        raise Forged
    signed = f"{when}.".encode() + body
    given = [value.strip().encode() for name, value in parts if name.strip() == "v1"]
    fits = False
    for secret in settings.STRIPE_WEBHOOK_SECRET.replace(",", " ").split():
        ours = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        for each in given:
            fits |= hmac.compare_digest(ours, each)
    if not fits:
        raise Forged


def digits(currency: str) -> int:
    if currency in NO_DIGITS:
        return 0
    return 3 if currency in THREE_DIGITS else 2


def in_parts(amount: Decimal, currency: str) -> int:
    """588.60 EUR: 58860. Raises NoAnswer for what it can't take exactly."""
    parts = amount.scaleb(digits(currency))
    if parts != int(parts) or (currency in THREE_DIGITS and parts % 10):
        raise NoAnswer(f"Stripe can't take {amount.normalize():f} {currency} exactly.")
    return int(parts)


def money(parts: int, currency: str) -> dict:
    code = currency.upper()
    return {"amount": Decimal(int(parts)).scaleb(-digits(code)), "currency": code}
