"""What account managers do: assign the account's passes, register its people with its tokens."""

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from catalog.models import Event, Item, Unit
from crm.choosing import contacts_matching
from crm.models import Contact
from passes import bulk
from passes.forms.owned import AssignForm, AssignManyForm
from passes.views import owned_bulk
from passes.views.owned_dialogs import EditAssignment
from tms.refusals import Refusal
from tms.ui.access import learner
from tms.ui.combobox import ComboboxField, options
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.sent import operation_of

from .. import paying, team
from ..forms import events_matching, items_matching
from .team import Passes, managed


def named(people, text: str):
    """Those of the people who have every word in their name; addresses are not looked at."""
    return contacts_matching(people, text, column="name_key")


class Managing(Dialog):
    """A dialog about one account, for who looks after it."""

    audience = "learner"
    previews = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.manager, self.account, _all = managed(request, kwargs["account_id"])

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def address(self, name: str) -> str:
        return reverse(f"lms:my_team_{name}", args=[self.account.pk])


class AssignFormOfTeam(AssignForm):
    """As staff are asked, among the account's people."""

    def __init__(self, *args, url, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].find = named
        self.fields["contact"].widget.url = url


class Assign(EditAssignment):
    """The dialog that staff have, among what is the account's."""

    audience, permission_required = "learner", None
    form_class = AssignFormOfTeam

    def setup(self, request, *args, **kwargs):
        self.manager, self.account, _all = managed(request, kwargs["account_id"])
        super().setup(request, *args, **kwargs)
        if self.pass_.account_id != self.account.pk:
            raise Http404

    def get_form_kwargs(self):
        url = reverse("lms:my_team_person_options", args=[self.account.pk])
        return super().get_form_kwargs() | {"url": url}

    def perform(self, *, to, contact, reason):
        change = team.assign(
            self.manager,
            self.account,
            self.pass_.pk,
            contact=contact,
            reason=reason or "",
            **self.who,
        )
        return change.consequences

    def get_success_url(self):
        return self.back() or reverse("lms:my_team_passes", args=[self.account.pk])


class AssignManyFormOfTeam(AssignManyForm):
    """As staff are asked, among the account's people."""

    def __init__(self, *args, url, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contacts"].find = named
        self.fields["contacts"].widget.url = url


class AssignMany(owned_bulk.AssignMany):
    """The dialog that staff have for several, among what is the account's: all or none."""

    audience, permission_required = "learner", None
    form_class = AssignManyFormOfTeam

    def setup(self, request, *args, **kwargs):
        self.manager, account, _all = managed(request, kwargs["account_id"])
        super().setup(request, *args, **kwargs)
        self.account = account

    @cached_property
    def chosen(self):
        rows = Passes.selected(self.request, **self.kwargs)
        rows = rows.select_related("pass_type", "option", "contact").order_by("pk")
        found = list(rows[: bulk.AT_ONCE + 1])
        if not found:
            raise Refusal(_("Tick the passes first."))
        if len(found) > bulk.AT_ONCE:
            raise Refusal(_("At most 200 passes at once. Narrow the list by its filters."))
        return found

    def get_form_kwargs(self):
        url = reverse("lms:my_team_person_options", args=[self.account.pk])
        return super().get_form_kwargs() | {"url": url}

    def do(self, **answers):
        given = self.given_by(**answers)
        change = team.assign_many(self.manager, self.account, **given, **self.who)
        return [self.listed(given), *change.consequences], given

    def get_success_url(self):
        return reverse("lms:my_team_passes", args=[self.account.pk])


class RegisterForm(Form):
    contact = ComboboxField(Contact.objects.none(), find=named, label=_("Who"))
    event = ComboboxField(
        Event.objects.none(), find=events_matching, required=False, label=_("Event")
    )
    path = ComboboxField(
        Item.objects.none(), find=items_matching, required=False, label=_("Learning path")
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Tokens"), empty_label=None)

    def __init__(self, *args, account_id, on, address, **kwargs):
        super().__init__(*args, **kwargs)
        rows = {
            "contact": team.people(account_id),
            "event": team.bookable_events(on),
            "path": Item.objects.paths().published(),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset
        for name in ("contact", "event", "path"):
            url = {"contact": "person_options"}.get(name, f"{name}_options")
            self.fields[name].widget.url = address(url)
        self.fields["unit"].queryset = team.units(account_id)

    def clean(self):
        given = super().clean()
        if not self.errors and bool(given.get("event")) == bool(given.get("path")):
            raise forms.ValidationError(_("Choose an event, or a learning path."))
        return given


class Register(Managing):
    title = submit = _("Register")
    form_class = RegisterForm
    template_name = "lms/team/register.html"
    changes = ("registrations", "tokens")

    @property
    def subject(self):
        return self.account.name

    def get_form_kwargs(self):
        more = {"account_id": self.account.pk, "on": self.request.today, "address": self.address}
        return super().get_form_kwargs() | more

    def get_initial(self):
        asked = self.request.GET.get("contact", "")
        if not asked.isdecimal() or len(asked) > 18:
            return {}
        return {"contact": team.people(self.account.pk).filter(pk=asked).first()}

    def perform(self, *, contact, event, path, unit):
        made = team.register(
            self.manager, self.account, contact, unit=unit, event=event, path=path, **self.who
        )
        return paying.told_paid(made, self.request.today)

    def get_success_url(self):
        return self.back() or self.address("places")


# What can be chosen, after a few letters


def asked(request) -> str:
    return request.GET.get("q", "")[:200]


@learner
@require_GET
def person_options(request, account_id):
    """The account's people."""
    _contact, account, _all = managed(request, account_id)
    return options(request, named(team.people(account.pk), asked(request)))


@learner
@require_GET
def event_options(request, account_id):
    """What can be booked."""
    managed(request, account_id)
    return options(request, events_matching(team.bookable_events(request.today), asked(request)))


@learner
@require_GET
def path_options(request, account_id):
    """The learning paths on offer."""
    managed(request, account_id)
    return options(request, items_matching(Item.objects.paths().published(), asked(request)))
