"""Against which moments on a waiting list can a message be timed?"""

from django.utils.translation import gettext_lazy as _

from crm.letter_fields import LEARNER, of_learner
from tms.days import moment
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from . import offering
from .models import Waiting

FIELDS = (
    *LEARNER,
    Field("waiting.title", _("Course"), "Signalling Basics"),
    Field("waiting.code", _("Code of the event"), "SIG-12"),
    Field("waiting.when", _("When it takes place"), "23–24 November 2026"),
    Field("waiting.place", _("Where it takes place"), "Leeds"),
    Field("waiting.until", _("Until when the place is on offer"), "22 November 2026, 09:00"),
    Field("waiting.link", _("Link to the course"), "https://…/catalogue/signalling-basics/"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about a place in line say of it. One query."""
    rows = Waiting.objects.filter(pk__in=ids).select_related("event__course", "contact")
    return {
        each.pk: {
            "learner": of_learner(each.contact),
            "waiting": {
                "title": each.event.course.title,
                "code": each.event.code,
                "when": str(offering.when(each.event)),
                "place": each.event.place,
                "until": moment(each.offered_until),
                "link": address_of("lms:item", each.event.course.slug),
            },
        }
        for each in rows
    }


TARGET = Target("waiting", _("Waiting list"), FIELDS, facts, adds=("course",))


def recorded(key: str, label, only: str = "true") -> Occasion:
    return Occasion(
        key,
        "waiting",
        label,
        "waiting",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j JOIN lms_waiting w ON w.id = j.subject_id
            JOIN crm_contact c ON c.id = w.contact_id
            JOIN catalog_event e ON e.id = w.event_id
            WHERE {TOLD} AND j.kind = '{key}' AND {only}""",
        kinds=(key,),
        subject="w.id",
        contact="w.contact_id",
        account="c.account_id",
        event="w.event_id",
        roles=("learner", "main_contact", "owner", "addresses"),
        narrow={"course": "e.course_id"},
    )


OCCASIONS = [
    recorded("waiting.joined", _("Joined")),
    recorded("waiting.offered", _("Place offered"), "w.outcome = ''"),
    recorded("waiting.lapsed", _("Offer ended")),
]
