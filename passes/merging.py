"""What becomes of passes when who holds them, or the account that owns them, is merged?

They go to the one kept, whatever their status; nothing of their history changes: who reads it knows
that the two are one.
"""

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.merging import Merge
from tms.consequences import Consequence

from . import rules
from .models import Pass


def accounts(merge: Merge) -> set[int]:
    """Nothing is needed beyond the accounts of the two."""
    return set()


def follow(merge: Merge) -> list[Consequence]:
    theirs = Pass.objects.filter(**{merge.noun: merge.gone.pk})
    found = list(
        theirs.select_for_update(of=("self",), no_key=True)
        .select_related("pass_type")
        .order_by("pk")
    )
    theirs.update(**{merge.noun: merge.kept, "version": F("version") + 1})
    living = [each for each in found if not each.cancelled_at and each.expires_on >= merge.on]
    told = []
    if count := len(living):
        sentence = ngettext(
            "%(count)s training pass moves.", "%(count)s training passes move.", count
        )
        lines = tuple(rules.label(each) for each in living[:5])
        told.append(Consequence("stays", sentence % {"count": count}, count, lines))
    if count := len(found) - len(living):
        sentence = ngettext(
            "%(count)s training pass that is over moves.",
            "%(count)s training passes that are over move.",
            count,
        )
        told.append(Consequence("stays", sentence % {"count": count}, count))
    return told + _held_twice(merge, living)


def _held_twice(merge: Merge, living) -> list[Consequence]:
    """Two of one type in one hand: both stay, as both were bought. Whoever merges should know."""
    if merge.noun != "contact" or not living:
        return []
    types = {each.pass_type_id: each.pass_type.name for each in living}
    own = Pass.objects.active_on(merge.on).filter(contact=merge.kept, pass_type__in=types)
    own = own.exclude(pk__in=[each.pk for each in living])
    twice = sorted({types[pk] for pk in own.order_by().values_list("pass_type", flat=True)})
    if not twice:
        return []
    sentence = _("Held twice from now on: reassign one of them, if it was meant for somebody else")
    return [Consequence("stays", sentence, len(twice), tuple(twice[:5]))]
