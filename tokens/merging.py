"""What becomes of tokens when their account, or who may spend them, is merged into another?

The ledger is only added to, so tokens move by transfer: what is left of each issue becomes an issue
of the account kept, with the same expiry. What comes back later for something that the merged
account had paid goes on to the one kept.
"""

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.merging import Merge
from tms.consequences import Consequence

from . import beats, correcting, expiring
from .models import Spender, Spending, TokenIssue


def accounts(merge: Merge) -> set[int]:
    """Nothing is needed beyond the two accounts."""
    return set()


def follow(merge: Merge) -> list[Consequence]:
    if merge.noun == "contact":
        return _spender(merge)
    return _issues(merge) + _rule(merge)


def _spender(merge: Merge) -> list[Consequence]:
    """Whoever was chosen to spend an account's tokens is chosen still."""
    chosen = Spender.objects.filter(contact=merge.gone)
    there = Spender.objects.filter(contact=merge.kept).values("account")
    chosen.filter(account__in=there).delete()
    if count := chosen.update(contact=merge.kept):
        sentence = ngettext(
            "May spend the training tokens of %(count)s more account.",
            "May spend the training tokens of %(count)s more accounts.",
            count,
        )
        return [Consequence("stays", sentence % {"count": count}, count)]
    return []


def _issues(merge: Merge) -> list[Consequence]:
    found = TokenIssue.objects.filter(account=merge.gone, remaining__gt=0)
    issues = beats.lock_issues(found.values_list("pk", flat=True)).values()
    expiring.record(issues, on=merge.on, at=merge.at)
    parts = [(each, each.remaining) for each in issues if each.remaining]
    if not parts:
        return []
    reason = _("%(gone)s became part of %(kept)s") % {"gone": merge.gone.pk, "kept": merge.kept.pk}
    correcting.moved(parts, merge.kept, reason=reason, operation=merge.operation, **merge.who)
    totals: dict[str, int] = {}
    for issue, quantity in parts:
        label = issue.token_type.unit.label
        totals[label] = totals.get(label, 0) + quantity
    lines = tuple(f"{number} {label}" for label, number in totals.items())
    sentence = _("Training tokens move, and keep their expiry")
    return [Consequence("stays", sentence, sum(totals.values()), lines)]


def _rule(merge: Merge) -> list[Consequence]:
    """Who may spend: the rule of the account kept; where it has none, the other one's."""
    told = []
    rule = Spending.objects.filter(account=merge.gone)
    if Spending.objects.filter(account=merge.kept).exists():
        if rule.exists():
            rule.delete()
            sentence = _("Who may spend training tokens: the rule of %(kept)s holds for all.")
            told.append(Consequence("stays", sentence % {"kept": merge.kept}, 1))
    else:
        rule.update(account=merge.kept, version=F("version") + 1)
    chosen = Spender.objects.filter(account=merge.gone)
    there = Spender.objects.filter(account=merge.kept).values("contact")
    chosen.filter(contact__in=there).delete()
    chosen.update(account=merge.kept)
    return told


# What comes back afterwards


def paying_accounts(entries) -> set[int]:
    """The accounts of these entries, and those that they were merged into. One query."""
    pairs = entries.order_by().values_list("account_id", "account__merged_into_id")
    return {pk for pair in pairs for pk in pair if pk}


def carry_on(returned, *, on, **who) -> None:
    """Let what came back to an account that was merged go on to the one kept. It is locked."""
    quantities: dict[int, int] = {}
    issues = {}
    for each in returned:
        if not each.over and each.issue.account.merged_into_id:
            quantities[each.issue.pk] = quantities.get(each.issue.pk, 0) + each.quantity
            issues[each.issue.pk] = each.issue
    by_kept: dict[int, list] = {}
    for pk, quantity in quantities.items():
        by_kept.setdefault(issues[pk].account.merged_into_id, []).append((issues[pk], quantity))
    for kept_id, parts in by_kept.items():
        correcting.moved(parts, beats.lock_accounts([kept_id])[kept_id], on=on, **who)
