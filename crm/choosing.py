"""Which contact, which account is meant? Fields to choose one by a few letters, in any form.

contact = contact_field(label=_("Contact"))
form.fields["contact"].queryset = Contact.objects.of_account(account.pk).living()
"""

from django.db.models import Value
from django.urls import reverse_lazy

from tms.text import Fold
from tms.ui.combobox import ComboboxField, SeveralField

from .models import Account, Contact


def contacts_matching(contacts, text: str, *, column: str = "search_text"):
    """Those of the contacts who have every word in name or address, by name; `column="name_key"`:
    in the name alone.
    """
    return _with_words(contacts.select_related("account"), column, text)


def accounts_matching(accounts, text: str):
    """Those of the accounts that have every word in their name, by name."""
    return _with_words(accounts, "name_key", text)


def opportunities_matching(opportunities, text: str):
    """Those of the opportunities that have every word in their name, by name."""
    return _with_words(opportunities, "name_key", text)


def contact_field(**particulars) -> ComboboxField:
    """One contact. Options of one account alone: set `widget.url` to `?account=7`."""
    particulars.setdefault("url", reverse_lazy("crm:contact_options"))
    return ComboboxField(Contact.objects.living(), find=contacts_matching, **particulars)


def contacts_field(**particulars) -> SeveralField:
    """Several contacts, as chips."""
    particulars.setdefault("url", reverse_lazy("crm:contact_options"))
    return SeveralField(Contact.objects.living(), find=contacts_matching, **particulars)


def account_field(**particulars) -> ComboboxField:
    """One account."""
    particulars.setdefault("url", reverse_lazy("crm:account_options"))
    return ComboboxField(Account.objects.living(), find=accounts_matching, **particulars)


def any_account_field(**particulars) -> ComboboxField:
    """One account, archived or not: for filters."""
    field = account_field(**particulars)
    field.queryset = Account.objects.all()
    return field


def any_contact_field(**particulars) -> ComboboxField:
    """One contact, archived or not: for filters."""
    field = contact_field(**particulars)
    field.queryset = Contact.objects.all()
    return field


def _with_words(rows, column, text):
    for word in text.replace("\x00", "").split()[:8]:
        rows = rows.filter(**{f"{column}__contains": Fold(Value(word))})
    return rows.order_by("name_key", "pk")
