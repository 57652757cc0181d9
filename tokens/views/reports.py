"""What is owed in tokens on a day, and do the books agree? For all accounts together."""

from babel.dates import format_date
from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import money
from tms import days
from tms.ui import charts, export
from tms.ui.access import allowed, staff
from tms.ui.forms import Form
from tms.ui.reports import EXPORT

from .. import books, liability
from .asked import SEE


class DayForm(Form):
    """As of which day, and from which on what expired is counted."""

    on = forms.DateField(label=gettext_lazy("As of"))
    first = forms.DateField(label=gettext_lazy("Breakage since"))

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        answers = super().clean()
        on, first = answers.get("on"), answers.get("first")
        if on and on > self.today:
            self.add_error("on", _("This day is to come. Choose today or an earlier day."))
        elif on and first and first > on:
            self.add_error("first", _("The first day is after the last."))
        return answers


@staff(SEE)
def token_liability(request):
    """`?on=…&first=…`: today and this year unless said; `export`: csv or xlsx."""
    query = request.GET
    on = query.get("on") or request.today.isoformat()
    form = DayForm(
        {"on": on, "first": query.get("first") or f"{on[:4]}-01-01"}, today=request.today
    )
    if not form.is_valid():
        return render(request, "tokens/liability.html", {"form": form}, status=422)
    day, first = form.cleaned_data["on"], form.cleaned_data["first"]
    found = liability.as_of(day, first=first)
    if (kind := query.get("export")) in export.KINDS:
        if not allowed(request.user, EXPORT):
            raise PermissionDenied(_("Your role doesn't include exports."))
        return export.as_file(kind, lines_of(found, day, first), f"token-liability-{day}")
    owed = [each for each in found if each.owed]
    context = {
        "form": form,
        "day": day,
        "first": first,
        "query": f"on={day}&first={first}",
        "chart": by_month(owed, day) if owed else None,
        "exports": allowed(request.user, EXPORT),
        "found": [told(each) for each in found],
    }
    return render(request, "tokens/liability.html", context)


def by_month(found, day) -> charts.Bars:
    """Tokens owed, by month of expiry and type."""
    series = {
        str(of.token_type): {line.month: of.in_month(line.month) for line in of.owed}
        for of in found
    }
    return charts.by_month(_("Tokens owed by month of expiry"), series, day)


def told(of) -> dict:
    """A type as the page shows it: its figures, and its lines in words."""
    return {
        "name": str(of.token_type),
        "pk": of.token_type.pk,
        "outstanding": of.outstanding,
        "revenue": amounts(of.owed),
        "unpriced": liability.unpriced(of.owed),
        "broken": of.broken,
        "broken_revenue": amounts(of.gone),
        "lines": [
            {"month": month_of(line.month), "tokens": line.tokens, "revenue": amounts([line])}
            for line in of.owed
        ],
    }


def amounts(lines) -> list[str]:
    """What was paid, a text a currency."""
    sums = liability.revenue_of(lines)
    return [money.written(sums[unit], unit) for unit in sorted(sums, key=lambda each: each.code)]


def month_of(month) -> str:
    return format_date(month, "LLLL y", locale=days.reader()) if month else _("never")


def lines_of(found, day, first):
    """The rows of the file: owed by type, month and currency, then what expired since `first`."""
    headings = (_("As of"), _("Type"), _("What"), _("Month of expiry"), _("Tokens"))
    yield [*headings, _("Deferred revenue"), _("Currency")]
    for of in found:
        owed = [(_("Outstanding"), line.month or _("never"), line) for line in of.owed]
        gone = [(_("Expired since %(day)s") % {"day": first}, "", line) for line in of.gone]
        for what, month, line in owed + gone:
            month = f"{month:%Y-%m}" if hasattr(month, "year") else month
            code, revenue = "", None
            if line.revenue is not None:
                code = line.currency.code
                revenue = money.round_money(line.revenue, line.currency)
            row = (day, str(of.token_type), what, month, line.tokens, revenue, code)
            yield [export.harmless(cell) for cell in row]


@staff(SEE)
def token_books(request):
    """Every balance held against the sum of its entries."""
    return render(request, "tokens/books.html", {"proof": books.prove(request.today)})
