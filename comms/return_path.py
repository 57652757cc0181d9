"""To which address does a message come back, and whose is one that something came back to?

Each message has one of its own, under a signature: whoever makes one up is not believed.
"""

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "comms.return_path"
OURS = re.compile(r"\+m([0-9]{1,18})-([0-9a-f]{20})@")


def of(number: int) -> str:
    """The address to which message `number` comes back; "" where `BOUNCES_TO` is not set."""
    local, at, domain = settings.BOUNCES_TO.rpartition("@")
    return f"{local}+m{number}-{_signature(number)}@{domain}" if at else ""


def whose(text: str) -> int | None:
    """The number of the message whose address is in the text; servers may have changed its case."""
    for number, signature in OURS.findall(text.lower()):
        if constant_time_compare(_signature(int(number)), signature):
            return int(number)
    return None


def _signature(number: int) -> str:
    return salted_hmac(SALT, str(number), algorithm="sha256").hexdigest()[:20]
