"""Choosing who teaches a session, and who looks after an account's training."""

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from catalog.models import Session
from tms.ui.access import staff
from tms.ui.combobox import SeveralField, options
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.sent import operation_of

from .. import doubles, managers, teaching
from ..choosing import contacts_field, contacts_matching
from ..models import Account, Contact

TEACH = ("catalog.view_catalogue", "catalog.change_catalogue")


class Choosing(Dialog):
    """A dialog in which some contacts are chosen anew."""

    submit = _("Save")

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"chosen": self.chosen()}

    def get_initial(self):
        return {"contacts": [each.pk for each in self.chosen()]}


class InstructorsForm(Form):
    contacts = SeveralField(
        Contact.objects.none(),
        find=contacts_matching,
        url=reverse_lazy("crm:instructor_options"),
        label=_("Instructors"),
        required=False,
        help_text=_(
            "Contacts that are marked as instructors. They see the event under My Teaching."
        ),
    )
    every_session = forms.BooleanField(
        label=_("For every session of the event"), required=False, initial=True
    )

    def __init__(self, *args, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["contacts"]
        # Who was chosen and teaches no more stays chosen, until somebody takes them out.
        field.queryset = teaching.instructors() | Contact.objects.filter(
            pk__in=[each.pk for each in chosen]
        )
        field.widget.labels |= {str(each.pk): each.name for each in chosen}


class ChooseInstructors(Choosing):
    title = _("Choose instructors")
    permission_required = TEACH
    form_class = InstructorsForm
    previews = True
    changes = ("sessions", "event", "events")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Session.objects.select_related("event__course")
        self.session = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        return self.session.event.choice_label

    def chosen(self):
        rows = Contact.objects.filter(teachings__session=self.session)
        return list(rows.order_by("name_key", "pk"))

    def get_initial(self):
        return super().get_initial() | {"every_session": True}

    def perform(self, *, contacts, every_session):
        return teaching.choose(
            self.session, as_contacts(contacts), every_session=bool(every_session), **self.who
        )

    def get_success_url(self):
        return self.back() or reverse("catalog:event", args=[self.session.event_id])


class ManagersForm(Form):
    contacts = contacts_field(
        label=_("Account managers"),
        required=False,
        help_text=_(
            "In the LMS they see the account's people, passes, tokens and registrations, assign "
            "its passes and register its people with its tokens."
        ),
    )

    def __init__(self, *args, account_id, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["contacts"]
        field.queryset = Contact.objects.of_account(account_id)
        field.widget.url = reverse("crm:contact_options", query={"account": account_id})
        field.widget.labels |= {str(each.pk): each.name for each in chosen}


class ChooseManagers(Choosing):
    title = _("Choose account managers")
    permission_required = "crm.change_people"
    form_class = ManagersForm
    changes = "account"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        account = get_object_or_404(Account, pk=kwargs["pk"])
        self.account = self.versioned = doubles.lead_on(request, account)

    @property
    def subject(self):
        return self.account.name

    def chosen(self):
        rows = Contact.objects.filter(manages__account=self.account)
        return list(rows.order_by("name_key", "pk"))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"account_id": self.account.pk}

    def perform(self, *, contacts):
        managers.choose(self.account, as_contacts(contacts), **self.who)


def as_contacts(given) -> list[Contact]:
    """The form's answer as contacts: what nobody touched yet are their numbers."""
    numbers = [each for each in given or () if not isinstance(each, Contact)]
    if not numbers:
        return list(given or ())
    return list(Contact.objects.filter(pk__in=numbers))


@require_GET
@staff(TEACH)
def instructor_options(request):
    """Instructors for a combobox."""
    rows = contacts_matching(teaching.instructors(), request.GET.get("q", "")[:200])
    return options(request, rows, aside=lambda contact: contact.account.name)
