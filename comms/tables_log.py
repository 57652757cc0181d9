"""Which columns do lists of messages have, and what stands in a row's menu?"""

from html import escape

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui import tables
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action

from . import answers, log
from .models import MessageState

SEND = "comms.send_messages"
# What rows need beside the columns.
NEEDED = (*log.BECAME, *log.SAYS)


class State(tables.Status):
    """Its state, and what is to be known of it."""

    def __init__(self, **more):
        super().__init__(MessageState.choices, needs=log.BECAME, repeats=False, **more)

    def cell(self, row):
        said = log.why(row)
        return self.text(row[self.key]) + (tables.note(said) if said else "")


class Recipient(tables.Column):
    """Who is written to, and at which address."""

    def __init__(self, **more):
        super().__init__(draw=self.drawn, export=log.recipient, needs=log.RECIPIENT, **more)

    def drawn(self, row):
        name, address = log.recipient(row), log.address(row)
        if row["contact_id"]:
            name = tables.anchor(page_of("crm:contact", row["contact_id"]), name)
        return format_html("{}{}", name, tables.note(address) if address != name else "")


def about(row) -> SafeString | str:
    """What it is about, with its page."""
    text, url = row["about"]
    return tables.anchor(url, text) if url else text


class MessageTable(tables.Table):
    state = State(verbose_name=gettext_lazy("State"))
    said = tables.Column(
        main=True,
        draw=lambda row: tables.anchor(page_of("comms:message", row["pk"]), log.said(row)),
        export=log.said,
        needs=log.SAYS,
        verbose_name=gettext_lazy("Subject"),
    )
    trigger = tables.Link(
        "comms:preview_trigger",
        key="trigger_id",
        accessor="trigger__name",
        verbose_name=gettext_lazy("Trigger"),
    )
    recipient = Recipient(verbose_name=gettext_lazy("Recipient"))
    address = tables.Column(
        draw=lambda row: escape(log.address(row)),
        export=log.address,
        needs=log.RECIPIENT,
        hidden=True,
        verbose_name=gettext_lazy("Address"),
    )
    about = tables.Column(
        draw=about,
        export=lambda row: row["about"][0],
        needs=("subject_kind", "subject_id"),
        verbose_name=gettext_lazy("About"),
    )
    why = tables.Column(
        draw=log.why,
        export=log.why,
        needs=log.BECAME,
        hidden=True,
        verbose_name=gettext_lazy("Why"),
    )
    due_at = tables.Moment(sort="due_at", verbose_name=gettext_lazy("When"))
    sent_at = tables.Moment(hidden=True, verbose_name=gettext_lazy("Sent"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        hidden=True,
        verbose_name=gettext_lazy("Account"),
    )


class ContactMessageTable(MessageTable):
    recipient = address = account = None


class FewMessagesTable(MessageTable):
    """Within the page of what they are about."""

    about = account = None


def entries(pk, state):
    """The menu of a message in `state`."""

    def verb(name, label, icon, **more):
        if not answers.may(name, state):
            url = page_of(f"comms:{name}", pk)
            yield Action(label, url, icon, permission=SEND, **more)

    yield Action(_("Read"), page_of("comms:message", pk), "eye", dialog=False)
    missed = state == MessageState.MISSED
    yield from verb("approve", _("Send after all") if missed else _("Approve and send"), "send")
    yield from verb("resend", _("Send again"), "send")
    yield from verb("settle", _("Mark as arrived"), "circle-check")
    if not answers.may("void", state):
        yield LINE
    waits = state in (MessageState.WAITING, MessageState.QUEUED)
    yield from verb("void", _("Void") if waits else _("Let go"), "ban", danger=True)
