"""What moved on an account's tokens in a period: from which balance, to which?

As an account sees it: what has expired is gone from the day after, written off by the night or
not. So every balance is what could be spent on that day.
"""

import dataclasses
import datetime

from django.db.models import Sum

from .models import EntryKind, LedgerEntry, TokenIssue

READ = (
    "token_type_id",
    "token_type__unit__label",
    "on",
    "kind",
    "quantity",
    "issue_id",
    "issue__expires_on",
    "purpose_kind",
    "purpose_id",
    "contact_id",
    "contact__first_name",
    "contact__last_name",
    "contact__email",
    "reason",
)


@dataclasses.dataclass
class OfType:
    """A type: what there was before the first day, what came and went, line by line, what is left.

    A line is a row of values (`READ`) with the `balance` after it.
    """

    token_type_id: int
    name: str
    opening: int = 0
    incoming: int = 0
    outgoing: int = 0
    lines: list[dict] = dataclasses.field(default_factory=list)

    @property
    def closing(self) -> int:
        return self.opening + self.incoming - self.outgoing


def of_account(
    account_id: int, first: datetime.date, last: datetime.date, *, on: datetime.date
) -> list[OfType]:
    """Every type that was there or moved from `first` to `last` (both included), by name.

    As known on the day `on`. Three statements.
    """
    found: dict[int, OfType] = {}
    before = LedgerEntry.objects.filter(account=account_id, on__lt=first).order_by()
    named = before.values_list("token_type", "token_type__unit__label")
    for pk, name, number in named.annotate(n=Sum("quantity")):
        found.setdefault(pk, OfType(pk, name)).opening += number
    entries = LedgerEntry.objects.filter(account=account_id, on__range=(first, last))
    rows = [*entries.order_by("on", "id").values(*READ)]
    for row in lapsed(account_id, last=last, on=on):
        if row["on"] < first:
            found[row["token_type_id"]].opening += row["quantity"]
        else:
            rows.append(row)
    for row in sorted(rows, key=lambda row: row["on"]):
        pk = row["token_type_id"]
        of_type = found.setdefault(pk, OfType(pk, row["token_type__unit__label"]))
        if row["quantity"] > 0:
            of_type.incoming += row["quantity"]
        else:
            of_type.outgoing -= row["quantity"]
        row["balance"] = of_type.closing
        of_type.lines.append(row)
    shown = [each for each in found.values() if each.lines or each.opening]
    return sorted(shown, key=lambda each: (each.name.casefold(), each.token_type_id))


def lapsed(account_id: int, *, last: datetime.date, on: datetime.date) -> list[dict]:
    """What has expired by `on` and isn't written off yet, as the entries that the night will write,
    as far as they count by `last`. One statement.
    """
    over = TokenIssue.objects.filter(
        account=account_id, has_some=True, expires_on__lt=min(last, on)
    )
    names = ("pk", "token_type_id", "token_type__unit__label", "expires_on", "remaining")
    return [
        dict.fromkeys(READ)
        | {
            "token_type_id": row["token_type_id"],
            "token_type__unit__label": row["token_type__unit__label"],
            "on": row["expires_on"] + datetime.timedelta(days=1),
            "kind": EntryKind.EXPIRED.value,
            "quantity": -row["remaining"],
            "issue_id": row["pk"],
            "issue__expires_on": row["expires_on"],
            "purpose_kind": "",
            "reason": "",
        }
        for row in over.order_by("expires_on", "pk").values(*names)
    ]
