"""Who is registered on what? For staff: lists and panels, registering, cancelling, marking."""

import datetime
import decimal
import functools

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from catalog.models import Event, Item, Unit
from catalog.money import written
from crm.models import Account, Contact
from passes.models import Pass
from tms.compiled import Question
from tms.days import number
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.combobox import options
from tms.ui.dialogs import Dialog
from tms.ui.lists import Action, Empty, ListPage
from tokens import issuing, ledger
from tokens.models import TokenIssue, TokenSettings

from .. import attendance, cancelling, checkout, paying, progress, tables
from ..filters import RegistrationFilter
from ..forms import (
    CancelForm,
    CancelPlaceForm,
    RegisterContactForm,
    RegisterOnEventForm,
    events_matching,
)
from ..models import Registration
from ..tables import MANAGE, Standing

LOOK = "lms.view_registrations"
REDEEM, ISSUE = "tokens.redeem_tokens", "tokens.issue_tokens"


def standing():
    """What a registration is, for the database."""
    return Case(
        When(cancelled_at__isnull=False, then=Value(Standing.CANCELLED)),
        When(completed_at__isnull=False, then=Value(Standing.COMPLETED)),
        default=Value(Standing.ACTIVE),
        output_field=CharField(),
    )


# Lists


@functools.cache
def told():
    """Registrations with what lists tell of them; made once, and copied for each page."""
    # By subqueries, not joins: PostgreSQL tries the joins in every order, which takes ten times as
    # long as the answer, and counting would join them all.
    event = Event.objects.filter(pk=OuterRef("event_id"))
    path = Item.objects.filter(pk=OuterRef("path_id"))
    used = Pass.objects.filter(pk=OuterRef("used_pass_id"))
    return Registration.objects.annotate(
        standing=standing(),
        title=Coalesce(Subquery(path.values("title")), Subquery(event.values("course__title"))),
        item=Coalesce(
            "path_id", Subquery(event.values("course_id")), output_field=BigIntegerField()
        ),
        used_type=Subquery(used.values("pass_type__name")),
        percent=progress.of_registration(),
    )


class Registrations(ListPage):
    """Every registration; a list of fewer says which by the arguments of its address."""

    title = gettext_lazy("Registrations")
    permission_required = LOOK
    table, filterset, sort = tables.RegistrationTable, RegistrationFilter, "-pk"
    values = tables.NEEDED
    menu_ids = ("contact_id", "item", "event_id")
    keeps = True
    changes = "registrations"
    export_name = "registrations"
    empty = Empty(
        gettext_lazy("No registrations yet"),
        gettext_lazy("A registration is one learner's place on an event or a learning path."),
    )
    owner = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if self.owner:
            (pk,) = kwargs.values()
            self.of = get_object_or_404(self.owner, pk=pk)

    def queryset(self):
        return told().filter(**self.kwargs)

    def kind(self, row):
        return tables.kind_of(row)

    def menu(self, row):
        return tables.entries(row)

    def dim(self, row):
        return row["standing"] == Standing.CANCELLED

    def name_of(self, row):
        return f"{tables.contact_name(row)}, {row['title']}"


class OfContact(Registrations):
    owner, table = Contact, tables.ContactTable
    list_id = "contact-registrations"

    @property
    def crumbs(self):
        return ((self.of, page_of("crm:contact", self.of.pk)),)

    def actions(self):
        url = page_of("lms:register_contact", self.kwargs["contact_id"])
        yield Action(_("Register"), url, "plus", permission=MANAGE)


class OfEvent(Registrations):
    owner, table = Event.objects.select_related("course"), tables.EventTable
    list_id = "event-registrations"

    @property
    def crumbs(self):
        return ((self.of.choice_label, page_of("catalog:event", self.of.pk)),)

    def actions(self):
        url = page_of("lms:register_on_event", self.kwargs["event_id"])
        yield Action(_("Register a contact"), url, "plus", permission=MANAGE)

    def bulk(self):
        pk = self.kwargs["event_id"]
        attended = page_of("lms:mark_attended", pk)
        yield Action(_("Mark attended"), attended, "user-check", permission=MANAGE)
        yield Action(_("Mark not there"), f"{attended}?not=1", "user-x", permission=MANAGE)
        completed = page_of("lms:mark_completed", pk)
        yield Action(_("Mark complete"), completed, "circle-check", permission=MANAGE)


class OfPass(Registrations):
    owner, table = Pass.objects.select_related("pass_type"), tables.PassTable
    list_id = "pass-registrations"

    @property
    def crumbs(self):
        url = page_of("passes:detail", self.of.pk)
        return ((f"{self.of.pass_type.name} {self.of}", url),)


class OfAccount(Registrations):
    owner, table = Account, tables.AccountTable
    label = gettext_lazy("Registrations of the account")


# Panels


@staff(LOOK)
@require_GET
def of_contact(request, contact_id):
    return _page(request, OfContact, contact_panel, contact_id=contact_id)


@staff(LOOK)
@require_GET
def of_event(request, event_id):
    return _page(request, OfEvent, event_panel, event_id=event_id)


@staff(LOOK)
@require_GET
def of_pass(request, used_pass_id):
    return _page(request, OfPass, pass_panel, used_pass_id=used_pass_id)


def contact_panel(request, contact) -> str:
    """What the contact is registered on. One statement, two beyond fifty."""
    sentence = _("What somebody is registered on stands here, with how far they are.")
    closed = bool(contact.erased_at)
    return _panel(
        request, OfContact, "lms:of_contact", sentence, closed=closed, contact_id=contact.pk
    )


def event_panel(request, event) -> str:
    """Who is registered on the event."""
    sentence = _("Who has a place stands here.")
    # The page of an event fetches all of itself again, with the seats.
    return _panel(request, OfEvent, "lms:of_event", sentence, alone=False, event_id=event.pk)


def pass_panel(request, pass_) -> str:
    """What was registered for through the pass."""
    sentence = _("What was registered for through this pass stands here.")
    return _panel(request, OfPass, "lms:of_pass", sentence, used_pass_id=pass_.pk)


def _page(request, page, panel, **of):
    """The list as a page, or the panel alone when something on it changed."""
    if "panel" in request.GET:
        view = page()
        view.setup(request, **of)
        response = HttpResponse(panel(request, view.of))
        patch_vary_headers(response, ["HX-Request"])
        return response
    return page.as_view()(request, **of)


def _panel(request, page, url_name, sentence, *, alone=True, closed=False, **of) -> str:
    listing = Brief(page).at(request, **of)
    url = reverse(url_name, kwargs=of)
    actions = listing.page.permitted(listing.page.actions())
    more = listing.slice.following
    context = {
        "listing": listing,
        "here": url,
        "add": None if closed else next(iter(actions), None),
        "count": listing.count if more else len(listing.slice.rows),
        "more": more,
        "sentence": sentence,
        "alone": alone,
    }
    return render_to_string("lms/staff/_panel.html", context, request=request)


@functools.cache
def Brief(page):  # noqa: N802 - it makes a class
    """The list without filters, ticks and export, for a panel; its owner is known to be there.

    One class for each list: by its class the statements of a list are kept.
    """
    return type(
        page.__name__, (page,), {"filterset": None, "export_name": "", "bulk": list, "owner": None}
    )


@staff(LOOK)
@require_GET
def of_account(request, account_id):
    """The tab `Registrations` of an account's page."""
    listing = OfAccount.at(request, account_id=account_id)
    context = {"account": listing.page.of, "listing": listing}
    response = listing.answer() or render(request, "lms/staff/of_account.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


LIVE_OF_ACCOUNT = Question(
    lambda account_id: (
        Registration.objects.live()
        .filter(account=account_id)
        .order_by()
        .values("account")
        .annotate(n=Count("*"))
        .values_list("n")
    )
)


def count_of_account(account) -> int:
    return LIVE_OF_ACCOUNT.value(0, account_id=account.pk)


# Dialogs


class Managing(Dialog):
    """What the dialogs about registrations share."""

    permission_required = MANAGE
    changes = ("registrations", "events", "event")

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": self.request.POST.get("operation", "")[:80],
        }


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
        return super().get_form_kwargs() | {"units": units}

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
        return paying.told_paid(made, self.request.today)

    def payment(self, contact, pay):
        if pay == "staff":
            return paying.Given()
        if pay == "free":
            return paying.Free()
        self.asks = ways = asked_of(contact, pay, self.request)
        issue = ways["issue"]
        return paying.ByTokens(ways["account"], ways["unit"], issue and issue.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | getattr(self, "asks", {})


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
        self.contact = get_object_or_404(Contact, pk=kwargs["contact_id"])

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


class Cancel(Managing):
    """By staff, at any time."""

    title = gettext_lazy("Cancel the registration")
    submit = gettext_lazy("Cancel the registration")
    never_mind = gettext_lazy("Keep it")
    danger = True
    previews = True
    form_class = CancelPlaceForm
    changes = ("registrations", "events", "event", "tokens")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Registration.objects.select_related("contact", "event__course", "path", "unit")
        self.registration = self.versioned = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        on = self.registration
        what = on.path.title if on.path else on.event.choice_label
        return f"{on.contact.name}, {what}"

    def get_form_kwargs(self):
        """What was paid in tokens, and until when a fresh issue would last, if one may be given."""
        on = self.registration
        back = on.token_move and ledger.to_give_back([on.token_move], self.request.today)
        if not back:
            return super().get_form_kwargs()
        total = decimal.Decimal(sum(quantity for _issue, quantity, _over in back))
        until: datetime.date | bool | None = False
        may = allowed(self.request.user, ISSUE) and TokenSettings.current().manual_issues
        if may and any(over for _issue, _quantity, over in back):
            until = issuing.expiry_of(back[0][0].token_type, self.request.today)
        given = {"back": written(total, on.unit), "until": until}
        return super().get_form_kwargs() | given

    def perform(self, *, reason, give_back=True, fresh=False, fresh_until=None):
        return cancelling.cancel(
            self.registration.pk,
            give_back=give_back,
            fresh=cancelling.Fresh(fresh_until) if fresh else None,
            reason=reason or "",
            **self.who,
        )


class Marking(Managing):
    """About the rows that were ticked in an event's list, or the one whose menu it is."""

    form_class = CancelForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        events = Event.objects.select_related("course")
        self.event = get_object_or_404(events, pk=kwargs["event_id"])

    @cached_property
    def ids(self):
        rows = OfEvent.selected(self.request, event_id=self.event.pk)
        return list(rows.filter(cancelled_at=None).values_list("pk", flat=True))

    @property
    def subject(self):
        people = ngettext("%(count)d learner", "%(count)d learners", len(self.ids))
        return f"{self.event.choice_label}: {people % {'count': len(self.ids)}}"


class MarkAttended(Marking):
    @property
    def there(self):
        return "not" not in self.request.GET

    @property
    def title(self):
        return _("Mark attended") if self.there else _("Mark not there")

    @property
    def submit(self):
        return self.title

    def perform(self):
        attendance.mark_attended(self.ids, self.there, **self.who)


class MarkCompleted(Marking):
    title = gettext_lazy("Mark complete")
    submit = gettext_lazy("Mark complete")

    def perform(self):
        attendance.mark_completed(self.ids, **self.who)
