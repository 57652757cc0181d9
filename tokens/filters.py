"""How are the lists of tokens narrowed?"""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.choosing import any_contact_field
from tms.ui import filters

from .models import EntryKind, IssueStatus, LedgerEntry, TokenIssue, TokenPack, TokenType


class TypeFilter(filters.FilterSet):
    q = filters.Search("unit__label", fold=True)
    archived = django_filters.BooleanFilter(
        method="with_archived", label=_("Show Archived"), widget=forms.CheckboxInput
    )

    def with_archived(self, queryset, name, value):
        return queryset if value else queryset.filter(unit__archived_at=None)


def of_type():
    return filters.Of(
        queryset=TokenType.objects.select_related("unit").order_by("unit__label", "pk"),
        called="unit__label",
        every=_("Every type"),
        label=_("Type"),
    )


class PackFilter(filters.FilterSet):
    token_type = of_type()
    archived = django_filters.BooleanFilter(
        method="with_archived", label=_("Show Archived"), widget=forms.CheckboxInput
    )

    class Meta(filters.FilterSet.Meta):
        model = TokenPack
        fields = ()

    def with_archived(self, queryset, name, value):
        return queryset if value else queryset.filter(archived_at=None)


class IssueFilter(filters.FilterSet):
    """Within one account."""

    token_type = of_type()
    status = filters.Choice(
        choices=IssueStatus.choices, every=_("Every status"), label=_("Status"), method="in_status"
    )
    issued = filters.DayRange(field_name="issued_on", label=pgettext_lazy("tokens", "Issued"))
    expires = filters.DayRange(field_name="expires_on", label=_("Expires"))

    class Meta(filters.FilterSet.Meta):
        model = TokenIssue
        fields = ()

    def in_status(self, queryset, _name, value):
        return queryset.in_status(value, self.request.today)


class EntryFilter(filters.FilterSet):
    """Within one account."""

    token_type = of_type()
    kind = filters.Choice(choices=EntryKind.choices, every=_("Every kind"), label=_("Entry"))
    on = filters.DayRange(label=_("When"))
    contact = filters.Among(any_contact_field, label=_("Contact"))

    class Meta(filters.FilterSet.Meta):
        model = LedgerEntry
        fields = ()
