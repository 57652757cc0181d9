"""What was written to whom, and what became of it? The message log, and one message."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from tms.ui.access import allowed, staff
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import filters_log, log, rendering, rules, tables_log
from ..letter import Incomplete, Letter
from ..models import WAITING_TO_LEAVE, Message, MessageState
from . import framed

SEE, SEND = "comms.view_communications", tables_log.SEND
PANEL = (gettext_lazy("Control panel"), reverse_lazy("control_panel"))
# What would be filled in anew if it left now.
TO_LEAVE = (*WAITING_TO_LEAVE, MessageState.MISSED)


class Messages(ListPage):
    """What all lists of messages share."""

    title = gettext_lazy("Message Log")
    permission_required = SEE
    table, filterset, sort = tables_log.MessageTable, filters_log.MessageFilter, "-due_at"
    values = tables_log.NEEDED
    keeps = True
    changes = "messages"
    export_name = "messages"

    def queryset(self):
        return Message.objects.all()

    def complete(self, rows):
        pairs = {(row["subject_kind"], row["subject_id"]) for row in rows if "subject_id" in row}
        names = log.about(pairs, self.request.user)
        for row in rows:
            if "subject_id" in row:
                row["about"] = names[row["subject_kind"], row["subject_id"]]

    def kind(self, row):
        return {"state": row["state"]}

    def menu(self, row):
        return tables_log.entries(row["pk"], row["state"])

    def name_of(self, row):
        said = log.said(row)
        return f"{said}, {log.recipient(row)}" if "to" in row else said

    def bulk(self):
        def verb(name, label, icon, **more):
            url = reverse(f"comms:{name}_many", kwargs=self.kwargs)
            return Action(label, url, icon, permission=SEND, **more)

        yield verb("approve", _("Approve and send"), "send")
        yield verb("resend", _("Send again"), "refresh-cw")
        yield verb("settle", _("Mark as arrived"), "circle-check")
        yield verb("void", _("Void"), "ban", danger=True)


class AllMessages(Messages):
    """Every message there is."""

    template_name = "comms/list.html"
    filterset = filters_log.AllMessagesFilter
    crumbs = (PANEL,)
    empty = Empty(
        gettext_lazy("No messages yet"),
        gettext_lazy("Every message that a trigger writes stands here, with what became of it."),
    )


def of(pk: int) -> Message:
    """The message with all that its page says of it. One statement; Http404."""
    rows = log.messages().select_related(
        "contact", "user", "account", "template", "trigger__template", "resend_of"
    )
    return get_object_or_404(rows, pk=pk)


@staff(SEE)
@require_GET
def message(request, pk):
    """One message: as it was sent, or as it would be; when, how often, and what became of it."""
    found = of(pk)
    row = {name: value_of(found, name) for name in (*log.RECIPIENT, *log.BECAME)}
    subject = (found.subject_kind, found.subject_id)
    target = log.target_of(found.subject_kind)
    letter = _letter(found, request.now)
    context = {
        "message": found,
        "letter": letter if isinstance(letter, Letter) else None,
        "incomplete": letter if isinstance(letter, Incomplete) else None,
        "recipient": log.recipient(row),
        "address": log.address(row),
        "why": log.why(row),
        "about": log.about({subject}, request.user)[subject],
        "target": target.label if target else "",
        "again": found.resent.order_by("pk").values("pk", "state", "due_at"),
        "actions": [
            each
            for each in tables_log.entries(pk, found.state)
            if each is not LINE and each.permission and allowed(request.user, each.permission)
        ],
    }
    return render(request, "comms/message.html", context)


def _letter(found: Message, at) -> Letter | Incomplete | None:
    """What it would say if it left now; None for what has left, or will not leave."""
    if found.html or found.state not in TO_LEAVE:
        return None
    return rendering.letters([found], now=rules.setting(at))[found.pk]


def value_of(found: Message, name: str):
    """The value that `.values()` would give: "contact__email"."""
    for part in name.split("__"):
        found = getattr(found, part, None)
    return found


@staff(SEE)
@require_GET
@xframe_options_sameorigin
@csp_override(framed.NOTHING)
def body(request, pk):
    """The message as HTML, as it was sent or would be: nothing of it runs."""
    found = get_object_or_404(Message, pk=pk)
    letter = _letter(found, request.now)
    html = letter.html if isinstance(letter, Letter) else found.html
    if not html:
        raise Http404
    return framed.shown(html)


class AccountMessages(Messages):
    """Those about what an account has, or written to its people."""

    label = gettext_lazy("Messages about the account")
    empty = Empty(
        gettext_lazy("No messages yet"),
        gettext_lazy("What triggers write about this account’s passes, tokens and places."),
    )

    def queryset(self):
        return super().queryset().filter(account=self.kwargs["account_id"])


class ContactMessages(Messages):
    """Those written to one contact."""

    table, filterset = tables_log.ContactMessageTable, None
    export_name, list_id = "", "contact-messages"

    def bulk(self):
        return []

    def queryset(self):
        return super().queryset().filter(contact=self.kwargs["contact_id"])


class OpportunityMessages(Messages):
    """Those about one opportunity."""

    table, filterset = tables_log.FewMessagesTable, None
    export_name, list_id = "", "opportunity-messages"

    def bulk(self):
        return []

    def queryset(self):
        return (
            super()
            .queryset()
            .filter(subject_kind="opportunity", subject_id=self.kwargs["opportunity_id"])
        )
