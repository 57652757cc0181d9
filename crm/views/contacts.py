"""Which contacts are there, who is this one, and what is done with them?"""

import copy
import functools

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.compiled import Rows
from tms.ui import register
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import archiving, belonging, contacts, doubles, external_ids, forms, people
from ..filters import ContactFilter, custom_fields
from ..models import Account, Contact, ExternalId
from ..models.extra import known_as
from ..models.task import noted
from ..tables import ContactTable, custom_columns, name_of
from . import panels

CHANGE = "crm.change_people"
CONTACT = Rows(lambda pk: Contact.objects.filter(pk=pk).select_related("account", "user"))


@functools.cache
def with_ids():
    """Contacts with what other systems call them, for who shows that column; made once."""
    return Contact.objects.annotate(known_as=known_as("contact"), noted=noted("contact"))


class Contacts(ListPage):
    """Everybody."""

    title = gettext_lazy("Contacts")
    permission_required = "crm.view_people"
    table, filterset, sort = ContactTable, ContactFilter, "name"
    values = ("archived_at", "erased_at", "first_name", "last_name", "email")
    export_name = "contacts"
    keeps = shows_all = True
    changes = "contact"

    def queryset(self):
        return with_ids().filter(merged_into=None)

    def columns(self):
        """And one for each custom field, hidden until it is chosen."""
        return super().columns() | custom_columns(custom_fields(self.request))

    def actions(self):
        yield Action(_("Add contact"), reverse("crm:create_contact"), "plus", permission=CHANGE)
        yield Action(
            _("Import"),
            reverse("crm:import_contacts"),
            "upload",
            permission=(CHANGE, "crm.import_people"),
        )

    def bulk(self):
        for entry in register.all_of().bulk_on("contacts"):
            yield Action(entry.label, entry.url, entry.icon, permission=entry.permission)

    @property
    def empty(self):
        return Empty(
            _("No contacts yet"),
            _("A contact is a person who learns, books or decides."),
            next(iter(self.permitted(self.actions())), None),
        )

    def kind(self, row):
        return {"archived_at": bool(row["archived_at"]), "erased_at": bool(row["erased_at"])}

    def menu(self, row):
        pk = row["pk"]
        if row["erased_at"]:
            return
        if row["archived_at"]:
            yield Action(
                _("Restore"),
                page_of("crm:restore_contact", pk),
                "archive-restore",
                permission=CHANGE,
            )
            return
        yield Action(_("Edit"), page_of("crm:edit_contact", pk), "pencil", permission=CHANGE)
        yield LINE
        yield Action(
            _("Archive"),
            page_of("crm:archive_contact", pk),
            "archive",
            danger=True,
            permission=CHANGE,
        )

    def dim(self, row):
        return bool(row["archived_at"])

    def name_of(self, row):
        return name_of(row)


@staff("crm.view_people")
def contact(request, pk):
    """The page of one contact; for htmx its head alone."""
    found = doubles.lead_on(request, panels.PAGE.or_404(pk=pk))
    head = request.htmx and request.htmx.target == "head"
    template = "crm/_contact_head.html" if head else "crm/contact.html"
    response = render(request, template, {"contact": found})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


class Create(Dialog):
    title = gettext_lazy("Add contact")
    submit = gettext_lazy("Add")
    permission_required = CHANGE
    form_class = forms.NewContactForm
    template_name = "crm/form.html"
    changes = "contact"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": None}

    def get_initial(self):
        asked = self.request.GET.get("account", "")
        known = asked.isdecimal() and len(asked) < 19
        account = Account.objects.living().filter(pk=asked).first() if known else None
        return {"account": account}

    def perform(self, **answers):
        made = contacts.create(
            custom=forms.take_custom(answers),
            at=self.request.now,
            on=self.request.today,
            by=self.request.user,
            **answers,
        )
        return made.get_absolute_url()


class ContactDialog(Dialog):
    """A question about one contact."""

    permission_required = CHANGE
    changes = "contact"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.contact = doubles.lead_on(request, CONTACT.or_404(pk=kwargs["pk"]))

    @property
    def subject(self):
        return self.contact.name

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}

    def get_success_url(self):
        return self.contact.get_absolute_url()


class Versioned(ContactDialog):
    """A question whose answer depends on how the contact is now."""

    @property
    def versioned(self):
        return self.contact


class Edit(Versioned):
    title = gettext_lazy("Edit")
    form_class = forms.ContactForm
    template_name = "crm/form.html"

    def get_form_kwargs(self):
        # The form writes its answers into its own: what stands around it stays as it is.
        return super().get_form_kwargs() | {"instance": copy.copy(self.contact)}

    def perform(self, **answers):
        custom = forms.take_custom(answers)
        contacts.edit(self.contact.pk, custom=custom, **answers, **self.who)


class ChangeAccount(Versioned):
    title = gettext_lazy("Change account")
    submit = gettext_lazy("Move the contact")
    form_class = forms.ChangeAccountForm
    previews = True

    @property
    def subject(self):
        return _("%(name)s, now of %(account)s") % {
            "name": self.contact,
            "account": self.contact.account,
        }

    def perform(self, **answers):
        return belonging.change_account(self.contact.pk, **answers, **self.who)


class AddAccount(ContactDialog):
    title = gettext_lazy("Add further account")
    submit = gettext_lazy("Add")
    form_class = forms.FurtherAccountForm

    def perform(self, account):
        belonging.add(self.contact.pk, account, **self.who)


class RemoveAccount(Versioned):
    title = gettext_lazy("Remove further account")
    submit = gettext_lazy("Remove the account")
    danger = previews = True
    form_class = forms.ReasonForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        account = get_object_or_404(Account, pk=kwargs["account_id"])
        self.account = doubles.lead_on(request, account)

    @property
    def subject(self):
        return _("%(account)s, of %(name)s") % {"account": self.account, "name": self.contact}

    def perform(self, **answers):
        return belonging.remove(self.contact.pk, self.account, **answers, **self.who)


class AddExternalId(ContactDialog):
    title = gettext_lazy("Add external ID")
    submit = gettext_lazy("Add")
    form_class = forms.ExternalIdForm

    def perform(self, **answers):
        external_ids.add(self.contact, **answers, **self.who)


class RemoveExternalId(ContactDialog):
    title = gettext_lazy("Remove external ID")
    submit = gettext_lazy("Remove the ID")
    danger = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(ExternalId, pk=kwargs["id"], contact=self.contact)

    @property
    def subject(self):
        return f"{self.row}, {self.contact}"

    def perform(self):
        external_ids.remove(self.row.pk, **self.who)


class ChangeAddress(ContactDialog):
    title = gettext_lazy("Change email address")
    form_class = forms.AddressForm

    @property
    def submit(self):
        return _("Ask to confirm") if self.contact.user_id else _("Save")

    template_name = "crm/change_address.html"

    def perform(self, email):
        people.ask_new_address(self.contact.pk, email, **self.who)


class Archive(Versioned):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the contact")
    danger = previews = True
    form_class = forms.ReasonForm

    def perform(self, **answers):
        return archiving.archive_contact(self.contact.pk, **answers, **self.who)


class Restore(Versioned):
    title = gettext_lazy("Restore")
    submit = gettext_lazy("Restore the contact")

    def perform(self):
        archiving.restore_contact(self.contact.pk, **self.who)


class Invite(ContactDialog):
    title = gettext_lazy("Invite to LMS")
    submit = gettext_lazy("Send the invitation")
    template_name = "crm/invite.html"

    def perform(self):
        people.invite(self.contact.pk, **self.who)
