"""What is asked before an import: the file, then what each of its columns is."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Region
from tms.refusals import Refusal
from tms.ui.forms import Form, made_native

from . import columns
from .plan import Plan

SYSTEMS = ("HubSpot", "Salesforce")


class UploadForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX, as HubSpot, Salesforce or a spreadsheet writes it; up to 50 MB and "
            "100,000 rows."
        ),
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class ColumnsForm(Form):
    """A question for each column of the file, named c0, c1, …; then how it is imported."""

    system = forms.CharField(
        label=gettext_lazy("IDs come from"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"list": "systems", "autocomplete": "off"}),
        help_text=gettext_lazy("The system that the file comes from, such as HubSpot."),
    )
    take = forms.TypedChoiceField(
        label=gettext_lazy("Who is here already"),
        choices=[
            ("", gettext_lazy("Only fill in what is empty")),
            ("yes", gettext_lazy("Take over what the file says; empty cells change nothing")),
        ],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )
    make = forms.BooleanField(
        label=gettext_lazy("Make accounts that are missing"),
        required=False,
        help_text=gettext_lazy("Otherwise people whose account isn't here are refused."),
    )
    region = forms.ModelChoiceField(
        Region.objects.filter(archived_at=None),
        label=gettext_lazy("Region of accounts that are made"),
        required=False,
        empty_label=gettext_lazy("The default region"),
    )

    def __init__(self, *args, about, headings, first, kept=None, **kwargs):
        self.about, self.headings, self.first = about, headings, first
        super().__init__(*args, **kwargs)
        proposal = columns.proposed(headings, about)
        plan = Plan.of(kept) if kept else Plan(about, proposal.columns, proposal.system)
        choices = [("", _("Leave out")), *columns.choices(about)]
        for place in range(len(headings)):
            question = forms.ChoiceField(
                label=self.called(place),
                choices=choices,
                required=False,
                initial=plan.columns.get(place, ""),
                widget=forms.Select({"aria-label": self.called(place)}),
            )
            made_native(question)
            self.fields[f"c{place}"] = question
        if about == columns.ACCOUNTS:
            del self.fields["make"]
        self.initial |= {
            "system": plan.system,
            "take": "yes" if plan.take else "",
            "make": plan.make,
            "region": plan.region_id,
        }

    def called(self, place: int) -> str:
        return self.headings[place] or _("Column %(letter)s") % {"letter": letter(place)}

    @property
    def rows(self):
        """Each column of the file: its letter, heading, first values, and the question."""
        first = [cells for _number, cells in self.first]
        for place in range(len(self.headings)):
            values = [cells[place][:60] for cells in first if place < len(cells) and cells[place]]
            yield letter(place), self.called(place), values, self[f"c{place}"]

    @property
    def others(self):
        """The questions that aren't about one column."""
        return [self[name] for name in self.fields if not name[1:].isdecimal()]

    def clean(self):
        answers = super().clean()
        places = range(len(self.headings))
        chosen = {place: name for place in places if (name := answers.pop(f"c{place}", ""))}
        region = answers.get("region")
        plan = Plan(
            self.about,
            chosen,
            answers.get("system", ""),
            take=answers.get("take", False),
            make=answers.get("make", False),
            region_id=region.pk if region else None,
        )
        try:
            columns.refuse_unless_possible(chosen, self.about, plan.system)
        except Refusal as no:
            self.add_error(no.field if no.field in self.fields else None, str(no))
        return {"plan": plan}


def letter(place: int) -> str:
    """The column as a spreadsheet names it: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
