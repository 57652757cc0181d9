"""What can programs say of who was there, and who has completed it? For one or for many."""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from tms import preview
from tms.programs import background
from tms.programs.fields import Id
from tms.programs.looking import held, several
from tms.programs.previews import Outcome, Previewed, Versioned, outcome
from tms.programs.resource import operation, who

from . import attendance
from .api import VALUES, RegistrationChanged, RegistrationTold, registrations, told
from .models import Registration

AT_ONCE, MOST = 200, 20_000
SCOPE = "registrations:write"
Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST)]
There = Annotated[
    bool | None, Field(description="true: was there. false: was not. null: isn't known.")
]


class Attendance(Versioned):
    attended: There


class Attendances(Previewed):
    registrations: Ids
    attended: There


class Completions(Previewed):
    registrations: Ids


class RegistrationsMarked(Outcome):
    """What was marked."""

    count: int = Field(description="How many changed by it.")
    registrations: list[RegistrationTold] = Field(description="The first 200 of those named.")


@registrations.writes("/registrations/{int:pk}/attendance", scope=SCOPE, answer=RegistrationChanged)
def mark_attendance(request, pk: int, asked: Attendance):
    """Say whether somebody was there."""
    return marked(request, pk, asked, {"attended": asked.attended})


@registrations.writes("/registrations/{int:pk}/completion", scope=SCOPE, answer=RegistrationChanged)
def mark_completion(request, pk: int, asked: Versioned):
    """Say that somebody has completed it, and with it the course. It is not undone."""
    return marked(request, pk, asked, {"completed": True})


def marked(request, pk: int, asked: Versioned, what: dict) -> RegistrationChanged:
    held(Registration.objects, pk, asked.version)
    attendance.mark([pk], what, **who(request), **operation(request))
    (row,) = Registration.objects.filter(pk=pk).values("pk", *VALUES)
    return RegistrationChanged(changed=told(row), **outcome(asked, []))


@registrations.writes(
    "/registrations/attendance", scope=SCOPE, answer=RegistrationsMarked, jobs=True
)
def mark_attendances(request, asked: Attendances):
    """Say of many whether they were there: of all of them or of none.

    More than 200 go on in the background.
    """
    return all_marked(request, asked, {"attended": asked.attended}, _("Mark attendance"))


@registrations.writes(
    "/registrations/completion", scope=SCOPE, answer=RegistrationsMarked, jobs=True
)
def mark_completions(request, asked: Completions):
    """Say of many that they have completed it: of all of them or of none.

    More than 200 go on in the background.
    """
    return all_marked(request, asked, {"completed": True}, _("Mark complete"))


def all_marked(request, asked, what: dict, title: str):
    wanted = list(dict.fromkeys(asked.registrations))
    several(Registration.objects.only("pk"), wanted, "registrations")
    given = {**who(request), **operation(request)}

    def do() -> RegistrationsMarked:
        count = attendance.mark(wanted, what, **given)
        rows = Registration.objects.filter(pk__in=wanted[:AT_ONCE]).order_by("pk")
        first = [told(row) for row in rows.values("pk", *VALUES)]
        return RegistrationsMarked(count=count, registrations=first, **outcome(asked, []))

    if len(wanted) <= AT_ONCE or asked.preview:
        return do()
    preview.run(do)
    return background.told(attendance.in_background(wanted, what, title=title, **given))
