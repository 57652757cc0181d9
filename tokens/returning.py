"""How do tokens come back when part of their issues has expired, and staff want to make it good?"""

import dataclasses

from django.db import transaction
from django.utils.translation import gettext as _

from . import issuing, ledger
from .issuing import Wanted
from .ledger import Returned
from .models import IssueSource, TokenIssue


@dataclasses.dataclass(frozen=True)
class GivenBack:
    """What came back, issue by issue, and what was issued anew for what has expired."""

    returned: list[Returned]
    anew: list[TokenIssue]


@transaction.atomic
def give_back(moves: dict[int, int | None], *, courtesy: bool = False, **who) -> GivenBack:
    """Refund, as `ledger.refund` does. `courtesy`: what is written off again at once is issued
    anew, by type with its redemption period, linked to the issue that expired.

    A courtesy is issuing by hand: refused where the settings forbid that. Raises Refusal.
    """
    returned = ledger.refund(moves, **who)
    lost: dict[tuple, list[Returned]] = {}
    for each in returned:
        if courtesy and each.over:
            lost.setdefault((each.issue.account_id, each.issue.token_type_id), []).append(each)
    who.pop("purpose", None)
    anew = [
        issuing.issue_many(
            [
                Wanted(
                    parts[0].issue.account,
                    parts[0].issue.token_type,
                    sum(each.quantity for each in parts),
                    note=_("For what had expired: %(issues)s.")
                    % {"issues": ", ".join(str(each.issue) for each in parts)},
                )
            ],
            source=IssueSource.COURTESY,
            source_kind="token_issue",
            source_id=parts[0].issue.pk,
            **who,
        )[0]
        for parts in lost.values()
    ]
    return GivenBack(returned, anew)
