"""Bring the catalogues of translations up to date with the texts, without gettext's programs."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tms import translations


class Command(BaseCommand):
    help = (
        "Read the texts of all Python files and templates, and bring every catalogue up to date: "
        "translations of what is still said are kept, new texts are added empty, and named."
    )

    requires_system_checks = []  # nothing is asked of a database

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 where something is wrong"
        )

    def handle(self, *, check, **options):
        texts = translations.gather(settings.BASE_DIR)
        wrong = []
        for path in translations.catalogues():
            if check:
                wrong += (f"{path}: {each}" for each in translations.troubles(path, texts))
            else:
                for text in translations.update(path, texts):
                    self.stdout.write(f"{path}: to be translated: {text}")
        if wrong:
            raise CommandError("\n".join(wrong))
