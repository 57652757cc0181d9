"""What does the first page ask for, in production?"""

from django.core.management.base import BaseCommand

from tms.people import first


class Command(BaseCommand):
    help = "Print the code that the first page of a new installation asks for in production."
    requires_system_checks = []

    def handle(self, **options):
        self.stdout.write(first.set_up_code())
