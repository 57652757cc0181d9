"""Which columns has the list of the audit trail, and how is it narrowed?"""

import django_filters
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, Q, TextField
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tms.models import AuditOperation, AuditRow, AuditSource, User
from tms.ui import filters, tables

from . import audit_told

# Whom "who" finds: more than so many of one name are not told apart by it.
NAMESAKES = 100


class Keys(Func):
    """The names of the columns in a row's before and after: the values stay where they are."""

    template = "ARRAY(SELECT DISTINCT jsonb_object_keys(%(expressions)s) ORDER BY 1)"
    arg_joiner = " || "
    output_field = ArrayField(TextField())


def rows():
    return AuditRow.objects.annotate(columns=Keys("before", "after"))


def record(row) -> str:
    """Contact #7"""
    return f"{audit_told.noun(row['model'])} #{row['record']}"


def changed(row) -> str:
    """What the columns are called that changed; of a whole row that came or went nothing."""
    if row["operation"] != AuditOperation.CHANGED:
        return ""
    names = audit_told.columns(audit_told.model_of(row["model"]))
    return ", ".join(names.get(column, column) for column in row["columns"])


def who(row) -> str:
    """The user's name; whose change it is where nobody is named."""
    if row["user_id"] is None:
        return ""
    return row["user__name"] or f"#{row['user_id']}"


def drawn_changed(row):
    return format_html("<bdi>{}</bdi>", changed(row))


class Record(tables.Link):
    """What the row is about, and the way to the row."""

    def __init__(self):
        super().__init__(
            "people:audit_row",
            accessor="model",
            needs=("record",),
            main=True,
            verbose_name=gettext_lazy("What"),
            export=record,
        )

    def cell(self, row):
        return f'<a href="{self.address(row)}">{self.text(record(row))}</a>'


class AuditTable(tables.Table):
    recorded_at = tables.Moment(sort="recorded_at", verbose_name=gettext_lazy("When"))
    record = Record()
    operation = tables.Choice(
        AuditOperation.choices, verbose_name=pgettext_lazy("what", "Happened")
    )
    columns = tables.Column(
        needs=("operation", "model"),
        accessor="columns",
        draw=drawn_changed,
        export=changed,
        verbose_name=gettext_lazy("Fields"),
    )
    user = tables.Column(
        accessor="user_id",
        needs=("user__name",),
        draw=who,
        export=who,
        verbose_name=gettext_lazy("Who"),
    )
    source = tables.Choice(AuditSource.choices, verbose_name=gettext_lazy("Road"))
    address = tables.Column(verbose_name=gettext_lazy("From where"), css="nowrap")
    request = tables.Column(verbose_name=gettext_lazy("Request"), hidden=True, css="code")
    path = tables.Column(verbose_name=gettext_lazy("Path"), hidden=True)
    key_id = tables.Number(verbose_name=gettext_lazy("API key"), hidden=True)
    number = tables.Number(
        accessor="pk", sort="pk", verbose_name=gettext_lazy("Number"), hidden=True
    )


class AuditFilter(filters.FilterSet):
    """Every one has its index, together with the id that the list is ordered by."""

    model = django_filters.ChoiceFilter(
        choices=audit_told.kinds,
        empty_label=gettext_lazy("Everything"),
        label=gettext_lazy("What"),
    )
    record = django_filters.NumberFilter(
        label=gettext_lazy("Record number"), widget=forms.NumberInput({"min": 1, "step": 1})
    )
    who = django_filters.CharFilter(
        method="by",
        label=gettext_lazy("Who"),
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": gettext_lazy("Name or email")}),
    )
    when = filters.Moments(field_name="recorded_at", label=gettext_lazy("When"))
    source = filters.Choice(
        choices=AuditSource.choices,
        every=gettext_lazy("Every road"),
        label=gettext_lazy("Road"),
    )
    address = django_filters.CharFilter(
        label=gettext_lazy("From where"),
        max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": "203.0.113.9"}),
    )
    contact = django_filters.NumberFilter(
        field_name="contact_id", label=gettext_lazy("About contact number")
    )
    account = django_filters.NumberFilter(
        field_name="account_id", label=gettext_lazy("About account number")
    )

    class Meta(filters.FilterSet.Meta):
        model = AuditRow
        fields = ()

    def by(self, found, name, text):
        users = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
        ids = users.order_by("pk").values_list("pk", flat=True)[:NAMESAKES]
        return found.filter(user__in=list(ids))


def title(row) -> str:
    """Contact #7 changed"""
    sentences = {
        AuditOperation.ADDED: _("%(record)s added"),
        AuditOperation.CHANGED: _("%(record)s changed"),
        AuditOperation.REMOVED: _("%(record)s removed"),
    }
    about = record({"model": row.model, "record": row.record})
    return sentences[AuditOperation(row.operation)] % {"record": about}
