"""Which columns do lists of registrations, held places and requests have, and what is in a menu?"""

from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Unit
from catalog.money import written_or_free
from tms import days
from tms.days import day_short
from tms.ui import tables
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action

from .models import PaidBy, RequestState
from .models.selling import HeldState

MANAGE = "lms.manage_registrations"
ANSWER = "lms.answer_requests"
REDEEM = "tokens.redeem_tokens"


class Standing(models.TextChoices):
    """What a registration is, worked out from its dates."""

    ACTIVE = "active", gettext_lazy("Registered")
    COMPLETED = "completed", gettext_lazy("Completed")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


NEEDED = (
    "standing", "contact_id", "item", "attended", "version", "event_id", "path_id", "title",
    "event__first_on", "contact__first_name", "contact__last_name", "contact__email",
    "token_move",
)  # fmt: skip


def contact_name(row) -> str:
    """The learner's name in a row of values."""
    names = (row["contact__first_name"], row["contact__last_name"])
    return " ".join(filter(None, names)) or row["contact__email"] or ""


class Learner(tables.Column):
    """Who learns, as a link to the contact."""

    NAMES = ("contact_id", "contact__first_name", "contact__last_name", "contact__email")

    def __init__(self, **more):
        super().__init__(draw=self.drawn, export=contact_name, needs=self.NAMES, **more)
        self.of_contact = tables.Link("crm:contact", key="contact_id")

    def drawn(self, row):
        if row["contact_id"] is None:
            return ""
        return tables.anchor(self.of_contact.address(row), contact_name(row))


class Training(tables.Column):
    """What it is a place on: the title, as a link to the event or the path; its day under it."""

    def __init__(self, **more):
        super().__init__(
            draw=self.drawn,
            export=lambda row: row["title"],
            needs=("title", "event_id", "path_id", "event__first_on", "event__type"),
            repeats=True,
            **more,
        )
        self.of_event = tables.Link("catalog:event", key="event_id")
        self.of_path = tables.Link("catalog:path", key="path_id")

    def drawn(self, row):
        link = self.of_path if row["path_id"] else self.of_event
        if row["path_id"]:
            note = _("Learning path")
        else:
            note = day_short(row["event__first_on"]) or _("LMS")
        return tables.anchor(link.address(row), row["title"]) + tables.note(note)


class PaidFor(tables.Column):
    """By which pass, or in which other way."""

    def __init__(self, **more):
        super().__init__(
            draw=self.drawn,
            export=self.said,
            needs=("paid_by", "used_pass_id", "used_type", "amount", "unit__label"),
            repeats=True,
            **more,
        )
        self.of_pass = tables.Link("passes:detail", key="used_pass_id")

    def said(self, row):
        if row["paid_by"] == PaidBy.TOKENS and row["amount"]:
            return f"{days.number(row['amount'])} {row['unit__label']}"
        return row["used_type"] or str(PaidBy(row["paid_by"]).label)

    def drawn(self, row):
        if row["used_pass_id"]:
            return tables.anchor(self.of_pass.address(row), row["used_type"])
        return self.said(row)


def attendance(row) -> str:
    """There, not there, or nothing yet."""
    return {True: _("Attended"), False: _("Not there"), None: ""}[row["attended"]]


class Progress(tables.Column):
    """A bar with its per cent."""

    def __init__(self, **more):
        super().__init__(
            draw=self.drawn, needs=("percent",), accessor="percent", repeats=True, **more
        )

    def drawn(self, row):
        return format_html(
            '<span class="progress progress--small"><progress max="100" value="{0}" '
            'aria-hidden="true"></progress>{0} %</span>',
            row["percent"],
        )


class RegistrationTable(tables.Table):
    standing = tables.Status(Standing.choices, verbose_name=gettext_lazy("Status"))
    contact = Learner(main=True, verbose_name=gettext_lazy("Contact"))
    training = Training(verbose_name=gettext_lazy("Training"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
    )
    paid = PaidFor(verbose_name=gettext_lazy("Paid by"))
    percent = Progress(verbose_name=gettext_lazy("Progress"))
    attended = tables.Column(
        draw=attendance, export=attendance, needs=("attended",), repeats=True,
        verbose_name=gettext_lazy("Attendance"),
    )  # fmt: skip
    registered_on = tables.Day(sort="pk", verbose_name=gettext_lazy("Registered on"))
    content_until = tables.Day(hidden=True, verbose_name=gettext_lazy("Content until"))
    email = tables.Column(
        accessor="contact__email", hidden=True, verbose_name=gettext_lazy("Email")
    )


class AccountTable(RegistrationTable):
    account = None


class ContactTable(RegistrationTable):
    contact = account = email = None
    training = Training(main=True, verbose_name=gettext_lazy("Training"))


class EventTable(RegistrationTable):
    training = None


class PassTable(RegistrationTable):
    account = paid = email = None


def kind_of(row) -> dict:
    """What decides which entries the menu of a registration has."""
    return {
        "standing": row["standing"],
        "attended": row["attended"],
        "is_event": row["event_id"] is not None,
        "meets": row["event__first_on"] is not None,
        "by_tokens": row["token_move"] is not None,
    }


def entries(row):
    """The entries of a registration's menu. Of one that is cancelled, a look, and to give back the
    tokens that paid for it, should they have been kept.

    `row`: its kind, `pk`, `contact_id`, `item`, `event_id` and `token_move`.
    """
    look = Action(
        _("Why can they open it?"),
        reverse("lms:why", args=[row["contact_id"], row["item"]]),
        "circle-question-mark",
        dialog=False,
    )
    if row["standing"] == Standing.CANCELLED:
        if row["by_tokens"]:
            yield Action(_("Give the tokens back"), page_of("tokens:refund", row["token_move"]),
                         "undo-2", permission=REDEEM)  # fmt: skip
        yield look
        return
    if row["is_event"]:
        address = page_of("lms:mark_attended", row["event_id"])
        if row["meets"] and row["attended"] is not True:
            yield Action(_("Mark attended"), f"{address}?ids={row['pk']}", "user-check",
                         permission=MANAGE)  # fmt: skip
        if row["meets"] and row["attended"] is not False:
            yield Action(_("Mark not there"), f"{address}?ids={row['pk']}&not=1", "user-x",
                         permission=MANAGE)  # fmt: skip
        if row["standing"] != Standing.COMPLETED:
            address = page_of("lms:mark_completed", row["event_id"])
            yield Action(_("Mark complete"), f"{address}?ids={row['pk']}", "circle-check",
                         permission=MANAGE)  # fmt: skip
    if row["meets"] and row["standing"] != Standing.COMPLETED and not row["attended"]:
        yield Action(_("Move to another date"), page_of("lms:transfer", row["pk"]),
                     "calendar-clock", permission=MANAGE)  # fmt: skip
    yield look
    yield LINE
    yield Action(
        _("Cancel the registration"),
        page_of("lms:cancel", row["pk"]),
        "ban",
        danger=True,
        permission=MANAGE,
    )


class HeldTraining(tables.Column):
    """The course or path, as a link to the event where there is one; its day under it."""

    def __init__(self, **more):
        super().__init__(
            draw=self.drawn,
            export=lambda row: row["item__title"],
            needs=("item__title", "item__kind", "item_id", "event_id", "event__first_on",
                   "event__type"),
            **more,
        )  # fmt: skip
        self.links = {
            kind: tables.Link(f"catalog:{kind}", key=key)
            for kind, key in (("event", "event_id"), ("course", "item_id"), ("path", "item_id"))
        }

    def drawn(self, row):
        kind = "event" if row["event_id"] else row["item__kind"]
        if kind == "path":
            note = _("Learning path")
        elif kind == "course":
            note = _("Date to be agreed")
        else:
            note = day_short(row["event__first_on"]) or _("LMS")
        return tables.anchor(self.links[kind].address(row), row["item__title"]) + tables.note(note)


class PaidWith(tables.Column):
    """What was paid for it, or that it was free."""

    def __init__(self, **more):
        needs = ("paid_by", "amount", "unit__kind", "unit__code", "unit__label", "unit__decimals")
        super().__init__(draw=self.said, export=self.said, needs=needs, **more)

    def said(self, row):
        names = ("kind", "code", "label", "decimals")
        unit = Unit(**{name: row[f"unit__{name}"] for name in names})
        return written_or_free(row["amount"], unit)


class HeldPlaceTable(tables.Table):
    state = tables.Status(HeldState.choices, verbose_name=gettext_lazy("Status"))
    training = HeldTraining(main=True, verbose_name=gettext_lazy("Training"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
    )
    contact = Learner(verbose_name=gettext_lazy("For"))
    paid = PaidWith(verbose_name=gettext_lazy("Paid"))
    opportunity = tables.Link(
        "crm:opportunity",
        key="interest__opportunity_id",
        accessor="interest__opportunity__name",
        verbose_name=gettext_lazy("Opportunity"),
    )
    held_on = tables.Day(sort="pk", verbose_name=gettext_lazy("Held since"))


class HeldOnEventTable(HeldPlaceTable):
    training = None
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        main=True,
        verbose_name=gettext_lazy("Account"),
    )


class HeldOfAccountTable(HeldPlaceTable):
    account = None


class HeldOfOpportunityTable(HeldOfAccountTable):
    opportunity = None


class RequestTable(tables.Table):
    state = tables.Status(RequestState.choices, verbose_name=gettext_lazy("Status"))
    contact = Learner(main=True, verbose_name=gettext_lazy("Contact"))
    account = tables.Link(
        "crm:account",
        key="contact__account_id",
        accessor="contact__account__name",
        verbose_name=gettext_lazy("Account"),
    )
    about = tables.Column(accessor="about", note="kind", verbose_name=gettext_lazy("What for"))
    note = tables.Column(verbose_name=gettext_lazy("Note"))
    opportunity = tables.Link(
        "crm:opportunity",
        key="opportunity_id",
        accessor="opportunity__name",
        verbose_name=gettext_lazy("Opportunity"),
    )
    asked_at = tables.Moment(sort="pk", verbose_name=gettext_lazy("Asked"))
    answer = tables.Column(hidden=True, verbose_name=gettext_lazy("Answer"))
    answered_at = tables.Moment(hidden=True, verbose_name=gettext_lazy("Answered"))
