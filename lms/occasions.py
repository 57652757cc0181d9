"""Against which moments in the life of a registration can a message be timed?"""

from django.utils.translation import gettext_lazy as _

from catalog.models import Session
from catalog.sessions import wall_of
from crm.letter_fields import LEARNER, of_learner
from tms.days import day_text
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from . import offering
from .models import Registration

FIELDS = (
    *LEARNER,
    Field("registration.title", _("Course or learning path"), "Signalling Basics"),
    Field("registration.code", _("Code of the event"), "SIG-12"),
    Field("registration.when", _("When it takes place"), "23–24 November 2026"),
    Field("registration.place", _("Where it takes place"), "Leeds"),
    Field(
        "registration.sessions",
        _("Its sessions, a list"),
        "23 November 2026, 09:00–17:00, Leeds\n24 November 2026, 09:00–16:00, Leeds",
        many=True,
    ),
    Field("registration.link", _("Link to the registration"), "https://…/registrations/12/"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about registrations say of them. Two queries."""
    found = Registration.objects.filter(pk__in=ids).select_related(
        "event__course", "path", "contact"
    )
    rows = list(found)
    sessions = _sessions({each.event_id for each in rows if each.event_id})
    return {
        each.pk: {
            "learner": of_learner(each.contact),
            "registration": {
                "title": each.event.course.title if each.event else each.path.title,
                "code": each.event.code if each.event else each.path.code,
                "when": str(offering.when(each.event)) if each.event else "",
                "place": each.event.place if each.event else "",
                "sessions": sessions.get(each.event_id, []),
                "link": address_of("lms:registration", each.pk),
            },
        }
        for each in rows
    }


def _sessions(event_ids) -> dict[int, list[str]]:
    """The sessions of events as a line each: day, times on the wall there, place. One query."""
    found: dict[int, list[str]] = {}
    rows = Session.objects.filter(event_id__in=event_ids).order_by("starts_at", "id")
    for each in rows:
        starts, ends = wall_of(each)
        times = f"{starts:%H:%M}–{ends:%H:%M}"
        parts = [day_text(starts.date()), times, each.place or each.link]
        found.setdefault(each.event_id, []).append(", ".join(filter(None, parts)))
    return found


TARGET = Target("registration", _("Event Registration"), FIELDS, facts, adds=("course",))

ROLES = ("learner", "main_contact", "owner", "instructors", "addresses")
PARTS = {
    "subject": "r.id",
    "contact": "r.contact_id",
    "account": "r.account_id",
    "event": "r.event_id",
    "roles": ROLES,
    "narrow": {"course": "coalesce(e.course_id, r.path_id)"},
}
# The parts of a path come and go with it: it alone is told of.
WHOLE = """NOT EXISTS (SELECT FROM lms_registration w WHERE w.id = r.path_registration_id
    AND (w.cancelled_at IS NULL) = (r.cancelled_at IS NULL))"""


def recorded(key: str, label, kind: str, only: str) -> Occasion:
    return Occasion(
        key,
        "registration",
        label,
        "registration",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j JOIN lms_registration r ON r.id = j.subject_id
            LEFT JOIN catalog_event e ON e.id = r.event_id
            WHERE {TOLD} AND j.kind = '{kind}' AND {only}""",
        kinds=(kind,),
        **PARTS,
    )


def dated(key: str, label, column: str) -> Occasion:
    return Occasion(
        key,
        "registration",
        label,
        "registration",
        occurrence=f"'{column}:' || e.{column}",
        day=f"e.{column}",
        source="""catalog_event e JOIN lms_registration r ON r.event_id = e.id
            WHERE r.cancelled_at IS NULL AND e.status <> 'cancelled'""",
        set_on="r.registered_on",
        ahead=True,
        **PARTS,
    )


OCCASIONS = [
    recorded(
        "registration.made",
        _("Registered"),
        "registration.made",
        f"r.cancelled_at IS NULL AND {WHOLE}",
    ),
    recorded("registration.cancelled", _("Cancelled"), "registration.cancelled", WHOLE),
    recorded(
        "registration.called_off",
        _("Event cancelled"),
        "registration.cancelled",
        f"j.after ? 'called_off' AND {WHOLE}",
    ),
    recorded(
        "registration.transferred",
        _("Moved to another date"),
        "registration.transferred",
        "r.cancelled_at IS NULL",
    ),
    dated("registration.starts", _("Event Starts"), "first_on"),
    dated("registration.ends", _("Event Ends"), "last_on"),
    recorded(
        "registration.completed",
        _("Completed"),
        "registration.completed",
        "r.completed_at IS NOT NULL",
    ),
]
