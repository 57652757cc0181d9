"""How are lists of passes narrowed?"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.choosing import any_account_field, any_contact_field
from crm.models import Account, Contact
from tms import clock
from tms.text import contains_all, patterns, words_of
from tms.ui import filters

from .models import Pass, PassType, Status

NOUNS = {"contact": Contact, "account": Account}
LARGEST_ID = 2**63 - 1
# The column of each that holds what it is found by.
FOLDED = {"contact": "search_text", "account": "name_key"}


HELD = """SELECT p.id FROM crm_{noun} n JOIN passes_pass p ON p.{noun}_id = n.id WHERE {words}"""


class PassSearch(filters.Found):
    """By the number of the pass, an external ID of it, or who holds it; `accounts`: or owns it."""

    def __init__(self, *args, accounts=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.nouns = ("contact", "account") if accounts else ("contact",)

    def few(self, text):
        given = patterns(words_of(text))
        found = ["SELECT p.id FROM passes_pass p WHERE p.external_ids @> %(external)s::varchar[]"]
        if given:
            found += [
                HELD.format(noun=noun, words=contains_all(f"n.{FOLDED[noun]}", given))
                for noun in self.nouns
            ]
        if numbered(text):
            found.append("SELECT p.id FROM passes_pass p WHERE p.id = %(number)s")
            given |= {"number": numbered(text)[0]}
        return self.first(found, given | {"external": [text]})

    def many(self, text):
        found = Q(external_ids__contains=[text]) | Q(pk__in=numbered(text))
        for noun in self.nouns:
            path = f"{noun}__{FOLDED[noun]}"
            found |= filters.found_by(path, NOUNS[noun].objects, words_of(text))
        return found


def numbered(text) -> list[int]:
    """The number that the text is, as in #12."""
    number = text.removeprefix("#")
    is_one = number.isascii() and number.isdecimal() and int(number) <= LARGEST_ID
    return [int(number)] if is_one else []


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
    contact = filters.Among(any_contact_field, label=_("Contact"))

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
    account = filters.Among(any_account_field, label=_("Account"))
    expires = filters.DayRange(field_name="expires_on", label=_("Expires"))
