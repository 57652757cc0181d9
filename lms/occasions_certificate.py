"""Against which moments of a certificate can a message be timed?"""

from django.utils.translation import gettext_lazy as _

from crm.letter_fields import LEARNER, of_learner
from tms.days import day_text
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from .models import Certificate

FIELDS = (
    *LEARNER,
    Field("certificate.title", _("Course or learning path"), "Signalling Basics"),
    Field("certificate.number", _("Number of the certificate"), "K7QM-2R4T-9XWP"),
    Field("certificate.completed_on", _("Day of completion"), "22 November 2026"),
    Field("certificate.valid_until", _("Last day of its validity"), "22 November 2028"),
    Field("certificate.link", _("Link to verify it"), "https://…/certificates/K7QM-2R4T-9XWP/"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about certificates say of them. One query."""
    rows = Certificate.objects.filter(pk__in=ids).select_related("contact")
    return {
        each.pk: {
            "learner": of_learner(each.contact),
            "certificate": {
                "title": each.title,
                "number": each.number,
                "completed_on": day_text(each.completed_on),
                "valid_until": day_text(each.valid_until),
                "link": address_of("lms:certificate", each.number),
            },
        }
        for each in rows
    }


TARGET = Target("certificate", _("Certificate"), FIELDS, facts, adds=("course",))

OCCASIONS = [
    Occasion(
        "certificate.issued",
        "certificate",
        _("Certificate granted"),
        "certificate",
        subject="p.id",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j JOIN lms_certificate p ON p.id = j.subject_id
            JOIN crm_contact c ON c.id = p.contact_id
            WHERE {TOLD} AND j.kind = 'certificate.issued'""",
        kinds=("certificate.issued",),
        contact="c.id",
        account="c.account_id",
        roles=("learner", "main_contact", "owner", "addresses"),
        narrow={"course": "p.item_id"},
    ),
]
