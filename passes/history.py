"""What became of a pass? Its journal in words, for its own page and for other people's."""

import dataclasses
import datetime
import functools

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.models import Contact
from tms import journal
from tms.compiled import Question, Rows
from tms.days import day_text
from tms.models import User
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.timeline import Told

from .models import Pass, PassOption


@dataclasses.dataclass(frozen=True)
class Happened:
    """How a kind of the journal is said and drawn. `tone` is a status of the style sheet."""

    label: str
    icon: str
    tone: str


KINDS = {
    "pass.issued": Happened(gettext_lazy("Issued"), "id-card-lanyard", "note"),
    "pass.assigned": Happened(gettext_lazy("Assigned"), "user-plus", "note"),
    "pass.reassigned": Happened(gettext_lazy("Reassigned"), "user-plus", "note"),
    "pass.unassigned": Happened(pgettext_lazy("happened", "Unassigned"), "user-minus", "note"),
    "pass.renewed": Happened(gettext_lazy("Renewed"), "refresh-cw", "good"),
    "pass.extended": Happened(gettext_lazy("Extended"), "calendar-plus", "good"),
    "pass.shortened": Happened(gettext_lazy("Shortened"), "calendar-minus", "warn"),
    "pass.cancelled": Happened(gettext_lazy("Cancelled"), "ban", "bad"),
    "pass.expired": Happened(gettext_lazy("Expired"), "clock", "over"),
}

# Who did it, where the row names nobody or came by another road than a page.
SYSTEM = pgettext_lazy("who did it", "The system")
ROADS = {"api": gettext_lazy("%(name)s, by API"), "import": gettext_lazy("%(name)s, by import")}


@dataclasses.dataclass(frozen=True)
class Entry:
    """A row of the history: what, when, by whom; expiry and contact before and after; why."""

    kind: str
    at: datetime.datetime
    by: str
    reason: str
    expiry_before: datetime.date | None
    expiry_after: datetime.date | None
    contact_before: Contact | None
    contact_after: Contact | None
    option: str

    @property
    def what(self) -> Happened:
        return KINDS[self.kind]

    @property
    def moved(self) -> bool:
        """Is the expiry another than before?"""
        return self.expiry_before is not None and self.expiry_before != self.expiry_after

    @property
    def handed_over(self) -> bool:
        """Is the contact another than before?"""
        return self.kind in {"pass.assigned", "pass.reassigned", "pass.unassigned"}


HAPPENED = Rows(lambda pass_id: journal.about("pass", pass_id).filter(kind__in=KINDS))


def of(pass_id: int) -> list[Entry]:
    """Everything that happened to the pass, newest first. Four statements at most."""
    return entries(HAPPENED(pass_id=pass_id))


def entries(rows) -> list[Entry]:
    """Rows of the journal about passes, with the names of today."""
    rows = list(rows)
    contacts = named(Contact, {pk for row in rows for pk in _kept(row, "contact")})
    users = named(User, {row.by_id for row in rows})
    options = named(PassOption, {row.after.get("option") for row in rows})
    return [
        Entry(
            kind=row.kind,
            at=row.at,
            by=by(row, users),
            reason=row.reason,
            expiry_before=_day(row.before.get("expires_on")),
            expiry_after=_day(row.after.get("expires_on")),
            contact_before=contacts.get(row.before.get("contact")),
            contact_after=contacts.get(row.after.get("contact")),
            option=options[row.after["option"]].name if row.after.get("option") else "",
        )
        for row in rows
    ]


def by(row, users) -> str:
    """Who did it, in words."""
    user = users.get(row.by_id)
    name = str(user) if user else ""
    if row.by_id is None:
        return str(SYSTEM)
    return str(ROADS[row.source]) % {"name": name} if row.source in ROADS else name


def named(model, ids) -> dict:
    """The rows of `model` with these ids. One statement, none when there are no ids."""
    return {row.pk: row for row in rows_of(model)(ids={pk for pk in ids if pk})}


@functools.cache
def rows_of(model) -> Rows:
    return Rows(lambda ids: model.objects.filter(pk__in=ids))


def _kept(row, name):
    return row.before.get(name), row.after.get(name)


def _day(text) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


# In the histories of contacts and accounts


def told(title, details=None, changes=None):
    """How a kind is told on other people's pages: the pass by name, then what changed."""

    def tell(row, names):
        what = names("pass", row.subject_id)
        return Told(
            format_html(title, what=what),
            details=details(row, names) if details else "",
            changes=[changes(row, names)] if changes else (),
        )

    return tell


def terms(row, names):
    """Annual, until 22 November 2027, held by Ada Lindqvist"""
    until = _("until %(day)s") % {"day": day_text(_day(row.after.get("expires_on")))}
    option = names("pass_option", row.after.get("option"))
    first = format_html("{}, {}", option, until) if option else until
    holder = row.after.get("contact")
    held = format_html(_("held by {name}"), name=names("contact", holder)) if holder else ""
    return format_html("{}, {}", first, held or _("unassigned"))


def expiry_changed(row, names):
    before, after = (_day(kept.get("expires_on")) for kept in (row.before, row.after))
    return (_("Expiry Date"), day_text(before), day_text(after))


def holder_changed(row, names):
    before, after = (kept.get("contact") for kept in (row.before, row.after))
    nobody = pgettext_lazy("happened", "Unassigned")
    return (_("Contact"), names("contact", before) or nobody, names("contact", after) or nobody)


TOLD = {
    "pass.issued": told(gettext_lazy("{what} issued"), details=terms),
    "pass.assigned": told(gettext_lazy("{what} assigned"), changes=holder_changed),
    "pass.reassigned": told(gettext_lazy("{what} reassigned"), changes=holder_changed),
    "pass.unassigned": told(gettext_lazy("{what} unassigned"), changes=holder_changed),
    "pass.renewed": told(gettext_lazy("{what} renewed"), changes=expiry_changed),
    "pass.extended": told(gettext_lazy("{what} extended"), changes=expiry_changed),
    "pass.shortened": told(gettext_lazy("{what} shortened"), changes=expiry_changed),
    "pass.cancelled": told(gettext_lazy("{what} cancelled"), details=terms),
    "pass.expired": told(gettext_lazy("{what} expired"), details=terms),
}


NAMES = Question(lambda ids: Pass.objects.filter(pk__in=ids).values_list("pk", "pass_type__name"))


def names_of_passes(ids, user) -> dict:
    """Leadership Library #12, with its page for who may see passes."""
    may = allowed(user, "passes.view_passes")
    return {
        pk: (f"{name} #{pk}", page_of("passes:detail", pk) if may else "")
        for pk, name in NAMES(ids=ids)
    }


OPTIONS = Question(lambda ids: PassOption.objects.filter(pk__in=ids).values_list("pk", "name"))


def names_of_options(ids, user) -> dict:
    return {pk: (name, "") for pk, name in OPTIONS(ids=ids)}
