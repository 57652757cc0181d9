"""Look for what must never be; exit 1 if there is any."""

from django.core.management.base import BaseCommand, CommandError

from tms import clock
from tms.models import Organisation
from tms.reporting import checking


class Command(BaseCommand):
    help = "Look for what must never be in the data. Prints what breaks each rule; 1 if any does."

    def handle(self, **options):
        at = clock.now()
        row = Organisation.objects.filter(pk=1).first() or Organisation()
        run = checking.check(on=clock.day_of(at, row.time_zone), at=at)
        for line in checking.told(run):
            self.stdout.write(line)
        if run.broken:
            raise CommandError(f"{len(run.broken)} of {len(run.found)} invariants are broken.")
