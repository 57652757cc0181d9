"""Which columns and filters does the list of triggers have?"""

import datetime

from django.db.models import Count, F, Q, TextField, Value
from django.db.models.functions import Concat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tms.compiled import Question
from tms.occasions import occasions, targets
from tms.text import Fold
from tms.ui import filters, tables

from .beside import offset_text
from .models import Message, MessageState, Trigger

LATELY = datetime.timedelta(days=30)
FAILED = [MessageState.FAILED, MessageState.BOUNCED]


SENT = Question(
    lambda triggers, since: (
        Message.objects.filter(trigger__in=triggers, due_at__gte=since)
        .values("trigger")
        .annotate(
            sent=Count("pk", filter=Q(state=MessageState.SENT)),
            failed=Count("pk", filter=Q(state__in=FAILED)),
        )
        .values_list("trigger", "sent", "failed")
    )
)


def count_sent(rows, now: datetime.datetime) -> None:
    """Put into the rows how many messages were sent, and failed, in 30 days. One query."""
    counted = SENT(triggers=[row["pk"] for row in rows], since=now - LATELY)
    numbers = {pk: (sent, failed) for pk, sent, failed in counted}
    for row in rows:
        row["sent"], row["failed"] = numbers.get(row["pk"], (0, 0))


def target_label(key: str) -> str:
    occasion = occasions().get(key)
    return str(targets()[occasion.target].label) if occasion else key


def occasion_label(key: str) -> str:
    occasion = occasions().get(key)
    return str(occasion.label) if occasion else key


def badge(status: str, label) -> SafeString:
    return format_html('<span class="badge" data-status="{}">{}</span>', status, label)


class Counted(tables.Number):
    """A number that `count_sent` puts into the row."""

    def __init__(self, name, **more):
        super().__init__(
            draw=lambda row: self.text(row.get(name, 0)),
            export=lambda row: row.get(name, 0),
            needs=("pk",),
            repeats=False,
            **more,
        )


class TriggerTable(tables.Table):
    name = tables.Link("comms:preview_trigger", main=True, sort="name_key", verbose_name=_("Name"))
    abbreviation = tables.Column(css="code", verbose_name=_("Abbreviation"))
    target = tables.Column(
        accessor="occasion",
        draw=lambda row: target_label(row["occasion"]),
        export=lambda row: target_label(row["occasion"]),
        needs=("occasion",),
        verbose_name=_("Target"),
    )
    occasion = tables.Column(
        draw=lambda row: occasion_label(row["occasion"]),
        export=lambda row: occasion_label(row["occasion"]),
        needs=("occasion",),
        verbose_name=_("Trigger"),
    )
    offset = tables.Column(
        css="nowrap",
        draw=lambda row: offset_text(row["offset"], row["side"], row["occasion"]),
        export=lambda row: offset_text(row["offset"], row["side"], row["occasion"]),
        needs=("offset", "side", "occasion"),
        verbose_name=_("Offset"),
    )
    template = tables.Link(
        "comms:template",
        key="template_id",
        accessor="template__name",
        verbose_name=_("Template"),
    )
    automatic = tables.Column(
        draw=lambda row: (
            badge("good", _("Automatic")) if row["automatic"] else badge("warn", _("By approval"))
        ),
        export=lambda row: row["automatic"],
        needs=("automatic",),
        verbose_name=_("Automatic"),
    )
    disabled = tables.Column(
        draw=lambda row: badge("idle", _("Disabled")) if row["disabled"] else "",
        export=lambda row: row["disabled"],
        needs=("disabled",),
        verbose_name=_("Disabled"),
    )
    sent = Counted("sent", verbose_name=_("Sent, 30 days"))
    failed = Counted("failed", verbose_name=_("Failed"))


YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


def target_choices():
    return [(target.key, target.label) for target in targets().values()]


class TriggerFilter(filters.FilterSet):
    q = filters.Search(method="named", placeholder=_("Name or abbreviation"))
    target = filters.Choice(
        choices=target_choices,
        method="of_target",
        every=_("Every target"),
        label=_("Target"),
    )
    automatic = filters.Choice(
        choices=YES_OR_NO, method="said", every=_("Either"), label=_("Automatic")
    )
    disabled = filters.Choice(
        choices=YES_OR_NO, method="said", every=_("Either"), label=_("Disabled")
    )

    class Meta(filters.FilterSet.Meta):
        model, fields = Trigger, ()

    def named(self, queryset, name, value):
        queryset = queryset.alias(
            searched=Concat(
                F("name_key"), Value(" "), Fold("abbreviation"), output_field=TextField()
            )
        )
        for word in value.split()[:8]:
            queryset = queryset.filter(searched__contains=Fold(Value(word)))
        return queryset

    def of_target(self, queryset, name, value):
        keys = [each.key for each in occasions().values() if each.target == value]
        return queryset.filter(occasion__in=keys)

    def said(self, queryset, name, value):
        return queryset.filter(**{name: value == "yes"})
