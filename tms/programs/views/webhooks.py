"""Control panel: Webhooks, their list, the log of each, and one delivery."""

import json

from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.models import JournalRow, WebhookDelivery, WebhookEndpoint
from tms.models.webhooks import UNFINISHED, DeliveryState, EndpointState
from tms.ui.access import staff
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import happenings, sending, signing
from ..outside import place_of
from ..tables_webhooks import (
    DeliveryFilter,
    DeliveryTable,
    EndpointTable,
    deliveries,
    endpoints,
    kind_of,
)

RIGHT = "tms.manage_webhooks"
PANEL = (gettext_lazy("Control panel"), reverse_lazy("control_panel"))


class Webhooks(ListPage):
    title = gettext_lazy("Webhooks")
    crumbs = (PANEL,)
    permission_required = RIGHT
    table, filterset, sort = EndpointTable, None, "name"
    values = ("state",)
    changes = "webhooks"
    empty = Empty(
        gettext_lazy("No webhook yet"),
        gettext_lazy("A webhook posts what happens here to a program of yours, as it happens."),
        Action(gettext_lazy("Add a webhook"), reverse_lazy("programs:add_webhook"), "plus"),
    )

    def queryset(self):
        return endpoints()

    def actions(self):
        return [Action(_("Add a webhook"), reverse("programs:add_webhook"), "plus")]

    def dim(self, row):
        return row["state"] == EndpointState.PAUSED

    def menu(self, row):
        def to(verb):
            return reverse(f"programs:{verb}", args=[row["pk"]])

        yield Action(_("Edit"), to("change_webhook"), "pencil")
        if row["state"] == EndpointState.ACTIVE:
            yield Action(_("Send a test"), to("test_webhook"), "send")
            yield Action(_("Pause"), to("pause_webhook"), "pause")
        else:
            yield Action(_("Resume"), to("resume_webhook"), "play")
        if row["parked"]:
            yield Action(_("Resend all that is parked"), to("resend_parked"), "refresh-cw")
        yield Action(_("New secret"), to("rotate_secret"), "key-round")
        yield LINE
        yield Action(_("Remove"), to("remove_webhook"), "trash-2", danger=True)


class Webhook(ListPage):
    """One webhook: what it is, and the log of what it delivered."""

    permission_required = RIGHT
    template_name = "programs/webhook.html"
    crumbs = (PANEL, (gettext_lazy("Webhooks"), reverse_lazy("programs:webhooks")))
    table, filterset, sort = DeliveryTable, DeliveryFilter, "-pk"
    values = ("state", "held", "kind")
    empty = Empty(
        gettext_lazy("Nothing was sent yet"),
        gettext_lazy("Every happening that is sent stands here, with what the receiver answered."),
    )

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.row = get_object_or_404(endpoints(), pk=pk)

    @property
    def title(self):
        return self.row.name

    def queryset(self):
        return deliveries(self.row.pk)

    def name_of(self, row):
        return kind_of(row)

    def actions(self):
        def to(verb):
            return reverse(f"programs:{verb}", args=[self.row.pk])

        active = self.row.state == EndpointState.ACTIVE
        return [
            Action(_("Send a test"), to("test_webhook"), "send")
            if active
            else Action(_("Resume"), to("resume_webhook"), "play"),
            Action(_("Edit"), to("change_webhook"), "pencil"),
            Action(_("Pause"), to("pause_webhook"), "pause") if active else None,
            Action(_("Resend all that is parked"), to("resend_parked"), "refresh-cw")
            if self.row.parked
            else None,
        ]

    def menu(self, row):
        def to(verb):
            return reverse(f"programs:{verb}", args=[row["pk"]])

        yield Action(_("Request and answer"), to("delivery"), "eye", dialog=False)
        if row["state"] != DeliveryState.WAITING:
            yield Action(_("Resend"), to("resend"), "refresh-cw")
        if row["state"] in UNFINISHED:
            yield LINE
            yield Action(_("Skip"), to("skip_delivery"), "skip-forward", danger=True)

    def context(self, listing):
        names = happenings.labels()
        return super().context(listing) | {
            "webhook": self.row,
            "kinds": [names.get(kind, kind) for kind in self.row.kinds],
            "both_secrets": self.row.previous_until and self.request.now < self.row.previous_until,
        }


@staff(RIGHT)
def delivery(request, pk):
    """One delivery: what is posted, byte for byte, and what the receiver answered last."""
    rows = WebhookDelivery.objects.select_related("endpoint").filter(endpoint__removed_at=None)
    row = get_object_or_404(rows, pk=pk)
    fact = get_object_or_404(JournalRow, pk=row.event_id)
    place = place_of(row.endpoint.address, private=True)
    body = sending.body_of(fact, row.sequence).decode()
    context = {
        "row": row,
        "webhook": row.endpoint,
        "title": kind_of({"kind": row.kind}),
        "held": deliveries(row.endpoint_id).values_list("held", flat=True).get(pk=pk),
        "unfinished": row.state in UNFINISHED,
        "line": f"POST {place.target}",
        "headers": [
            ("Host", place.host_header),
            ("Content-Type", "application/json"),
            (signing.EVENT, row.event_id),
            (signing.TIMESTAMP, int(row.last_at.timestamp()) if row.last_at else "…"),
            (signing.SIGNATURE, "v1=…"),
        ],
        "body": json.dumps(json.loads(body), indent=2, ensure_ascii=False),
    }
    return render(request, "programs/delivery.html", context)


def endpoint_or_404(pk: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint, pk=pk, removed_at=None)
