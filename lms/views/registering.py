"""How do staff give a place, and who pays for it?"""

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Event, Unit
from crm import doubles
from crm.models import Account, Contact
from tms.days import number
from tms.ui.access import allowed, staff
from tms.ui.combobox import options
from tokens.models import TokenIssue

from .. import billing, checkout, overlaps, paying
from ..forms import (
    RegisterContactForm,
    RegisterOnEventForm,
    events_matching,
)
from ..tables import MANAGE
from .managing import Managing

REDEEM = "tokens.redeem_tokens"
BILL = "crm.manage_invoices"


class Registering(Managing):
    """Who pays, and from which issue, is asked once it is known whose tokens there are: beneath
    the form, with what it takes. Without scripts it comes with the second look.
    """

    changes = ("registrations", "events", "event", "tokens")
    title = gettext_lazy("Register")
    submit = gettext_lazy("Register")
    previews = True
    template_name = "lms/staff/register.html"
    place: dict

    def get_form_kwargs(self):
        units = Unit.objects.none()
        if allowed(self.request.user, REDEEM):
            units = Unit.objects.tokens().filter(self.priced()).distinct().order_by("label")
        billed = allowed(self.request.user, BILL)
        return super().get_form_kwargs() | {"units": units, "billed": billed}

    def priced(self) -> Q:
        """The token types to choose from."""
        return Q(token_type__issues__isnull=False)

    def unconfirmed(self, outcome):
        # A place that nobody pays for touches nobody else: one press is enough.
        return bool(outcome.consequences) and super().unconfirmed(outcome)

    def frame(self, part):
        return "lms/staff/_register_part.html" if part else super().frame(part)

    def register(self, contact, *, pay, **given):
        made = checkout.register_by_staff(
            contact, pay=self.payment(contact, pay), **given, **self.who
        )
        beside = overlaps.told(contact.pk, made.event) if made.event else []
        return beside + paying.told_paid(made, self.request.today) + billing.told_bill(made)

    def payment(self, contact, pay):
        if pay == "staff":
            return paying.Given()
        if pay == "free":
            return paying.Free()
        if pay == "invoice":
            self.asks = ways = payers_of(contact, self.request)
            return paying.ByInvoice(ways["account"])
        self.asks = ways = asked_of(contact, pay, self.request)
        issue = ways["issue"]
        return paying.ByTokens(ways["account"], ways["unit"], issue and issue.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | getattr(self, "asks", {})


def payers_of(contact, request) -> dict:
    """To which of their accounts it is billed. Two statements."""
    accounts = Account.objects.in_bulk(contact.account_ids())
    billed = [each for each in accounts.values() if each.pays_by_invoice and not each.archived_at]
    chosen = request.POST.get("account", "")
    account = next((each for each in billed if str(each.pk) == chosen), None)
    own = next((each for each in billed if each.pk == contact.account_id), None)
    account = account or own or next(iter(billed), accounts[contact.account_id])
    return {"accounts": billed, "account": account}


def asked_of(contact, pay, request) -> dict:
    """Whose tokens, and of which issue, was chosen among those there are. Four statements."""
    unit = Unit.objects.get(pk=pay.removeprefix("unit-"))
    accounts = {
        str(pk): each for pk, each in Account.objects.in_bulk(contact.account_ids()).items()
    }
    own = accounts[str(contact.account_id)]
    account = accounts.get(request.POST.get("account", ""), own)
    left = TokenIssue.objects.filter(account=account, token_type__unit=unit)
    issues = {str(each.pk): each for each in left.spendable_on(request.today)}
    return {
        "accounts": list(accounts.values()),
        "account": account,
        "unit": unit,
        "issues": [
            (each, number(each.remaining), paying.issue_words(each)) for each in issues.values()
        ],
        "issue": issues.get(request.POST.get("issue", "")),
    }


class RegisterOnEvent(Registering):
    """Give a contact a place on the event whose page it is."""

    title = gettext_lazy("Register a contact")
    form_class = RegisterOnEventForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        events = Event.objects.select_related("course")
        self.event = get_object_or_404(events, pk=kwargs["event_id"])

    def priced(self):
        owners = [self.event.priced_id, self.event.course.priced_id]
        return Q(price__priced__in=owners)

    @property
    def subject(self):
        return self.event.choice_label

    def perform(self, *, contact, **given):
        return self.register(contact, event=self.event, **given)


class RegisterContact(Registering):
    """Give the contact whose page it is a place on an event or a path."""

    form_class = RegisterContactForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        contact = get_object_or_404(Contact, pk=kwargs["contact_id"])
        self.contact = doubles.lead_on(request, contact)

    @property
    def subject(self):
        return self.contact.name

    def preview(self, **answers):
        chosen = [answers.get("event"), answers.get("path")]
        return super().preview(**answers) if any(chosen) and not all(chosen) else []

    def perform(self, **given):
        return self.register(self.contact, **given)


@staff(MANAGE)
@require_GET
def event_options(request):
    """Open events for a combobox."""
    rows = Event.objects.open().select_related("course").order_by("first_on", "pk")
    return options(request, events_matching(rows, request.GET.get("q", "")[:200]))


@staff(MANAGE)
@require_GET
def path_options(request):
    """Published paths for a combobox."""
    field = RegisterContactForm.base_fields["path"]
    return options(request, field.find(field.queryset, request.GET.get("q", "")[:200]))
