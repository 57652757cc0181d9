"""What can the learner spend? Balances, issues and last movements of accounts, and a statement."""

import csv

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tms.ui.access import learner
from tms.ui.export import harmless
from tokens import balances, spending, statement
from tokens.models import EntryKind, LedgerEntry, TokenIssue

from .buying_packs import for_sale
from .learning import _learner
from .profile import _page

LATEST = 10


@learner
@require_safe
def tokens(request):
    """For who may spend: of each account the balance by type and issue, empty and over too."""
    contact = _learner(request)
    accounts = list(spending.accounts_of(contact).select_related("token_spending"))
    return _page(
        request,
        "tokens",
        "lms:profile_tokens",
        contact=contact,
        accounts=[of_account(each, contact, request.today) for each in accounts],
        sold=for_sale(request) if accounts else [],
    )


def of_account(account, contact, on) -> dict:
    """Four statements at most."""
    issues = TokenIssue.objects.filter(account=account).with_status(on).in_spend_order()
    by_type: dict[int, list] = {}
    for issue in issues:
        by_type.setdefault(issue.token_type_id, []).append(issue)
    types = [
        {
            "balance": each,
            "open": [i for i in by_type[each.token_type_id] if i.spendable],
            "over": [i for i in by_type[each.token_type_id] if not i.spendable],
        }
        for each in balances.of_account(account.pk, on)
    ]
    latest = LedgerEntry.objects.filter(account=account).select_related("token_type__unit")
    return {
        "account": account,
        "types": types,
        "latest": list(latest.order_by("-id")[:LATEST]),
        "left": spending.left_this_year(spending.rule_of(account.pk), contact.pk, on),
    }


@learner
@require_safe
def token_statement(request, account_id):
    """What moved this year, as CSV: for who may spend of the account."""
    contact = _learner(request)
    account = spending.accounts_of(contact).filter(pk=account_id).first()
    if account is None:
        raise Http404
    first = request.today.replace(month=1, day=1)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"tokens-{account.pk}-{request.today:%Y}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    written = csv.writer(response)
    written.writerow(
        [
            _("Type"),
            _("Day"),
            _("What"),
            pgettext("how many", "Number"),
            _("Balance"),
            _("Issue"),
            _("Expires on"),
        ]
    )
    for each in statement.of_account(account.pk, first, request.today, on=request.today):
        name = harmless(each.name)
        written.writerow([name, first, _("Opening balance"), "", each.opening, "", ""])
        for line in each.lines:
            written.writerow(
                [
                    name,
                    line["on"],
                    EntryKind(line["kind"]).label,
                    line["quantity"],
                    line["balance"],
                    line["issue_id"],
                    line["issue__expires_on"] or "",
                ]
            )
    return response
