"""What can happen to a pass? Issue, assign, renew, extend, cancel.

Every verb locks the passes it changes (by id, once), asks `may`, changes, and writes one journal
row a pass, in one transaction. What takes something away ends with `consequences.follow`.
`version` is that of the pass as it was seen; None: as it is.
"""

import dataclasses
import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.models import Contact
from tms import journal
from tms.consequences import Consequence, Fact, follow
from tms.days import day_text
from tms.refusals import Refusal, Stale

from . import expiring, periods, rules
from .models import OptionStatus, Pass, Source, Status, TypeStatus
from .rules import may

__all__ = [
    "Change",
    "assign",
    "assign_many",
    "cancel",
    "cancel_many",
    "extend",
    "extend_many",
    "issue",
    "issue_many",
    "may",
    "renew",
    "renewed_until",
]


@dataclasses.dataclass(frozen=True)
class Change:
    """What a verb did: the passes as they are now, and what followed for others."""

    passes: list[Pass]
    consequences: list[Consequence] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> Pass:
        """The one pass of a verb that takes one."""
        return self.passes[0]


# Issuing


def issue(*, option, account, contact=None, **particulars) -> Pass:
    """Give one pass of `option` to `account`, held by `contact` or by nobody yet.

    Takes what `issue_many` takes.
    """
    return issue_many(option=option, account=account, contacts=[contact], **particulars)[0]


@transaction.atomic
def issue_many(
    *,
    option,
    account,
    contacts,
    expires_on: datetime.date | None = None,
    starts_on: datetime.date | None = None,
    external_ids=(),
    source: str = Source.HAND,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> list[Pass]:
    """Issue one pass for each of `contacts` (None: unassigned), in five statements.

    `account` owns them; None: each contact's primary account does. Without `expires_on` they last
    as long as the option says, from `starts_on` (today unless said otherwise: by API and import
    only). Raises Refusal when type or option aren't on sale, a contact isn't linked to the
    account or is archived, or a date can't be.
    """
    rules.hold_on_sale(option)
    starts_on = starts_on or on
    if starts_on != on and source not in {Source.API, Source.IMPORT}:
        raise Refusal(_("A pass given by hand starts today."), field="starts_on")
    end, anchor_day = periods.expiry(starts_on, option.period, option.period_unit)
    if expires_on and expires_on != end:
        rules.possible_end(expires_on, starts_on=starts_on, on=on, past=source == Source.IMPORT)
        end, anchor_day = expires_on, expires_on.day
    owners = rules.owners(account, contacts)
    passes = Pass.objects.bulk_create(
        [
            Pass(
                pass_type_id=option.pass_type_id,
                option=option,
                account_id=owner_id,
                contact=contact,
                starts_on=starts_on,
                expires_on=end,
                anchor_day=anchor_day,
                issued_at=at,
                assigned_on=on if contact else None,
                # What was over before it was known here is not news.
                expiry_recorded=end if end < on else None,
                external_ids=list(external_ids),
                source=source,
            )
            for contact, owner_id in zip(contacts, owners, strict=True)
        ],
        batch_size=1000,
    )
    journal.write_all(
        journal.row(
            "pass.issued",
            issued.pk,
            account_id=issued.account_id,
            contact_id=issued.contact_id,
            after={**_kept(issued), "option": option.pk, "source": source},
            at=at,
            on=on,
            by=by,
            source=_road(source),
            reason=reason,
            operation=operation,
        )
        for issued in passes
    )
    return passes


# Who holds it


def assign(pass_id: int, *, version: int | None, contact, **who) -> Change:
    """Give the pass to `contact`, or to nobody (None). The expiry doesn't move.

    The former holder's access ends at once, and their places by this pass that nothing else
    covers are released. Already theirs: nothing happens. Takes `at`, `on`, `by`, `reason`,
    `operation`. Raises Stale and Refusal.
    """
    return _assign([(pass_id, contact)], versions={pass_id: version}, **who)


def assign_many(pairs, **who) -> Change:
    """Assign each (pass id, contact) of `pairs`: all of them or none."""
    return _assign(pairs, versions=None, **who)


@transaction.atomic
def _assign(pairs, *, versions, at, on, by, reason="", operation="") -> Change:
    wanted = dict(pairs)
    passes = _locked(wanted, versions)
    _refuse_unless(passes, "assign", on)
    rules.linked([(pass_.account_id, wanted[pass_.pk]) for pass_ in passes])
    moved, rows = [], []
    for pass_ in passes:
        contact = wanted[pass_.pk]
        former, holder = pass_.contact_id, contact and contact.pk
        if former == holder:
            continue
        pass_.contact = contact
        pass_.assigned_on = on if contact else None
        pass_.version += 1
        moved.append(pass_)
        kind = "reassigned" if former and holder else "assigned" if holder else "unassigned"
        rows.append(
            journal.row(
                f"pass.{kind}",
                pass_.pk,
                account_id=pass_.account_id,
                contact_id=holder,
                other_contact_id=former,
                before={"contact": former, "expires_on": pass_.expires_on},
                after={"contact": holder, "expires_on": pass_.expires_on},
                at=at,
                on=on,
                by=by,
                reason=reason,
                operation=operation,
            )
        )
    Pass.objects.bulk_update(moved, ["contact", "assigned_on", "version"], batch_size=1000)
    journal.write_all(rows)
    taken = {row.subject_id: row.other_contact_id for row in rows if row.other_contact_id}
    return Change(passes, _follow("pass.reassigned", taken, at, on, by, operation, reason))


# How long it lasts


def renewed_until(pass_: Pass, option, on: datetime.date) -> tuple[datetime.date, int]:
    """The expiry (and anchor day) that renewing `pass_` by `option` on `on` would give.

    From the current expiry while it runs, keeping its anchor day; from today once it has expired.
    """
    if pass_.status_on(on) == Status.EXPIRED:
        return periods.expiry(on, option.period, option.period_unit)
    return periods.expiry(
        pass_.expires_on, option.period, option.period_unit, anchor_day=pass_.anchor_day
    )


@transaction.atomic
def renew(
    pass_id: int,
    *,
    version: int | None,
    option=None,
    expires_on: datetime.date | None = None,
    confirmed_shorter: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> Change:
    """Renew by an option, or until a day named by hand (which wins). Writes `pass.renewed`.

    An expired pass starts anew from today. Raises Refusal for a day in the past, an earlier day
    than the current expiry unless `confirmed_shorter`, an option that isn't on sale; Stale.
    """
    (pass_,) = passes = _locked([pass_id], {pass_id: version})
    _refuse_unless(passes, "renew", on)
    before = _kept(pass_)
    if option is None and expires_on is None:
        raise Refusal(_("Choose an option, or a new expiry date."))
    if option is not None:
        if option.pass_type_id != pass_.pass_type_id:
            raise Refusal(_("Choose an option of the same pass type."), field="option")
        archived = pass_.pass_type.status == TypeStatus.ARCHIVED
        if why := may("renew_by_option", pass_.status_on(on), archived_type=archived):
            raise Refusal(why, field="option")
        if option.status != OptionStatus.PUBLISHED:
            raise Refusal(_("This option is no longer on sale. Choose another."), field="option")
    end, anchor_day = renewed_until(pass_, option, on) if option else (expires_on, None)
    if expires_on and expires_on != end:
        end, anchor_day = expires_on, None
    anchor_day = anchor_day or end.day
    _record_ended(passes, on)
    rules.possible_end(end, starts_on=_runs_from(pass_, on), on=on)
    if end == pass_.expires_on:
        raise Refusal(
            _("It already expires on %(day)s. Choose a later day.") % {"day": day_text(end)},
            field="expires_on",
        )
    shorter = end < pass_.expires_on
    if shorter and not confirmed_shorter:
        raise Refusal(
            _("It expires on %(day)s now, which is later. Confirm this, or choose a later day.")
            % {"day": day_text(pass_.expires_on)},
            field="expires_on",
        )
    if option is not None:
        pass_.option = option
    _move(pass_, end, anchor_day, on)
    pass_.save(update_fields=MOVED)
    journal.write(
        "pass.renewed",
        pass_.pk,
        account_id=pass_.account_id,
        contact_id=pass_.contact_id,
        before=before,
        after={**_kept(pass_), "option": pass_.option_id},
        at=at,
        on=on,
        by=by,
        reason=reason,
        operation=operation,
    )
    taken = {pass_.pk: pass_.contact_id} if shorter else {}
    return Change(passes, _follow("pass.shortened", taken, at, on, by, operation, reason))


def extend(pass_id: int, *, version: int | None, expires_on: datetime.date, **who) -> Change:
    """Move the expiry to `expires_on`, today or later; an earlier day shortens the pass.

    Writes `pass.extended` or `pass.shortened`, which set off no communication. Revives an expired
    pass from today. Raises Stale and Refusal.
    """
    return _extend([pass_id], {pass_id: version}, expires_on, shorten=True, **who)


def extend_many(ids, expires_on: datetime.date, **who) -> Change:
    """Extend all of them to `expires_on`, or none: none may become shorter."""
    return _extend(ids, None, expires_on, shorten=False, **who)


@transaction.atomic
def _extend(ids, versions, end, *, shorten, at, on, by, reason="", operation="") -> Change:
    passes = _locked(ids, versions)
    _refuse_unless(passes, "extend", on)
    shorter = [pass_ for pass_ in passes if end < pass_.expires_on]
    if shorter and not shorten:
        raise Refusal(
            rules.named(
                shorter,
                _("%(count)d of them last longer than %(day)s already: %(names)s. Leave them out.")
                % {"count": len(shorter), "day": day_text(end), "names": "%(names)s"},
            ),
            field="expires_on",
        )
    rows = []
    _record_ended(passes, on)
    for pass_ in passes:
        before = _kept(pass_)
        rules.possible_end(end, starts_on=_runs_from(pass_, on), on=on)
        if end == pass_.expires_on:
            raise Refusal(
                _("It already expires on %(day)s. Choose another day.") % {"day": day_text(end)},
                field="expires_on",
            )
        kind = "pass.shortened" if end < pass_.expires_on else "pass.extended"
        _move(pass_, end, end.day, on)
        rows.append(
            journal.row(
                kind,
                pass_.pk,
                account_id=pass_.account_id,
                contact_id=pass_.contact_id,
                before=before,
                after=_kept(pass_),
                at=at,
                on=on,
                by=by,
                reason=reason,
                operation=operation,
            )
        )
    Pass.objects.bulk_update(passes, MOVED, batch_size=1000)
    journal.write_all(rows)
    taken = {row.subject_id: row.contact_id for row in rows if row.kind == "pass.shortened"}
    return Change(passes, _follow("pass.shortened", taken, at, on, by, operation, reason))


# When it is taken away


def cancel(pass_id: int, *, version: int | None, **who) -> Change:
    """End the pass at once and for good. Access is gone with the commit; results stay.

    Raises Stale, and Refusal when it was cancelled already.
    """
    return _cancel([pass_id], {pass_id: version}, **who)


def cancel_many(ids, **who) -> Change:
    """Cancel all of them, or none."""
    return _cancel(ids, None, **who)


@transaction.atomic
def _cancel(ids, versions, *, at, on, by, reason="", operation="") -> Change:
    passes = _locked(ids, versions)
    _refuse_unless(passes, "cancel", on)
    _record_ended(passes, on)
    Pass.objects.filter(pk__in=[pass_.pk for pass_ in passes]).update(
        cancelled_at=at, version=F("version") + 1
    )
    for pass_ in passes:
        pass_.cancelled_at = at
        pass_.version += 1
    journal.write_all(
        journal.row(
            "pass.cancelled",
            pass_.pk,
            account_id=pass_.account_id,
            contact_id=pass_.contact_id,
            before=_kept(pass_),
            after=_kept(pass_),
            at=at,
            on=on,
            by=by,
            reason=reason,
            operation=operation,
        )
        for pass_ in passes
    )
    taken = {pass_.pk: pass_.contact_id for pass_ in passes}
    return Change(passes, _follow("pass.cancelled", taken, at, on, by, operation, reason))


# The beats that the verbs share

MOVED = ["starts_on", "expires_on", "anchor_day", "option", "expiry_recorded", "version"]


def _locked(ids, versions) -> list[Pass]:
    """The passes, locked in the order of their ids, refused when one changed since it was seen.

    Who holds them is locked before: what happens to two passes of one person, and what is booked
    through them, comes one after the other.
    """
    wanted = set(ids)
    held = Pass.objects.filter(pk__in=wanted, contact__isnull=False).values("contact")
    locked = set(
        Contact.objects.select_for_update(no_key=True)
        .filter(pk__in=held)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    passes = list(
        Pass.objects.select_for_update(of=("self",))
        .select_related("pass_type")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(passes) < len(wanted):
        raise Refusal(_("One of these passes is no longer there. Load the page again."))
    for pass_ in passes:
        changed = pass_.contact_id and pass_.contact_id not in locked
        seen = versions[pass_.pk] if versions else None
        if changed or (seen is not None and pass_.version != seen):
            raise Stale(
                _("Somebody changed this pass meanwhile. Look at it as it is now, then decide.")
            )
    return passes


def _refuse_unless(passes, verb, on) -> None:
    for pass_ in passes:
        archived = pass_.pass_type.status == TypeStatus.ARCHIVED
        if why := may(verb, pass_.status_on(on), archived_type=archived):
            raise Refusal(why if len(passes) == 1 else f"{rules.label(pass_)}: {why}")


def _kept(pass_: Pass) -> dict:
    """What the history keeps of a pass, before and after."""
    return {
        "starts_on": pass_.starts_on,
        "expires_on": pass_.expires_on,
        "contact": pass_.contact_id,
    }


def _record_ended(passes, on) -> None:
    """Write down that those which have expired did, before that changes. One statement at most."""
    expiring.record([pass_ for pass_ in passes if pass_.status_on(on) == Status.EXPIRED])


def _runs_from(pass_: Pass, on: datetime.date) -> datetime.date:
    """The day it starts: one that has expired starts anew from today."""
    return on if pass_.status_on(on) == Status.EXPIRED else pass_.starts_on


def _move(pass_: Pass, end, anchor_day, on) -> None:
    """Give the pass a new end, not yet saved (`MOVED`)."""
    pass_.starts_on = _runs_from(pass_, on)
    pass_.expires_on = end
    pass_.anchor_day = anchor_day
    pass_.version += 1


def _follow(kind, taken, at, on, by, operation, reason) -> list[Consequence]:
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


def _road(source: str) -> str:
    """By which road the journal says that it came."""
    return {Source.API: "api", Source.IMPORT: "import"}.get(source, "page")
