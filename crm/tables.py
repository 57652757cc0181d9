"""Which columns have the lists of contacts and accounts?"""

import datetime
from html import escape

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms import days
from tms.ui import tables
from tms.ui.address import page_of

from .models import AccountKind, CustomFieldKind, TaskState
from .models.contact import called


def name_of(row) -> str:
    """What the contact of this row is called."""
    return called(row["first_name"], row["last_name"], row["email"])


class Name(tables.Link):
    """A contact's name, and the address of somebody without one."""

    def __init__(self, **kwargs):
        super().__init__(
            "crm:contact",
            accessor="last_name",
            needs=("first_name", "email"),
            sort="name_key",
            main=True,
            export=name_of,
            verbose_name=gettext_lazy("Name"),
            **kwargs,
        )

    def cell(self, row):
        return f'<a href="{self.address(row)}"><bdi>{self.text(name_of(row))}</bdi></a>'


class Custom(tables.Column):
    """What stands in a custom field, hidden until it is chosen."""

    def __init__(self, key, label, kind):
        super().__init__(
            accessor="custom", verbose_name=label, hidden=True, draw=self.said, export=self.whole
        )
        self.custom, self.kind = key, kind

    def said(self, row) -> str:
        value = row["custom"].get(self.custom)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if value and self.kind == CustomFieldKind.DATE:
            return days.day_short(datetime.date.fromisoformat(value))
        return value or ""

    def whole(self, row):
        value = row["custom"].get(self.custom)
        return self.said(row) if isinstance(value, bool) else value


def custom_columns(fields) -> dict[str, tables.Column]:
    """A column for each of `filters.custom_fields`, by name."""
    made = {f"custom_{key}": Custom(key, label, kind) for key, label, kind, _choices in fields}
    return {name: column.named(name) for name, column in made.items()}


class SignsIn(tables.Column):
    """Can they sign in to the LMS?"""

    WORDS = {
        "no": gettext_lazy("No"),
        "yes": gettext_lazy("Yes"),
        "blocked": gettext_lazy("Blocked"),
    }

    def __init__(self, **more):
        super().__init__(accessor="user_id", needs=("may_sign_in",), export=self.said, **more)

    def answer(self, row) -> str:
        if row["user_id"] is None:
            return "no"
        return "yes" if row["may_sign_in"] else "blocked"

    def said(self, row) -> str:
        return str(self.WORDS[self.answer(row)])

    def drawer(self):
        words = {answer: escape(str(word)) for answer, word in self.WORDS.items()}
        return lambda row: words[self.answer(row)]


class ContactTable(tables.Table):
    name = Name()
    email = tables.Column(verbose_name=gettext_lazy("Email"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Primary account"),
    )
    job_title = tables.Column(verbose_name=gettext_lazy("Job title"))
    phone = tables.Column(verbose_name=gettext_lazy("Phone"), css="nowrap")
    sign_in = SignsIn(verbose_name=gettext_lazy("Signs in"))
    first_name = tables.Column(verbose_name=gettext_lazy("First name"), hidden=True)
    last_name = tables.Column(verbose_name=gettext_lazy("Last name"), hidden=True)
    region = tables.Column(
        accessor="account__region__name", verbose_name=gettext_lazy("Region"), hidden=True
    )
    owner = tables.Column(
        accessor="account__owner__name", verbose_name=gettext_lazy("Owner"), hidden=True
    )
    language = tables.Choice(settings.LANGUAGES, verbose_name=gettext_lazy("Language"), hidden=True)
    time_zone = tables.Column(verbose_name=gettext_lazy("Time zone"), hidden=True)
    external_ids = tables.Column(
        accessor="known_as", verbose_name=gettext_lazy("External IDs"), hidden=True
    )
    notes = tables.Words(verbose_name=gettext_lazy("Notes"), hidden=True)
    noted = tables.Words(verbose_name=gettext_lazy("Notes by date"), hidden=True)
    number = tables.Number(
        accessor="pk", sort="pk", verbose_name=gettext_lazy("Number"), hidden=True
    )


class AccountContactTable(ContactTable):
    """Of one account: whether it is their primary one."""

    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Primary account"),
        hidden=True,
    )
    link = tables.Column(
        accessor="account_id",
        verbose_name=gettext_lazy("Belongs here"),
        needs=("is_primary",),
        draw=lambda row: _("Primary") if row["is_primary"] else _("Further account"),
        export=lambda row: _("Primary") if row["is_primary"] else _("Further account"),
    )

    class Meta:
        sequence = ("name", "email", "job_title", "link", "phone", "sign_in")


class AccountTable(tables.Table):
    name = tables.Link("crm:account", main=True, sort="name_key", verbose_name=gettext_lazy("Name"))
    kind = tables.Choice(AccountKind.choices, verbose_name=gettext_lazy("Kind"))
    region = tables.Column(accessor="region__name", verbose_name=gettext_lazy("Region"))
    parent = tables.Link(
        "crm:account",
        key="parent_id",
        accessor="parent__name",
        verbose_name=gettext_lazy("Parent account"),
    )
    people = tables.Number(verbose_name=gettext_lazy("Contacts"))
    owner = tables.Column(accessor="owner__name", verbose_name=gettext_lazy("Owner"))
    street = tables.Column(verbose_name=gettext_lazy("Street"), hidden=True)
    postcode = tables.Column(verbose_name=gettext_lazy("Postcode"), hidden=True)
    city = tables.Column(verbose_name=gettext_lazy("City"), hidden=True)
    country = tables.Column(verbose_name=gettext_lazy("Country"), hidden=True)
    currency = tables.Column(
        accessor="currency__code", verbose_name=gettext_lazy("Currency"), hidden=True
    )
    legal_name = tables.Column(verbose_name=gettext_lazy("Legal name"), hidden=True)
    tax_number = tables.Column(verbose_name=gettext_lazy("Tax number"), hidden=True)
    external_ids = tables.Column(
        accessor="known_as", verbose_name=gettext_lazy("External IDs"), hidden=True
    )
    notes = tables.Words(verbose_name=gettext_lazy("Notes"), hidden=True)
    noted = tables.Words(verbose_name=gettext_lazy("Notes by date"), hidden=True)
    number = tables.Number(
        accessor="pk", sort="pk", verbose_name=gettext_lazy("Number"), hidden=True
    )


class About(tables.Column):
    """Whom or what a task is about, as a link."""

    NEEDED = (
        "contact_id", "contact__first_name", "contact__last_name", "contact__email", "account_id",
        "account__name", "opportunity_id", "opportunity__name",
    )  # fmt: skip

    def __init__(self, **more):
        super().__init__(draw=self.drawn, export=self.said, needs=self.NEEDED, **more)

    def said(self, row) -> str:
        if row["contact_id"]:
            names = (row[f"contact__{name}"] for name in ("first_name", "last_name", "email"))
            return called(*names)
        return row["account__name"] or row["opportunity__name"]

    def drawn(self, row):
        noun = next(n for n in ("contact", "account", "opportunity") if row[f"{n}_id"])
        return tables.anchor(page_of(f"crm:{noun}", row[f"{noun}_id"]), self.said(row))


class TaskTable(tables.Table):
    title = tables.Column(main=True, verbose_name=gettext_lazy("Title"))
    about = About(verbose_name=gettext_lazy("About"))
    due_on = tables.Day(sort="due_key", verbose_name=gettext_lazy("Due"))
    state = tables.Status(TaskState.choices, verbose_name=gettext_lazy("Status"))
    assignee = tables.Column(accessor="assignee__name", verbose_name=gettext_lazy("Assignee"))
    details = tables.Column(verbose_name=gettext_lazy("Details"), hidden=True)
    done_at = tables.Moment(verbose_name=gettext_lazy("Done"), hidden=True)
    done_by = tables.Column(
        accessor="done_by__name", verbose_name=gettext_lazy("Done by"), hidden=True
    )
