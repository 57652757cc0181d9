"""How are registrations and requests narrowed?"""

from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from catalog.models import Item
from crm.models import Contact
from tms.text import Fold, words_of
from tms.ui import filters

from . import finding
from .models import (
    HeldPlace,
    PaidBy,
    Payment,
    PaymentNews,
    PaymentState,
    Registration,
    Request,
    RequestState,
)
from .models.selling import HeldState
from .tables import Standing

SEARCHED = {
    "contact__search_text": Contact,
    "event__course__title_key": Item,
    "path__title_key": Item,
}


class ContactSearch(filters.Search):
    """Every word in the learner's name or address, or in the title of what it is about."""

    def __init__(self, *columns, **kwargs):
        super().__init__(placeholder=_("Contact or training"), **kwargs)
        self.columns = columns

    def filter(self, qs, value):
        return qs.filter(in_columns(value or "", self.columns))


class RegistrationSearch(filters.Found):
    """Every word in the learner's name or address, or in the title of what it is about."""

    def few(self, text):
        found = finding.ways(words_of(text))
        return found and self.first(*found)

    def many(self, text):
        found = Q()
        for word in words_of(text):
            anywhere = Q()
            for path, rows in SEARCHED.items():
                anywhere |= filters.found_by(path, rows.objects, [word])
            found &= anywhere
        return found


def in_columns(text: str, columns) -> Q:
    """Every word is in one of the columns."""
    found = Q()
    for word in words_of(text):
        folded = Fold(Value(word))
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__contains": folded})
        found &= anywhere
    return found


# By conditions that an index can serve.
STANDING = {
    Standing.ACTIVE: Q(cancelled_at=None, completed_at=None),
    Standing.COMPLETED: Q(cancelled_at=None, completed_at__isnull=False),
    Standing.CANCELLED: Q(cancelled_at__isnull=False),
}


class RegistrationFilter(filters.FilterSet):
    q = RegistrationSearch(placeholder=_("Contact or training"))
    standing = filters.Choice(
        choices=Standing.choices, every=_("Every status"), label=_("Status"), method="in_standing"
    )
    paid_by = filters.Choice(choices=PaidBy.choices, every=_("Every way"), label=_("Paid by"))
    registered = filters.DayRange(field_name="registered_on", label=_("Registered between"))

    class Meta(filters.FilterSet.Meta):
        model = Registration
        fields = ()

    def in_standing(self, queryset, _name, value):
        return queryset.filter(STANDING[value])


class HeldPlaceFilter(filters.FilterSet):
    q = ContactSearch("account__name_key", "item__title_key", "contact__search_text")
    state = filters.Choice(
        choices=HeldState.choices, every=_("Every status"), label=_("Status"), method="in_state"
    )

    class Meta(filters.FilterSet.Meta):
        model = HeldPlace
        fields = ()

    def in_state(self, queryset, _name, value):
        return queryset.filter(state=value)


class RequestFilter(filters.FilterSet):
    q = ContactSearch("contact__search_text", "item__title_key", "pass_type__name_key")
    state = filters.Choice(choices=RequestState.choices, every=_("Every status"), label=_("Status"))

    class Meta(filters.FilterSet.Meta):
        model = Request
        fields = ()


class PaymentFilter(filters.FilterSet):
    q = ContactSearch("contact__search_text", "account__name_key")
    state = filters.Choice(
        choices=PaymentState.choices, every=_("Every status"), label=_("Status"), method="in_state"
    )
    started = filters.DayRange(field_name="started_on", label=_("Started between"))

    class Meta(filters.FilterSet.Meta):
        model = Payment
        fields = ()

    def in_state(self, queryset, _name, value):
        return queryset.filter(state=value)


class NewsFilter(filters.FilterSet):
    """By the provider's own name for the payment."""

    q = filters.Search(field_name="reference", fold=True)

    class Meta(filters.FilterSet.Meta):
        model = PaymentNews
        fields = ()
