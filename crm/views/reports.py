"""What came of selling? The reports on opportunities; `crm/reports.py` counts."""

import functools

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from catalog import money
from catalog.models import Unit
from tms import days
from tms.models import User
from tms.ui import charts, granules
from tms.ui.access import staff
from tms.ui.asked import Asked, Period
from tms.ui.granules import Grain
from tms.ui.reports import Column, Figures, Row, answer, number, percent

from .. import accounts, reports
from ..filters_selling import OWNERS
from ..models import Stage
from .opportunities import SEE

# So many rows of the list of what was lost stand on the page; a file has them all.
LISTED = 200
CURRENCIES = Unit.objects.currencies().order_by("code")


class ByOwner(Asked):
    owner = forms.ModelChoiceField(
        OWNERS,
        required=False,
        empty_label=gettext_lazy("Everybody"),
        label=gettext_lazy("Owner"),
    )

    @property
    def owner_id(self) -> int | None:
        chosen = self.cleaned_data["owner"]
        return chosen.pk if chosen else None


class InCurrency(ByOwner):
    """Of one currency: amounts of two are never added up."""

    currency = forms.ModelChoiceField(
        CURRENCIES, required=False, empty_label=None, label=gettext_lazy("Currency")
    )
    field_order = ("first", "last", "by", "currency", "owner")

    def usual(self):
        return {**super().usual(), "currency": usual_currency() or ""}


def usual_currency() -> int | None:
    """The first currency of the default region, or the first of all. Two statements at most."""
    region = accounts.default_region()
    known = region.currencies.order_by("code") if region else CURRENCIES
    return known.values_list("pk", flat=True).first()


def amount(label, currency) -> Column:
    return Column(
        label,
        lambda value: money.written(value, currency),
        numeric=True,
        plain=lambda value: money.round_money(value, currency),
    )


def needs_currency(figures):
    """Without any currency there is nothing to show."""

    @functools.wraps(figures)
    def drawn(form):
        if form.cleaned_data["currency"] is None:
            hint = _("Currencies are chosen in the control panel.")
            return Figures((), (), empty=_("There is no currency yet"), hint=hint)
        return figures(form)

    return drawn


# What is open

HEADINGS = {
    "stage": gettext_lazy("Stage"),
    "owner": gettext_lazy("Owner"),
    "closes": gettext_lazy("Expected close"),
}


class PipelineForm(InCurrency):
    by = forms.ChoiceField(
        choices=list(HEADINGS.items()),
        label=gettext_lazy("By"),
    )

    def usual(self):
        return {**super().usual(), "by": "stage"}


@staff(SEE)
@require_GET
def pipeline(request):
    """By stage, owner, or the month in which it should close."""

    @needs_currency
    def figures(form):
        by, currency = form.cleaned_data["by"], form.cleaned_data["currency"]
        found = reports.pipeline(by, currency=currency.pk, owner=form.owner_id)
        rows = NAMED[by](found)
        return Figures(
            columns=[
                Column(HEADINGS[by]),
                number(_("Opportunities")),
                amount(_("Worth"), currency),
                amount(_("Weighted"), currency),
            ],
            rows=[
                Row([name, each.count, each.worth, each.weighted], listed(form, asked))
                for name, asked, each in rows
            ],
            total=total_of(rows),
            chart=charts.across(
                _("Worth of open opportunities in %(code)s") % {"code": currency.code},
                [(name, [each.weighted, each.worth - each.weighted]) for name, _a, each in rows],
                [_("Weighted by probability"), _("The rest of their worth")],
                write=lambda value: money.written(value, currency),
            ),
            empty=_("No opportunity is open"),
            hint=_("An opportunity is a sale to one account, from the first enquiry to the end."),
        )

    return answer(
        request,
        PipelineForm(request),
        figures,
        title=_("Pipeline"),
        says=_(
            "What is neither won nor lost, as it stands now. Worth is the net sum of the "
            "interests; weighted is that times the probability of each opportunity."
        ),
        name="pipeline",
    )


def by_stage(found) -> list[tuple]:
    """(name, filters of the list, figures) of every open stage, in their order."""
    stages = Stage.objects.filter(kind="open").order_by("position", "pk")
    return [
        (stage.name, {"stage": stage.pk}, found.get(stage.pk, reports.Open()))
        for stage in stages
        if found and (stage.pk in found or stage.archived_at is None)
    ]


def by_owner(found) -> list[tuple]:
    names = dict(User.objects.filter(pk__in=[pk for pk in found if pk]).values_list("pk", "name"))
    rows = [
        (names.get(pk, _("Nobody")), {"owner": pk} if pk else None, each)
        for pk, each in found.items()
    ]
    return sorted(rows, key=lambda row: (-row[2].worth, row[0]))


def by_month(found) -> list[tuple]:
    rows = []
    for month in sorted(found, key=lambda each: (each is None, each)):
        asked, name = None, _("No day named")
        if month:
            name = granules.name(month, Grain.MONTH)
            last = granules.end_of(month, Grain.MONTH)
            asked = {"closing_from": month.isoformat(), "closing_to": last.isoformat()}
        rows.append((name, asked, found[month]))
    return rows


NAMED = {"stage": by_stage, "owner": by_owner, "closes": by_month}


def total_of(rows) -> list:
    together = sum((each for _name, _asked, each in rows), reports.Open())
    return [_("Together"), together.count, together.worth, together.weighted]


def listed(form, asked: dict | None) -> str:
    """The list of the opportunities of a row; None: the list has no such filter."""
    if asked is None:
        return ""
    asked = {"owner": form.owner_id or "", "currency": form.cleaned_data["currency"].pk, **asked}
    return f"{reverse('crm:opportunities')}?{urlencode({k: v for k, v in asked.items() if v})}"


# What was won


class DecidedForm(InCurrency, Period):
    pass


@staff(SEE)
@require_GET
def won(request):
    """By the month in which it was decided."""

    @needs_currency
    def figures(form):
        currency = form.cleaned_data["currency"]
        found = reports.decided(
            form.granules, **form.days, currency=currency.pk, owner=form.owner_id
        )
        rows = [(start, found.get(start, reports.Decided())) for start in form.granules]
        return Figures(
            columns=[
                Column(pgettext("span", "Time")),
                number(_("Won")),
                amount(_("Worth"), currency),
                number(_("Lost")),
                amount(_("Worth of what was lost"), currency),
                percent(_("Win rate")),
            ],
            rows=[Row(told(form.name_of(start), each)) for start, each in rows] if found else [],
            total=told(_("Together"), sum(found.values(), reports.Decided())),
            chart=charts.bars(
                _("Won in %(code)s") % {"code": currency.code},
                [
                    (label, [each.worth])
                    for label, (_start, each) in zip(form.labels(), rows, strict=True)
                ],
                [""],
                write=lambda value: money.written(value, currency),
            ),
            empty=_("Nothing was won or lost in this time"),
        )

    return answer(
        request,
        DecidedForm(request),
        figures,
        title=_("Won by period"),
        says=_(
            "Opportunities by the day on which they were won or lost, with the net sum of what "
            "was sold. The win rate is the part of what was decided that was won."
        ),
        name="won",
    )


def told(label, of: reports.Decided) -> list:
    return [label, of.won, of.worth, of.lost, of.lost_worth, of.rate]


# What was lost


class LostForm(InCurrency, Period):
    currency = forms.ModelChoiceField(
        CURRENCIES,
        required=False,
        empty_label=gettext_lazy("Every currency"),
        label=gettext_lazy("Currency"),
    )

    def usual(self):
        return {**super().usual(), "currency": ""}


@staff(SEE)
@require_GET
def lost(request):
    """Which, and why: the latest first."""

    def figures(form):
        chosen = form.cleaned_data["currency"]
        narrowed = {"currency": chosen.pk if chosen else None, "owner": form.owner_id}
        counts = reports.decided(form.granules, **form.days, **narrowed)
        number_lost = sum(each.lost for each in counts.values())
        rows = reports.lost(**form.days, **narrowed)
        note = ""
        if number_lost > LISTED:
            note = _("The latest %(shown)s of %(all)s. A file has them all.") % {
                "shown": days.number(LISTED),
                "all": days.number(number_lost),
            }
        return Figures(
            columns=[
                Column(_("Opportunity")),
                Column(_("Reason")),
                Column(_("Account")),
                Column(_("Owner")),
                Column(_("Lost on"), days.day_short),
                Column(_("Worth"), numeric=True),
            ],
            rows=[
                Row(
                    [*cells(each), money.written(each.worth, each.currency)],
                    each.get_absolute_url(),
                )
                for each in (rows[:LISTED] if number_lost else ())
            ],
            chart=charts.bars(
                _("Opportunities lost"),
                [
                    (label, [counts[start].lost if start in counts else 0])
                    for label, start in zip(form.labels(), form.granules, strict=True)
                ],
                [""],
            ),
            note=note,
            empty=_("Nothing was lost in this time"),
            columns_of_file=[
                Column(label)
                for label in (
                    _("Opportunity"),
                    _("Reason"),
                    _("Account"),
                    _("Owner"),
                    _("Lost on"),
                    _("Worth"),
                    _("Currency"),
                )
            ],
            rows_of_file=(
                [*cells(each), money.round_money(each.worth, each.currency), each.currency.code]
                for each in rows.iterator(chunk_size=2000)
            ),
        )

    return answer(
        request,
        LostForm(request),
        figures,
        title=_("Lost, and why"),
        says=_("Opportunities that were lost, with the reason that was given, the latest first."),
        name="lost",
    )


def cells(each) -> list:
    owner = str(each.owner) if each.owner_id else ""
    return [each.name, each.lost_because, each.account.name, owner, each.closed_on]
