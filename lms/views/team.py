"""What do account managers see in the LMS? Their account's people, passes, tokens, places."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_safe

from crm import managers
from crm.models import Account, Contact
from passes.models import Pass, Status, TypeStatus
from passes.rules import may
from tms.ui import filters
from tms.ui.access import learner
from tms.ui.address import page_of
from tms.ui.lists import Action, Empty, ListPage

from .. import team
from ..models import Registration
from ..tables import Standing
from ..tables_team import PassTable, PersonTable, PlaceTable, own_name
from .learning import _learner
from .registrations import told
from .tokens import of_account

TABS = [
    ("lms:my_team_people", gettext_lazy("People")),
    ("lms:my_team_passes", gettext_lazy("Training Passes")),
    ("lms:my_team_tokens", gettext_lazy("Training Tokens")),
    ("lms:my_team_places", gettext_lazy("Registrations")),
]


def managed(request, account_id: int) -> tuple[Contact, Account, list[Account]]:
    """Who asks, the account, and all that they look after; asked anew on every request.

    Raises PermissionDenied for who looks after none, Http404 for another one than theirs.
    """
    contact = _learner(request)
    accounts = managers.accounts_of(contact.pk)
    if not accounts:
        raise PermissionDenied(
            _("This page is for account managers. Ask staff to mark you as one.")
        )
    account = next((each for each in accounts if each.pk == account_id), None)
    if account is None:
        raise Http404
    return contact, account, accounts


@learner
@require_safe
def my_team(request):
    """The first of their accounts; the pages lead to the others."""
    contact = _learner(request)
    first = next(iter(managers.accounts_of(contact.pk)), None)
    _contact, account, _all = managed(request, first.pk if first else 0)
    return redirect("lms:my_team_people", account.pk)


class Team(ListPage):
    """A list of what is one account's."""

    audience, site = "learner", "learner.html"
    template_name = "lms/team/list.html"
    url_name = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.manager, self.account, self.accounts = managed(request, kwargs["account_id"])

    @property
    def title(self):
        return self.account.name

    def context(self, listing):
        return super().context(listing) | around(self.account, self.accounts, self.url_name)


def around(account: Account, accounts: list[Account], here: str) -> dict:
    """The tabs of the account, and the way to the others."""
    return {
        "tabs": [(reverse(name, args=[account.pk]), label, name == here) for name, label in TABS],
        "account": account,
        "others": [each for each in accounts if each.pk != account.pk],
    }


class PersonFilter(filters.FilterSet):
    q = filters.Search(field_name="name_key", placeholder=gettext_lazy("Name"))

    class Meta(filters.FilterSet.Meta):
        model = Contact
        fields = ()


class People(Team):
    """Everybody of the account, with what they have from it."""

    table, filterset, sort = PersonTable, PersonFilter, "name"
    url_name = "lms:my_team_people"
    values = ("first_name", "last_name", "email")
    changes = ("registrations", "passes")
    empty = Empty(gettext_lazy("Nobody belongs to this account yet"))

    def queryset(self):
        rows = team.people(self.account.pk)
        return team.with_holdings(rows, self.account.pk, self.request.today)

    def actions(self):
        address = page_of("lms:my_team_register", self.account.pk)
        yield Action(_("Register"), address, "plus")

    def menu(self, row):
        address = page_of("lms:my_team_register", self.account.pk)
        yield Action(_("Register"), f"{address}?contact={row['pk']}", "plus")

    def name_of(self, row):
        return own_name(row)


class PassFilter(filters.FilterSet):
    q = filters.Search(field_name="contact__name_key", placeholder=gettext_lazy("Held by"))
    status = filters.Choice(
        choices=Status.choices,
        every=gettext_lazy("Every status"),
        label=gettext_lazy("Status"),
        method="in_status",
    )

    class Meta(filters.FilterSet.Meta):
        model = Pass
        fields = ()

    def in_status(self, rows, _name, value):
        return rows.in_status(value, self.request.today)


class Passes(Team):
    """The passes that the account owns."""

    table, filterset, sort = PassTable, PassFilter, "-expires_on"
    url_name = "lms:my_team_passes"
    values = ("status", "pass_type__status", "pass_type__name")
    changes = "passes"
    empty = Empty(gettext_lazy("No training passes yet"))

    def queryset(self):
        return Pass.objects.filter(account=self.account.pk).with_status(self.request.today)

    def bulk(self):
        yield Action(_("Assign"), page_of("lms:my_team_assign_many", self.account.pk), "user-plus")

    def menu(self, row):
        archived = row["pass_type__status"] == TypeStatus.ARCHIVED
        if not may("assign", row["status"], archived_type=archived):
            address = reverse("lms:my_team_assign", args=[self.account.pk, row["pk"]])
            yield Action(_("Edit Assignment"), address, "user-check")

    def dim(self, row):
        return row["status"] in {Status.EXPIRED, Status.CANCELLED}


class PlaceFilter(filters.FilterSet):
    q = filters.Search(field_name="contact__name_key", placeholder=gettext_lazy("Learner"))
    standing = filters.Choice(
        choices=Standing.choices,
        every=gettext_lazy("Every status"),
        label=gettext_lazy("Status"),
        method="in_standing",
    )

    class Meta(filters.FilterSet.Meta):
        model = Registration
        fields = ()

    def in_standing(self, rows, _name, value):
        return rows.filter(standing=value)


class Places(Team):
    """The registrations that are the account's, with how far their learners are."""

    table, filterset, sort = PlaceTable, PlaceFilter, "-pk"
    url_name = "lms:my_team_places"
    values = ("standing",)
    changes = "registrations"
    empty = Empty(gettext_lazy("No registrations yet"))

    def queryset(self):
        return told().filter(account=self.account.pk)

    def actions(self):
        address = page_of("lms:my_team_register", self.account.pk)
        yield Action(_("Register"), address, "plus")

    def dim(self, row):
        return row["standing"] == Standing.CANCELLED


@learner
@require_GET
def tokens(request, account_id):
    """What the account can spend, of each type, and until when."""
    contact, account, accounts = managed(request, account_id)
    context = of_account(account, contact, request.today)
    context |= around(account, accounts, "lms:my_team_tokens")
    return render(request, "lms/team/tokens.html", context)
