"""About whom, or what, is a program's task or note? One contact, account or opportunity."""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from tms.programs.fields import Asked, Id, IdText, Told
from tms.programs.looking import at_address, named
from tms.programs.paging import Listing
from tms.programs.problems import Problem
from tms.refusals import Refusal
from tms.ui.access import allowed

from . import owners

ABOUT = ("contact_id", "account_id", "opportunity_id")


class AboutTold(Told):
    """It is about one of these."""

    contact: int | None
    account: int | None
    opportunity: int | None


class AboutQuery(Listing):
    contact: IdText | None = None
    account: IdText | None = None
    opportunity: IdText | None = None


class AboutAsked(Asked):
    contact: Annotated[Id | None, Field(description="About one of these three.")] = None
    account: Id | None = None
    opportunity: Id | None = None


def seen(rows, request):
    """Those of the tasks or notes that the key's owner sees."""
    return rows.filter(owners.seen_by(request.user))


def narrowed(rows, asked: AboutQuery):
    """Those about whom is asked for."""
    given = {noun: getattr(asked, noun) for noun in owners.MODELS}
    return rows.filter(**{noun: pk for noun, pk in given.items() if pk is not None})


def owner_of(request, asked: AboutAsked):
    """Whom it is to be about. Raises Refusal unless that is one, Problem where it isn't theirs."""
    given = [noun for noun in owners.MODELS if getattr(asked, noun) is not None]
    if len(given) != 1:
        raise Refusal(_("Say one of contact, account and opportunity."), field="contact")
    (noun,) = given
    refuse_others(request, noun)
    return named(owners.MODELS[noun].objects.all(), getattr(asked, noun), noun)


def changeable(rows, request, pk: int):
    """The task or note at the address, if the key's owner may change it. Raises Problem."""
    found = at_address(seen(rows, request), pk)
    refuse_others(request, found.noun)
    return found


def refuse_others(request, noun: str) -> None:
    """Raise Problem where the key's owner may not change what is about such a one."""
    if not allowed(request.user, (owners.SEE[noun], owners.CHANGE[noun])):
        raise Problem(
            "forbidden",
            _("Whoever made this key may not change what is about an opportunity."),
            field=noun,
        )
