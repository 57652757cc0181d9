"""What do tokens bring to the dashboard? Whose expire next."""

import datetime

from django.template.loader import render_to_string
from django.urls import reverse

from tms.compiled import Statement
from tms.ui.alike import once

SOON = datetime.timedelta(days=30)
LISTED = 6

# One more than are listed: is there more?
EXPIRING = Statement(f"""
SELECT found.*, a.name, u.label
FROM (
    SELECT account_id, token_type_id, sum(remaining) AS tokens, min(expires_on) AS expires_on
    FROM tokens_tokenissue
    WHERE has_some AND expires_on BETWEEN %(on)s AND %(soon)s
    GROUP BY account_id, token_type_id
    ORDER BY 4, 1, 2 LIMIT {LISTED + 1}
) found
JOIN crm_account a ON a.id = found.account_id
JOIN tokens_tokentype t ON t.id = found.token_type_id
JOIN catalog_unit u ON u.id = t.unit_id
ORDER BY found.expires_on, found.account_id, found.token_type_id
""")  # noqa: S608 - a constant of this module


def expiring(request, _user) -> str:
    """Whose tokens expire within thirty days, by type, soonest first. One statement."""
    return _expiring(EXPIRING(on=request.today, soon=request.today + SOON))


@once
def _expiring(found) -> str:
    rows = [
        {
            "account": name,
            "url": reverse("tokens:of_account", args=[account_id]),
            "tokens": int(tokens),
            "type": label,
            "expires_on": expires_on,
        }
        for account_id, _type, tokens, expires_on, name, label in found[:LISTED]
    ]
    context = {
        "rows": rows,
        "more": len(found) > LISTED,
        "url": reverse("tokens:liability"),
    }
    return render_to_string("tokens/_expiring.html", context)
