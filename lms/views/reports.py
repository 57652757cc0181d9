"""What came of training over time? The reports on training; `lms/reports.py` counts."""

import collections

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Item
from tms.ui import charts, over_time
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.combobox import options
from tms.ui.reports import Column, Figures, Row, answer, number, percent

from .. import reports
from ..forms_reports import OfItem, OfTraining
from ..models import PaidBy

SEE = "lms.view_registrations"
# As many courses and paths as a chart has room for.
DRAWN = 10


@staff(SEE)
@require_GET
def paths(request):
    """The learning paths that a few letters find, for choosing one."""
    return found_by(request, OfItem.base_fields["path"])


@staff(SEE)
@require_GET
def events(request):
    """The events that a few letters find, past ones too, for choosing one."""
    return found_by(request, OfTraining.base_fields["event"])


def found_by(request, field):
    return options(request, field.find(field.queryset, request.GET.get("q", "")[:200]))


def named(counts) -> dict:
    """Counts by title of the item in place of its id. One statement."""
    titles = dict(titles_of({pk for _start, pk in counts}))
    found = collections.Counter()
    for (start, pk), count in counts.items():
        found[start, titles[pk]] += count
    return found


def titles_of(pks):
    return Item.objects.filter(pk__in=pks).values_list("pk", "title")


class RegisteredForm(OfTraining):
    split = forms.ChoiceField(
        choices=[
            ("item", gettext_lazy("Training")),
            ("paid", gettext_lazy("Paid by")),
            ("kept", gettext_lazy("Kept or cancelled")),
        ],
        label=gettext_lazy("Split by"),
    )

    def usual(self):
        return {**super().usual(), "split": "item"}


@staff(SEE)
@require_GET
def registered(request):
    """By month and training, way of paying, or what became of it."""

    def figures(form):
        by = form.cleaned_data["split"]
        counts = reports.registered(form.asked, by=by)
        if by == "item":
            counts = named(counts)
        else:
            words = dict(PaidBy.choices) if by == "paid" else kept_words()
            counts = {(start, str(words[each])): n for (start, each), n in counts.items()}
        return over_time.figures(
            form,
            counts,
            lambda columns, series: charts.bars(_("Registrations"), columns, series),
            what=_("Registrations"),
            split=str(dict(form.fields["split"].choices)[by]),
        )

    return answer(
        request,
        RegisteredForm(request),
        figures,
        title=_("Registrations"),
        says=_(
            "Every place on an event or a learning path by the day on which it was registered for, "
            "cancelled since or not. The parts of a path are counted with the path."
        ),
        name="registrations-by-time",
    )


def kept_words() -> dict:
    return {"kept": _("Kept"), "cancelled": _("Cancelled since")}


class RowsForm(OfTraining):
    """A row for each span of time, or for each course and path."""

    rows = forms.ChoiceField(
        choices=[("time", pgettext_lazy("span", "Time")), ("item", gettext_lazy("Training"))],
        label=gettext_lazy("A row for each"),
    )

    def usual(self):
        return {**super().usual(), "rows": "time"}

    @property
    def by_item(self) -> bool:
        return self.cleaned_data["rows"] == "item"


class AttendanceForm(RowsForm):
    """Somebody was there, or wasn't, on each event of a path."""

    paths_as_one = False


@staff(SEE)
@require_GET
def attendance(request):
    """By the month in which events begin, or by course."""
    series = (_("Was there"), _("Was not there"), _("Not known"))

    def figures(form):
        return in_rows(
            form,
            reports.attendance(form.asked, by_item=form.by_item),
            reports.Attendance,
            columns=[number(_("Places")), *(number(each) for each in series), percent(_("Rate"))],
            cells=lambda of: [of.places, of.there, of.absent, of.unknown, of.rate],
            parts=lambda of: [of.there, of.absent, of.unknown],
            series=series,
            chart=_("Who was there"),
            empty=_("No event that anybody is registered for began in this time"),
        )

    return answer(
        request,
        AttendanceForm(request),
        figures,
        title=_("Attendance"),
        says=_(
            "Places that weren't cancelled, by the day on which their event began; the rate is the "
            "part of those of whom it is known that was there."
        ),
        name="attendance",
    )


@staff(SEE)
@require_GET
def completion(request):
    """By the month of registration, or by course and path."""
    series = (_("Completed"), _("Not yet completed"))

    def figures(form):
        return in_rows(
            form,
            reports.completion(form.asked, by_item=form.by_item),
            reports.Completion,
            columns=[
                number(_("Registrations")),
                number(_("Completed")),
                percent(_("Rate")),
                number(_("With a certificate")),
            ],
            cells=lambda of: [of.places, of.completed, of.rate, of.certified],
            parts=lambda of: [of.completed, of.places - of.completed],
            series=series,
            chart=_("What became of the registrations"),
            empty=_("Nobody registered in this time"),
        )

    return answer(
        request,
        RowsForm(request),
        figures,
        title=_("Completion"),
        says=_(
            "Places registered for in this time and not cancelled, and how many of their learners "
            "have completed the training by now, or have a certificate of it. The parts of a path "
            "are counted with the path."
        ),
        name="completion",
    )


def in_rows(form, found, none, *, columns, cells, parts, series, chart, empty) -> Figures:
    """Figures of {granule or id of an item: counted}, with a sum of all; `none()` counted nothing.

    `cells` and `parts` are what the table and the chart show of something counted.
    """
    if form.by_item:
        titles = {pk: (title, kind) for pk, title, kind in kinds_of(found)}
        ranked = sorted(found, key=lambda pk: (-found[pk].places, titles[pk][0], pk))
        rows = [
            Row([titles[pk][0], *cells(found[pk])], page_of(f"catalog:{titles[pk][1]}", pk))
            for pk in ranked
        ]
        bars = [(titles[pk][0], parts(found[pk])) for pk in ranked[:DRAWN]]
        drawn = charts.across(chart, bars, list(series)) if found else None
    else:
        each_of = [found.get(start, none()) for start in form.granules]
        rows = [
            Row([form.name_of(start), *cells(each)])
            for start, each in zip(form.granules, each_of, strict=True)
        ]
        bars = [(label, parts(each)) for label, each in zip(form.labels(), each_of, strict=True)]
        drawn = charts.bars(chart, bars, list(series)) if found else None
    together = none(*(sum(each) for each in zip(*map(numbers, found.values()), strict=True)))
    first = Column(_("Training") if form.by_item else pgettext("span", "Time"))
    return Figures(
        columns=[first, *columns],
        rows=rows if found else [],
        chart=drawn,
        total=[_("Together"), *cells(together)] if found else (),
        empty=empty,
    )


def kinds_of(pks):
    return Item.objects.filter(pk__in=list(pks)).values_list("pk", "title", "kind")


def numbers(counted) -> tuple[int, ...]:
    return tuple(vars(counted).values())


class DoneForm(OfItem):
    what = forms.ChoiceField(
        choices=[
            ("completions", gettext_lazy("Completions")),
            ("certificates", gettext_lazy("Certificates")),
        ],
        label=gettext_lazy("What is counted"),
    )

    def usual(self):
        return {**super().usual(), "what": "completions"}


@staff(SEE)
@require_GET
def completed(request):
    """Completions, or certificates, by month and training."""

    def figures(form):
        certified = form.cleaned_data["what"] == "certificates"
        counts = (reports.certificates if certified else reports.completions)(form.asked)
        what = _("Certificates") if certified else _("Completions")
        return over_time.figures(
            form,
            named(counts),
            lambda columns, series: charts.bars(what, columns, series),
            what=what,
            split=_("Training"),
        )

    return answer(
        request,
        DoneForm(request),
        figures,
        title=_("Completions and certificates"),
        says=_(
            "Everybody's first completion of each course and learning path by its day; or every "
            "certificate by the day of the completion that it proves. The account is the primary "
            "one of the learner."
        ),
        name="completions",
    )
