"""Which other events of a learner's meet at the same time? It is said, never refused."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from catalog.models import Event, Session
from crm.models import Teaching
from tms.consequences import Consequence
from tms.days import moment

from . import effects
from .models import Registration


def of(contact_id: int, event: Event) -> list[str]:
    """Each session of theirs, to learn or to teach, that meets while one of the event's does, in
    words. One statement.
    """
    same_time = Session.objects.filter(
        event=event.pk, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    places = Registration.objects.live().filter(event=OuterRef("event"), contact=contact_id)
    taught = Teaching.objects.filter(session=OuterRef("pk"), contact=contact_id)
    rows = (
        Session.objects.filter(
            Exists(same_time),
            Q(Exists(places)) | Q(Exists(taught)),
        )
        .exclude(event=event.pk)
        .exclude(event__status="cancelled")
        .order_by("starts_at", "id")
        .values_list("starts_at", "event__course__title")
    )
    return [
        _("%(title)s, %(moment)s") % {"title": course, "moment": moment(starts)}
        for starts, course in rows.distinct()
    ]


def told(contact_id: int, event: Event) -> list[Consequence]:
    """The same, for who registers them."""
    return effects.group(
        "stays", _("They have another event at the same time"), of(contact_id, event)
    )
