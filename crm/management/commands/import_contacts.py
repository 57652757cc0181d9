"""manage.py import_contacts FILE: take contacts and their accounts from a file."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from crm.importing import columns, running
from crm.importing.plan import Plan
from tms import audit, clock
from tms.long_sheets import LongSheet
from tms.models import Organisation, User
from tms.refusals import Refusal

KINDS = [
    ("new", "new"),
    ("changed", "changed"),
    ("unchanged", "unchanged"),
    ("refused", "refused"),
]
MOST_BYTES, MOST_ROWS = 1_000_000_000, 5_000_000


class Command(BaseCommand):
    help = (
        "Take contacts and their accounts from a CSV or XLSX as HubSpot, Salesforce or a "
        "spreadsheet writes them; the columns are recognised by their headings. Known by external "
        "ID, else by email address; run again, it doubles nothing. Whoever is here stays as they "
        "are, except that empty fields are filled in (--take: the file's values win). Accounts "
        "that aren't here are made."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--accounts", action="store_true", help="the file is about accounts")
        parser.add_argument("--take", action="store_true", help="take the file's values")
        parser.add_argument("--refused", type=Path, help="write the refused rows to this CSV")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, do nothing"
        )
        parser.add_argument("--system", default="", help="where the IDs come from")
        parser.add_argument("--by", help="email address of the user who imports")

    def handle(self, *, file, refused, dry_run, by, **options):
        user = User.objects.filter(email=by.lower(), is_staff=True).first() if by else None
        if by and user is None:
            raise CommandError(f"Nobody in the back office signs in with {by}.")
        began = time.perf_counter()
        try:
            with file.open("rb") as opened:
                sheet = LongSheet(opened, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
                with audit.context(source="command", user=user):
                    report = self.carry_out(sheet, dry_run, user, options)
                if refused:
                    with refused.open("wb") as out:
                        running.write_refused(out, sheet, report)
        except Refusal as no:
            raise CommandError(str(no)) from no
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        self.say(sheet, report, time.perf_counter() - began, dry_run)

    def carry_out(self, sheet, dry_run, user, options):
        plan = self.plan(sheet, options)

        def tell(done):
            if options["verbosity"] > 1:
                self.stderr.write(f"{done:,}")

        if dry_run:
            return running.looked_at(sheet, plan, tell=tell)
        at = clock.now()
        organisation = Organisation.objects.filter(pk=1).first() or Organisation()
        on = clock.day_of(at, organisation.time_zone)
        return running.taken(sheet, plan, at=at, on=on, by=user, tell=tell)

    def plan(self, sheet, options) -> Plan:
        about = columns.ACCOUNTS if options["accounts"] else columns.CONTACTS
        found = columns.proposed(sheet.headings, about)
        system = options["system"] or found.system or "HubSpot"
        columns.refuse_unless_possible(found.columns, about, system)
        return Plan(about, found.columns, system, take=options["take"], make=True)

    def say(self, sheet, report, seconds, dry_run):
        for number, place, reason in report.refused:
            column = "" if place is None else f", {sheet.headings[place]}"
            self.stdout.write(f"Row {number}{column}: {reason}")
        counts = report.counts
        rows = sum(counts[kind] for kind, _words in KINDS)
        self.stdout.write(f"{rows:,} rows in {seconds:.1f} seconds")
        for kind, words in KINDS:
            self.stdout.write(f"{counts[kind]:>9,} {words}")
        self.stdout.write(
            f"{counts['organisations']:>9,} accounts of organisations made, "
            f"{counts['individuals']:,} of individuals"
        )
        if dry_run:
            self.stdout.write("That is what would happen; nothing was changed.")
