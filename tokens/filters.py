"""How are the lists of tokens narrowed?"""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from tms.ui import filters


class TypeFilter(filters.FilterSet):
    q = filters.Search("unit__label", fold=True)
    archived = django_filters.BooleanFilter(
        method="with_archived", label=_("Show Archived"), widget=forms.CheckboxInput
    )

    def with_archived(self, queryset, name, value):
        return queryset if value else queryset.filter(unit__archived_at=None)
