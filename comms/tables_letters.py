"""What do the lists of templates and of sending addresses show, and how are they narrowed?"""

from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tms.models import JournalRow
from tms.occasions import targets
from tms.ui import filters, tables

from .models import SendingAddress, Template, TemplateKind, Trigger

CONFIRMED, WAITING = "active", "waiting"
SENDER_STATUSES = [(CONFIRMED, _("Confirmed")), (WAITING, _("Not confirmed yet"))]
ACTIVE, ARCHIVED = "active", "archived"
TEMPLATE_STATUSES = [(ACTIVE, _("Active")), (ARCHIVED, _("Archived"))]


def senders():
    """The living addresses with their status, and how many living triggers name them."""
    used = Count("triggers", filter=Q(triggers__archived_at=None))
    status = Case(When(confirmed_at=None, then=Value(WAITING)), default=Value(CONFIRMED))
    return SendingAddress.objects.living().annotate(status=status, used=used)


def templates():
    """Every template: is it archived, how many living triggers use it, when was it changed?"""
    used = (
        Trigger.objects.living()
        .filter(template=OuterRef("pk"))
        .order_by()
        .values("template")
        .annotate(number=Count("pk"))
        .values("number")
    )
    changed = (
        JournalRow.objects.filter(subject_kind="template", subject_id=OuterRef("pk"))
        .order_by("-id")
        .values("at")[:1]
    )
    return Template.objects.annotate(
        status=Case(When(archived_at=None, then=Value(ACTIVE)), default=Value(ARCHIVED)),
        used=Coalesce(Subquery(used), 0),
        changed_at=Subquery(changed),
    )


def target_choices():
    return [(key, target.label) for key, target in targets().items()]


def target_label(key: str) -> str:
    return str(targets()[key].label) if key in targets() else key


class SenderTable(tables.Table):
    name = tables.Column(main=True, verbose_name=_("Display name"))
    email = tables.Column(verbose_name=_("Email address"))
    status = tables.Status(SENDER_STATUSES, verbose_name=_("Status"))
    is_default = tables.Choice([(True, _("Default")), (False, "")], verbose_name=_("Default"))
    used = tables.Number(verbose_name=_("Triggers"))


class TemplateTable(tables.Table):
    name = tables.Link("comms:template", main=True, sort="name_key", verbose_name=_("Name"))
    target = tables.Column(
        draw=lambda row: target_label(row["target"]),
        needs=("target",),
        export=lambda row: target_label(row["target"]),
        verbose_name=_("Target"),
    )
    kind = tables.Choice(TemplateKind.choices, verbose_name=_("Kind"))
    status = tables.Status(TEMPLATE_STATUSES, verbose_name=_("Status"))
    used = tables.Number(verbose_name=_("Triggers"))
    changed_at = tables.Moment(verbose_name=_("Changed"))


class TemplateFilter(filters.FilterSet):
    q = filters.Search("name_key", placeholder=_("Name"))
    target = filters.Choice(choices=target_choices, every=_("Every target"), label=_("Target"))
    kind = filters.Choice(choices=TemplateKind.choices, every=_("Every kind"), label=_("Kind"))
    status = filters.Choice(choices=TEMPLATE_STATUSES, every=_("Every status"), label=_("Status"))

    class Meta(filters.FilterSet.Meta):
        model = Template
        fields = ()
