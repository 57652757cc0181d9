"""Was this sent by us, unchanged and just now? What receivers of webhooks verify."""

import datetime
import hashlib
import hmac
import secrets

from tms import sealing

PURPOSE = "webhook"
EVENT, TIMESTAMP, SIGNATURE = "Lanyard-Event", "Lanyard-Timestamp", "Lanyard-Signature"


def new_secret() -> str:
    """A secret as its receiver gets it: 256 random bits in text."""
    return "whsec_" + secrets.token_urlsafe(32)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of "<timestamp>.<body>" by the secret, in hexadecimal."""
    return hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()


def secrets_of(endpoint, at: datetime.datetime) -> list[str]:
    """The secrets that are valid at `at`: the newest, and for a while the one before it."""
    sealed = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and at < endpoint.previous_until:
        sealed.append(endpoint.previous_secret)
    return [sealing.unseal(PURPOSE, each) for each in sealed]


def headers(secrets_: list[str], event_id: int, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one post; one signature for each valid secret, separated by a space."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Lanyard-Webhooks/1",
        EVENT: str(event_id),
        TIMESTAMP: str(timestamp),
        SIGNATURE: " ".join(f"v1={sign(secret, timestamp, body)}" for secret in secrets_),
    }
