"""Against which moments in the life of a pass can a message be timed?"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.letter_fields import LEARNER, said_of
from tms.days import day_text
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from .models import Pass

FIELDS = (
    *LEARNER,
    Field("pass.type", _("Pass type"), "Annual Unlimited"),
    Field("pass.option", _("Option"), "12 months"),
    Field("pass.number", _("Number of the pass"), "4711"),
    Field("pass.starts_on", _("Start date"), "23 November 2026"),
    Field("pass.expires_on", _("Expiry date"), "22 November 2027"),
    Field(
        "pass.catalogue",
        _("Link to what the pass opens"),
        "https://…/catalogue/?training_pass=annual",
    ),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about passes say of them. One query."""
    values = Pass.objects.filter(pk__in=ids).values_list(
        "pk",
        "pass_type__name",
        "pass_type__slug",
        "option__name",
        "starts_on",
        "expires_on",
        "contact__first_name",
        "contact__last_name",
        "contact__email",
    )
    return {
        pk: {
            "learner": said_of(*learner),
            "pass": {
                "type": type_name,
                "option": option,
                "number": str(pk),
                "starts_on": day_text(starts_on),
                "expires_on": day_text(expires_on),
                "catalogue": f"{address_of('lms:catalogue')}?training_pass={slug}",
            },
        }
        for pk, type_name, slug, option, starts_on, expires_on, *learner in values
    }


def page(kind: str, pk: int) -> str:
    return reverse("passes:detail", args=[pk])


TARGET = Target("pass", _("Training Pass"), FIELDS, facts, adds=("pass_type", "options"), page=page)

# The holder whom the fact was about; whoever was merged into another is that one now.
HOLDER = "p.contact_id = coalesce(was.merged_into_id, j.contact_id)"
RECORDED = f"""journal j
JOIN passes_pass p ON p.id = j.subject_id
LEFT JOIN crm_contact was ON was.id = j.contact_id
WHERE {TOLD}"""
# A pass that was issued to nobody is issued to a learner when it is first assigned to one.
FIRST_ASSIGNED = """NOT EXISTS (
    SELECT FROM journal e WHERE e.subject_kind = 'pass' AND e.subject_id = j.subject_id
    AND e.id < j.id AND e.contact_id IS NOT NULL)"""

ROLES = ("learner", "main_contact", "owner", "addresses")
NARROW = {"pass_type": "p.pass_type_id", "options": "p.option_id"}
# The option that it was issued or renewed with then, whatever it was renewed with since.
NARROW_THEN = NARROW | {"options": "coalesce((j.after ->> 'option')::bigint, p.option_id)"}


def recorded(key: str, label, *kinds: str, **more) -> Occasion:
    """What the journal says of a pass, by its own row."""
    parts = {
        "occurrence": "'j:' || j.id",
        "source": f"{RECORDED} AND j.kind = '{kinds[0]}'",
        "kinds": kinds,
        "gone": f"j.contact_id IS NOT NULL AND {HOLDER} IS NOT TRUE",
        **more,
    }
    return Occasion(
        key,
        "pass",
        label,
        "pass",
        subject="p.id",
        day='j."on"',
        at="j.at",
        contact="CASE WHEN j.contact_id IS NOT NULL THEN p.contact_id END",
        account="p.account_id",
        roles=ROLES,
        narrow=NARROW_THEN,
        **parts,
    )


OCCASIONS = [
    recorded(
        "pass.issued",
        _("Issued"),
        "pass.issued",
        "pass.assigned",
        occurrence="'pass issued'",
        source=f"""{RECORDED} AND (
            j.kind = 'pass.issued' OR (j.kind = 'pass.assigned' AND {FIRST_ASSIGNED}))
            AND j.kind IN ('pass.issued', 'pass.assigned')""",
        first_hand="j.kind = 'pass.issued'",
        quiet_without=True,
    ),
    recorded("pass.renewed", _("Renewed"), "pass.renewed"),
    recorded("pass.cancelled", _("Cancelled"), "pass.cancelled"),
    Occasion(
        "pass.expired",
        "pass",
        _("Expired"),
        "pass",
        subject="p.id",
        occurrence="'pass:' || p.expires_on",
        day="p.expires_on",
        source="passes_pass p WHERE p.cancelled_at IS NULL",
        contact="p.contact_id",
        account="p.account_id",
        set_on="""(SELECT j."on" FROM journal j
            WHERE j.subject_kind = 'pass' AND j.subject_id = p.id AND j.kind IN (
                'pass.issued', 'pass.renewed', 'pass.extended', 'pass.shortened')
            ORDER BY j.id DESC LIMIT 1)""",
        roles=ROLES,
        narrow=NARROW,
        ahead=True,
        ends=True,
        reset=("pass.issued", "pass.renewed", "pass.extended", "pass.shortened"),
    ),
]
