"""Which columns do lists of passes have, and what stands in a row's menu?"""

from html import escape

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui import tables
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action

from . import rules
from .models import Source, Status, TypeStatus

# What `menu` and `dim` read from a row, beside the columns.
NEEDED = ("status", "contact_id", "pass_type_id", "pass_type__name", "pass_type__status")
OVER = {Status.EXPIRED, Status.CANCELLED}


def contact_name(row) -> str:
    """The holder's name in a row of values; nothing where nobody holds it."""
    names = (row["contact__first_name"], row["contact__last_name"])
    return " ".join(filter(None, names)) or row["contact__email"] or ""


class Holder(tables.Column):
    """Who holds it, or `Unassigned`."""

    NAMES = ("contact_id", "contact__first_name", "contact__last_name", "contact__email")

    def __init__(self, **more):
        super().__init__(draw=self.drawn, export=self.said, needs=self.NAMES, **more)
        self.of_contact = tables.Link("crm:contact", key="contact_id")

    def said(self, row):
        return contact_name(row) if row["contact_id"] else _("Unassigned")

    def drawn(self, row):
        if not row["contact_id"]:
            return format_html('<span class="muted">{}</span>', _("Unassigned"))
        return tables.anchor(self.of_contact.address(row), contact_name(row))


class ExternalIds(tables.Column):
    """What other systems call it, one after the other."""

    def __init__(self, **more):
        super().__init__(css="code", export=self.joined, **more)

    def text(self, value):
        return escape(", ".join(value)) if value else ""

    def joined(self, row):
        return ", ".join(row[self.key] or ())


class PassTable(tables.Table):
    status = tables.Status(Status.choices, verbose_name=gettext_lazy("Status"))
    pass_type = tables.Link(
        "passes:detail",
        accessor="pass_type__name",
        main=True,
        verbose_name=gettext_lazy("Pass Type"),
    )
    code = tables.Column(
        accessor="pass_type__code", hidden=True, css="code", verbose_name=gettext_lazy("Code")
    )
    option = tables.Column(accessor="option__name", verbose_name=gettext_lazy("Option"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
    )
    contact = Holder(verbose_name=gettext_lazy("Contact"))
    email = tables.Column(
        accessor="contact__email", hidden=True, verbose_name=gettext_lazy("Email")
    )
    starts_on = tables.Day(sort="starts_on", verbose_name=gettext_lazy("Start Date"))
    expires_on = tables.Day(sort="expires_on", verbose_name=gettext_lazy("Expiry Date"))
    external_ids = ExternalIds(verbose_name=gettext_lazy("External IDs"))
    opportunity = tables.Link(
        "crm:opportunity",
        key="opportunity_id",
        accessor="opportunity__name",
        hidden=True,
        verbose_name=gettext_lazy("Opportunity"),
    )
    number = tables.Column(
        accessor="pk", hidden=True, number=True, verbose_name=gettext_lazy("Number")
    )
    source = tables.Choice(Source.choices, hidden=True, verbose_name=gettext_lazy("Source"))


class AccountPassTable(PassTable):
    account = None
    opportunity = tables.Link(
        "crm:opportunity",
        key="opportunity_id",
        accessor="opportunity__name",
        verbose_name=gettext_lazy("Opportunity"),
    )


class ContactPassTable(AccountPassTable):
    account = contact = email = None


def entries(pk, status, *, archived_type, type_id, type_name):
    """The entries of a pass's menu, with the reason where one doesn't apply.

    One reason is said once: what else it forbids is left out.
    """
    said = set()

    def verb(name, label, icon, permission, **more):
        why = rules.may(name, status, archived_type=archived_type)
        if why in said:
            return
        if why:
            said.add(why)
        url = page_of(f"passes:{name}", pk)
        yield Action(label, url, icon, why=why, permission=permission, **more)

    yield from verb("renew", _("Renew Training Pass"), "refresh-cw", "passes.change_pass")
    yield from verb("extend", _("Extend Training Pass"), "calendar-plus", "passes.change_pass")
    yield from verb("assign", _("Edit Assignment"), "user-plus", "passes.reassign_pass")
    yield LINE
    yield Action(_("View Assignment History"), page_of("passes:history", pk), "history")
    yield Action(
        _("Open %(name)s") % {"name": type_name},
        page_of("passes:type", type_id),
        "external-link",
        dialog=False,
    )
    yield LINE
    yield from verb("cancel", _("Cancel Training Pass"), "ban", "passes.cancel_pass", danger=True)


def entries_of_row(row):
    """The menu of a row of values (`NEEDED`)."""
    return entries(
        row["pk"],
        row["status"],
        archived_type=row["pass_type__status"] == TypeStatus.ARCHIVED,
        type_id=row["pass_type_id"],
        type_name=row["pass_type__name"],
    )
