"""Which events does an instructor teach, and who takes part in them?"""

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from catalog.models import Event, EventStatus
from crm.models import Contact, Teaching

from .models import Registration

# Whoever prints more participants than these has another way to call the roll.
PRINTED = 1000


def events_of(contact: Contact):
    """The events with a session that they were chosen to teach, drafts left out. A queryset.

    Nobody who isn't marked as an instructor any more teaches anything.
    """
    if not contact.is_instructor:
        return Event.objects.none()
    mine = Teaching.objects.filter(session__event=OuterRef("pk"), contact=contact.pk)
    return Event.objects.filter(Exists(mine)).exclude(status=EventStatus.DRAFT)


def with_people(events):
    """Each with `people`: how many take part."""
    live = Registration.objects.live().filter(event=OuterRef("pk")).order_by().values("event")
    counted = Subquery(live.annotate(n=Count("*")).values("n"), output_field=IntegerField())
    return events.annotate(people=Coalesce(counted, 0))


def upcoming(events, on):
    """Those that aren't over on that day."""
    return events.filter(Q(last_on__gte=on) | Q(last_on=None))


def past(events, on):
    return events.filter(last_on__lt=on)


def participants(event: Event):
    """The live registrations on the event. A queryset."""
    return Registration.objects.live().filter(event=event.pk)


def by_name(event: Event) -> list[dict]:
    """Who takes part, by name: what an attendance list says of them. One statement."""
    rows = participants(event).order_by("contact__name_key", "contact", "pk")
    names = ("contact__first_name", "contact__last_name", "contact__email", "account__name")
    return list(rows.values("pk", *names)[:PRINTED])
