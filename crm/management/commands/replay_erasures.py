"""Erase again those who came back with a backup."""

from pathlib import Path

from django.core.management.base import BaseCommand

from crm import erasure
from crm.models import Erasure
from tms import audit, clock
from tms.models import Organisation


class Command(BaseCommand):
    help = (
        "After a backup was restored: erase again whoever had been erased since. "
        "Keep the list beside the backups: replay_erasures --list > erasures.txt"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--list", action="store_true", help="print the numbers of all who were erased"
        )
        parser.add_argument(
            "--from",
            dest="file",
            metavar="FILE",
            help="a list kept beside the backups: these are erased too",
        )

    def handle(self, *, file, **options):
        if options["list"]:
            rows = Erasure.objects.order_by("at", "pk").values_list("contact_id", flat=True)
            self.stdout.write("\n".join(str(number) for number in rows))
            return
        at = clock.now()
        if file:
            erasure.remember(numbers(file), at=at)
        organisation = Organisation.objects.filter(pk=1).first() or Organisation()
        with audit.context(source="command"):
            again = erasure.replay(at, clock.day_of(at, organisation.time_zone))
        self.stdout.write(f"{len(again)} erased again.")
        for number in erasure.missed():
            self.stderr.write(f"Contact {number} works in the back office and is not erased.")


def numbers(path: str) -> list[int]:
    with Path(path).open(encoding="utf-8") as file:
        return [int(line) for line in file if line.strip().isdecimal()]
