"""Run what the nightly workers run, for any day from the last run on."""

import datetime

from django.core.management.base import BaseCommand, CommandError

from tms import clock, nightly
from tms.models import Organisation
from tms.refusals import Refusal


class Command(BaseCommand):
    help = "Work through the nights up to a day; again for the same day changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--on",
            type=datetime.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day, in the installation's zone (default: today)",
        )

    def handle(self, *, on, **options):
        at = clock.now()
        if on is None:
            row = Organisation.objects.filter(pk=1).first() or Organisation()
            on = clock.day_of(at, row.time_zone)
        try:
            nights = nightly.run(on, at)
        except (Refusal, nightly.Unfinished) as no:
            raise CommandError(str(no)) from no
        for night in nights:
            self.stdout.write(f"{night.on}:")
            for path, done in night.done.items():
                self.stdout.write(f"  {path}: {done}")
