"""The lists of the control panel that are about people and letters to them."""

import django_filters
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import Case, Exists, OuterRef, Q, StringAgg, TextField, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from tms.models import KeptMail, User
from tms.ui import filters, tables

from .roles import shown
from .second_factor import PROVING

STATUS = [("active", _("Active")), ("invited", _("Invited")), ("disabled", _("Disabled"))]


def users():
    """Everybody with a role, or invited to one, with what the list says of them."""
    return User.objects.filter(is_staff=True).annotate(
        name_key=Lower("name"),
        status=Case(
            When(is_active=False, then=Value("disabled")),
            When(
                last_login=None,
                password__startswith=UNUSABLE_PASSWORD_PREFIX,
                then=Value("invited"),
            ),
            default=Value("active"),
            output_field=TextField(),
        ),
        roles=Coalesce(
            StringAgg("groups__name", delimiter=Value(", "), order_by="groups__name"),
            Value(""),
            output_field=TextField(),
        ),
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=PROVING)),
    )


def roles_of(row) -> str:
    return ", ".join(shown(name) for name in row["roles"].split(", "))


class UserTable(tables.Table):
    name = tables.Link(
        "people:user", main=True, sort="name_key", verbose_name=_("Name"), note="email"
    )
    status = tables.Status(STATUS, verbose_name=_("Status"))
    roles = tables.Column(draw=roles_of, export=roles_of, needs=("roles",), verbose_name=_("Roles"))
    has_factor = tables.Choice([(True, _("yes")), (False, "")], verbose_name=_("Second factor"))
    last_login = tables.Moment(verbose_name=_("Last sign-in"))


class UserFilter(filters.FilterSet):
    q = filters.Search("name", fold=True, placeholder=_("Name"))
    status = filters.Choice(choices=STATUS, every=_("Every status"), label=_("Status"))
    role = filters.Of(
        field_name="groups",
        queryset=Group.objects.order_by("name"),
        method="with_role",
        every=_("Every role"),
        shown=shown,
        label=_("Role"),
    )

    def with_role(self, queryset, name, role):
        # A join would leave only this role in the row's list of roles.
        return queryset.filter(pk__in=role.user_set.values("pk"))


class MailTable(tables.Table):
    subject = tables.Link("people:one_mail", main=True, verbose_name=_("Subject"))
    to = tables.Column(verbose_name=_("To"))
    at = tables.Moment(sort="at", verbose_name=_("Written"))


class MailFilter(filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"))

    def search(self, queryset, name, value):
        return queryset.filter(Q(to__icontains=value) | Q(subject__icontains=value))

    class Meta(filters.FilterSet.Meta):
        model = KeptMail
        fields = []
