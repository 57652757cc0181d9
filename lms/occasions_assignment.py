"""Against which moments of an assignment that was handed in can a message be timed?"""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.letter_fields import LEARNER, of_learner
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from .models import Submission

FIELDS = (
    *LEARNER,
    Field("assignment.title", _("Assignment"), "Your plan"),
    Field("assignment.course", _("Course"), "Signalling Basics"),
    Field("assignment.result", _("Passed or not"), "Passed"),
    Field("assignment.score", _("Score in per cent, where one was given"), "85"),
    Field("assignment.link", _("Link to the learner's results"), "https://…/profile/results/"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about assignments say of them. One query."""
    rows = Submission.objects.filter(pk__in=ids)
    return {
        each.pk: {
            "learner": of_learner(each.contact),
            "assignment": {
                "title": each.unit.title,
                "course": each.unit.section.course.title,
                "result": _now("Passed") if each.passed else _now("Not passed"),
                "score": "" if each.score is None else str(each.score),
                "link": address_of("lms:profile_results"),
            },
        }
        for each in rows.select_related("contact", "unit__section__course")
    }


TARGET = Target("assignment", _("Assignment"), FIELDS, facts, adds=("course",))

OCCASIONS = [
    Occasion(
        "submission.marked",
        "assignment",
        _("Assignment marked"),
        "submission",
        subject="m.id",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j JOIN lms_submission m ON m.id = j.subject_id
            JOIN lms_contentunit u ON u.id = m.unit_id
            JOIN lms_section t ON t.id = u.section_id
            JOIN crm_contact c ON c.id = m.contact_id
            WHERE {TOLD} AND j.kind = 'submission.marked'""",
        kinds=("submission.marked",),
        contact="c.id",
        account="c.account_id",
        roles=("learner", "main_contact", "owner", "addresses"),
        narrow={"course": "t.course_id"},
    ),
]
