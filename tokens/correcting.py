"""How are balances corrected and moved: by hand where the settings allow it, or as credited?

Locks and entries are those of all of tokens (`tokens.beats`); all or nothing.
"""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.models import Account
from tms import journal
from tms.refusals import Refusal

from . import beats, issuing, switches
from .models import EntryKind, IssueSource, TokenIssue


@transaction.atomic
def adjust(
    issue_id: int,
    quantity: int,
    *,
    version: int | None,
    reason: str,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenIssue:
    """Add (plus) or take off (minus) a whole number on an issue that isn't over.

    Only where the settings allow it. Raises Stale, and Refusal without a reason, for zero, for
    more off than remains and for more than a million on.
    """
    switches.hold_adjustments()
    found = beats.locked_issue(issue_id, version)
    issuing.refuse_over(found, on)
    beats.refuse_archived(found.account)
    if not isinstance(quantity, int) or not quantity or abs(quantity) > beats.MOST:
        raise Refusal(
            _("Give a whole number other than zero, at most 1,000,000."), field="quantity"
        )
    if not reason.strip():
        raise Refusal(_("Say why: it is kept in the history."), field="reason")
    if found.remaining + quantity < 0:
        raise Refusal(
            _("Only %(n)s remain: no more can be taken off.") % {"n": found.remaining},
            field="quantity",
        )
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    return _corrected(found, quantity, **who)


@transaction.atomic
def take_back(
    issue_id: int,
    quantity: int,
    *,
    reason: str,
    purpose: tuple[str, int],
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenIssue:
    """Take `quantity` off what was sold, as it was credited; what is spent stays so.

    No adjustment by hand: the settings aren't asked. Raises Refusal when less is left.
    """
    found = beats.locked_issue(issue_id)
    left = found.spendable_on(on)
    if beats.whole(quantity) > left:
        raise Refusal(
            _("Only %(left)s of %(issue)s can be taken back: the others are spent or expired.")
            % {"left": left, "issue": f"{found.token_type} #{found.pk}"},
            field="take_back",
        )
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    return _corrected(found, -quantity, purpose=purpose, **who)


def _corrected(found: TokenIssue, quantity: int, *, purpose=("", None), operation, **who):
    _touch(found)
    move = beats.next_moves()[0]
    what_for = {"purpose_kind": purpose[0], "purpose_id": purpose[1]}
    beats.write([beats.entry(EntryKind.ADJUSTED, found, quantity, move, **what_for, **who)])
    journal.write(
        "token_issue.adjusted",
        found.pk,
        account_id=found.account_id,
        before={"remaining": found.remaining},
        after={
            "token_type": found.token_type_id,
            "quantity": quantity,
            "remaining": found.remaining + quantity,
        },
        operation=operation,
        **who,
    )
    found.remaining += quantity
    return found


@transaction.atomic
def transfer(
    issue_id: int,
    quantity: int,
    *,
    to: Account,
    version: int | None,
    reason: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenIssue:
    """Move tokens of an issue that isn't over to another account, where they keep their expiry.

    Two entries that name each other; the answer is the issue that the other account has now.
    Only where the settings allow adjustments. Raises Stale and Refusal.
    """
    switches.hold_adjustments()
    accounts = beats.lock_accounts(
        [
            to.pk,
            *TokenIssue.objects.filter(pk=issue_id).values_list("account_id", flat=True),
        ]
    )
    found = beats.locked_issue(issue_id, version)
    issuing.refuse_over(found, on)
    if to.pk == found.account_id:
        raise Refusal(_("They are this account's already. Choose another one."), field="to")
    if to.pk not in accounts:
        raise Refusal(_("This account is not there. Choose another one."), field="to")
    beats.refuse_archived(accounts[to.pk])
    if beats.whole(quantity) > found.remaining:
        raise Refusal(
            _("Only %(n)s remain: no more can be transferred.") % {"n": found.remaining},
            field="quantity",
        )
    who = {"at": at, "on": on, "by": by, "reason": reason}
    return moved([(found, quantity)], accounts[to.pk], operation=operation, **who)[0]


def moved(parts, to: Account, *, at, on, by, reason: str = "", operation: str = "") -> list:
    """Let so many of each issue, (issue, number), leave for another account: the issues there.

    Everything is locked, and nothing is asked: `transfer` does, and merging accounts needn't. A
    constant number of statements.
    """
    parts = list(parts)
    for issue, _quantity in parts:
        issue.version += 1
    TokenIssue.objects.filter(pk__in=[issue.pk for issue, _quantity in parts]).update(
        version=F("version") + 1
    )
    arrived = TokenIssue.objects.bulk_create(
        TokenIssue(
            account=to,
            token_type=issue.token_type,
            issued=quantity,
            issued_on=on,
            issued_at=at,
            expires_on=issue.expires_on,
            source=IssueSource.TRANSFER,
            source_kind="token_issue",
            source_id=issue.pk,
            unit_price=issue.unit_price,
            currency_id=issue.currency_id,
        )
        for issue, quantity in parts
    )
    moves = beats.next_moves(len(parts))
    who = {"at": at, "on": on, "by": by, "reason": reason}
    left = beats.write(
        beats.entry(EntryKind.TRANSFERRED, issue, -quantity, move, **who)
        for (issue, quantity), move in zip(parts, moves, strict=True)
    )
    beats.write(
        beats.entry(EntryKind.TRANSFERRED, there, there.issued, of.move, of=of, **who)
        for there, of in zip(arrived, left, strict=True)
    )
    rows = []
    for (issue, quantity), there in zip(parts, arrived, strict=True):
        said = {"token_type": issue.token_type_id, "quantity": quantity}
        came = {"source": IssueSource.TRANSFER, "from_account": issue.account_id}
        rows += [
            journal.row(
                "token_issue.transferred",
                issue.pk,
                account_id=issue.account_id,
                after={**said, "to_account": to.pk, "to_issue": there.pk},
                operation=operation,
                **who,
            ),
            journal.row(
                "token_issue.issued",
                there.pk,
                account_id=to.pk,
                after={**issuing.kept(there), **came, "from_issue": issue.pk},
                operation=operation,
                **who,
            ),
        ]
        issue.remaining -= quantity
        there.remaining = quantity
    journal.write_all(rows)
    return arrived


def _touch(issue: TokenIssue) -> None:
    """Whoever decides by an older look at the issue is told so."""
    issue.version += 1
    TokenIssue.objects.filter(pk=issue.pk).update(version=issue.version)
