"""Give the application's role in the database what it needs, and no more; reports' likewise."""

from django.conf import settings
from django.core.management.base import BaseCommand

from tms import grants
from tms.reporting import grants as reporting


class Command(BaseCommand):
    help = "Grant the database's roles their rights. Run as the owner after migrate."

    def handle(self, **options):
        reporting.grant()
        role = settings.DATABASE_ROLE
        if not role:
            self.stdout.write("One role does everything here: DATABASE_OWNER_URL is not set.")
            return
        grants.grant(role, settings.DATABASE_ROLE_PASSWORD)
        self.stdout.write(f"{role} may read and write, and only add to what is history.")
