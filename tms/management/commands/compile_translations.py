"""Compile the translations, without gettext's programs."""

from django.core.management.base import BaseCommand

from tms import translations


class Command(BaseCommand):
    help = "Compile the catalogues of translations that changed."

    requires_system_checks = []  # an image is built where there is no database

    def handle(self, **options):
        for path in translations.compile_stale():
            self.stdout.write(str(path))
