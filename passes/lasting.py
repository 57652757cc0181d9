"""How does the expiry of a pass move? Renewed by an option or by hand, extended, shortened."""

import dataclasses
import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.days import day_text
from tms.refusals import Refusal

from . import beats, periods, rules
from .models import OptionStatus, Pass, Status, TypeStatus

MOVED = ["starts_on", "expires_on", "anchor_day", "option", "expiry_recorded", "version"]


def renewed_until(pass_: Pass, option, on: datetime.date) -> tuple[datetime.date, int]:
    """The expiry (and anchor day) that renewing `pass_` by `option` on `on` would give.

    From the current expiry while it runs, keeping its anchor day; from today once it has expired.
    """
    if pass_.status_on(on) == Status.EXPIRED:
        return periods.expiry(on, option.period, option.period_unit)
    return periods.expiry(
        pass_.expires_on, option.period, option.period_unit, anchor_day=pass_.anchor_day
    )


@dataclasses.dataclass(frozen=True)
class Renewal:
    """What renewing a pass would give: its last day, its anchor day; is that earlier than now?"""

    expires_on: datetime.date
    anchor_day: int
    shorter: bool


def renewal(pass_: Pass, *, option, expires_on, confirmed_shorter: bool, on) -> Renewal:
    """The rule of `renew`, asked of a pass as it is. Changes nothing, asks nothing.

    Only what is `shorter` takes anything from anybody. Raises Refusal as `renew` does.
    """
    beats.refuse_unless([pass_], "renew", on)
    if option is None and expires_on is None:
        raise Refusal(_("Choose an option, or a new expiry date."))
    if option is not None:
        if option.pass_type_id != pass_.pass_type_id:
            raise Refusal(_("Choose an option of the same pass type."), field="option")
        archived = pass_.pass_type.status == TypeStatus.ARCHIVED
        if why := rules.may("renew_by_option", pass_.status_on(on), archived_type=archived):
            raise Refusal(why, field="option")
        if option.status != OptionStatus.PUBLISHED:
            raise Refusal(_("This option is no longer on sale. Choose another."), field="option")
    end, anchor_day = renewed_until(pass_, option, on) if option else (expires_on, None)
    if expires_on and expires_on != end:
        end, anchor_day = expires_on, None
    rules.possible_end(end, starts_on=runs_from(pass_, on), on=on)
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
    return Renewal(end, anchor_day or end.day, shorter)


@transaction.atomic
def renew(
    pass_id: int,
    *,
    version: int | None,
    option=None,
    expires_on: datetime.date | None = None,
    confirmed_shorter: bool = False,
    on: datetime.date,
    **who,
) -> beats.Change:
    """Renew by an option, or until a day named by hand (which wins). Writes `pass.renewed`.

    An expired pass starts anew from today. Takes `at`, `by`, `reason` and `operation` as well.
    Raises Refusal for a day in the past, an earlier day than the current expiry unless
    `confirmed_shorter`, an option that isn't on sale; Stale.
    """
    (pass_,) = passes = beats.locked([pass_id], {pass_id: version})
    planned = renewal(
        pass_, option=option, expires_on=expires_on, confirmed_shorter=confirmed_shorter, on=on
    )
    before = beats.kept(pass_)
    beats.record_ended(passes, on)
    if option is not None:
        pass_.option = option
    move(pass_, planned.expires_on, planned.anchor_day, on)
    pass_.save(update_fields=MOVED)
    after = beats.kept(pass_) | {"option": pass_.option_id}
    journal.write_all([beats.fact("pass.renewed", pass_, before=before, after=after, on=on, **who)])
    taken = {pass_.pk: pass_.contact_id} if planned.shorter else {}
    return beats.Change(passes, beats.follow_on("pass.shortened", taken, on=on, **who))


def extend(pass_id: int, *, version: int | None, expires_on: datetime.date, **who) -> beats.Change:
    """Move the expiry to `expires_on`, today or later; an earlier day shortens the pass.

    Writes `pass.extended` or `pass.shortened`, which set off no communication. Revives an expired
    pass from today. Raises Stale and Refusal.
    """
    return _extend([pass_id], {pass_id: version}, expires_on, shorten=True, **who)


def extend_many(ids, expires_on: datetime.date, **who) -> beats.Change:
    """Extend all of them to `expires_on`, or none: none may become shorter."""
    return _extend(ids, None, expires_on, shorten=False, **who)


@transaction.atomic
def _extend(ids, versions, end, *, shorten, on, **who) -> beats.Change:
    passes = beats.locked(ids, versions)
    beats.refuse_unless(passes, "extend", on)
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
    beats.record_ended(passes, on)
    for pass_ in passes:
        before = beats.kept(pass_)
        rules.possible_end(end, starts_on=runs_from(pass_, on), on=on)
        if end == pass_.expires_on:
            raise Refusal(
                _("It already expires on %(day)s. Choose another day.") % {"day": day_text(end)},
                field="expires_on",
            )
        kind = "pass.shortened" if end < pass_.expires_on else "pass.extended"
        move(pass_, end, end.day, on)
        rows.append(beats.fact(kind, pass_, before=before, on=on, **who))
    if len(passes) == 1:
        passes[0].save(update_fields=MOVED)
    else:
        Pass.objects.bulk_update(passes, MOVED, batch_size=1000)
    journal.write_all(rows)
    taken = {row.subject_id: row.contact_id for row in rows if row.kind == "pass.shortened"}
    return beats.Change(passes, beats.follow_on("pass.shortened", taken, on=on, **who))


def runs_from(pass_: Pass, on: datetime.date) -> datetime.date:
    """The day it starts: one that has expired starts anew from today."""
    return on if pass_.status_on(on) == Status.EXPIRED else pass_.starts_on


def move(pass_: Pass, end, anchor_day, on) -> None:
    """Give the pass a new end, not yet saved (`MOVED`)."""
    pass_.starts_on = runs_from(pass_, on)
    pass_.expires_on = end
    pass_.anchor_day = anchor_day
    pass_.version += 1
