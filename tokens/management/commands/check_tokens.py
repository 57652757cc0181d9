"""Prove that every balance of tokens is the sum of its entries; exit 1 if one isn't."""

from django.core.management.base import BaseCommand, CommandError

from tms import clock
from tms.models import Organisation
from tokens import books


class Command(BaseCommand):
    help = "Add up the ledger of tokens. Names each issue that differs, and what waits; 1 if any."

    def handle(self, **options):
        row = Organisation.objects.filter(pk=1).first() or Organisation()
        proof = books.prove(clock.day_of(clock.now(), row.time_zone))
        for each in proof.types:
            self.stdout.write(
                f"{each['name']}: {each['issues']} issues with {each['remaining']} tokens, "
                f"{each['entries']} entries that add up to {each['by_entries']}."
            )
        for each in proof.differing:
            self.stdout.write(
                f"Issue {each['id']} ({each['name']} of {each['account']}) says "
                f"{each['remaining']}, its entries {each['by_entries']}."
            )
        self.stdout.write(f"Expired and not written off yet: {proof.waiting_count} issues.")
        for issue in proof.waiting:
            self.stdout.write(
                f"Issue {issue.pk} ({issue.token_type} of {issue.account}): {issue.remaining}, "
                f"until {issue.expires_on}."
            )
        if proof.differing_count:
            raise CommandError(f"{proof.differing_count} issues differ from their entries.")
