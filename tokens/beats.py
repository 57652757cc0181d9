"""What do all verbs about tokens share? The locks, the numbers of moves, entries, sentences.

One lock order everywhere: accounts by id, then their issues in the order in which they are spent.
Whoever holds an account's lock is alone with its tokens; the night takes issues that nobody holds.
"""

import datetime

from django.db import connection
from django.utils.translation import gettext as _

from crm.models import Account
from tms import journal
from tms.refusals import Refusal, Stale

from .models import LedgerEntry, TokenIssue

LAST_DAY = datetime.date(2100, 12, 31)
MOST = 1_000_000


def lock_accounts(account_ids) -> dict[int, Account]:
    """The accounts, locked in the order of their ids."""
    found = Account.objects.select_for_update(of=("self",), no_key=True)
    return {each.pk: each for each in found.filter(pk__in=set(account_ids)).order_by("pk")}


def locked_issue(issue_id: int, version: int | None = None) -> TokenIssue:
    """The issue, locked after its account. Raises Stale when it changed since `version`."""
    account_id = TokenIssue.objects.values_list("account_id", flat=True).filter(pk=issue_id).first()
    if account_id is None:
        raise Refusal(_("This token issue is not there. Load the page again."))
    lock_accounts([account_id])
    issue = lock_issues([issue_id])[issue_id]
    if version is not None and issue.version != version:
        raise Stale(
            _("Somebody changed this token issue meanwhile. Look at it as it is now, then decide.")
        )
    return issue


def lock_issues(issue_ids) -> dict[int, TokenIssue]:
    """The issues, locked in the order in which they are spent."""
    found = TokenIssue.objects.select_for_update(of=("self",), no_key=True)
    found = found.select_related("token_type__unit", "account").filter(pk__in=set(issue_ids))
    return {each.pk: each for each in found.in_spend_order()}


def next_moves(number: int = 1) -> list[int]:
    """Numbers for that many deeds. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('tokens_move') FROM generate_series(1, %s)", [number])
        return [row[0] for row in cursor]


def entry(kind: str, issue: TokenIssue, quantity: int, move: int, **particulars) -> LedgerEntry:
    """An entry not yet written. Takes `at`, `on`, `by`, `reason`, `of`, `contact_id`, purpose.

    `recorded_at` is `at` unless said; road and key are those of the journal.
    """
    at, by = particulars.pop("at"), particulars.pop("by")
    particulars.pop("operation", None)
    road = journal.row(f"tokens.{kind}", move, at=at, on=particulars["on"], by=by)
    particulars.setdefault("recorded_at", at)
    particulars.setdefault("source", road.source)
    return LedgerEntry(
        issue=issue,
        account_id=issue.account_id,
        token_type_id=issue.token_type_id,
        kind=kind,
        quantity=quantity,
        move=move,
        at=at,
        by_id=road.by_id,
        key_id=road.key_id,
        **particulars,
    )


def write(entries) -> list[LedgerEntry]:
    """Add the entries: one statement a thousand. What remains follows in the same statement."""
    return LedgerEntry.objects.bulk_create(entries, batch_size=1000)


def whole(quantity, *, field="quantity", least=1) -> int:
    """The number as it was given. Raises Refusal below `least` and above a million."""
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise Refusal(_("Tokens are whole: give a whole number."), field=field)
    if quantity < least:
        raise Refusal(_("Give a whole number of at least %(n)s.") % {"n": least}, field=field)
    if quantity > MOST:
        raise Refusal(_("At most 1,000,000 tokens at once."), field=field)
    return quantity


def refuse_archived(account: Account) -> None:
    if account.archived_at:
        raise Refusal(
            _("%(account)s is archived. Restore it first.") % {"account": account}, field="account"
        )


def possible_expiry(expires_on: datetime.date | None, on: datetime.date) -> None:
    """Raise Refusal for a last day before `on` and after the year 2100; None: never over."""
    if expires_on is None:
        return
    if expires_on < on:
        raise Refusal(_("This day is past. Choose today or a later day."), field="expires_on")
    if expires_on > LAST_DAY:
        raise Refusal(_("The year 2100 is the last. Choose an earlier day."), field="expires_on")
