"""Two that are one are merged; what was entered by mistake is deleted."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from tms.ui.dialogs import Done

from .. import deleting, forms, merging
from ..models import Account, Contact
from . import accounts, contacts


class MergeContact(contacts.Versioned):
    title = gettext_lazy("Merge")
    submit = gettext_lazy("Merge the contacts")
    danger = previews = True
    template_name = "crm/merge.html"
    form_class = forms.MergeContactForm
    changes = ("contact", "passes", "registrations")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"this": self.contact}

    def perform(self, *, other: Contact, keep: str):
        kept, gone = (self.contact, other) if keep == "this" else (other, self.contact)
        told = merging.merge_contacts(kept.pk, gone.pk, **self.who)
        return Done(goes_to=kept.get_absolute_url(), consequences=told)


class MergeAccount(accounts.Versioned):
    title = gettext_lazy("Merge")
    submit = gettext_lazy("Merge the accounts")
    danger = previews = True
    template_name = "crm/merge.html"
    form_class = forms.MergeAccountForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"this": self.account}

    def perform(self, *, other: Account, keep: str):
        kept, gone = (self.account, other) if keep == "this" else (other, self.account)
        told = merging.merge_accounts(kept.pk, gone.pk, **self.who)
        return Done(goes_to=kept.get_absolute_url(), consequences=told)


class DeleteContact(contacts.Versioned):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete the contact")
    danger = previews = True

    def perform(self):
        told = deleting.delete_contact(self.contact.pk, **self.who)
        return Done(goes_to=reverse("crm:contacts"), consequences=told)


class DeleteAccount(accounts.Versioned):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete the account")
    danger = previews = True

    def perform(self):
        told = deleting.delete_account(self.account.pk, **self.who)
        return Done(goes_to=reverse("crm:accounts"), consequences=told)
