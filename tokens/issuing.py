"""How does an account get tokens, and until when can they be spent?"""

import dataclasses
import datetime
import decimal

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog.models import Unit
from crm.models import Account
from tms import clock, journal
from tms.refusals import Refusal

from . import beats, expiring, switches
from .models import EntryKind, IssueSource, PeriodUnit, TokenIssue, TokenType

# What people do by hand, by whatever road; a setting may forbid it.
BY_HAND = {IssueSource.HAND, IssueSource.COURTESY, IssueSource.API, IssueSource.IMPORT}
ROADS = {IssueSource.API: "api", IssueSource.IMPORT: "import"}
DEFAULT = object()


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Tokens to issue. `expires_on`: DEFAULT as the type says; None: never over."""

    account: Account
    token_type: TokenType
    quantity: int
    expires_on: datetime.date | object | None = DEFAULT
    issued_on: datetime.date | None = None
    note: str = ""
    external_id: str = ""
    unit_price: decimal.Decimal | None = None
    currency: Unit | None = None


def expiry_of(token_type: TokenType, on: datetime.date) -> datetime.date | None:
    """The last day to spend what is issued on `on`; None: never over. Raises Refusal past 2100."""
    if token_type.period is None:
        return None
    try:
        if token_type.period_unit == PeriodUnit.DAYS:
            end = on + datetime.timedelta(days=token_type.period)
        else:
            end = on + relativedelta(months=token_type.period)
    except (OverflowError, ValueError):
        end = datetime.date.max
    beats.possible_expiry(end, on)
    return end


def issue(account, token_type, quantity: int, *, expires_on=DEFAULT, note="", **who) -> TokenIssue:
    """Issue `quantity` tokens to the account. Takes what `issue_many` takes, and returns it."""
    wanted = Wanted(account, token_type, quantity, expires_on=expires_on, note=note)
    return issue_many([wanted], **who)[0]


@transaction.atomic
def issue_many(
    wanted: list[Wanted],
    *,
    source: str = IssueSource.HAND,
    source_kind: str = "",
    source_id: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> list[TokenIssue]:
    """Issue all of `wanted`, or none. Locks the accounts; five statements and one a thousand.

    By hand, by API or by import only where the settings allow it. Raises Refusal for a type that
    is archived, an account that is, a number that isn't whole or below 1, a day that is past.
    What an import brings that is over already (`issued_on` before) is written off at once.
    """
    if source in BY_HAND:
        switches.hold_manual_issues()
    accounts = beats.lock_accounts(each.account.pk for each in wanted)
    issues = [_made(each, accounts, source, at=at, on=on) for each in wanted]
    for made in issues:
        made.source_kind, made.source_id = source_kind, source_id
    TokenIssue.objects.bulk_create(issues, batch_size=1000)
    moves = beats.next_moves(len(issues))
    road = ROADS.get(source)
    who = {"at": at, "by": by}
    more = {"source": road} if road else {}
    entries = []
    zone = expiring.zone()
    for made, move in zip(issues, moves, strict=True):
        entries.append(
            beats.entry(
                EntryKind.ISSUED,
                made,
                made.issued,
                move,
                at=at if made.issued_on == on else clock.start_of(made.issued_on, zone),
                on=made.issued_on,
                recorded_at=at,
                by=by,
                reason=reason or made.note,
                **more,
            )
        )
    beats.write(entries)
    journal.write_all(
        journal.row(
            "token_issue.issued",
            made.pk,
            account_id=made.account_id,
            after={**kept(made), "source": source},
            on=on,
            reason=reason or made.note,
            operation=operation,
            **who,
            **more,
        )
        for made in issues
    )
    for made in issues:
        made.remaining = made.issued
    expiring.record(issues, on=on, at=at)
    return issues


def _made(wanted: Wanted, accounts, source, *, at, on) -> TokenIssue:
    account = accounts[wanted.account.pk]
    beats.refuse_archived(account)
    if wanted.token_type.unit.archived_at:
        raise Refusal(
            _("%(type)s is archived and can't be issued. Choose another token type.")
            % {"type": wanted.token_type},
            field="token_type",
        )
    issued_on = wanted.issued_on or on
    if issued_on != on and source != IssueSource.IMPORT:
        raise Refusal(_("Tokens are issued today."), field="issued_on")
    if issued_on > on:
        raise Refusal(_("Tokens can't be issued on a day to come."), field="issued_on")
    expires_on = wanted.expires_on
    if expires_on is DEFAULT:
        expires_on = expiry_of(wanted.token_type, issued_on)
    beats.possible_expiry(expires_on, issued_on if source == IssueSource.IMPORT else on)
    if wanted.unit_price is not None and wanted.currency is None:
        raise Refusal(_("Say in which currency the price is."), field="currency")
    return TokenIssue(
        account=account,
        token_type=wanted.token_type,
        issued=beats.whole(wanted.quantity),
        issued_on=issued_on,
        issued_at=at,
        expires_on=expires_on,
        source=source,
        note=wanted.note.strip(),
        external_id=wanted.external_id.strip(),
        unit_price=wanted.unit_price,
        currency=wanted.currency if wanted.unit_price is not None else None,
    )


@transaction.atomic
def change_expiry(
    issue_id: int,
    *,
    expires_on: datetime.date | None,
    version: int | None,
    reason: str,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenIssue:
    """Move the last day of an issue that isn't over, later or earlier, not before today.

    None: never over. Raises Stale, and Refusal without a reason, for an issue that is over, and
    for a day that is past.
    """
    found = beats.locked_issue(issue_id, version)
    refuse_over(found, on)
    beats.possible_expiry(expires_on, on)
    if not reason.strip():
        raise Refusal(_("Say why: it is kept in the history."), field="reason")
    if expires_on == found.expires_on:
        return found
    before = {"expires_on": found.expires_on}
    found.expires_on = expires_on
    found.version += 1
    TokenIssue.objects.filter(pk=found.pk).update(expires_on=expires_on, version=F("version") + 1)
    journal.write(
        "token_issue.expiry_changed",
        found.pk,
        account_id=found.account_id,
        before=before,
        after={"expires_on": expires_on},
        at=at,
        on=on,
        by=by,
        reason=reason,
        operation=operation,
    )
    return found


def refuse_over(found: TokenIssue, on: datetime.date) -> None:
    """An issue that has expired stays so."""
    if found.is_over(on):
        raise Refusal(_("This issue has expired, and stays so. Issue new tokens to make good."))


def kept(found: TokenIssue) -> dict:
    """What the history keeps of an issue."""
    return {
        "token_type": found.token_type_id,
        "quantity": found.issued,
        "expires_on": found.expires_on,
    }
