"""Which program is this, and may it come in? Keys: made, known again, revoked."""

import datetime
import hashlib
import secrets

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tms import journal
from tms.compiled import Rows
from tms.consequences import Consequence
from tms.days import day_text
from tms.models import ApiKey, KeyStatus
from tms.refusals import Refusal
from tms.text import one_line

from . import scopes as known

KEYS = Rows(lambda digest: ApiKey.objects.filter(digest=digest).select_related("owner"))
MARK = "lk_"
SHOWN = len(MARK) + 8


@transaction.atomic
def make(
    *,
    name: str,
    scopes,
    expires_on: datetime.date | None = None,
    by,
    at: datetime.datetime,
    on: datetime.date,
) -> tuple[ApiKey, str]:
    """Make a key that acts for `by`, and return it with its secret, which is kept nowhere.

    `expires_on` is the last day it works (None: until it is revoked). Raises Refusal without a
    name or a scope, for a scope beyond what `by` may do, for a day in the past.
    """
    name = one_line(name, field="name")
    if not name:
        raise Refusal(_("Say which program it is for."), field="name")
    wanted = [code for code in known.all_of() if code in set(scopes)]
    if not wanted:
        raise Refusal(_("Choose at least one thing that it may do."), field="scopes")
    known.refuse_beyond(by, scopes)
    if expires_on and expires_on < on:
        raise Refusal(_("This day is in the past. Choose today or later."), field="expires_on")
    secret = MARK + secrets.token_hex(4) + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name[:120],
        owner=by,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=wanted,
        expires_on=expires_on,
        made_at=at,
    )
    after = {"name": key.name, "prefix": key.prefix, "scopes": wanted, "expires_on": expires_on}
    journal.write("api_key.made", key.pk, at=at, on=on, by=by, after=after)
    return key, secret


@transaction.atomic
def revoke(key_id: int, *, by, at, on, reason: str = "") -> list[Consequence]:
    """End a key for good: the next call with it is refused. Returns what that takes."""
    key = ApiKey.objects.select_for_update(of=("self",)).filter(pk=key_id).first()
    if key is None:
        raise Refusal(_("This key is no longer there. Load the page again."))
    if key.revoked_at:
        raise Refusal(_("It is revoked already."))
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    journal.write(
        "api_key.revoked", key.pk, at=at, on=on, by=by, reason=reason, before={"name": key.name}
    )
    used = (
        _("It was last used on %(day)s.") % {"day": day_text(key.last_used_on)}
        if key.last_used_on
        else _("It was never used.")
    )
    sentence = _("Programs that use it are refused from now on")
    return [Consequence("closes", sentence, 1, (used,))]


def digest_of(secret: str) -> str:
    """What is kept of a secret. It has 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def whose(secret: str) -> ApiKey | None:
    """The key with this secret and its owner, whatever became of it. One statement."""
    if not secret.startswith(MARK):
        return None
    return KEYS.one(digest=digest_of(secret))


def why_not(key: ApiKey, on: datetime.date) -> str:
    """ "" when the key works on this day, otherwise why not, and what to do."""
    match key.status_on(on):
        case KeyStatus.REVOKED:
            return _("This key was revoked. Make a new one in the control panel.")
        case KeyStatus.EXPIRED:
            return _("This key expired on %(day)s. Make a new one in the control panel.") % {
                "day": day_text(key.expires_on)
            }
        case KeyStatus.ASLEEP:
            return _("The owner of this key no longer works in the back office.")
    return ""


def note_use(key: ApiKey, on: datetime.date) -> None:
    """Remember the day of its last use: one statement a day, none for the calls after it."""
    if key.last_used_on != on:
        older = Q(last_used_on=None) | Q(last_used_on__lt=on)
        ApiKey.objects.filter(older, pk=key.pk).update(last_used_on=on)
