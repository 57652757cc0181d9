"""What did somebody type into an editor and not save? Kept for them alone, and offered back.

A draft is no record: it lies in the cache for two weeks, changes nothing, and nobody else reads it.
What others see is only that somebody is at it.
"""

import dataclasses
import datetime
import re

from django.core.cache import cache
from django.http import QueryDict
from django.utils.translation import gettext as _

from tms.refusals import Refusal

KEPT = 14 * 24 * 60 * 60
# For so long after they typed last somebody is said to be at it.
AT_IT = datetime.timedelta(hours=1)
LARGEST = 500_000
ABOUT = re.compile(r"[a-z]{1,20} [0-9]{1,18}( [a-z]{1,20})?")
FIELDS = re.compile(
    "title|summary|description|objectives|prerequisites|url|body"
    "|text|points|accepted|value|tolerance|rows|right|feedback(_right|_wrong)?|answer_[0-9]{1,2}"
)
# What may be ticked more than once is kept as a list.
LISTS = ("right",)


@dataclasses.dataclass(frozen=True)
class Draft:
    """`fields` by the names of the form, lists where several were ticked; `at` when kept."""

    fields: dict[str, str | list[str]]
    at: datetime.datetime


def keep(user, about: str, sent: QueryDict, *, at: datetime.datetime) -> Draft:
    """Keep the texts of an editor, which `about` names: "unit 12". Raises Refusal for too much."""
    fields = {
        name: sent.getlist(name) if name in LISTS else sent[name]
        for name in sent
        if FIELDS.fullmatch(name)
    }
    if not ABOUT.fullmatch(about) or len(str(fields)) > LARGEST:
        raise Refusal(_("This is too long to be kept as a draft. Save it."))
    draft = Draft(fields, at)
    cache.set(_mine(user, about), draft, KEPT)
    cache.set(_at(about), _others(about) | {user.pk: (str(user), at)}, KEPT)
    return draft


def read(user, about: str) -> Draft | None:
    return cache.get(_mine(user, about))


def forget(user, about: str) -> None:
    """They saved it, or don't want it any more."""
    cache.delete(_mine(user, about))
    others = _others(about)
    if others.pop(user.pk, None):
        cache.set(_at(about), others, KEPT)


def others_at(user, about: str, *, at: datetime.datetime) -> list[tuple[str, datetime.datetime]]:
    """(name, when they typed last) of everybody else who is at it."""
    found = _others(about).items()
    return [told for pk, told in sorted(found) if pk != user.pk and told[1] > at - AT_IT]


def _others(about: str) -> dict:
    return dict(cache.get(_at(about)) or {})


def _mine(user, about: str) -> str:
    return f"draft:{user.pk}:{about.replace(' ', ':')}"


def _at(about: str) -> str:
    return f"drafting:{about.replace(' ', ':')}"
