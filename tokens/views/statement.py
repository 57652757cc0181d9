"""The statement of an account's tokens for a period: on screen, as CSV, as PDF."""

import csv

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm import doubles
from crm.models import Account
from tms import days, printing
from tms.ui.access import staff
from tms.ui.export import harmless
from tms.ui.forms import Form

from .. import naming, statement, tables
from ..models import EntryKind
from .asked import SEE

MOST_ON_SCREEN, MOST_ON_PAPER = 500, 5000


class PeriodForm(Form):
    first = forms.DateField(label=gettext_lazy("From"))
    last = forms.DateField(label=pgettext_lazy("span", "To"))

    def clean(self):
        answers = super().clean()
        if answers.get("first") and answers.get("last") and answers["first"] > answers["last"]:
            self.add_error("last", _("The first day is after the last."))
        return answers


@staff(SEE)
def account_statement(request, account_id):
    """`?first=…&last=…`, this year unless said; `format`: csv or pdf."""
    account = doubles.lead_on(request, get_object_or_404(Account, pk=account_id))
    form = PeriodForm(asked(request))
    if not form.is_valid():
        return render(
            request, "tokens/statement.html", {"account": account, "form": form}, status=422
        )
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    found = statement.of_account(account.pk, first, last, on=request.today)
    complete(found, request.user)
    wanted = request.GET.get("format", "")
    count = sum(len(each.lines) for each in found)
    if wanted == "csv":
        return as_csv(request, account, found, first, last)
    if wanted == "pdf" and count <= MOST_ON_PAPER:
        return as_pdf(request, account, found, first, last)
    context = {
        "account": account,
        "form": form,
        "found": found,
        "query": request.GET.urlencode() or f"first={first}&last={last}",
        "too_many": count > MOST_ON_SCREEN,
        "no_paper": wanted == "pdf" or count > MOST_ON_PAPER,
    }
    return render(request, "tokens/statement.html", context)


def asked(request) -> dict:
    """The period in the address, or this year up to today."""
    query = request.GET
    return {
        "first": query.get("first") or request.today.replace(month=1, day=1).isoformat(),
        "last": query.get("last") or request.today.isoformat(),
    }


def complete(found, user) -> None:
    """Put into the lines what each was for, in words."""
    lines = [line for each in found for line in each.lines]
    names = naming.purposes({(line["purpose_kind"], line["purpose_id"]) for line in lines}, user)
    for line in lines:
        line["what_for"] = names.get((line["purpose_kind"], line["purpose_id"]))
        line["what"] = str(EntryKind(line["kind"]).label)
        line["said"] = tables.what_for_plain(line) or line["reason"]
        line["signed"] = tables.signed(line["quantity"])


def file_name(account, first, last, kind) -> str:
    return f"tokens-{account.pk}-{first}-{last}.{kind}"


def as_csv(request, account, found, first, last) -> HttpResponse:
    """A line an entry, with the balance after it; before them the opening one, after them the
    closing one."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    name = file_name(account, first, last, "csv")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    writer = csv.writer(response)
    headings = (_("Type"), _("Day"), _("Entry"), _("For"), _("Reason"), _("Issue"))
    writer.writerow([*headings, _("Issue until"), _("Tokens"), _("Balance")])
    for each in found:
        rows = [[each.name, first, _("Opening balance"), "", "", "", "", "", each.opening]]
        rows += [
            [
                each.name,
                line["on"],
                line["what"],
                tables.what_for_plain(line),
                line["reason"],
                line["issue_id"],
                line["issue__expires_on"],
                line["quantity"],
                line["balance"],
            ]
            for line in each.lines
        ]
        rows.append([each.name, last, _("Closing balance"), "", "", "", "", "", each.closing])
        writer.writerows([harmless(cell) for cell in row] for row in rows)
    return response


def as_pdf(request, account, found, first, last) -> HttpResponse:
    data = {
        "title": _("Statement of training tokens"),
        "organisation": request.organisation.name,
        "account": account.legal_name or account.name,
        "period": _("From %(first)s to %(last)s")
        % {"first": days.day_text(first), "last": days.day_text(last)},
        "made": _("Made on %(day)s") % {"day": days.day_text(request.today)},
        "nothing": _("There were no tokens in this period."),
        "types": [of_type(each) for each in found],
    }
    name = file_name(account, first, last, "pdf")
    return printing.answer("statement", data, at=request.now, file=name)


def of_type(each) -> dict:
    """One type as the printed statement has it."""
    figures = (
        (_("Opening balance"), each.opening),
        (_("In"), each.incoming),
        (_("Out"), each.outgoing),
        (_("Closing balance"), each.closing),
    )
    return {
        "name": each.name,
        "figures": [[label, days.number(number)] for label, number in figures],
        "headings": [
            _("Day"),
            _("Entry"),
            _("For"),
            _("Issue"),
            _("Tokens"),
            _("Balance"),
        ],
        "rows": [
            [
                days.day_short(line["on"]),
                line["what"],
                line["said"],
                f"#{line['issue_id']}",
                line["signed"],
                days.number(line["balance"]),
            ]
            for line in each.lines
        ],
    }
