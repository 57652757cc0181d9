"""What moved on an account's tokens? Redeem and give back; adjust and transfer are named here.

Entries are only added; the database sees to it, and to it that nothing falls below zero. Every
verb locks the accounts, then their issues in spend order, and is all or nothing.
"""

import dataclasses
import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from crm.models import Account
from tms import journal
from tms.compiled import Rows
from tms.refusals import Refusal
from tms.straight import Straight

from . import beats, expiring, merging
from .correcting import adjust, transfer
from .models import EntryKind, LedgerEntry, TokenIssue, TokenType

__all__ = [
    "LEFT",
    "NOTHING",
    "Purpose",
    "Redemption",
    "Returned",
    "adjust",
    "left_of",
    "parts_of",
    "pay",
    "redeem",
    "refund",
    "to_give_back",
    "transfer",
]

REDEEM = Straight(
    """
SELECT tokens_redeem(
    %(account)s::bigint, %(token_type)s::bigint, %(quantity)s::int, %(issue)s::bigint,
    %(contact)s::bigint, %(purpose_kind)s::text, %(purpose_id)s::bigint,
    %(at)s::timestamptz, %(on)s::date, %(by)s::bigint, %(key)s::bigint,
    %(source)s::text, %(reason)s::text, %(operation)s::text)
""",
    behind="account",
)

_CAME_BACK = (
    LedgerEntry.objects.filter(of=OuterRef("pk"), kind=EntryKind.REFUNDED)
    .order_by()
    .values("of")
    .annotate(n=Sum("quantity"))
    .values("n")
)
# What didn't come back of an entry that took tokens: for lists.
LEFT = -F("quantity") - Coalesce(Subquery(_CAME_BACK, output_field=IntegerField()), 0)


def _took(moves):
    return LedgerEntry.objects.filter(move__in=moves, kind=EntryKind.REDEEMED)


TAKEN = Rows(
    lambda moves: _took(moves).annotate(came_back=Sum("answers__quantity")).order_by("-id")
)


@dataclasses.dataclass(frozen=True)
class Redemption:
    """What was taken: `parts` are (issue id, number), in the order in which they were spent."""

    move: int
    quantity: int
    parts: tuple[tuple[int, int], ...]


@dataclasses.dataclass(frozen=True)
class Returned:
    """What came back to one issue; `over`: that has expired, so it was written off again."""

    move: int
    issue: TokenIssue
    quantity: int
    over: bool


class Purpose(NamedTuple):
    """What tokens are taken for, by kind and number: ("registration", 12)."""

    kind: str = ""
    pk: int | None = None


NOTHING = Purpose()


def redeem(
    account_id: int,
    token_type: TokenType,
    quantity: int,
    *,
    issue_id: int | None = None,
    contact_id: int | None = None,
    purpose: Purpose = NOTHING,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> Redemption:
    """Take `quantity` tokens of the type, earliest expiry first; of `issue_id` alone if given.

    One statement, and so one transaction where there is none around it: the account's lock, its
    issues, an entry for each issue's part and the journal row. What threads of this process take
    from one account at the same moment shares that transaction. Raises Refusal with the number
    missing, and then nothing has moved.
    """
    quantity = beats.whole(quantity)
    by_id, key_id, source = journal.who(by)
    [((move, *told),)] = REDEEM(
        account=account_id,
        token_type=token_type.pk,
        quantity=quantity,
        issue=issue_id,
        contact=contact_id,
        purpose_kind=purpose.kind,
        purpose_id=purpose.pk,
        at=at,
        on=on,
        by=by_id,
        key=key_id,
        source=source,
        reason=reason,
        operation=operation,
    )
    if move is None:
        raise _why_not(account_id, token_type, quantity, issue_id, *told)
    return Redemption(move, quantity, tuple(zip(told[::2], told[1::2], strict=True)))


def _why_not(account_id, token_type, quantity, issue_id, available) -> Refusal:
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        return Refusal(_("This account is not there. Load the page again."), field="account")
    if available is None:
        return Refusal(
            _("%(account)s is archived. Restore it first.") % {"account": account}, field="account"
        )
    said = {
        "n": quantity,
        "type": token_type,
        "account": account,
        "has": available,
        "missing": quantity - available,
    }
    if issue_id is not None:
        return Refusal(
            _(
                "That takes %(n)s %(type)s and this issue has %(has)s to spend: %(missing)s are "
                "missing. Choose another issue, or let the earliest expiry be used first."
            )
            % said,
            field="issue",
        )
    return Refusal(
        _("That takes %(n)s %(type)s and %(account)s has %(has)s: %(missing)s are missing.") % said,
        field="quantity",
    )


def pay(unit, amount, *, account_id: int, purpose=NOTHING, **particulars) -> Redemption | None:
    """Pay `amount` of a token unit from the account: the payer of `settings.PAYERS`.

    Nothing to pay: None. `purpose` is a kind and a number. Takes what `redeem` takes besides, and
    raises what it raises.
    """
    if not amount:
        return None
    if amount != int(amount):
        raise Refusal(_("Tokens are whole: %(unit)s can't be split.") % {"unit": unit})
    token_type = TokenType.objects.select_related("unit").get(unit=unit)
    purpose = Purpose(*purpose)
    return redeem(account_id, token_type, int(amount), purpose=purpose, **particulars)


@transaction.atomic
def refund(
    moves: dict[int, int | None],
    *,
    purpose: Purpose = NOTHING,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> list[Returned]:
    """Give back what the redemptions took: {their number: how many tokens, None: all that's left}.

    Each token goes back to the issue it came from, the last taken first, never more than was
    taken. Where that issue has expired it is written off again at once: two entries. A constant
    number of statements. Raises Refusal for what isn't a redemption and what came back already.
    """
    taken = _taken(moves)
    issues = beats.lock_issues(each.issue_id for each in taken)
    # Read again under the lock: somebody may have given it back meanwhile.
    taken = _taken(moves)
    parts = [part for move, wanted in moves.items() for part in _parts(move, wanted, taken)]
    expiring.record(issues.values(), on=on, at=at)
    number = dict(zip(moves, beats.next_moves(len(moves)), strict=True))
    entries, back = [], []
    who = {"at": at, "on": on, "by": by, "reason": reason}
    for of, quantity in parts:
        issue, move = issues[of.issue_id], number[of.move]
        more = {
            "contact_id": of.contact_id,
            "purpose_kind": purpose.kind or of.purpose_kind,
            "purpose_id": purpose.pk or of.purpose_id,
        }
        entries.append(beats.entry(EntryKind.REFUNDED, issue, quantity, move, of=of, **more, **who))
        if issue.is_over(on):
            entries.append(beats.entry(EntryKind.EXPIRED, issue, -quantity, move, **more, **who))
        back.append(Returned(move, issue, quantity, issue.is_over(on)))
    beats.write(entries)
    journal.write_all(
        journal.row(
            "tokens.refunded",
            number[move],
            account_id=of.account_id,
            contact_id=of.contact_id,
            after={
                "token_type": of.token_type_id,
                "quantity": sum(each.quantity for each in back if each.move == number[move]),
                "written_off": sum(
                    each.quantity for each in back if each.move == number[move] and each.over
                ),
                "of": move,
                "purpose": [purpose.kind or of.purpose_kind, purpose.pk or of.purpose_id],
            },
            operation=operation,
            **who,
        )
        for move, of in {of.move: of for of, _quantity in parts}.items()
    )
    merging.carry_on(back, at=at, on=on, by=by, reason=reason, operation=operation)
    return back


def to_give_back(moves, on: datetime.date) -> list[tuple[TokenIssue, int, bool]]:
    """What a refund of all that is left of `moves` would give: issue, number, is it over? Reads."""
    back = {}
    for each in _taken(moves, lock=False):
        back[each.issue_id] = back.get(each.issue_id, 0) + each.left
    found = TokenIssue.objects.select_related("token_type__unit").in_bulk(back)
    return [(found[pk], number, found[pk].is_over(on)) for pk, number in back.items() if number]


def parts_of(move: int) -> list[LedgerEntry]:
    """The entries of a redemption in spend order, each with `left`: what didn't come back of it."""
    return _taken([move], lock=False)[::-1]


def left_of(moves) -> dict[int, int]:
    """How many tokens of each of these redemptions haven't come back yet. Reads; one statement."""
    left: dict[int, int] = {}
    for each in _taken(moves, lock=False):
        left[each.move] = left.get(each.move, 0) + each.left
    return left


def _taken(moves, *, lock=True) -> list[LedgerEntry]:
    """The entries that took, the last first, each with `left`: what didn't come back of it yet."""
    if lock:
        beats.lock_accounts(merging.paying_accounts(_took(list(moves))))
    found = TAKEN(moves=list(moves))
    for each in found:
        each.left = -each.quantity - (each.came_back or 0)
    return found


def _parts(move: int, wanted: int | None, taken) -> list[tuple[LedgerEntry, int]]:
    """What of each entry of the redemption comes back."""
    mine = [each for each in taken if each.move == move]
    if not mine:
        raise Refusal(_("There is no such redemption."), field="redemption")
    left = sum(each.left for each in mine)
    if not left:
        raise Refusal(_("These tokens were given back already."))
    wanted = left if wanted is None else beats.whole(wanted)
    if wanted > left:
        raise Refusal(
            _("Only %(left)s can be given back: that is what is left of this redemption.")
            % {"left": left},
            field="quantity",
        )
    parts = []
    for each in mine:
        quantity = min(each.left, wanted)
        wanted -= quantity
        if quantity:
            parts.append((each, quantity))
    return parts
