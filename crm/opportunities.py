"""What can happen to an opportunity, before it is won or lost? Made, edited, moved, lost, reopened.

Winning is `selling.win`. Whoever changes an opportunity locks it first.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Region, Unit
from tms import consequences
from tms.compiled import Rows
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal, Stale

from . import accounts, changes, external_ids, stages, typed
from .models import Account, Contact, Opportunity, Stage, StageKind

TOLD = (
    "name",
    "account",
    "contact",
    "owner",
    "region",
    "currency",
    "closes_on",
    "probability",
    "source",
    "notes",
)


@transaction.atomic
def create(
    *,
    account: Account,
    stage: Stage | None = None,
    ids=(),
    road: str = "page",
    at: datetime.datetime,
    on: datetime.date,
    by,
    **values,
) -> Opportunity:
    """Open an opportunity with some of `TOLD`, in the first open stage unless it is said.

    Region and currency are the account's, or the region's first, unless they are said. Locks the
    account. Refused without a name, and where two values don't go together.
    """
    account = accounts.open_one(account)
    stage = stage or stages.first(StageKind.OPEN)
    _refuse_not_open(stage)
    values = typed.fields_of(Opportunity, {"name": "", **values}, TOLD)
    values |= sold_where(account, values.get("region"), values.get("currency"))
    if values.get("probability") is None:
        values["probability"] = stage.probability
    made = Opportunity(account=account, stage=stage, opened_on=on, **values)
    _sound(made, set(values) | {"account"})
    made.save(force_insert=True)
    changes.write(
        "opportunity.created",
        made,
        at=at,
        on=on,
        by=by,
        source=road,
        after={"stage": stage.pk, "currency": made.currency_id},
    )
    for system, value in ids:
        external_ids.add(made, system=system, value=value, at=at, on=on, by=by, source=road)
    return made


@transaction.atomic
def edit(
    opportunity_id: int, *, version: int | None = None, at, on, by, road: str = "page", **values
) -> Opportunity:
    """Change some of `TOLD`; nothing changed writes nothing.

    Of one that is closed only name, owner, source and notes. The account, region and currency stay
    while there are interests: they were priced for these. Raises Stale and Refusal.
    """
    found = locked(opportunity_id, version=version)
    values = typed.fields_of(Opportunity, values, TOLD)
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed:
        return found
    if not found.is_open and set(changed) - {"name", "owner", "source", "notes"}:
        raise Refusal(closed(found))
    fixed = {"account", "region", "currency"} & set(changed)
    if fixed and found.interests.exists():
        raise Refusal(
            _("Its interests are priced for this. Remove them first, or make a new opportunity."),
            field=min(fixed),
        )
    if "account" in changed:
        accounts.open_one(changed["account"])
    before = {name: getattr(found, name) for name in changed}
    for name, value in changed.items():
        setattr(found, name, value)
    _sound(found, set(changed))
    save(found, *changed)
    changes.write(
        "opportunity.edited",
        found,
        at=at,
        on=on,
        by=by,
        source=road,
        before=before,
        after=changed,
    )
    return found


@transaction.atomic
def move(
    opportunity_id: int, *, stage: Stage, version: int | None = None, at, on, by, road: str = "page"
) -> Opportunity:
    """Move it to another open stage; it takes on the stage's probability.

    To a stage that counts as won or lost it comes by winning and losing it: Refusal.
    """
    found = open_one(opportunity_id, version=version)
    if found.stage_id == stage.pk:
        return found
    _refuse_not_open(stage)
    _into(found, stage, "opportunity.moved", at=at, on=on, by=by, source=road)
    return found


@dataclasses.dataclass(frozen=True)
class Lost:
    """What losing one did: `consequences` name what follows of it for others."""

    opportunity: Opportunity
    consequences: Sequence[Consequence] = ()


@transaction.atomic
def lose(
    opportunity_id: int,
    *,
    because: str,
    stage: Stage | None = None,
    version: int | None = None,
    at,
    on,
    by,
    road: str = "page",
) -> Lost:
    """Lose it, and say why, also to whoever asked for it; lost already: nothing happens."""
    consequences.ahead("opportunity.lost", (opportunity_id,))
    found = locked(opportunity_id)
    if found.won is False:
        return Lost(found)
    found = open_one(opportunity_id, version=version)
    values = typed.fields_of(Opportunity, {"notes": because}, TOLD)
    if not values["notes"]:
        raise Refusal(_("Say why it was lost: it is what can be learned from."), field="because")
    stage = stage or stages.first(StageKind.LOST)
    if stage.kind != StageKind.LOST or stage.archived_at:
        raise Refusal(_("Choose a stage that counts as lost."), field="stage")
    found.closed_on, found.won, found.lost_because = on, False, values["notes"]
    _into(
        found,
        stage,
        "opportunity.lost",
        "closed_on",
        "won",
        "lost_because",
        at=at,
        on=on,
        by=by,
        source=road,
        reason=values["notes"],
    )
    fact = Fact("opportunity.lost", (found.pk,), at=at, on=on, by=by, reason=values["notes"])
    return Lost(found, consequences.follow(fact))


@transaction.atomic
def reopen(
    opportunity_id: int,
    *,
    stage: Stage | None = None,
    version: int | None = None,
    at,
    on,
    by,
    road: str = "page",
) -> Opportunity:
    """Open one again that was lost. One that was won stays so: Refusal."""
    found = locked(opportunity_id, version=version)
    if found.is_open:
        return found
    if found.won:
        raise Refusal(
            _(
                "What was won stays won. What it gave is taken back part by part, with a credit "
                "note."
            )
        )
    stage = stage or stages.first(StageKind.OPEN)
    _refuse_not_open(stage)
    found.closed_on, found.won, found.lost_because = None, None, ""
    _into(
        found,
        stage,
        "opportunity.reopened",
        "closed_on",
        "won",
        "lost_because",
        at=at,
        on=on,
        by=by,
        source=road,
    )
    return found


# What others of this floor need

# Locked by itself, and only then read with what it points to: whoever waited for the lock would be
# given a row that doesn't join any more, as its stage changed meanwhile.
LOCK = Rows(lambda pk: Opportunity.objects.select_for_update(no_key=True).filter(pk=pk))
WHOLE = Rows(
    lambda pk: Opportunity.objects.filter(pk=pk).select_related(
        "account", "contact", "region", "currency", "stage"
    )
)


def locked(opportunity_id: int, *, version: int | None = None) -> Opportunity:
    """The opportunity, locked, if it is as whoever asks saw it (`version`; None: as it is)."""
    if LOCK.one(pk=opportunity_id) is None:
        raise Opportunity.DoesNotExist
    found = WHOLE.one(pk=opportunity_id)
    refuse_changed(found, version)
    return found


def open_one(opportunity_id: int, *, version: int | None = None) -> Opportunity:
    """The same; refused when it is won or lost."""
    found = locked(opportunity_id, version=version)
    refuse_closed(found)
    return found


def refuse_changed(found: Opportunity, version: int | None) -> None:
    """Is it as whoever asks saw it (None: as it is)? Raises Stale."""
    if version is not None and version != found.version:
        raise Stale(
            _("%(name)s was changed meanwhile. Nothing of yours was saved.") % {"name": found}
        )


def refuse_closed(found: Opportunity) -> None:
    if not found.is_open:
        raise Refusal(closed(found))


def closed(found: Opportunity) -> str:
    """Why nothing about it changes any more."""
    if found.won:
        return _("%(name)s is won, and stays as it was sold.") % {"name": found}
    return _("%(name)s is lost. Reopen it first.") % {"name": found}


def save(found: Opportunity, *names: str) -> None:
    """Write these columns, and the next version."""
    found.version += 1
    found.save(update_fields=[*names, "version"])


def _into(found: Opportunity, stage: Stage, kind: str, *names: str, **who) -> None:
    before = {"stage": found.stage_id}
    found.stage, found.probability = stage, stage.probability
    save(found, "stage", "probability", *names)
    reason = who.pop("reason", "")
    changes.write(kind, found, before=before, after={"stage": stage.pk}, reason=reason, **who)


def _refuse_not_open(stage: Stage) -> None:
    stage = stages.hold(stage)
    if stage.archived_at:
        raise Refusal(
            _("The stage %(stage)s is archived. Choose another one.") % {"stage": stage},
            field="stage",
        )
    if stage.kind != StageKind.OPEN:
        raise Refusal(
            _("It comes to %(stage)s by winning it or losing it.") % {"stage": stage},
            field="stage",
        )


def sold_where(
    account: Account, region: Region | None = None, currency: Unit | None = None
) -> dict[str, Region | Unit | None]:
    """`region` and `currency` of what is sold to an account, where they aren't said. Two
    statements at most."""
    region = region or account.region or accounts.default_region()
    return {"region": region, "currency": currency or _currency_of(account, region)}


def _currency_of(account: Account, region: Region | None) -> Unit | None:
    """The account's, if the region is sold in it, or the region's first."""
    if region is None:
        return None
    known = list(region.currencies.filter(archived_at=None).order_by("code"))
    own = next((each for each in known if each.pk == account.currency_id), None)
    return own or next(iter(known), None)


def _sound(found: Opportunity, changed: set) -> None:
    """Refuse values that don't go together; looks only at what changed."""
    if "name" in changed and not found.name:
        raise Refusal(_("Give the opportunity a name."), field="name")
    if "probability" in changed and not 0 <= (found.probability or 0) <= 100:
        raise Refusal(_("A probability is between 0 and 100 %."), field="probability")
    if {"region", "currency"} & changed:
        _sold_there(found)
    if {"account", "contact"} & changed and found.contact_id:
        _belongs(found.contact, found.account)
    if (
        "owner" in changed
        and found.owner_id
        and not (found.owner.is_staff and found.owner.is_active)
    ):
        raise Refusal(
            _("%(name)s doesn't work in the back office.") % {"name": found.owner}, field="owner"
        )


def _sold_there(found: Opportunity) -> None:
    if found.region_id is None:
        raise Refusal(_("Choose a region. They are made in the control panel."), field="region")
    known = dict(found.region.currencies.values_list("pk", "code"))
    if found.currency_id not in known:
        raise Refusal(
            _("%(region)s is sold in %(codes)s. Choose one of them.")
            % {"region": found.region, "codes": ", ".join(sorted(known.values()))},
            field="currency",
        )


def _belongs(contact: Contact, account: Account) -> None:
    if contact.archived_at:
        raise Refusal(
            _("%(name)s is archived. Restore them first.") % {"name": contact}, field="contact"
        )
    if account.pk not in contact.account_ids():
        raise Refusal(
            _("%(name)s doesn't belong to %(account)s. Add them to the account first.")
            % {"name": contact, "account": account},
            field="contact",
        )
