"""What do all verbs about passes share? The lock, the rule's no, the record, and what follows."""

import dataclasses

from django.utils.translation import gettext as _

from crm.models import Contact
from tms import journal
from tms.compiled import Question, Rows
from tms.consequences import Consequence, Fact, follow
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

from . import expiring, rules
from .models import Pass, Status, TypeStatus


@dataclasses.dataclass(frozen=True)
class Change:
    """What a verb did: the passes as they are now, and what followed for others."""

    passes: list[Pass]
    consequences: list[Consequence] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> Pass:
        """The one pass of a verb that takes one."""
        return self.passes[0]


PEOPLE = Question(
    lambda ids: (
        Contact.objects.select_for_update(no_key=True)
        .filter(pk__in=Pass.objects.filter(pk__in=ids, contact__isnull=False).values("contact"))
        .order_by("pk")
        .values_list("pk")
    )
)
PASSES = Rows(
    lambda ids: (
        Pass.objects.select_for_update(of=("self",))
        .select_related("pass_type")
        .filter(pk__in=ids)
        .order_by("pk")
    )
)


def locked(ids, versions) -> list[Pass]:
    """The passes, locked in the order of their ids, refused when one changed since it was seen.

    Who holds them is locked before: what happens to two passes of one person, and what is booked
    through them, comes one after the other.
    """
    wanted = set(ids)
    people = {pk for (pk,) in PEOPLE(ids=wanted)}
    passes = PASSES(ids=wanted)
    if len(passes) < len(wanted):
        raise Refusal(_("One of these passes is no longer there. Load the page again."))
    for pass_ in passes:
        changed = pass_.contact_id and pass_.contact_id not in people
        seen = versions[pass_.pk] if versions else None
        if changed or (seen is not None and pass_.version != seen):
            raise Stale(
                _("Somebody changed this pass meanwhile. Look at it as it is now, then decide.")
            )
    return passes


def refuse_unless(passes, verb, on) -> None:
    """Raise Refusal unless all of the passes are in a status that `verb` takes."""
    for pass_ in passes:
        archived = pass_.pass_type.status == TypeStatus.ARCHIVED
        if why := rules.may(verb, pass_.status_on(on), archived_type=archived):
            raise Refusal(why if len(passes) == 1 else f"{rules.label(pass_)}: {why}")


def kept(pass_: Pass) -> dict:
    """What the history keeps of a pass, before and after."""
    return {
        "starts_on": pass_.starts_on,
        "expires_on": pass_.expires_on,
        "contact": pass_.contact_id,
    }


def fact(kind: str, pass_: Pass, **particulars) -> JournalRow:
    """A row of the journal about the pass as it is now; takes what `journal.row` takes besides."""
    about = {"account_id": pass_.account_id, "contact_id": pass_.contact_id, "after": kept(pass_)}
    return journal.row(kind, pass_.pk, **about | particulars)


def record_ended(passes, on) -> None:
    """Write down that those which have expired did, before that changes. One statement at most."""
    expiring.record([pass_ for pass_ in passes if pass_.status_on(on) == Status.EXPIRED])


def follow_on(kind, taken, *, at, on, by, reason="", operation="") -> list[Consequence]:
    """Carry on that passes (id: who held it) were taken away or shortened."""
    if not taken:
        return []
    return follow(
        Fact(
            kind=kind,
            subjects=tuple(taken),
            at=at,
            on=on,
            by=by,
            operation=operation,
            reason=reason,
            data={"holders": {pk: holder for pk, holder in taken.items() if holder}},
        )
    )
