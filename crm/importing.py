"""Which people of a file are here already, and who is new?

A person is known by the ID of the other system, else by the address; never by name. Whoever is
here stays as the office has them: only what is empty is filled in. So an import that is run again,
or went down half way, doubles nothing and changes nothing twice.
"""

import contextlib
import dataclasses
import itertools
from collections import Counter

from django.db import IntegrityError, connection, transaction
from django.db.models import Value

from tms import journal
from tms.text import Fold

from . import accounts, changes
from .models import Account, AccountKind, Change, Contact, ExternalId, Membership
from .models.contact import called

AT_ONCE = 1000
LOCK = 4_021_002
FILLED = ("first_name", "last_name", "email", "phone")


@dataclasses.dataclass
class Report:
    """What became of the rows: each counts once as created, filled, joined (a further ID of
    somebody who is here), unchanged or refused. `refused` are (row number, ID, reason)."""

    counts: Counter = dataclasses.field(default_factory=Counter)
    refused: list[tuple[int, str, str]] = dataclasses.field(default_factory=list)


def run(file, *, system: str, at, on, by, dry: bool = False, told=lambda done: None) -> Report:
    """Take the people of a `hubspot.File`. One import at a time; `told` gets the rows done so far.

    Each thousand rows are one transaction and a dozen statements; `dry`: all of them are one, and
    it is rolled back. Memory for a thousand rows.
    """
    report, done = Report(), 0
    with one_at_a_time(), transaction.atomic() if dry else contextlib.nullcontext():
        for rows in itertools.batched(file.rows(), AT_ONCE):
            _thousand(rows, report, system=system, at=at, on=on, by=by)
            done += len(rows)
            told(done)
        if dry:
            transaction.set_rollback(True)
    return report


@contextlib.contextmanager
def one_at_a_time():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _thousand(rows, report, **how):
    """Match and write. Where the office typed in meanwhile whom we were about to make: again."""
    for again in (True, True, False):
        batch = Batch(rows, **how)
        try:
            with transaction.atomic():
                batch.match()
                batch.write()
        except IntegrityError:
            if again:
                continue
            raise
        report.counts += batch.counts
        report.refused += batch.refused
        return


class Batch:
    """A thousand rows, from looking up to writing down."""

    def __init__(self, rows, *, system, at, on, by):
        self.rows, self.system = rows, system
        self.who = {"at": at, "on": on, "by": by, "source": "import"}
        self.counts, self.refused = Counter(), []
        self.accounts, self.contacts = [], []
        self.links, self.ids, self.filled = [], [], {}

    # Looking

    def match(self):
        """Say of every row who it is. Seven statements at most."""
        self._look_up([row for row in self.rows if not row.refused])
        for row in self.rows:
            outcome = "refused" if row.refused else self._person(row)
            self.counts[outcome] += 1
            if row.refused:
                self.refused.append((row.number, row.id, row.refused))

    def _look_up(self, rows):
        ids = ExternalId.objects.filter(system=self.system)
        people = ids.filter(contact__isnull=False, value__in={row.id for row in rows if row.id})
        known = dict(people.values_list("value", "contact_id"))
        contacts = Contact.objects.in_bulk(set(known.values()))
        self.by_id = {value: contacts[pk] for value, pk in known.items()}
        self.by_email = {each.email.lower(): each for each in contacts.values() if each.email}
        rest = {row.email for row in rows if row.email} - set(self.by_email)
        self.by_email |= {each.email: each for each in Contact.objects.with_address(*rest)}
        companies = {company for row in rows for company in row.companies}
        buyers = ids.filter(account__isnull=False, value__in={key for key, _name in companies})
        self.account_by_id = {each.value: each.account for each in buyers.select_related("account")}
        names = {name for key, name in companies if key not in self.account_by_id}
        same = Account.objects.living().filter(
            kind=AccountKind.ORGANISATION,
            name_key__in=[Fold(Value(name)) for name in sorted(names)],
        )
        self.account_by_name = {}
        for account in same.order_by("pk"):
            self.account_by_name.setdefault(account.name.casefold(), account)
        # Who has an ID of that system is no other company, though it be called the same.
        here = list(self.account_by_name.values())
        taken = set(ids.filter(account__in=here).values_list("account_id", flat=True))
        self.named = {id(account) for account in here if account.pk in taken}
        self.region = accounts.default_region()

    def _person(self, row) -> str:
        """What becomes of the row."""
        contact, joined = self.by_id.get(row.id) if row.id else None, False
        if contact is None:
            contact = self.by_email.get(row.email) if row.email else None
            joined = bool(contact and row.id)
        if contact is None:
            return self._new(row)
        if contact.archived_at:
            return "unchanged"
        if joined:
            self.by_id[row.id] = contact
            self.ids.append((contact, row.id))
        return "filled" if self._fill(contact, row) else "joined" if joined else "unchanged"

    def _fill(self, contact, row) -> bool:
        """Note what the row says where the contact says nothing."""
        found = {
            name: getattr(row, name)
            for name in FILLED
            if getattr(row, name) and not getattr(contact, name)
        }
        if row.email in self.by_email:
            found.pop("email", None)
        for name, value in found.items():
            setattr(contact, name, value)
        if "email" in found:
            self.by_email[row.email] = contact
        if found and contact.pk:
            self.filled.setdefault(contact.pk, {}).update(found)
        return bool(found)

    def _new(self, row) -> str:
        archived = next(
            (
                account
                for key, _name in row.companies
                if (account := self.account_by_id.get(key)) and account.archived_at
            ),
            None,
        )
        if archived:
            row.refused = accounts.is_archived(archived)
            return "refused"
        linked = [self._account(*company) for company in row.companies] or [self._own(row)]
        linked = list({id(account): account for account in linked}.values())
        contact = Contact(**{name: getattr(row, name) for name in FILLED})
        self.contacts.append((contact, linked[0]))
        self.links += [(contact, account) for account in linked[1:]]
        if row.id:
            self.by_id[row.id] = contact
            self.ids.append((contact, row.id))
        if row.email:
            self.by_email[row.email] = contact
        return "created"

    def _account(self, key, name) -> Account:
        """The company of this ID, else the one called so, else a new one."""
        if key and key in self.account_by_id:
            return self.account_by_id[key]
        account = self.account_by_name.get(name.casefold())
        if account is None or (key and id(account) in self.named):
            account = Account(name=name, region=self.region)
            self.accounts.append(account)
            self.account_by_name.setdefault(name.casefold(), account)
        if key:
            self.account_by_id[key] = account
            self.named.add(id(account))
            self.ids.append((account, key))
        return account

    def _own(self, row) -> Account:
        name = called(row.first_name, row.last_name, row.email)[:200]
        account = Account(kind=AccountKind.INDIVIDUAL, name=name, region=self.region)
        self.accounts.append(account)
        return account

    # Writing

    def write(self):
        """Write down what `match` found. Ten statements at most."""
        self.facts = []
        known = {contact.pk for contact, _id in self.ids if isinstance(contact, Contact)}
        Account.objects.bulk_create(self.accounts)
        people = []
        for contact, account in self.contacts:
            contact.account = account
            people.append(contact)
        Contact.objects.bulk_create(people)
        Membership.objects.bulk_create(
            Membership(contact=contact, account=account) for contact, account in self.links
        )
        ExternalId.objects.bulk_create(self._id(owner, value) for owner, value in self.ids)
        self._lead()
        self.counts["organisations"] += sum(
            account.kind == AccountKind.ORGANISATION for account in self.accounts
        )
        self.counts["individuals"] += sum(
            account.kind == AccountKind.INDIVIDUAL for account in self.accounts
        )
        for kind, owners in (("account", self.accounts), ("contact", people)):
            self.facts += [self._fact(f"{kind}.created", owner) for owner in owners]
        self._write_changes(known - {None})
        journal.write_all(self.facts)

    def _id(self, owner, value) -> ExternalId:
        noun = "account" if isinstance(owner, Account) else "contact"
        return ExternalId(**{noun: owner}, system=self.system, value=value)

    def _lead(self):
        """A person alone is the main contact of their account."""
        own = [account.pk for account in self.accounts if account.kind == AccountKind.INDIVIDUAL]
        if own:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE crm_account SET main_contact_id = crm_contact.id FROM crm_contact "
                    "WHERE crm_contact.account_id = crm_account.id AND crm_account.id = ANY(%s)",
                    [own],
                )

    def _write_changes(self, known):
        """What was filled in, and which further IDs those got who were here before."""
        noted = []
        rows = Contact.objects.select_for_update(of=("self",), no_key=True)
        locked = rows.order_by("pk").in_bulk(self.filled) if self.filled else {}
        for pk, contact in locked.items():
            found = {k: v for k, v in self.filled[pk].items() if not getattr(contact, k)}
            before = {name: getattr(contact, name) for name in found}
            for name, value in found.items():
                setattr(contact, name, value)
            contact.version += 1
            noted.append(
                ("contact.edited", contact, Change(contact=contact, before=before, after=found))
            )
        Contact.objects.bulk_update(locked.values(), [*FILLED, "version"])
        for contact, value in self.ids:
            if isinstance(contact, Contact) and contact.pk in known:
                after = {"system": self.system, "value": value}
                noted.append(
                    ("contact.external_id_added", contact, Change(contact=contact, after=after))
                )
        Change.objects.bulk_create(change for _kind, _contact, change in noted)
        self.facts += [
            self._fact(kind, contact, after={"change": change.pk})
            for kind, contact, change in noted
        ]

    def _fact(self, kind, owner, **more):
        return journal.row(kind, owner.pk, **changes.ids_of(owner), **more, **self.who)
