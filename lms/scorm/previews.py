"""Where does a package run that staff only look at? In the cache, while its player is open.

No row is written: no attempt, no state, no line of a log. Each part begins as for the first time.
"""

import dataclasses
import datetime
import uuid

from django.core import signing
from django.core.cache import cache
from django.utils.translation import gettext as _

from lms.models import ContentUnit, ScormPackage, ScormState
from tms.models import User
from tms.refusals import Refusal
from tms.ui.access import allowed

from . import origin, running, standing, times

LOOK = "catalog.view_catalogue"


@dataclasses.dataclass(frozen=True)
class Preview:
    """One part opened by somebody of the staff, in one session of one browser."""

    key: str
    unit: int
    package: int
    item: str
    user: int
    session_key: str
    agent: str
    seen_at: datetime.datetime


def begin(unit: ContentUnit, *, item: str, user, session_key, agent, at) -> Preview:
    """Open a part of the newest version: `item`, or the first one. Raises Refusal."""
    package = unit.packages.first()
    parts = [each["id"] for each in package.parts] if package else []
    if not parts:
        raise Refusal(_("There is no package here yet."))
    item = item or parts[0]
    if item not in parts:
        raise Refusal(_("This package has no such part."))
    found = Preview(
        uuid.uuid4().hex, unit.pk, package.pk, item, user.pk, session_key, agent, seen_at=at
    )
    _keep(found)
    return found


def found(key: str, *, at: datetime.datetime) -> Preview | None:
    """The preview, while its player gives signs of life."""
    preview = cache.get(_place(key))
    return preview if preview and at - preview.seen_at <= running.LIVES else None


def sign_of_life(preview: Preview, *, at: datetime.datetime) -> None:
    _keep(dataclasses.replace(preview, seen_at=at))


def token_of(preview: Preview) -> str:
    return _signer().sign(preview.key)


def opened(request, token: str) -> origin.Opened | None:
    """What may be given to this request, or None: the right to look is asked each time."""
    try:
        key = _signer().unsign(token)
    except signing.BadSignature:
        return None
    preview = found(key, at=request.now)
    if preview is None or not origin.is_player(request, preview.session_key, preview.agent):
        return None
    user = User.objects.filter(pk=preview.user).first()
    if user is None or not allowed(user, LOOK):
        return None
    package = ScormPackage.objects.filter(
        pk=preview.package, unit=preview.unit, unit__archived_at=None
    ).first()
    if package is None:
        return None
    return origin.Opened(package, preview.item, token, 0, lambda: told(package, preview.item, user))


def told(package: ScormPackage, item: str, user) -> dict:
    """What the part finds in its data model, as at the first launch of a learner."""
    who = {"id": "preview", "name": str(user)[:250], "entry": "ab-initio"}
    return standing.at_launch(
        _part(package, item), package.standard, who, times.span(0, package.standard)
    )


def outcome(package: ScormPackage, item: str, *, values: dict, finished: bool, at):
    """What would become of the state: is the part complete, where does it lead?"""
    part = _part(package, item)
    values = standing.judged(values, part, package.standard, finished=finished)
    state = ScormState(item=item)
    standing.note(state, part, values, package.standard, at=at)
    request = values.get("adl.nav.request", "") if finished else ""
    return running.Outcome(
        False, state.completed_at is not None, *running.wanted(package, part, request)
    )


def _part(package: ScormPackage, item: str) -> dict:
    return next(each for each in package.parts if each["id"] == item)


def _keep(preview: Preview) -> None:
    cache.set(_place(preview.key), preview, running.LIVES.total_seconds())


def _place(key: str) -> str:
    return f"scorm-preview:{key}"


def _signer() -> signing.Signer:
    return signing.Signer(salt="lms.scorm.preview", sep="~")
