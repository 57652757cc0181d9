"""Against which moments in the life of an opportunity can a message be timed?"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.money import written
from tms.occasions import TOLD, Field, Occasion, Target

from .models import Opportunity

FIELDS = (
    Field("opportunity.name", _("Name of the opportunity"), "Team training 2027"),
    Field("opportunity.account", _("Its account"), "Kestrel Rail"),
    Field("opportunity.worth", _("What it is worth, net"), "4,200.00 EUR"),
    Field("opportunity.owner", _("Its owner"), "Maren Holt"),
    Field("opportunity.lost_because", _("Why it was lost"), "Budget was cut"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about opportunities say of them. One query."""
    found = Opportunity.objects.filter(pk__in=ids).select_related("account", "currency", "owner")
    return {
        each.pk: {
            "opportunity": {
                "name": each.name,
                "account": each.account.name,
                "worth": written(each.worth, each.currency),
                "owner": each.owner.name if each.owner else "",
                "lost_because": each.lost_because,
            }
        }
        for each in found
    }


def page(kind: str, pk: int) -> str:
    return reverse("crm:opportunity", args=[pk])


TARGET = Target("opportunity", _("Opportunity"), FIELDS, facts, page=page)


def closed(key: str, label, kind: str, still: str) -> Occasion:
    """Won or lost; one that was opened again meanwhile is neither."""
    return Occasion(
        key,
        "opportunity",
        label,
        "opportunity",
        subject="o.id",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j JOIN crm_opportunity o ON o.id = j.subject_id
            WHERE {TOLD} AND j.kind = '{kind}' AND {still}""",
        kinds=(kind,),
        contact="o.contact_id",
        account="o.account_id",
        roles=("opportunity_contact", "main_contact", "owner", "addresses"),
    )


OCCASIONS = [
    closed("opportunity.won", _("Won"), "opportunity.won", "o.won"),
    closed("opportunity.lost", _("Lost"), "opportunity.lost", "NOT o.won"),
]
