"""What moved on an account's tokens, as who looks after its training sees it?

The statement that staff have, without what they wrote down as reasons: an entry is for a person.
"""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from tms.ui.access import learner
from tokens import statement, tables
from tokens.models import EntryKind
from tokens.views.statement import (
    MOST_ON_PAPER,
    MOST_ON_SCREEN,
    PeriodForm,
    as_csv,
    as_pdf,
    asked,
)

from .team import around, managed

PERSON = ("contact__first_name", "contact__last_name")


@learner
@require_safe
def account_statement(request, account_id):
    """`?first=…&last=…`, this year unless said; `format`: csv or pdf."""
    _contact, account, accounts = managed(request, account_id)
    context = {"account": account, "form": (form := PeriodForm(asked(request)))}
    context |= around(account, accounts, "lms:my_team_tokens")
    if not form.is_valid():
        return render(request, "lms/team/statement.html", context, status=422)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    found = statement.of_account(account.pk, first, last, on=request.today)
    complete(found)
    wanted, count = request.GET.get("format", ""), sum(len(each.lines) for each in found)
    if wanted == "csv":
        return as_csv(request, account, found, first, last)
    if wanted == "pdf" and count <= MOST_ON_PAPER:
        return as_pdf(request, account, found, first, last)
    context |= {
        "found": found,
        "query": request.GET.urlencode() or f"first={first}&last={last}",
        "too_many": count > MOST_ON_SCREEN,
        "no_paper": wanted == "pdf" or count > MOST_ON_PAPER,
    }
    return render(request, "lms/team/statement.html", context)


def complete(found) -> None:
    """Put into the lines what each was, and for whom; the reason stays with staff."""
    for line in (line for each in found for line in each.lines):
        line["what_for"], line["reason"], line["contact__email"] = None, "", ""
        line["what"] = str(EntryKind(line["kind"]).label)
        line["said"] = " ".join(filter(None, (line[name] for name in PERSON)))
        line["signed"] = tables.signed(line["quantity"])
