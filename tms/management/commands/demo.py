"""Fill an empty database with the demonstration world, or say who can sign in to it."""

from django.core.management.base import BaseCommand, CommandError

from tms import audit, clock
from tms.demo import people, world
from tms.models import Organisation, User


class Command(BaseCommand):
    help = "Fill an empty database with the demonstration world."

    def add_arguments(self, parser):
        parser.add_argument("--sign-ins", action="store_true", help="print who can sign in")

    def handle(self, *, sign_ins, **options):
        if not sign_ins:
            if User.objects.exists():
                raise CommandError(
                    "There is data here already. The demonstration world needs an empty database."
                )
            with audit.context(source="command"):
                world.build(clock.now())
        if Organisation.objects.filter(pk=1, demonstration=True).exists():
            self.stdout.write(signs())


def signs() -> str:
    """Address, password and role of those whom the world lets sign in."""
    rows = [(email, role) for email, _name, role in people.STAFF[:2]]
    learners = User.objects.filter(contact__first_name__in=people.LEARNERS, is_staff=False)
    rows += [(user.email, "Learner") for user in learners.order_by("name")]
    teachers = User.objects.filter(contact__is_instructor=True).order_by("name")
    rows += [(user.email, "Instructor") for user in teachers]
    managers = User.objects.filter(contact__manages__isnull=False).distinct().order_by("name")
    rows += [(user.email, "Account manager") for user in managers]
    return "\n".join(f"{role:<15} {email:<36} {people.PASSWORD}" for email, role in rows)
