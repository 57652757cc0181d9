"""What does it mean for learners? Told by name, with what they had reached.

Asked after the change was made, in its transaction: what is said is what the access rule answers.
"""

import dataclasses
import datetime

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from tms.consequences import Consequence, Fact
from tms.days import day_text

from .access import Answer, answers_of_many
from .models import Registration
from .progress import percents

FIRST = 20


@dataclasses.dataclass(frozen=True)
class Touched:
    """A registration that was touched, its learner and training by name, and what holds now."""

    id: int
    contact_id: int
    name: str
    item_id: int
    title: str
    first_on: datetime.date | None
    begun: bool
    answer: Answer
    percent: int

    @property
    def line(self) -> str:
        """Coaching for Managers, 7 December 2026: Ada Lindqvist, 40 % done"""
        what = f"{self.title}, {day_text(self.first_on)}" if self.first_on else self.title
        words = {"training": what, "name": self.name, "percent": self.percent}
        if self.percent:
            return _("%(training)s: %(name)s, %(percent)s %% done") % words
        return _("%(training)s: %(name)s") % words

    @property
    def line_open(self) -> str:
        """... and through what it stays open."""
        return f"{self.line}; {self.answer.ground}"


def touched(registration_ids, on: datetime.date) -> list[Touched]:
    """Who and what they are, sorted by name. Three statements."""
    rows = (
        Registration.objects.filter(pk__in=registration_ids)
        .annotate(
            item=Coalesce("path_id", "event__course_id"),
            title=Coalesce("path__title", "event__course__title"),
        )
        .order_by("contact__name_key", "contact_id", "title", "id")
        .values_list(
            "id",
            "contact_id",
            "contact__first_name",
            "contact__last_name",
            "contact__email",
            "item",
            "title",
            "event__first_on",
        )
    )
    found = list(rows)
    pairs = [(row[1], row[5]) for row in found]
    now, done = answers_of_many(pairs, on), percents(pairs)
    return [
        Touched(
            id=pk,
            contact_id=contact_id,
            name=f"{first} {last}".strip() or email,
            item_id=item_id,
            title=title,
            first_on=first_on,
            begun=bool(first_on and first_on <= on),
            answer=now[contact_id, item_id],
            percent=done[contact_id, item_id],
        )
        for pk, contact_id, first, last, email, item_id, title, first_on in found
    ]


def group(tone: str, sentence: str, lines) -> list[Consequence]:
    """One consequence with the first of `lines`, or none without any."""
    lines = list(lines)
    if not lines:
        return []
    return [Consequence(tone, sentence, len(lines), tuple(lines[:FIRST]))]


def places_cancelled(registration_ids, on: datetime.date) -> list[Consequence]:
    """What cancelled registrations meant."""
    all_of_them = touched(registration_ids, on)
    return group(
        "closes",
        _("Cancelled; progress is kept"),
        (each.line for each in all_of_them if not each.answer.open),
    ) + group(
        "stays",
        _("Cancelled, but the training stays open"),
        (each.line_open for each in all_of_them if each.answer.open),
    )


def places_completed(registration_ids, on: datetime.date) -> list[Consequence]:
    """What of an event that is called off was completed before."""
    return group(
        "stays",
        _("Completed: the place stays with its results, and nothing comes back"),
        (each.line for each in touched(registration_ids, on)),
    )


def passes_ended(fact: Fact, made, released: set[int]) -> list[Consequence]:
    """What passes that were lost or shortened meant.

    `made` are the registrations made through them, `released` those of them whose place went.
    """
    also = set(_leaning(fact)) - set(made)
    all_of_them = touched([*made, *also], fact.on)
    freed = [each for each in all_of_them if each.id in released]
    kept = [each for each in all_of_them if each.id not in released]
    return (
        group("closes", _("Places on events that are released"), (each.line for each in freed))
        + group(
            "closes",
            _("Training that closes; progress is kept"),
            (each.line for each in kept if not each.answer.open and not each.begun),
        )
        + group(
            "closes",
            _("Events that have begun: finished as booked, their content closes"),
            (each.line for each in kept if not each.answer.open and each.begun),
        )
        + group(
            "stays",
            _("Stays open"),
            (each.line_open for each in kept if each.answer.open),
        )
    )


# Live registrations that weren't made through the pass, but that its type carried for its holder.
LEANING = """
SELECT DISTINCT r.id
FROM unnest(%(passes)s::bigint[], %(holders)s::bigint[]) AS h (pass_id, contact_id)
JOIN passes_pass p ON p.id = h.pass_id AND p.starts_on <= %(on)s AND p.expires_on >= %(on)s
JOIN passes_inclusion i ON i.pass_type_id = p.pass_type_id
JOIN lms_registration r ON r.contact_id = h.contact_id AND r.cancelled_at IS NULL
LEFT JOIN lms_registration up ON up.id = r.path_registration_id AND up.cancelled_at IS NULL
LEFT JOIN catalog_event e ON e.id = r.event_id
WHERE (r.used_pass_id IS NULL OR r.used_pass_id <> ALL(%(passes)s))
  AND (i.event_id = e.id OR i.item_id = r.path_id OR i.item_id = up.path_id
       OR i.item_id = e.course_id AND (i.event_types = '{}' OR e.type = ANY(i.event_types)))
"""


def _leaning(fact: Fact) -> list[int]:
    """Registrations of the former holders that have no right left but for these passes."""
    holders = fact.data.get("holders", {})
    if not holders:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            LEANING,
            {"passes": list(holders), "holders": list(holders.values()), "on": fact.on},
        )
        leaning = [row[0] for row in cursor]
    return [each.id for each in touched(leaning, fact.on) if not each.answer.open]


def training_closed(fact: Fact) -> list[Consequence]:
    """What it means that `fact.data` (items, events) left the pass types `fact.subjects`.

    With `event_types` in it, only these types of events of the courses left. Nothing is released:
    who registered through a pass keeps it until that pass ends.
    """
    items, events = fact.data.get("items", []), fact.data.get("events", [])
    held = Q(contact__passes__pass_type__in=fact.subjects) & Q(
        contact__passes__cancelled_at=None,
        contact__passes__starts_on__lte=fact.on,
        contact__passes__expires_on__gte=fact.on,
    )
    about = Q(event__in=events) | Q(event__course__in=items)
    if narrowed := fact.data.get("event_types"):
        about &= Q(event__type__in=narrowed)
    else:
        about |= Q(path__in=items) | Q(path_registration__path__in=items)
    ids = Registration.objects.live().filter(held, about).values_list("pk", flat=True).distinct()
    through = set(
        Registration.objects.live()
        .filter(about, used_pass__pass_type__in=fact.subjects, used_pass__contact=F("contact"))
        .values_list("pk", flat=True)
    )
    all_of_them = touched(set(ids) | through, fact.on)
    return group(
        "closes",
        _("Training that closes; progress is kept"),
        (each.line for each in all_of_them if not each.answer.open),
    ) + group(
        "stays",
        _("Registered through a pass, and open until that pass ends"),
        (each.line for each in all_of_them if each.answer.open and each.id in through),
    )


def step_removed(fact: Fact) -> list[Consequence]:
    """What it means for who is on the paths `fact.subjects` that a course left them."""
    course = fact.data["course_id"]
    learners = dict(
        Registration.objects.live()
        .filter(path__in=fact.subjects)
        .order_by("contact__name_key")
        .values_list("contact", Concat("contact__first_name", Value(" "), "contact__last_name"))
    )
    now = answers_of_many([(contact, course) for contact in learners], fact.on)
    open_to = {contact for (contact, _course), answer in now.items() if answer.open}
    return group(
        "closes",
        _("Learners for whom the course closes; progress is kept"),
        (name.strip() for contact, name in learners.items() if contact not in open_to),
    ) + group(
        "stays",
        _("Learners who keep it"),
        (name.strip() for contact, name in learners.items() if contact in open_to),
    )


def archived(fact: Fact) -> list[Consequence]:
    """Who is registered on courses or paths that are archived: they keep them."""
    ids = (
        Registration.objects.live()
        .filter(Q(event__course__in=fact.subjects) | Q(path__in=fact.subjects))
        .values_list("pk", flat=True)
    )
    return group(
        "stays",
        _("Stays open to who is registered"),
        (each.line for each in touched(ids, fact.on) if each.answer.open),
    )
