"""What can happen to a pass? Issue, assign, renew, extend, cancel.

Every verb locks the passes it changes (by id, once), asks `may`, changes, and writes one journal
row a pass, in one transaction. What takes something away ends with `consequences.follow`.
`version` is that of the pass as it was seen; None: as it is.
"""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal

from . import beats, periods, rules
from .beats import Change
from .lasting import extend, extend_many, renew, renewed_until
from .models import Pass, Source
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

# By which road the journal says that it came; a page, unless said here.
ROADS = {Source.API: "api", Source.IMPORT: "import"}


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
    opportunity=None,
    tell: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> list[Pass]:
    """Issue one pass for each of `contacts` (None: unassigned), in five statements.

    `account` owns them; None: each contact's primary account does. Without `expires_on` they last
    as long as the option says, from `starts_on` (today unless said otherwise: by API and import
    only). `opportunity` is the one that sold them; with `tell` an import sets off messages about
    what isn't over yet. Raises Refusal when type or option aren't on sale, a contact isn't linked
    to the account or is archived, or a date can't be.
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
    kept = {"opportunity": opportunity.pk} if opportunity else {}
    kept |= {"tell": True} if tell and end >= on else {}
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
                opportunity=opportunity,
            )
            for contact, owner_id in zip(contacts, owners, strict=True)
        ],
        batch_size=1000,
    )
    journal.write_all(
        beats.fact(
            "pass.issued",
            issued,
            after={**beats.kept(issued), "option": option.pk, "source": source, **kept},
            at=at,
            on=on,
            by=by,
            source=ROADS.get(source, "page"),
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
def _assign(pairs, *, versions, on, **who) -> Change:
    wanted = dict(pairs)
    passes = beats.locked(wanted, versions)
    beats.refuse_unless(passes, "assign", on)
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
            beats.fact(
                f"pass.{kind}",
                pass_,
                other_contact_id=former,
                before={"contact": former, "expires_on": pass_.expires_on},
                after={"contact": holder, "expires_on": pass_.expires_on},
                on=on,
                **who,
            )
        )
    Pass.objects.bulk_update(moved, ["contact", "assigned_on", "version"], batch_size=1000)
    journal.write_all(rows)
    taken = {row.subject_id: row.other_contact_id for row in rows if row.other_contact_id}
    return Change(passes, beats.follow_on("pass.reassigned", taken, on=on, **who))


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
def _cancel(ids, versions, *, at, on, **who) -> Change:
    passes = beats.locked(ids, versions)
    beats.refuse_unless(passes, "cancel", on)
    beats.record_ended(passes, on)
    Pass.objects.filter(pk__in=[pass_.pk for pass_ in passes]).update(
        cancelled_at=at, version=F("version") + 1
    )
    for pass_ in passes:
        pass_.cancelled_at = at
        pass_.version += 1
    journal.write_all(
        beats.fact("pass.cancelled", pass_, before=beats.kept(pass_), at=at, on=on, **who)
        for pass_ in passes
    )
    taken = {pass_.pk: pass_.contact_id for pass_ in passes}
    return Change(passes, beats.follow_on("pass.cancelled", taken, at=at, on=on, **who))
