"""Which issue of tokens is meant by these letters?"""

from django.db.models import Q

from tms.ui.address import page_of
from tms.ui.register import Hit

from .models import TokenIssue


def find_issues(query: str, _user, limit: int) -> list[Hit]:
    """Issues of training tokens by their number (#12) or their External ID. One statement."""
    text = query.strip()
    found = Q(external_id=text) & ~Q(external_id="")
    number = text.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        found |= Q(pk=int(number))
    rows = TokenIssue.objects.filter(found).order_by("-pk")
    return [
        Hit(
            f"{issued} {label} #{pk}",
            page_of("tokens:issue", pk),
            subtitle=external_id,
            aside=account,
        )
        for pk, issued, label, external_id, account in rows.values_list(
            "pk", "issued", "token_type__unit__label", "external_id", "account__name"
        )[:limit]
    ]
