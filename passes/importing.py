"""Which passes does a table of another system mean, and are they here already?

Each row is judged, then the new ones are issued. A row is known again by its external ID, or by
type, contact and start as they were when it was issued, whatever became of the pass since: an
import that is run twice doubles nothing. Messages are not sent.
"""

import dataclasses
import datetime
import re

from django.db import connection, models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Account, Contact, ExternalId, Membership
from tms import consequences, jobs
from tms.consequences import Consequence
from tms.models import Job, JournalRow, User
from tms.refusals import Refusal
from tms.sheets import Line, Sheet, folded
from tms.ui import importing
from tms.ui.importing import Verdict

from . import lifecycle, periods, rules
from .models import Pass, PassOption, Source

# What we call a column, and what else it may be called.
COLUMNS = {
    "contact": ("contact", "contact email", "email", "contact id"),
    "account": ("account", "account id"),
    "pass_type": ("pass type", "type", "code", "pass type code"),
    "option": ("option", "training pass option"),
    "starts_on": ("start date", "start", "starts on"),
    "expires_on": ("expiry date", "expiry", "expires on"),
    "external_ids": ("external ids", "external id"),
}
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
LOCK = "passes.import"
LOOK, RUN = "passes.importing.look", "passes.importing.run"
AT_ONCE = 200


@dataclasses.dataclass
class Row:
    """A row of the table, what it was found to mean, and the verdict with its reason."""

    number: int
    cells: dict[str, str]
    verdict: Verdict = Verdict.NEW
    reason: str = ""
    option: PassOption | None = None
    contact: Contact | None = None
    account_id: int | None = None
    starts_on: datetime.date | None = None
    expires_on: datetime.date | None = None
    external_ids: tuple[str, ...] = ()

    def refuse(self, reason: str) -> None:
        self.verdict, self.reason = Verdict.REFUSED, reason

    @property
    def key(self):
        """How it is known again when it comes without an external ID."""
        return (self.option.pass_type_id, self.contact.pk, self.starts_on)


def columns_of(sheet: Sheet) -> dict[str, str]:
    """Our column: the heading's folded name in this table. Raises Refusal where one is missing."""
    there = {folded(heading) for heading in sheet.headings}
    found = {
        ours: next((name for name in names if name in there), "") for ours, names in COLUMNS.items()
    }
    missing = [_("Pass Type")] if not found["pass_type"] else []
    missing += [_("Option")] if not found["option"] else []
    if not (found["contact"] or found["account"]):
        missing.append(_("Contact"))
    if missing:
        raise Refusal(
            _("The file has no column %(names)s. Its first row has to hold the headings.")
            % {"names": ", ".join(f"“{name}”" for name in missing)}
        )
    return found


def judge(sheet: Sheet, *, on: datetime.date) -> list[Row]:
    """Every row with its verdict. A number of statements that doesn't depend on the rows'."""
    columns = columns_of(sheet)
    rows = [row_of(line, columns) for line in sheet.lines]
    for step in (find_options, find_holders, read_days, read_ids):
        step(living(rows), on)
    refuse_doubles(living(rows))
    find_here(living(rows))
    return rows


def living(rows):
    return [row for row in rows if row.verdict == Verdict.NEW]


def row_of(line: Line, columns) -> Row:
    cells = {ours: line.cells.get(name, "") if name else "" for ours, name in columns.items()}
    row = Row(line.number, cells)
    if line.trouble:
        row.refuse(line.trouble)
    return row


def find_options(rows, on):
    """The option by its name, in the type by its code or name. One statement."""
    options = {}
    for option in PassOption.objects.select_related("pass_type"):
        for name in (option.pass_type.code, option.pass_type.name):
            options.setdefault(folded(name), {})[folded(option.name)] = option
    for row in rows:
        type_name, option_name = row.cells["pass_type"], row.cells["option"]
        of_type = options.get(folded(type_name))
        if not type_name:
            row.refuse(_("It names no pass type."))
        elif of_type is None:
            row.refuse(_("There is no pass type “%(name)s”.") % {"name": type_name})
        elif (option := of_type.get(folded(option_name))) is None:
            row.refuse(
                _("%(type)s has no option “%(name)s”. It has: %(names)s.")
                % {
                    "type": type_name,
                    "name": option_name,
                    "names": ", ".join(sorted(each.name for each in of_type.values())),
                }
            )
        else:
            row.option = option
            try:
                rules.on_sale(option)
            except Refusal as no:
                row.refuse(str(no))


def find_holders(rows, on):
    """The contact by address or external ID, the account by external ID or name; linked."""
    contacts = contacts_called({row.cells["contact"] for row in rows})
    accounts = accounts_called({row.cells["account"] for row in rows})
    further = (
        set(
            Membership.objects.filter(
                contact__in=[each.pk for each in contacts.values() if each]
            ).values_list("contact_id", "account_id")
        )
        if contacts
        else set()
    )
    for row in rows:
        person, owner = row.cells["contact"], row.cells["account"]
        contact, account = contacts.get(person.casefold()), accounts.get(owner.casefold())
        row.contact = contact
        if not person and not owner:
            row.refuse(_("It names neither a contact nor an account."))
        elif person and contact is None:
            row.refuse(_("There is no contact “%(name)s”.") % {"name": person})
        elif owner and owner.casefold() not in accounts:
            row.refuse(_("There is no account “%(name)s”.") % {"name": owner})
        elif owner and account is None:
            row.refuse(
                _("Several accounts are called “%(name)s”. Give the external ID.") % {"name": owner}
            )
        elif contact and contact.archived_at:
            row.refuse(_("%(name)s is archived.") % {"name": contact.name})
        elif (
            contact
            and account
            and account != contact.account_id
            and ((contact.pk, account) not in further)
        ):
            row.refuse(
                _("%(name)s does not belong to the account “%(account)s”.")
                % {"name": contact.name, "account": owner}
            )
        else:
            row.account_id = account or contact.account_id


def contacts_called(names) -> dict[str, Contact]:
    """Contacts by folded address, or by external ID. Two statements."""
    names = {name.casefold() for name in names if name}
    if not names:
        return {}
    by_address = Contact.objects.alias(address=models.functions.Lower("email"))
    found = {each.email.lower(): each for each in by_address.filter(address__in=names)}
    ids = ExternalId.objects.filter(contact__isnull=False).alias(
        called=models.functions.Lower("value")
    )
    for external in ids.filter(called__in=names - set(found)).select_related("contact"):
        found.setdefault(external.value.casefold(), external.contact)
    return found


def accounts_called(names) -> dict[str, int | None]:
    """Accounts' ids by external ID, or by name (None: several have it). Two statements."""
    names = {name.casefold() for name in names if name}
    if not names:
        return {}
    ids = ExternalId.objects.filter(account__isnull=False).alias(
        called=models.functions.Lower("value")
    )
    found = {
        external.value.casefold(): external.account_id for external in ids.filter(called__in=names)
    }
    by_name = Account.objects.living().alias(called=models.functions.Lower("name"))
    named: dict[str, set] = {}
    for pk, name in by_name.filter(called__in=names - set(found)).values_list("pk", "name"):
        named.setdefault(name.casefold(), set()).add(pk)
    return found | {name: next(iter(pks)) if len(pks) == 1 else None for name, pks in named.items()}


def read_days(rows, on):
    """Start (today, unless said) and expiry (by the option, unless said), in ISO only."""
    for row in rows:
        for name, label in (("starts_on", _("Start Date")), ("expires_on", _("Expiry Date"))):
            text = row.cells[name]
            try:
                day = day_in(text)
            except ValueError:
                row.refuse(
                    _("%(column)s “%(text)s” is not a day like 2026-11-22.")
                    % {"column": label, "text": text[:40]}
                )
                break
            setattr(row, name, day)
        else:
            begins = row.starts_on or on
            try:
                end, _anchor = periods.expiry(begins, row.option.period, row.option.period_unit)
                rules.possible_end(row.expires_on or end, starts_on=begins, on=on, past=True)
            except Refusal as no:
                row.refuse(str(no))
            row.expires_on = row.expires_on or end


def day_in(text: str) -> datetime.date | None:
    """The day in ISO; other ways of writing one are guesses. Raises ValueError."""
    if not text:
        return None
    if not ISO.fullmatch(text):
        raise ValueError
    return datetime.date.fromisoformat(text)


def read_ids(rows, on):
    """External IDs; a row is known again by one, or by contact and start."""
    for row in rows:
        parts = re.split(r"[,;]", row.cells["external_ids"])
        row.external_ids = tuple(dict.fromkeys(each.strip() for each in parts if each.strip()))
        if any(len(each) > 80 for each in row.external_ids):
            row.refuse(_("An external ID has at most 80 characters."))
        elif not row.external_ids and row.contact is None:
            row.refuse(_("An unassigned pass needs an external ID, to be known again."))
        elif not row.external_ids and row.starts_on is None:
            row.refuse(_("It needs a start date or an external ID, to be known again."))
        row.starts_on = row.starts_on or on


def refuse_doubles(rows):
    """What another row of the same table says already."""
    seen: dict = {}
    for row in rows:
        for key in row.external_ids or [row.key]:
            first = seen.setdefault(key, row.number)
            if first != row.number:
                row.refuse(_("It is the same pass as row %(number)d.") % {"number": first})


def find_here(rows):
    """What is here already: by external ID, or as it was when issued. Two statements."""
    ids = {each for row in rows for each in row.external_ids}
    known = {}
    if ids:
        found = Pass.objects.filter(external_ids__overlap=list(ids))
        for pk, theirs in found.values_list("pk", "external_ids"):
            known |= dict.fromkeys(theirs, pk)
    people = {row.contact.pk for row in rows if not row.external_ids}
    issued = {}
    if people:
        of_type = dict(PassOption.objects.values_list("pk", "pass_type_id"))
        facts = JournalRow.objects.filter(kind="pass.issued", contact_id__in=people)
        for fact in facts.order_by("-id"):
            starts_on = datetime.date.fromisoformat(fact.after["starts_on"])
            key = (of_type.get(fact.after["option"]), fact.contact_id, starts_on)
            issued[key] = fact.subject_id
    for row in rows:
        keys = [known.get(each) for each in row.external_ids] or [issued.get(row.key)]
        number = next((each for each in keys if each), None)
        if number:
            row.verdict = Verdict.HERE
            row.reason = _("It is pass #%(number)d.") % {"number": number}


def counts(rows) -> dict[str, int]:
    return {verdict.value: sum(row.verdict == verdict for row in rows) for verdict in Verdict}


@transaction.atomic
def carry_out(
    sheet: Sheet, *, at, on, by, operation="", messages=False, tell=lambda done: None
) -> list[Row]:
    """Issue what is new, and answer all rows with their verdicts. With `messages` the passes that
    aren't over set off what issuing one by hand does.

    One import at a time: a second one waits, and then finds the passes of the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
    rows = judge(sheet, on=on)
    accounts = Account.objects.in_bulk({row.account_id for row in living(rows)})
    for done, row in enumerate(living(rows), start=1):
        try:
            with transaction.atomic():
                lifecycle.issue(
                    option=row.option,
                    account=accounts[row.account_id],
                    contact=row.contact,
                    starts_on=row.starts_on,
                    expires_on=row.expires_on,
                    external_ids=row.external_ids,
                    source=Source.IMPORT,
                    tell=messages,
                    at=at,
                    on=on,
                    by=by,
                    operation=operation,
                )
        except Refusal as no:
            row.refuse(str(no))
        tell(done)
    return rows


def set_off(rows, *, at, on) -> list[Consequence]:
    """The messages that importing these rows sets off where that is asked for."""
    issued = [
        (row.option.pass_type_id, row.option.pk, row.account_id, row.contact and row.contact.pk)
        for row in living(rows)
        if row.expires_on >= on
    ]
    return consequences.messages().by_issuing(issued, at)


def keep(file, **who) -> Job:
    """Keep a file to be looked at. Takes `by` and `at`."""
    return importing.keep(file, verb=LOOK, name="passes", **who)


def run(job: Job, *, at: datetime.datetime) -> dict:
    """The verb of a job: import its file, as of the moment it was asked for."""
    kept = Job.objects.get(pk=job.arguments["kept"])
    rows = carry_out(
        importing.sheet_of(kept),
        at=job.asked_at,
        on=datetime.date.fromisoformat(job.arguments["on"]),
        by=User.objects.get(pk=job.by_id),
        operation=job.operation,
        messages=job.arguments.get("messages", False),
        tell=lambda done: jobs.report(job, done),
    )
    links = [[_("Passes"), reverse("passes:list")]]
    if counts(rows)[Verdict.REFUSED]:
        refused = reverse("passes:import_refused", args=[kept.pk])
        links.insert(0, [_("Download the refused rows"), refused])
    return {"sentences": sentences(counts(rows)), "links": links}


def sentences(count: dict[str, int]) -> list[str]:
    """What an import did, in words."""
    new, here, refused = (count[verdict] for verdict in Verdict)
    said = [ngettext("%(n)d pass was imported.", "%(n)d passes were imported.", new) % {"n": new}]
    if here:
        said.append(
            ngettext("%(n)d was here already.", "%(n)d were here already.", here) % {"n": here}
        )
    if refused:
        said.append(
            ngettext("%(n)d row was refused.", "%(n)d rows were refused.", refused) % {"n": refused}
        )
    return said
