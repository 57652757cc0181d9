"""What would open it? For an answer that is no, the ways to a yes: for learners, staff, programs.

The rule itself is `lms.access`; here is what it lacks, from the same rights and from the passes
that include the item.
"""

import dataclasses
import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Item, ItemStatus
from passes import entitlements
from tms.days import day_text

from . import badges
from .access import Answer, State

FEW = 3  # passes that a learner is told of on one line of a list


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to a yes.

    `wait`: a pass of theirs that starts on `day`. `book`: the pass they hold, until `day`. `pass`:
    one of this type, of which their account has `unassigned` to give. `register`: a place.
    """

    kind: str
    name: str
    pass_type: int | None = None
    slug: str = ""
    unassigned: int = 0
    day: datetime.date | None = None


@dataclasses.dataclass(frozen=True)
class Told:
    """A way in words, and where it is gone ("" where there is nothing to press)."""

    sentence: str
    url: str = ""


def of(answer: Answer, item: Item, badge: entitlements.Badge | None) -> list[Way]:
    """The ways, the nearest first; none while it is open. `badge`: of `passes.entitlements`."""
    if answer.open:
        return []
    coming = {right.starts_on: right for right in answer.rights if right.state is State.NOT_STARTED}
    found = [
        Way("wait", right.pass_type, slug=right.slug, day=day)
        for day, right in sorted(coming.items())
    ]
    for offer in badge.offers if badge else ():
        kind = "book" if offer.held else "pass"
        found.append(
            Way(kind, offer.name, offer.pass_type_id, offer.slug, offer.unassigned, offer.until)
        )
    return [*found, Way("register", item.title)]


def of_items(answers: dict[int, Answer], items, contact, on) -> dict[int, list[Way]]:
    """The ways to each item that is closed. One statement; none where all are open."""
    shut = [item for item in items if not answers[item.pk].open]
    found = entitlements.badges(
        [item.pk for item in shut], contact.pk, on, account_id=contact.account_id
    )
    return {item.pk: of(answers[item.pk], item, found.get(item.pk)) for item in shut}


def to_learner(ways: list[Way], item: Item, contact, *, few: int = FEW) -> list[Told]:
    """In words for the learner, with where to go. At most `few` passes are named."""
    page, passes, told = reverse("lms:item", args=[item.slug]), 0, []
    for way in ways:
        words = {"pass_type": way.name, "day": day_text(way.day)}
        match way.kind:
            case "wait":
                told.append(Told(_("On %(day)s, when your %(pass_type)s starts.") % words))
            case "book":
                sentence = _("Press Access Now: your %(pass_type)s includes it until %(day)s.")
                told.append(Told(sentence % words, page))
            case "pass" if way.unassigned:
                main = contact.account.main_contact
                whom = main.name if main and main.pk != contact.pk else ""
                told.append(Told(badges.to_give(way, whom), _type(way)))
            case "pass" if passes < few:
                passes += 1
                told.append(Told(_("With a %(pass_type)s.") % words, _type(way)))
            case "register" if item.status == ItemStatus.PUBLISHED:
                told.append(Told(_("Register, or ask for a place."), page))
    return told


def to_staff(ways: list[Way]) -> list[str]:
    """In words for staff: what they, or the learner, can do."""
    told = []
    for way in ways:
        words = {"pass_type": way.name, "day": day_text(way.day), "count": way.unassigned}
        match way.kind:
            case "wait":
                told.append(_("Wait until %(day)s, when their %(pass_type)s starts.") % words)
            case "book":
                sentence = _(
                    "Register the contact by the %(pass_type)s they hold until %(day)s, or let "
                    "them press Access Now."
                )
                told.append(sentence % words)
            case "pass" if way.unassigned:
                sentence = ngettext(
                    "Assign the %(pass_type)s that their account has to give.",
                    "Assign one of the %(count)s %(pass_type)s that their account has to give.",
                    way.unassigned,
                )
                told.append(sentence % words)
            case "pass":
                told.append(_("Give a %(pass_type)s, which includes it.") % words)
            case "register":
                told.append(_("Register the contact on it, or on a learning path that holds it."))
    return told


def _type(way: Way) -> str:
    return reverse("lms:pass_type", args=[way.slug])
