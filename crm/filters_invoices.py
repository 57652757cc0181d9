"""How is the list of invoices narrowed?"""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from tms.ui import filters

from .choosing import any_account_field
from .models import Invoice, InvoiceKind, InvoiceStatus
from .models.invoice import DUE, ISSUED


class InvoiceFilter(filters.FilterSet):
    q = filters.Search(method="numbered", placeholder=_("Number"))
    status = filters.Choice(
        choices=InvoiceStatus.choices, every=_("Every status"), label=_("Status"), method="standing"
    )
    kind = filters.Choice(choices=InvoiceKind.choices, every=_("Every kind"), label=_("Kind"))
    account = filters.Among(any_account_field, label=_("Account"), method="of_account")
    issued = filters.DayRange(field_name="issued_key", label=_("Issued"))
    due = filters.DayRange(field_name="due_key", label=_("Due"))
    overdue = django_filters.BooleanFilter(
        label=_("Overdue"), method="late", widget=forms.CheckboxInput
    )

    class Meta(filters.FilterSet.Meta):
        model = Invoice
        fields = ()

    def filter_queryset(self, rows):
        # Days are looked for by what the list sorts by: these have the indexes.
        return super().filter_queryset(rows.alias(issued_key=ISSUED, due_key=DUE))

    def numbered(self, rows, _name, value):
        """Every word somewhere in the number; numbers are in capitals."""
        for word in value.upper().split()[:8]:
            rows = rows.filter(number__contains=word)
        return rows

    def standing(self, rows, _name, value):
        return rows.in_status(value)

    def of_account(self, rows, _name, account):
        return rows.filter(account=account) if account else rows

    def late(self, rows, _name, value):
        return rows.overdue(self.request.today) if value else rows


class AccountInvoiceFilter(InvoiceFilter):
    """Within one account."""

    account = None
