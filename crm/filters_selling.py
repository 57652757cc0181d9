"""How is the list of opportunities narrowed?"""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from catalog.models import Region, Unit, UnitKind
from tms.models import User
from tms.ui import filters

from .choosing import any_account_field, any_contact_field
from .models import Opportunity, Stage

OWNERS = User.objects.filter(Exists(Opportunity.objects.filter(owner=OuterRef("pk"))))
OWNERS = OWNERS.order_by("name", "pk")
STAGES = Stage.objects.order_by("position", "pk")
SHOW = [("won", _("Won")), ("lost", _("Lost")), ("all", _("Open and closed"))]


class AccountOpportunityFilter(filters.FilterSet):
    """Closed ones are left out, unless they are asked for: by kind, or by a stage."""

    q = filters.Indexed(
        field_name="name_key",
        within="t.closed_on IS NULL",
        unless=("kind", "stage"),
        placeholder=_("Name"),
    )
    stage = filters.Of(queryset=STAGES, label=_("Stage"), every=_("Every stage"))
    kind = filters.Choice(choices=SHOW, every=_("Open"), label=_("Show"), method="of_kind")
    owner = filters.Of(queryset=OWNERS, label=_("Owner"), every=_("Every owner"))
    closing = filters.DayRange(label=_("Expected close"), method="closing_between")

    class Meta(filters.FilterSet.Meta):
        model = Opportunity
        fields = []

    def of_kind(self, rows, name, value):
        return rows if value == "all" else rows.filter(won=value == "won", closed_on__isnull=False)

    def closing_between(self, rows, name, days):
        # What has no day sorts as if it closed at the end of time, and closes on none of these.
        rows = rows.filter(closes_on__isnull=False)
        if days.start:
            rows = rows.filter(closes_key__gte=days.start)
        return rows.filter(closes_key__lte=days.stop) if days.stop else rows

    def filter_queryset(self, rows):
        asked = self.form.cleaned_data
        if not asked.get("kind") and not asked.get("stage"):
            rows = rows.open()
        return super().filter_queryset(rows)


class OpportunityFilter(AccountOpportunityFilter):
    """The same, and by what those of one account have in common."""

    account = filters.Among(any_account_field, label=_("Account"), method="of_account")
    contact = filters.Among(any_contact_field, label=_("Contact"), method="of_contact")
    region = filters.Of(queryset=Region.objects.all(), label=_("Region"), every=_("Every region"))
    currency = filters.Of(
        queryset=Unit.objects.filter(kind=UnitKind.CURRENCY).order_by("code"),
        called="code",
        label=_("Currency"),
        every=_("Every currency"),
    )

    class Meta(AccountOpportunityFilter.Meta):
        pass

    def of_account(self, rows, name, account):
        return rows.filter(account=account) if account else rows

    def of_contact(self, rows, name, contact):
        return rows.filter(contact=contact) if contact else rows
