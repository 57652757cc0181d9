"""What is asked of a report? Its filters, which are the whole of its address."""

import datetime

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from . import granules
from .forms import Form
from .granules import Grain

# A chart shows no more columns.
MOST_GRANULES = 60


class Asked(Form):
    """The filters of a report: what the address says, and otherwise `usual`."""

    def __init__(self, request):
        self.today, self.zone, self.user = request.today, request.zone, request.user
        given = {name: value for name, value in request.GET.items() if value}
        super().__init__({**self.usual(), **given}, auto_id="filter_%s")

    def usual(self) -> dict:
        """The answers where the address gives none."""
        return {}

    @property
    def state(self) -> str:
        """Everything that was asked, as an address has it."""
        return urlencode({name: self.data.get(name) or "" for name in self.fields})


class Period(Asked):
    """From which day to which, both included, by weeks, months, quarters or years.

    By itself the twelve months up to and with this one; `ahead`: from today on.
    """

    first = forms.DateField(label=gettext_lazy("From"))
    last = forms.DateField(label=pgettext_lazy("span", "To"))
    by = forms.ChoiceField(label=gettext_lazy("By"), choices=Grain.choices)
    ahead = False

    def usual(self) -> dict:
        first = self.today.replace(day=1) - relativedelta(months=11)
        last = self.today
        if self.ahead:
            first, last = self.today, self.today + relativedelta(months=12, days=-1)
        return {"first": first.isoformat(), "last": last.isoformat(), "by": Grain.MONTH}

    def clean(self):
        answers = super().clean()
        first, last = answers.get("first"), answers.get("last")
        if not (first and last):
            return answers
        if first > last:
            self.add_error("first", _("The first day is after the last."))
        elif last > self.today and not self.ahead:
            self.add_error("last", _("This day is to come. Choose today or an earlier day."))
        elif first < self.today and self.ahead:
            self.add_error("first", _("This day is over. Choose today or a later day."))
        elif last.year - first.year > MOST_GRANULES or len(self.granules) > MOST_GRANULES:
            said = _("That is more than %(most)s columns. Choose a shorter time, or longer steps.")
            self.add_error("last", said % {"most": MOST_GRANULES})
        return answers

    @property
    def grain(self) -> str:
        return self.cleaned_data.get("by", Grain.MONTH)

    @property
    def granules(self) -> list[datetime.date]:
        """The first days of the weeks, months, quarters or years of the period."""
        return granules.within(self.cleaned_data["first"], self.cleaned_data["last"], self.grain)

    @property
    def days(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("first", "last")}

    def name_of(self, start: datetime.date) -> str:
        return granules.name(start, self.grain)

    def labels(self) -> list[str]:
        """What stands below a chart: a year where months are of more than one."""
        starts = self.granules
        return [granules.short(each, self.grain, with_year=len(starts) > 12) for each in starts]
