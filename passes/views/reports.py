"""What came of passes over time? The reports on passes; `passes/reports.py` counts."""

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms.compiled import Question
from tms.ui import charts, filters, granules, over_time
from tms.ui.access import staff
from tms.ui.asked import Period
from tms.ui.granules import Grain
from tms.ui.reports import Column, Figures, Row, answer, number, percent

from .. import reports
from ..models import PassType, Source

NAMES = Question(lambda: PassType.objects.values_list("pk", "name"))
MAY_SEE = "passes.view_passes"


class OfTypes(Period):
    """A period, and one pass type or all of them."""

    pass_type = filters.one_of(
        PassType.objects.order_by("name_key", "pk"),
        every=gettext_lazy("Every type"),
        label=gettext_lazy("Pass Type"),
    )

    @property
    def type_id(self) -> int | None:
        chosen = self.cleaned_data["pass_type"]
        return chosen.pk if chosen else None

    def named(self, counts) -> dict:
        """Counts by name of the type in place of its id. One statement."""
        names, found = dict(NAMES()), {}
        for (start, pk), count in counts.items():
            key = start, names[pk]
            found[key] = found.get(key, 0) + count
        return found


class SoldForm(OfTypes):
    source = forms.ChoiceField(
        choices=[("", gettext_lazy("Every source")), *Source.choices],
        required=False,
        label=gettext_lazy("Source"),
    )
    split = forms.ChoiceField(
        choices=[("type", gettext_lazy("Pass Type")), ("source", gettext_lazy("Source"))],
        label=gettext_lazy("Split by"),
    )

    def usual(self):
        return {**super().usual(), "split": "type"}


@staff(MAY_SEE)
@require_GET
def sold(request):
    """By month and type or source."""

    def figures(form):
        by_source = form.cleaned_data["split"] == "source"
        counts = reports.sold(
            form.granules,
            **form.days,
            zone=form.zone,
            by=form.cleaned_data["split"],
            pass_type=form.type_id,
            source=form.cleaned_data["source"],
        )
        if by_source:
            counts = {(day, str(Source(each).label)): n for (day, each), n in counts.items()}
        else:
            counts = form.named(counts)
        return over_time.figures(
            form,
            counts,
            lambda columns, series: charts.bars(_("Passes issued"), columns, series),
            what=_("Passes issued"),
            split=str(dict(form.fields["split"].choices)[form.cleaned_data["split"]]),
        )

    return answer(
        request,
        SoldForm(request),
        figures,
        title=_("Passes sold"),
        says=_(
            "Every pass by the day on which it was issued, sold or given, whatever became of it "
            "since. A renewal is not a new pass."
        ),
        name="passes-sold",
    )


@staff(MAY_SEE)
@require_GET
def active(request):
    """At the end of each month, or of the period."""

    def figures(form):
        starts, last = form.granules, form.cleaned_data["last"]
        ends = [min(granules.end_of(each, form.grain), last) for each in starts]
        found = reports.active(ends, zone=form.zone, pass_type=form.type_id)
        start_of = dict(zip(ends, starts, strict=True))
        counts = {(start_of[end], pk): count for (end, pk), count in found.items()}
        return over_time.figures(
            form,
            form.named(counts),
            draw,
            what=_("Active passes"),
            split=_("Pass Type"),
            sums=False,
        )

    def draw(columns, series):
        if len(series) > 1:
            return charts.bars(_("Active passes"), columns, series)
        labels = [label for label, _numbers in columns]
        numbers = [each for _label, (each,) in columns]
        return charts.lines(_("Active passes"), labels, {series[0]: numbers})

    return answer(
        request,
        OfTypes(request),
        figures,
        title=_("Active passes"),
        says=_(
            "Passes that opened something at the end of the last day of each month (or week, "
            "quarter, year), assigned or not, by the dates that they had then."
        ),
        name="passes-active",
    )


class RenewalForm(OfTypes):
    """Whole months; how finely is no question."""

    by = None

    def clean(self):
        answers = super().clean()
        if answers.get("first"):
            answers["first"] = granules.start_of(answers["first"], Grain.MONTH)
        if answers.get("last"):
            answers["last"] = granules.end_of(
                granules.start_of(answers["last"], Grain.MONTH), Grain.MONTH
            )
        return answers


@staff(MAY_SEE)
@require_GET
def renewal(request):
    """By the month in which passes were due."""

    def figures(form):
        found = reports.renewal(**form.days, zone=form.zone, pass_type=form.type_id)
        months = [(each, found.get(each, reports.Due())) for each in form.granules]
        over = [due for month, due in months if is_over(form, month)]
        together = sum_of(over)
        return Figures(
            columns=[
                Column(_("Due in")),
                number(_("Passes due")),
                number(_("Renewed")),
                number(_("Extended")),
                number(_("Left to end")),
                percent(_("Renewal rate")),
            ],
            rows=[
                Row(told(form.name_of(month), due, rate=is_over(form, month)))
                for month, due in months
            ]
            if found
            else [],
            total=told(_("Months that are over"), together, rate=True) if over else (),
            chart=charts.bars(
                _("What became of the passes due"),
                [
                    (label, [due.renewed, due.extended, due.ended])
                    for label, (_month, due) in zip(form.labels(), months, strict=True)
                ],
                [_("Renewed"), _("Extended"), _("Left to end")],
            ),
            empty=_("No pass was due in this time"),
        )

    return answer(
        request,
        RenewalForm(request),
        figures,
        title=_("Renewal rate"),
        says=_(
            "A pass is due in the month in which it ended, or would have ended without a renewal "
            "or an extension into a later month; the rate is the part of them that was renewed, "
            "early or late, and stands once the month is over. Passes cancelled before were not "
            "due."
        ),
        name="passes-renewal",
    )


def is_over(form, month) -> bool:
    return granules.end_of(month, Grain.MONTH) < form.today


def sum_of(found) -> reports.Due:
    return reports.Due(
        sum(each.renewed for each in found),
        sum(each.extended for each in found),
        sum(each.ended for each in found),
    )


def told(label, due, *, rate) -> list:
    return [label, due.passes, due.renewed, due.extended, due.ended, due.rate if rate else None]


class EndingForm(OfTypes):
    ahead = True


@staff(MAY_SEE)
@require_GET
def ending(request):
    """By the month in which passes end, from today on."""

    def figures(form):
        counts = form.named(
            reports.ending(form.granules, **form.days, on=form.today, pass_type=form.type_id)
        )
        return over_time.figures(
            form,
            counts,
            lambda columns, series: charts.bars(_("Passes ending"), columns, series),
            what=_("Passes ending"),
            split=_("Pass Type"),
            link=lambda start: listed(form, start),
            empty=_("No pass ends in this time"),
        )

    return answer(
        request,
        EndingForm(request),
        figures,
        title=_("Passes ending"),
        says=_("Passes that are active today, by the day on which they end as things stand."),
        name="passes-ending",
    )


def listed(form, start) -> str:
    """The list of the passes that end in a granule of the period."""
    asked = {
        "status": "active",
        "expires_from": max(start, form.cleaned_data["first"]).isoformat(),
        "expires_to": min(
            granules.end_of(start, form.grain), form.cleaned_data["last"]
        ).isoformat(),
    }
    if form.type_id:
        asked["pass_type"] = form.type_id
    return f"{reverse('passes:list')}?{urlencode(asked)}"
