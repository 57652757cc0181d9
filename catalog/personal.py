"""What does the catalogue hold about a person? The name of who teaches a session."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.consequences import Consequence
from tms.personal import ERASED, Part, Person, part

from .models import Session


def taught(person: Person):
    return Session.objects.filter(instructor__in=person.names)


def held(person: Person) -> list[Part]:
    return [
        part(
            "sessions_taught", _("Sessions taught"), taught(person), "id", "starts_at", "instructor"
        )
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Take the name out of the sessions. Those to come want another instructor: they are named."""
    to_come = taught(person).filter(starts_at__gt=at).order_by("starts_at")
    names = tuple(str(event) for event in to_come.values_list("event__code", flat=True)[:5])
    count = to_come.count()
    taught(person).update(instructor=ERASED)
    if not count:
        return []
    sentence = ngettext(
        "%(count)s session to come has no instructor any more.",
        "%(count)s sessions to come have no instructor any more.",
        count,
    )
    return [Consequence("closes", sentence % {"count": count}, count, names)]
