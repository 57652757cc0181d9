"""How are the lists of contacts and accounts narrowed?"""

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from catalog.models import Region
from tms.compiled import Question
from tms.models import User
from tms.ui import filters

from .choosing import any_account_field
from .models import Account, AccountKind, Contact, CustomField, CustomFieldKind, Task, TaskState

SHOW = [("archived", _("Archived")), ("all", _("Current and archived"))]
# What is listed of contacts and accounts where nothing else is asked for.
LIVING = "t.archived_at IS NULL AND t.merged_into_id IS NULL"
CUSTOM = "custom_"
CUSTOM_FIELDS = Question(
    lambda: CustomField.objects.living().values_list("key", "label", "kind", "choices")
)
OWNERS = User.objects.filter(Exists(Account.objects.filter(owner=OuterRef("pk"))))
OWNERS = OWNERS.order_by("name", "pk")

ASSIGNEES = User.objects.filter(Exists(Task.objects.filter(assignee=OuterRef("pk"))))
ASSIGNEES = ASSIGNEES.order_by("name", "pk")


def custom_fields(request) -> list[tuple]:
    """(key, label, kind, choices) of each custom field that is asked for; asked once a request."""
    if not hasattr(request, "custom_fields"):
        request.custom_fields = CUSTOM_FIELDS()
    return request.custom_fields


def show():
    return filters.Choice(choices=SHOW, every=_("Current"), label=_("Show"), method="standing")


class Standing(filters.FilterSet):
    """Archived ones are left out unless asked for (`show`)."""

    def standing(self, rows, name, value):
        return rows

    def filter_queryset(self, rows):
        show = self.form.cleaned_data.get("show")
        if show != "all":
            rows = rows.filter(archived_at__isnull=show != "archived")
        return super().filter_queryset(rows)


class ContactFilter(Standing):
    q = filters.Indexed(
        field_name="search_text", within=LIVING, unless=("show",), placeholder=_("Name or email")
    )
    account = filters.Among(any_account_field, label=_("Account"), method="of_account")
    region = filters.Of(
        queryset=Region.objects.all(),
        field_name="account__region",
        label=_("Region"),
        every=_("Every region"),
    )
    owner = filters.Of(
        queryset=OWNERS,
        field_name="account__owner",
        label=_("Owner"),
        every=_("Every owner"),
    )
    sign_in = filters.Choice(
        choices=[("yes", _("Yes")), ("no", _("No"))],
        label=_("Signs in"),
        every=_("All"),
        method="signs_in",
    )
    instructor = filters.Choice(
        choices=[("yes", _("Yes")), ("no", _("No"))],
        label=_("Instructor"),
        every=_("All"),
        method="teaches",
    )
    show = show()

    class Meta(filters.FilterSet.Meta):
        model = Contact
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key, *field in custom_fields(self.request):
            if made := custom_filter(key, *field):
                made.parent, made.model = self, Contact
                self.filters[CUSTOM + key] = made

    def of_account(self, rows, name, account):
        return rows.of_account(account.pk) if account else rows

    def teaches(self, rows, name, value):
        return rows.filter(is_instructor=value == "yes")

    def signs_in(self, rows, name, value):
        return rows.filter(user__isnull=value == "no")


class Holds(django_filters.ChoiceFilter):
    """Those whose custom value is this one; the index on `custom` serves it."""

    def __init__(self, key, values, **kwargs):
        super().__init__(**kwargs)
        self.key, self.values = key, values

    def filter(self, rows, value):
        if value not in self.values:
            return rows
        return rows.filter(custom__contains={self.key: self.values[value]})


def custom_filter(key, label, kind, chosen_from) -> Holds | None:
    """The filter of a custom field that has a few values; others have none."""
    if kind == CustomFieldKind.CHOICE:
        choices = [(each, each) for each in chosen_from]
        values = {each: each for each in chosen_from}
    elif kind == CustomFieldKind.YES_NO:
        choices, values = [("yes", _("Yes")), ("no", _("No"))], {"yes": True, "no": False}
    else:
        return None
    return Holds(key, values, choices=choices, label=label, empty_label=_("All"))


class AccountContactFilter(filters.FilterSet):
    q = filters.Search(field_name="search_text", placeholder=_("Name or email"))

    class Meta(filters.FilterSet.Meta):
        model = Contact
        fields = []


class AccountFilter(Standing):
    q = filters.Indexed(
        field_name="name_key", within=LIVING, unless=("show",), placeholder=_("Name")
    )
    kind = filters.Choice(choices=AccountKind.choices, label=_("Kind"), every=_("Every kind"))
    region = filters.Of(queryset=Region.objects.all(), label=_("Region"), every=_("Every region"))
    owner = filters.Of(
        queryset=OWNERS,
        label=_("Owner"),
        every=_("Every owner"),
    )
    show = show()

    class Meta(filters.FilterSet.Meta):
        model = Account
        fields = []


class TaskFilter(filters.FilterSet):
    """Done ones are left out unless asked for (`state`)."""

    q = filters.Search(field_name="title_key", placeholder=_("Title"))
    whose = filters.Choice(
        choices=[("mine", _("Mine"))],
        every=_("Everybody’s"),
        label=_("Whose"),
        method="of_whom",
        keeps=False,
    )
    assignee = filters.Of(queryset=ASSIGNEES, label=_("Assignee"), every=_("Every assignee"))
    state = filters.Choice(
        choices=[
            (TaskState.OVERDUE.value, TaskState.OVERDUE.label),
            (TaskState.TODAY.value, TaskState.TODAY.label),
            (TaskState.DONE.value, TaskState.DONE.label),
            ("all", _("Open and done")),
        ],
        every=_("Open"),
        label=_("Status"),
        method="in_state",
    )
    due = filters.DayRange(field_name="due_key", label=_("Due between"))

    class Meta(filters.FilterSet.Meta):
        model = Task
        fields = ()

    def of_whom(self, rows, name, value):
        return rows.filter(assignee=self.request.user) if value == "mine" else rows

    def in_state(self, rows, name, value):
        return rows

    def filter_queryset(self, rows):
        state = self.form.cleaned_data.get("state") or TaskState.OPEN
        if state != "all":
            rows = rows.in_state(state, self.request.today)
        return super().filter_queryset(rows)
