"""How are lists of passes narrowed?"""

import django_filters
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from crm.choosing import account_field, accounts_matching, contact_field, contacts_matching
from crm.models import Account, Contact
from tms import clock
from tms.text import Fold
from tms.ui import filters

from .models import Pass, PassType, Status

LARGEST_ID = 2**63 - 1
FEW = 1000
# The column of each that holds what it is found by.
FOLDED = {"contact": "search_text", "account": "name_key"}


class PassSearch(filters.Search):
    """By the number of the pass, an external ID of it, or who holds it; `accounts`: or owns it."""

    def __init__(self, *args, accounts=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.accounts = accounts

    def filter(self, qs, value):
        """Few are named by their ids, found by one index each. Of many, each is asked in the order
        of the list: the first page is full soon then."""
        text = (value or "").strip()
        if not text:
            return qs
        ways = [each.order_by().values("pk")[: FEW + 1] for each in self.ways(text)]
        found = Pass.objects.order_by().filter(pk__in=ways[0].union(*ways[1:]))
        ids = list(found.values_list("pk", flat=True)[: FEW + 1])
        if len(ids) <= FEW:
            return qs.filter(pk__in=ids)
        found = Q(external_ids__contains=[text]) | Q(pk__in=numbered(text))
        for noun in self.nouns:
            found |= in_words(noun, text)
        return qs.filter(found)

    @property
    def nouns(self):
        return ("contact", "account") if self.accounts else ("contact",)

    def ways(self, text):
        """The passes that match, by each of the ways in which one can."""
        yield Pass.objects.filter(external_ids__contains=[text])
        yield Pass.objects.filter(contact__in=contacts_matching(Contact.objects.all(), text))
        if self.accounts:
            yield Pass.objects.filter(account__in=accounts_matching(Account.objects.all(), text))
        if numbered(text):
            yield Pass.objects.filter(pk__in=numbered(text))


def numbered(text) -> list[int]:
    """The number that the text is, as in #12."""
    number = text.removeprefix("#")
    is_one = number.isascii() and number.isdecimal() and int(number) <= LARGEST_ID
    return [int(number)] if is_one else []


def in_words(noun, text) -> Q:
    """Every word is in what the contact (or the account) is found by."""
    found = Q()
    for word in text.replace("\x00", "").split()[:8]:
        found &= Q(**{f"{noun}__{FOLDED[noun]}__contains": Fold(Value(word))})
    return found


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
    expires = filters.DayRange(field_name="expires_on", label=_("Expires"))
