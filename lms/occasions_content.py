"""Against which moments in the life of LMS content can a message be timed?"""

from django.utils.translation import gettext_lazy as _

from crm.letter_fields import LEARNER, of_learner
from tms.days import day_text
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from .models import Completion, Registration

FIELDS = (
    *LEARNER,
    Field("content.title", _("Course or learning path"), "Signalling Basics"),
    Field("content.expires_on", _("Last day of the content"), "22 November 2027"),
    Field("content.link", _("Link to the course"), "https://…/catalogue/signalling-basics/"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about content say of it. One query."""
    if kind == "completion":
        found = Completion.objects.filter(pk__in=ids).select_related("item", "contact")
        return {each.pk: _said(each.contact, each.item, None) for each in found}
    found = Registration.objects.filter(pk__in=ids).select_related(
        "event__course", "path", "contact"
    )
    return {
        each.pk: _said(
            each.contact, each.event.course if each.event else each.path, each.content_until
        )
        for each in found
    }


def _said(contact, item, until) -> dict:
    return {
        "learner": of_learner(contact),
        "content": {
            "title": item.title,
            "expires_on": day_text(until),
            "link": address_of("lms:item", item.slug),
        },
    }


TARGET = Target("content", _("LMS Content"), FIELDS, facts, adds=("course",))

OCCASIONS = [
    Occasion(
        "content.expired",
        "content",
        _("Expired"),
        "registration",
        subject="r.id",
        occurrence="'content:' || r.content_until",
        day="r.content_until",
        # A right by pass doesn't look at the content's own last day.
        source="""lms_registration r LEFT JOIN catalog_event e ON e.id = r.event_id
            WHERE r.cancelled_at IS NULL AND r.content_until IS NOT NULL
            AND r.paid_by <> 'pass'""",
        contact="r.contact_id",
        account="r.account_id",
        event="r.event_id",
        set_on="r.registered_on",
        roles=("learner", "main_contact", "owner", "addresses"),
        narrow={"course": "coalesce(e.course_id, r.path_id)"},
        ahead=True,
        ends=True,
    ),
    Occasion(
        "content.completed",
        "content",
        _("Completed"),
        "completion",
        subject="d.id",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j
            LEFT JOIN crm_contact was ON was.id = j.contact_id
            JOIN crm_contact c ON c.id = coalesce(was.merged_into_id, j.contact_id)
            JOIN lms_completion d ON d.contact_id = c.id AND d.item_id = j.subject_id
            WHERE {TOLD} AND j.kind = 'item.completed'""",
        kinds=("item.completed",),
        contact="c.id",
        account="c.account_id",
        roles=("learner", "main_contact", "owner", "addresses"),
        narrow={"course": "d.item_id"},
    ),
]
