"""What can programs do with many passes? Give them, assign, extend, cancel: all of them or none.

Up to 200 at once; beyond that in the background, as by page: refused and previewed here and now,
done by a job.
"""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from crm.models import Account, Contact
from tms import preview
from tms.programs import background
from tms.programs.fields import IN_JSON, Asked, Day, Id, Line
from tms.programs.looking import named, several
from tms.programs.previews import Action, Outcome, outcome
from tms.programs.resource import operation, who
from tms.refusals import Refusal

from . import bulk
from .api import PassTold, passes, told_many
from .bulk import AT_ONCE, MOST, Many
from .models import Pass, PassOption, Source

Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST)]


class PassesChanged(Outcome):
    """What an action did to passes, and to others."""

    count: int = Field(description="How many passes.")
    passes: list[PassTold] = Field(description="The first 200 of them.")


def carried_out(request, asked: Action, what: Many, total: int, *, planned=False, **given):
    """Do it: at once up to 200, beyond that by a job once it is known that nothing refuses it."""
    given |= {"reason": asked.reason, **who(request), **operation(request)}

    def do() -> PassesChanged:
        change = bulk.carry_out(what, **given)
        return PassesChanged(
            count=len(change.passes),
            passes=told_many(change.passes[:AT_ONCE], request.today, planned=planned),
            **outcome(asked, change.consequences),
        )

    if total <= AT_ONCE or asked.preview:
        return do()
    preview.run(do)
    job = bulk.in_background(what, total=total, **given)
    return background.told(job)


class Issue(Action):
    option: Annotated[Id, Field(description="A published option of an active pass type.")]
    account: Annotated[
        Id | None, Field(description="Who owns them; null: each contact's primary account.")
    ] = None
    contacts: Annotated[
        list[Id], Field(max_length=MOST, description="One pass for each of them.")
    ] = []
    unassigned: Annotated[
        int, Field(ge=0, le=MOST, description="So many more that nobody holds yet."), IN_JSON
    ] = 0
    starts_on: Annotated[
        Day | None, Field(description="Also a day in the past or to come; null: today.")
    ] = None
    expires_on: Annotated[
        Day | None, Field(description="The last valid day; null: by the option's period.")
    ] = None
    external_ids: Annotated[
        list[Annotated[Line, Field(min_length=1, max_length=80)]], Field(max_length=20)
    ] = []


@passes.writes("/passes", scope="passes:issue", answer=PassesChanged, status=201, jobs=True)
def issue_passes(request, asked: Issue):
    """Give passes.

    One to each contact, and `unassigned` ones to the account: all of them or none. More than 200
    go on in the background.
    """
    option = named(PassOption.objects.select_related("pass_type"), asked.option, "option")
    account = named(Account.objects.living(), asked.account, "account")
    contacts = several(Contact.objects.all(), asked.contacts, "contacts")
    if asked.unassigned and account is None:
        raise Refusal(
            _("Say whose they are: passes that nobody holds need an account."), field="account"
        )
    wanted = [*contacts, *[None] * asked.unassigned]
    if not 1 <= len(wanted) <= MOST:
        raise Refusal(
            _("Name contacts, or say how many are unassigned: 1 to 20,000 in all."),
            field="contacts",
        )
    return carried_out(
        request,
        asked,
        Many.ISSUE,
        len(wanted),
        planned=asked.preview,
        option=option,
        account=account,
        contacts=wanted,
        starts_on=asked.starts_on,
        expires_on=asked.expires_on,
        external_ids=asked.external_ids,
        source=Source.API,
    )


class Handed(Asked):
    pass_id: Id
    contact: Id | None


class Assignments(Action):
    assignments: Annotated[list[Handed], Field(min_length=1, max_length=MOST)]


class Extensions(Action):
    passes: Ids
    expires_on: Day


class Cancellations(Action):
    passes: Ids


@passes.writes("/passes/assignment", scope="passes:assign", answer=PassesChanged, jobs=True)
def assign_passes(request, asked: Assignments):
    """Assign several passes: all of them or none.

    More than 200 go on in the background.
    """
    ids = [each.pass_id for each in asked.assignments]
    if len(set(ids)) < len(ids):
        raise Refusal(_("A pass stands here twice. Say once who holds it."), field="assignments")
    several(Pass.objects.only("pk"), ids, "assignments")
    wanted = [each.contact for each in asked.assignments]
    people = several(Contact.objects.all(), [pk for pk in wanted if pk], "assignments")
    by_id = {contact.pk: contact for contact in people}
    pairs = [(pk, by_id.get(contact)) for pk, contact in zip(ids, wanted, strict=True)]
    return carried_out(request, asked, Many.ASSIGN, len(pairs), pairs=pairs)


@passes.writes("/passes/extension", scope="passes:write", answer=PassesChanged, jobs=True)
def extend_passes(request, asked: Extensions):
    """Extend several passes to one day; none may become shorter.

    More than 200 go on in the background.
    """
    ids = there(asked.passes)
    return carried_out(request, asked, Many.EXTEND, len(ids), ids=ids, expires_on=asked.expires_on)


@passes.writes("/passes/cancellation", scope="passes:cancel", answer=PassesChanged, jobs=True)
def cancel_passes(request, asked: Cancellations):
    """Cancel several passes, at once and for good.

    More than 200 go on in the background.
    """
    ids = there(asked.passes)
    return carried_out(request, asked, Many.CANCEL, len(ids), ids=ids)


def there(wanted) -> list[int]:
    """The ids of passes, each once. Raises Refusal for any that isn't there."""
    return [
        each.pk for each in several(Pass.objects.only("pk"), list(dict.fromkeys(wanted)), "passes")
    ]
