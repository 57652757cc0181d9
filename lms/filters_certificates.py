"""How are certificates narrowed?"""

from django.utils.translation import gettext_lazy as _

from tms.ui import filters

from .certificates import as_number
from .filters import ContactSearch
from .models import Certificate


class NumberOrWords(ContactSearch):
    """A whole number, however it was typed; otherwise words as everywhere."""

    def filter(self, qs, value):
        number = as_number(value or "")
        if len(number) == 14 and qs.filter(number=number).exists():
            return qs.filter(number=number)
        return super().filter(qs, value)


class CertificateFilter(filters.FilterSet):
    q = NumberOrWords("contact__search_text", "item__title_key")
    completed = filters.DayRange(field_name="completed_on", label=_("Completed between"))
    ends = filters.DayRange(field_name="valid_until", label=_("Last day between"))

    class Meta(filters.FilterSet.Meta):
        model = Certificate
        fields = ()
