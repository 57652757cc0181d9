"""manage.py import_contacts FILE: take contacts and their accounts from a HubSpot-shaped CSV."""

import csv
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from crm import hubspot, importing
from tms import audit, clock
from tms.models import Organisation, User
from tms.refusals import Refusal
from tms.ui.export import harmless

KINDS = [
    ("created", "created"),
    ("filled", "filled in where something was empty"),
    ("joined", "further IDs of people who are here"),
    ("unchanged", "unchanged"),
    ("refused", "refused"),
]


class Command(BaseCommand):
    help = (
        "Take contacts and their accounts from a CSV in the shape that HubSpot exports (UTF-8, "
        "commas). Known by external ID, else by email address; run again, it doubles nothing, and "
        "whoever is here stays as they are, except that empty fields are filled in."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--refused", type=Path, help="write the refused rows to this CSV")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, do nothing"
        )
        parser.add_argument("--system", default="HubSpot", help="where the IDs come from")
        parser.add_argument("--by", help="email address of the user who imports")

    def handle(self, *, file, refused, dry_run, system, by, **options):
        at = clock.now()
        organisation = Organisation.objects.filter(pk=1).first() or Organisation()
        user = User.objects.filter(email=by.lower(), is_staff=True).first() if by else None
        if by and user is None:
            raise CommandError(f"Nobody in the back office signs in with {by}.")
        began = time.perf_counter()
        try:
            read = hubspot.File(file)
            with audit.context(source="command", user=user):
                report = importing.run(
                    read,
                    system=system,
                    at=at,
                    on=clock.day_of(at, organisation.time_zone),
                    by=user,
                    dry=dry_run,
                    told=lambda done: self.tell(done, read.count, options),
                )
            if refused:
                write_refused(refused, report.refused)
        except Refusal as no:
            raise CommandError(str(no)) from no
        except OSError as error:
            raise CommandError(f"{error.filename} can't be written: {error.strerror}.") from error
        self.say(report, read.count, time.perf_counter() - began, dry_run)

    def tell(self, done, count, options):
        if options["verbosity"] > 1:
            self.stderr.write(f"{done:,} of {count:,}")

    def say(self, report, count, seconds, dry_run):
        for number, key, reason in report.refused:
            self.stdout.write(f"Row {number}{f' (ID {key})' if key else ''}: {reason}")
        counts = report.counts
        self.stdout.write(f"{count:,} rows in {seconds:.1f} seconds")
        for kind, words in KINDS:
            self.stdout.write(f"{counts[kind]:>9,} {words}")
        self.stdout.write(
            f"{counts['organisations']:>9,} accounts of organisations made, "
            f"{counts['individuals']:,} of individuals"
        )
        if dry_run:
            self.stdout.write("That is what would happen; nothing was changed.")


def write_refused(path, rows):
    """The refused rows as a CSV, disarmed for spreadsheets."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Row", "Record ID", "Reason"])
        writer.writerows([number, harmless(key), harmless(why)] for number, key, why in rows)
