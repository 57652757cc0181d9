"""What do the settings of training tokens allow, and who switched them?"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal

from .models import TokenSettings


@transaction.atomic
def switch(
    *, manual_issues: bool, adjustments: bool, at: datetime.datetime, on: datetime.date, by
) -> TokenSettings:
    """Set both. Decided for whoever presses from then on, forms that are open included."""
    TokenSettings.objects.get_or_create(pk=1)
    found = TokenSettings.objects.select_for_update().get(pk=1)
    before = said(found)
    found.manual_issues, found.adjustments = manual_issues, adjustments
    after = said(found)
    if after != before:
        found.save()
        journal.write("token_settings.changed", 1, at=at, on=on, by=by, before=before, after=after)
    return found


def said(found: TokenSettings) -> dict:
    return {"manual_issues": found.manual_issues, "adjustments": found.adjustments}


def hold_manual_issues() -> None:
    """Raise Refusal where tokens come from sales and refunds only."""
    if not TokenSettings.current().manual_issues:
        raise Refusal(
            _(
                "Tokens aren't issued by hand here: they come from sales and refunds. "
                "Whoever sets up Training Tokens can allow it under Settings."
            )
        )


def hold_adjustments() -> None:
    """Raise Refusal where balances aren't adjusted or transferred by hand."""
    if not TokenSettings.current().adjustments:
        raise Refusal(
            _(
                "Balances aren't adjusted by hand here: correct them by a refund or a sale. "
                "Whoever sets up Training Tokens can allow it under Settings."
            )
        )
