"""Which opening balances does a table of another system bring, and are they here already?

Each row is judged, then the new ones are issued in one go, with their own day of issue and expiry.
A row is known again by its external ID within the account: an import that is run twice doubles
nothing. Importing is issuing by hand: refused where the settings forbid that.
"""

import dataclasses
import datetime
import decimal
import re

from django.db import connection, models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from catalog.models import Unit
from crm.models import Account, ExternalId
from tms import jobs
from tms.models import Job, User
from tms.refusals import Refusal
from tms.sheets import Line, Sheet, folded
from tms.ui import importing
from tms.ui.importing import Verdict

from . import beats, issuing, switches
from .issuing import Wanted
from .models import IssueSource, TokenIssue, TokenType

# What we call a column, and what else it may be called.
COLUMNS = {
    "account": ("account", "account id", "account name", "customer"),
    "token_type": ("token type", "type"),
    "quantity": ("number", "balance", "quantity", "remaining", "tokens"),
    "external_id": ("external id", "id"),
    "issued_on": ("issued on", "issue date", "issued"),
    "expires_on": ("expires on", "expiry date", "expiry"),
    "note": ("note", "notes", "comment"),
    "unit_price": ("price of one token", "unit price", "price"),
    "currency": ("currency",),
}
NEEDED = ("account", "token_type", "quantity", "external_id")
LABELS = {
    "account": gettext_lazy("Account"),
    "token_type": gettext_lazy("Token Type"),
    "quantity": pgettext_lazy("how many", "Number"),
    "external_id": gettext_lazy("External ID"),
    "issued_on": gettext_lazy("Issued on"),
    "expires_on": gettext_lazy("Expires on"),
}
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?")
NEVER = {"never", "none", "-"}
LOCK = "tokens.import"
LOOK, RUN = "tokens.importing.look", "tokens.importing.run"
AT_ONCE = 200


@dataclasses.dataclass
class Row:
    """A row of the table, what it was found to mean, and the verdict with its reason."""

    number: int
    cells: dict[str, str]
    verdict: Verdict = Verdict.NEW
    reason: str = ""
    account: Account | None = None
    token_type: TokenType | None = None
    quantity: int = 0
    issued_on: datetime.date | None = None
    expires_on: datetime.date | None = None
    unit_price: decimal.Decimal | None = None
    currency: Unit | None = None

    def refuse(self, reason: str) -> None:
        self.verdict, self.reason = Verdict.REFUSED, reason

    @property
    def key(self):
        """How it is known again."""
        return (self.account.pk, self.cells["external_id"])

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            self.account,
            self.token_type,
            self.quantity,
            expires_on=self.expires_on,
            issued_on=self.issued_on,
            note=self.cells["note"],
            external_id=self.cells["external_id"],
            unit_price=self.unit_price,
            currency=self.currency,
        )


def columns_of(sheet: Sheet) -> dict[str, str]:
    """Our column: the heading's folded name in this table. Raises Refusal where one is missing."""
    there = {folded(heading) for heading in sheet.headings}
    found = {
        ours: next((name for name in names if name in there), "") for ours, names in COLUMNS.items()
    }
    missing = [str(LABELS[ours]) for ours in NEEDED if not found[ours]]
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
    find_accounts(living(rows))
    find_types(living(rows))
    for row in living(rows):
        read_numbers(row)
    read_prices(living(rows))
    for row in living(rows):
        read_days(row, on)
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
    elif not cells["external_id"]:
        row.refuse(_("It needs an external ID, to be known again."))
    elif len(cells["external_id"]) > 80:
        row.refuse(_("An external ID has at most 80 characters."))
    elif not cells["account"]:
        row.refuse(_("It names no account."))
    return row


def find_accounts(rows):
    """The account by external ID, or by name. Three statements."""
    found = accounts_called({row.cells["account"].casefold() for row in rows})
    accounts = Account.objects.in_bulk({pk for pk in found.values() if pk})
    for row in rows:
        name = row.cells["account"]
        if name.casefold() not in found:
            row.refuse(_("There is no account “%(name)s”.") % {"name": name[:80]})
        elif (pk := found[name.casefold()]) is None:
            row.refuse(
                _("Several accounts are called “%(name)s”. Give the external ID.")
                % {"name": name[:80]}
            )
        else:
            row.account = accounts[pk]
            try:
                beats.refuse_archived(row.account)
            except Refusal as no:
                row.refuse(str(no))


def accounts_called(names) -> dict[str, int | None]:
    """Accounts' ids by external ID, or by name (None: several have it). Two statements."""
    if not names:
        return {}
    lower = models.functions.Lower
    ids = ExternalId.objects.filter(account__isnull=False).alias(called=lower("value"))
    found = {each.value.casefold(): each.account_id for each in ids.filter(called__in=names)}
    by_name = Account.objects.living().alias(called=lower("name"))
    named: dict[str, set] = {}
    for pk, name in by_name.filter(called__in=names - set(found)).values_list("pk", "name"):
        named.setdefault(name.casefold(), set()).add(pk)
    return found | {name: next(iter(pks)) if len(pks) == 1 else None for name, pks in named.items()}


def find_types(rows):
    """The token type by name. One statement."""
    types = {folded(str(each)): each for each in TokenType.objects.select_related("unit")}
    for row in rows:
        name = row.cells["token_type"]
        row.token_type = types.get(folded(name))
        if row.token_type is None:
            row.refuse(_("There is no token type “%(name)s”.") % {"name": name[:80]})
        elif row.token_type.unit.archived_at:
            row.refuse(_("%(type)s is archived and can't be issued.") % {"type": row.token_type})


def read_numbers(row):
    text = row.cells["quantity"]
    if not WHOLE.fullmatch(text):
        row.refuse(_("“%(text)s” is not a whole number of tokens.") % {"text": text[:40]})
        return
    try:
        row.quantity = beats.whole(int(text.partition(".")[0]))
    except Refusal as no:
        row.refuse(str(no))


def read_prices(rows):
    """What one token cost, net, and in which currency. One statement."""
    currencies = {each.code.casefold(): each for each in Unit.objects.currencies()}
    for row in rows:
        price, code = row.cells["unit_price"], row.cells["currency"]
        row.currency = currencies.get(code.casefold())
        if not price:
            row.currency = None
            continue
        try:
            row.unit_price = decimal.Decimal(price)
        except decimal.InvalidOperation:
            row.unit_price = None
        if (
            row.unit_price is None
            or not row.unit_price.is_finite()
            or not 0 <= row.unit_price < 10**10
            or row.unit_price.as_tuple().exponent < -4
        ):
            row.refuse(_("“%(text)s” is not a price like 120.50.") % {"text": price[:40]})
        elif not code:
            row.refuse(_("Say in which currency the price is."))
        elif row.currency is None:
            row.refuse(_("There is no currency “%(code)s” here.") % {"code": code[:40]})


def read_days(row, on):
    """Issued today unless said, and not later; until the day said, by the type if none is."""
    for name in ("issued_on", "expires_on"):
        text = row.cells[name]
        if name == "expires_on" and text.casefold() in NEVER:
            continue
        try:
            setattr(row, name, day_in(text))
        except ValueError:
            row.refuse(
                _("%(column)s “%(text)s” is not a day like 2026-11-22.")
                % {"column": LABELS[name], "text": text[:40]}
            )
            return
    row.issued_on = row.issued_on or on
    try:
        if row.issued_on > on:
            raise Refusal(_("Tokens can't be issued on a day to come."))
        if not row.cells["expires_on"]:
            row.expires_on = issuing.expiry_of(row.token_type, row.issued_on)
        elif row.expires_on and row.expires_on < row.issued_on:
            raise Refusal(_("It would expire before it was issued."))
        beats.possible_expiry(row.expires_on, row.issued_on)
    except Refusal as no:
        row.refuse(str(no))


def day_in(text: str) -> datetime.date | None:
    """The day in ISO; other ways of writing one are guesses. Raises ValueError."""
    if not text:
        return None
    if not ISO.fullmatch(text):
        raise ValueError
    return datetime.date.fromisoformat(text)


def refuse_doubles(rows):
    """What another row of the same table says already."""
    seen: dict = {}
    for row in rows:
        first = seen.setdefault(row.key, row.number)
        if first != row.number:
            row.refuse(_("It is the same balance as row %(number)d.") % {"number": first})


def find_here(rows):
    """What is here already, by external ID. One statement."""
    ids = {row.cells["external_id"] for row in rows}
    found = TokenIssue.objects.filter(
        account__in={row.account.pk for row in rows}, external_id__in=ids
    )
    known = {(each[0], each[1]): each[2] for each in found.values_list(
        "account_id", "external_id", "pk"
    )} if rows else {}  # fmt: skip
    for row in rows:
        if number := known.get(row.key):
            row.verdict = Verdict.HERE
            row.reason = _("It is issue #%(number)d.") % {"number": number}


def counts(rows) -> dict[str, int]:
    return {verdict.value: sum(row.verdict == verdict for row in rows) for verdict in Verdict}


@transaction.atomic
def carry_out(sheet: Sheet, *, at, on, by, operation="") -> list[Row]:
    """Issue what is new, and answer all rows with their verdicts. A dozen statements, and a few a
    thousand rows.

    One import at a time: a second one waits, and then finds the issues of the first. What has
    expired already is issued and written off again, never spendable. Raises Refusal where tokens
    aren't issued by hand.
    """
    switches.hold_manual_issues()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
    rows = judge(sheet, on=on)
    if wanted := [row.wanted for row in living(rows)]:
        issuing.issue_many(
            wanted, source=IssueSource.IMPORT, at=at, on=on, by=by, operation=operation
        )
    return rows


def keep(file, **who) -> Job:
    """Keep a file to be looked at. Takes `by` and `at`."""
    return importing.keep(file, verb=LOOK, name="tokens", **who)


def run(job: Job, *, at: datetime.datetime) -> dict:
    """The verb of a job: import its file, as of the moment it was asked for."""
    kept = Job.objects.get(pk=job.arguments["kept"])
    rows = carry_out(
        importing.sheet_of(kept),
        at=job.asked_at,
        on=datetime.date.fromisoformat(job.arguments["on"]),
        by=User.objects.get(pk=job.by_id),
        operation=job.operation,
    )
    jobs.report(job, job.total)
    links = [[_("Accounts"), reverse("crm:accounts")]]
    if counts(rows)[Verdict.REFUSED]:
        refused = reverse("tokens:import_refused", args=[kept.pk])
        links.insert(0, [_("Download the refused rows"), refused])
    return {"sentences": sentences(counts(rows)), "links": links}


def sentences(count: dict[str, int]) -> list[str]:
    """What an import did, in words."""
    new, here, refused = (count[verdict] for verdict in Verdict)
    said = [
        ngettext("%(n)d balance was imported.", "%(n)d balances were imported.", new) % {"n": new}
    ]
    if here:
        said.append(
            ngettext("%(n)d was here already.", "%(n)d were here already.", here) % {"n": here}
        )
    if refused:
        said.append(
            ngettext("%(n)d row was refused.", "%(n)d rows were refused.", refused) % {"n": refused}
        )
    return said
