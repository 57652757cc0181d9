"""How are registrations and requests narrowed?"""

from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from tms.text import Fold
from tms.ui import filters

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


class ContactSearch(filters.Search):
    """Every word in the learner's name or address, or in the title of what it is about."""

    def __init__(self, *columns, **kwargs):
        super().__init__(placeholder=_("Contact or training"), **kwargs)
        self.columns = columns

    def filter(self, qs, value):
        for word in (value or "").replace("\x00", "").split()[:8]:
            folded = Fold(Value(word))
            found = Q()
            for column in self.columns:
                found |= Q(**{f"{column}__contains": folded})
            qs = qs.filter(found)
        return qs


class RegistrationFilter(filters.FilterSet):
    q = ContactSearch("contact__search_text", "event__course__title_key", "path__title_key")
    standing = filters.Choice(
        choices=Standing.choices, every=_("Every status"), label=_("Status"), method="in_standing"
    )
    paid_by = filters.Choice(choices=PaidBy.choices, every=_("Every way"), label=_("Paid by"))
    registered = filters.DayRange(field_name="registered_on", label=_("Registered between"))

    class Meta(filters.FilterSet.Meta):
        model = Registration
        fields = ()

    def in_standing(self, queryset, _name, value):
        return queryset.filter(standing=value)


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
