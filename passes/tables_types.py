"""Which columns has the list of pass types, and how is it narrowed?"""

from django.utils.translation import gettext_lazy as _

from tms.ui import filters, tables

from .models import PassType, TypeStatus


class TypeTable(tables.Table):
    name = tables.Link("passes:type", main=True, sort="name_key", verbose_name=_("Name"))
    code = tables.Column(css="code", sort="code", verbose_name=_("Code"))
    status = tables.Status(TypeStatus.choices, sort="rank", verbose_name=_("Status"))
    options = tables.Number(
        accessor="options_count", sort="options_count", verbose_name=_("Options")
    )
    trainings = tables.Number(
        accessor="trainings_count", sort="trainings_count", verbose_name=_("Trainings")
    )
    active = tables.Number(
        accessor="active_count", sort="active_count", verbose_name=_("Active passes")
    )


class TypeFilter(filters.FilterSet):
    q = filters.Search(field_name="search_text", placeholder=_("Name or code"))
    status = filters.Choice(choices=TypeStatus.choices, every=_("Every status"), label=_("Status"))

    class Meta(filters.FilterSet.Meta):
        model = PassType
        fields = ()
