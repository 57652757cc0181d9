"""Which columns do an account manager's lists have? No links into the back office, no addresses."""

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from passes.models import Status
from tms.days import day_short
from tms.ui import tables

from .tables import Progress, Standing, attendance, contact_name

NAMES = ("contact_id", "contact__first_name", "contact__last_name", "contact__email")


def own_name(row) -> str:
    """The name in a row of contacts."""
    return " ".join(filter(None, (row["first_name"], row["last_name"]))) or row["email"] or ""


def holder(row) -> str:
    """Who holds a pass, or that nobody does."""
    if row["contact_id"] is None:
        return format_html('<span class="muted">{}</span>', _("Unassigned"))
    return contact_name(row)


def training(row) -> str:
    """The title, and the first day under it."""
    first = "" if row["path_id"] else day_short(row["event__first_on"])
    note = _("Learning path") if row["path_id"] else first or _("LMS")
    return format_html("{}<small>{}</small>", row["title"], note)


class PersonTable(tables.Table):
    name = tables.Column(
        draw=own_name,
        main=True,
        sort="name_key",
        needs=("first_name", "last_name", "email"),
        verbose_name=gettext_lazy("Name"),
    )
    held = tables.Number(verbose_name=gettext_lazy("Active passes"))
    booked = tables.Number(verbose_name=gettext_lazy("Registrations"))
    done = tables.Number(verbose_name=gettext_lazy("Completed"))


class PassTable(tables.Table):
    status = tables.Status(Status.choices, verbose_name=gettext_lazy("Status"))
    pass_type = tables.Column(
        accessor="pass_type__name",
        note="option__name",
        main=True,
        verbose_name=gettext_lazy("Pass Type"),
    )
    contact = tables.Column(draw=holder, needs=NAMES, verbose_name=gettext_lazy("Held by"))
    starts_on = tables.Day(sort="starts_on", verbose_name=gettext_lazy("Start Date"))
    expires_on = tables.Day(sort="expires_on", verbose_name=gettext_lazy("Expiry Date"))


class PlaceTable(tables.Table):
    standing = tables.Status(Standing.choices, verbose_name=gettext_lazy("Status"))
    contact = tables.Column(
        draw=contact_name, needs=NAMES, main=True, verbose_name=gettext_lazy("Learner")
    )
    training = tables.Column(
        draw=training,
        needs=("title", "path_id", "event__first_on"),
        verbose_name=gettext_lazy("Training"),
    )
    percent = Progress(verbose_name=gettext_lazy("Progress"))
    attended = tables.Column(
        draw=attendance, needs=("attended",), verbose_name=gettext_lazy("Attendance")
    )
    registered_on = tables.Day(sort="pk", verbose_name=gettext_lazy("Registered on"))
