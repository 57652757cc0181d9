"""How are lists of passes narrowed?"""

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q
from django.utils.translation import gettext_lazy as _

from crm.choosing import account_field, accounts_matching, contact_field, contacts_matching
from crm.models import Account, Contact
from tms import clock
from tms.ui import filters

from .models import Pass, PassType, Status

LARGEST_ID = 2**63 - 1


class AnyOf(Func):
    """`column = ANY(ARRAY(SELECT …))`: unlike IN, an index serves it inside an OR."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column, rows):
        super().__init__(F(column), ArraySubquery(rows.order_by().values("pk")))


class PassSearch(filters.Search):
    """By the number of the pass, an external ID of it, or who holds it; `accounts`: or owns it."""

    def __init__(self, *args, accounts=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.accounts = accounts

    def filter(self, qs, value):
        text = (value or "").strip()
        if not text:
            return qs
        found = Q(external_ids__contains=[text])
        found |= Q(AnyOf("contact_id", contacts_matching(Contact.objects.all(), text)))
        if self.accounts:
            found |= Q(AnyOf("account_id", accounts_matching(Account.objects.all(), text)))
        number = text.removeprefix("#")
        if number.isascii() and number.isdecimal() and int(number) <= LARGEST_ID:
            found |= Q(pk=int(number))
        return qs.filter(found)


class OfContact(django_filters.Filter):
    """One contact, found by a few letters."""

    field_class = staticmethod(contact_field)


class OfAccount(django_filters.Filter):
    """One account, found by a few letters."""

    field_class = staticmethod(account_field)


class PassFilter(filters.FilterSet):
    """Within one account or contact."""

    q = PassSearch(placeholder=_("Contact, number or external ID"))
    status = filters.Choice(
        choices=Status.choices, every=_("Every status"), label=_("Status"), method="in_status"
    )
    pass_type = filters.Of(
        queryset=PassType.objects.order_by("name_key", "pk"),
        every=_("Every type"),
        label=_("Pass Type"),
    )
    active = filters.DayRange(label=_("Active Between"), method="active_between")
    contact = OfContact(label=_("Contact"))

    expires = filters.DayRange(field_name="expires_on", label=_("Expires"))

    class Meta(filters.FilterSet.Meta):
        model = Pass
        fields = ()

    def in_status(self, queryset, _name, value):
        return queryset.in_status(value, self.request.today)

    def active_between(self, queryset, _name, value):
        """Valid on a day of these; a cancelled pass was valid until the day it was cancelled."""
        if not value:
            return queryset
        found = queryset.active_between(value.start, value.stop)
        if value.start:
            begins = clock.start_of(value.start, self.request.zone)
            found = found.filter(Q(cancelled_at=None) | Q(cancelled_at__gte=begins))
        return found


class AllPassesFilter(PassFilter):
    """Among all passes."""

    q = PassSearch(accounts=True, placeholder=_("Contact, account, number or external ID"))
    account = OfAccount(label=_("Account"))
