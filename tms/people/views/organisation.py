"""Control panel: Organisation."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.models.organisation import SecondFactor
from tms.refusals import Refusal
from tms.ui.access import staff
from tms.ui.forms import Form, LongChoiceField

from .. import organisation as organisations
from ..forms.first import zones


def lines(label: str, help_text: str, most: int) -> forms.CharField:
    """A few lines of text for the letterhead."""
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, required=False, widget=widget
    )


class OrganisationForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy(
            "PNG, JPEG, WebP or GIF, at most 5 MB. It stands on the learner site and on documents."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Show no logo"), required=False)
    time_zone = LongChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zones,
        help_text=gettext_lazy("A day, such as an expiry date, ends at midnight there."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=gettext_lazy(
            "Of pages, letters and documents for people who chose none and whose browser asks for "
            "none of these."
        ),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Address for questions"),
        required=False,
        help_text=gettext_lazy("Learners are told to write there."),
    )
    postal_address = lines(
        gettext_lazy("Postal address"),
        gettext_lazy("On invoices and quotes, line by line, under the name."),
        400,
    )
    tax_number = forms.CharField(label=gettext_lazy("Tax number"), max_length=40, required=False)
    bank_details = lines(
        gettext_lazy("Bank details"),
        gettext_lazy("Where invoices are paid to, line by line."),
        400,
    )
    payment_note = lines(
        gettext_lazy("Note on payment"),
        gettext_lazy("Stands under the bank details; the invoice's number is named by itself."),
        400,
    )
    document_footer = lines(
        gettext_lazy("Footer of documents"),
        gettext_lazy("At the foot of every page: managing directors, register, web site."),
        400,
    )
    second_factor = forms.ChoiceField(
        label=gettext_lazy("Second factor"),
        choices=SecondFactor.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Where it is required, staff without one are led to get one before any other page."
        ),
    )
    sign_up_open = forms.BooleanField(
        label=gettext_lazy("Visitors may create an account"),
        required=False,
        help_text=gettext_lazy("Otherwise people come in by invitation only."),
    )
    learners_cancel = forms.BooleanField(
        label=gettext_lazy("Learners may cancel their places"),
        required=False,
        help_text=gettext_lazy(
            "Until an event's cancellation deadline; what they paid in tokens comes back. LMS "
            "events booked by pass are cancelled at any time."
        ),
    )
    learners_transfer = forms.BooleanField(
        label=gettext_lazy("Learners may move their places to another date"),
        required=False,
        help_text=gettext_lazy(
            "To a date of the same course with a free seat, at the same price, until the "
            "cancellation deadline that an event has."
        ),
    )
    sells_online = forms.BooleanField(
        label=gettext_lazy("Sell passes and tokens online"),
        required=False,
        help_text=gettext_lazy(
            "Options of training passes that have a price in money are bought in the catalogue, "
            "by card or by invoice."
        ),
    )

    offer_hours = forms.IntegerField(
        label=gettext_lazy("Hours a place is on offer"),
        min_value=1,
        max_value=24 * 14,
        required=False,
        help_text=gettext_lazy(
            "A place that comes free is kept so long for whoever is first on the waiting list, and "
            "never beyond the registration deadline. Then it goes to the next."
        ),
    )

    def clean_language(self):
        """Left out: as it is."""
        return self.cleaned_data["language"] or self.initial.get("language", "")

    def clean_offer_hours(self):
        """Left empty: as it is."""
        return self.cleaned_data["offer_hours"] or self.initial.get("offer_hours", 24)

    def __init__(self, *args, organisation, **kwargs):
        super().__init__(*args, **kwargs)
        if not organisation.logo:
            del self.fields["remove_logo"]


@staff("tms.change_settings")
def organisation(request):
    row = request.organisation
    initial = {name: getattr(row, name) for name in organisations.PLAIN}
    form = OrganisationForm(
        request.POST or None, request.FILES or None, initial=initial, organisation=row
    )
    if form.is_valid():
        try:
            organisations.change(
                **form.cleaned_data, by=request.user, at=request.now, on=request.today
            )
        except Refusal as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
        else:
            messages.success(request, _("The organisation was changed."))
            return redirect("people:organisation")
    context = {"form": form, "links": elsewhere()}
    status = 422 if form.errors else 200
    return render(request, "people/organisation.html", context, status=status)


def elsewhere() -> list[tuple[str, str]]:
    """Where the default region and the currencies are kept, as far as those pages exist."""
    found = []
    for label, name in ((_("Regions"), "catalog:regions"), (_("Currencies"), "catalog:currencies")):
        try:
            found.append((label, reverse(name)))
        except NoReverseMatch:
            continue
    return found
