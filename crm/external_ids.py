"""What do other systems call this account, contact or opportunity?"""

from django.db import transaction
from django.utils.translation import gettext as _

from tms.refusals import Refusal
from tms.text import one_line

from . import changes
from .models import ExternalId


@transaction.atomic
def add(owner, *, system: str, value: str, at, on, by, source: str = "page"):
    """Note the ID `value` that `system` uses. Once within a system, for each of the three nouns."""
    noun = changes.noun_of(owner)
    system, value = one_line(system, field="system"), one_line(value, field="value")
    if not system:
        raise Refusal(_("Name the system that the ID comes from."), field="system")
    if not value:
        raise Refusal(_("Type the ID."), field="value")
    if len(system) > 60 or len(value) > 120:
        raise Refusal(
            _("The name of the system takes 60 characters, the ID 120."),
            field="system" if len(system) > 60 else "value",
        )
    # The owner's lock, not the database's refusal, orders two who add at once to one owner.
    found = type(owner).objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
    if getattr(found, "erased_at", None):
        raise Refusal(_("This person was erased. Nothing about them can be changed."))
    taken = ExternalId.objects.filter(
        **{f"{noun}__isnull": False}, system=system, value=value
    ).select_related(noun)
    if found := taken.first():
        raise Refusal(
            _("%(system)s %(value)s belongs to %(name)s already.")
            % {"system": system, "value": value, "name": getattr(found, noun)},
            field="value",
        )
    row = ExternalId.objects.create(**{noun: owner}, system=system, value=value)
    changes.write(
        f"{noun}.external_id_added",
        owner,
        at=at,
        on=on,
        by=by,
        source=source,
        after=_words(row),
    )
    return row


@transaction.atomic
def remove(external_id: int, *, at, on, by) -> None:
    """Forget an ID; the history keeps it."""
    row = (
        ExternalId.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=external_id)
        .first()
    )
    if row is None:
        raise Refusal(_("This ID was removed already."))
    owner = row.account or row.contact or row.opportunity
    noun = changes.noun_of(owner)
    changes.write(f"{noun}.external_id_removed", owner, at=at, on=on, by=by, before=_words(row))
    row.delete()


def _words(row) -> dict:
    return {"system": row.system, "value": row.value}
