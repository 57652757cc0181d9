"""What do the lists of the programs' side show, and how are they narrowed?"""

from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tms.models import ApiKey, KeyStatus
from tms.ui import filters, tables


def keys(day):
    """Every key with its status on `day` and its name to sort by."""
    return ApiKey.objects.with_status(day).annotate(name_key=Lower("name"))


class KeyTable(tables.Table):
    status = tables.Status(KeyStatus.choices, verbose_name=_("Status"))
    name = tables.Column(main=True, sort="name_key", verbose_name=_("Name"))
    prefix = tables.Column(
        draw=lambda row: f"{row['prefix']}…", needs=("prefix",), verbose_name=_("Begins with")
    )
    owner = tables.Link(
        "people:user", key="owner_id", accessor="owner__name", verbose_name=_("Acts for")
    )
    scopes = tables.Column(
        draw=lambda row: ", ".join(row["scopes"]), needs=("scopes",), verbose_name=_("May")
    )
    expires_on = tables.Day(verbose_name=_("Last day"))
    last_used_on = tables.Day(verbose_name=_("Last used"))


class KeyFilter(filters.FilterSet):
    q = filters.Search("name", fold=True, placeholder=_("Name"))
    status = filters.Choice(choices=KeyStatus.choices, every=_("Every status"), label=_("Status"))

    class Meta(filters.FilterSet.Meta):
        model = ApiKey
        fields = ()
