"""What do learners ask staff for, and what is answered? A pass, or a place."""

import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog.models import Event, Item, ItemKind, ItemStatus
from crm.models import Contact
from passes.models import PassInterest, PassOption, PassType, TypeStatus
from tms import journal
from tms.compiled import Question, Rows
from tms.consequences import Consequence, Fact
from tms.days import as_day, day_text
from tms.refusals import Refusal

from . import asking, checkout, opening
from .effects import group
from .models import Registration, Request, RequestState


@transaction.atomic
def ask_for_pass(
    contact: Contact,
    pass_type: PassType,
    *,
    option: PassOption | None = None,
    note: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Request:
    """`Ask for this pass`: one open request a type, with an opportunity that has it filled in.

    `option` is the one they would like (None: the first). A second press, or asking again while
    the opportunity is open, makes no other one.
    """
    if pass_type.status != TypeStatus.ACTIVE:
        raise Refusal(_("%(name)s is not on offer any more.") % {"name": pass_type.name})
    who = {"at": at, "on": on, "by": by}
    made = _ask(contact, note, pass_type=pass_type, operation=operation, **who)
    made.opportunity = asking.opportunity_for(contact, pass_type, option, note=made.note, **who)
    made.save(update_fields=["opportunity"])
    return made


@transaction.atomic
def ask_for_place(
    contact: Contact, item: Item, event: Event | None = None, *, note: str = "", **who
) -> Request:
    """`Register` without a pass: asks staff for a place on a date, or on the item.

    Raises Refusal when the contact has the place already, or the date isn't to be had.
    """
    if item.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is no longer offered.") % {"title": item.title})
    if event and (why := opening.why_not_open(event, who["on"])):
        raise Refusal(why)
    if event and event.seats_left == 0:
        raise Refusal(_("This date is full. Choose another one."), field="event")
    where = {"event": event} if event else {"path": item}
    path = item.kind == ItemKind.PATH
    if (event or path) and Registration.objects.live().filter(contact=contact, **where).exists():
        raise Refusal(_("You are registered already."))
    return _ask(contact, note, item=item, event=event, **who)


@transaction.atomic
def grant_place(
    request_id: int, event: Event | None = None, *, answer: str = "", **who
) -> Registration:
    """Give the place that was asked for, on `event` or the path, and say so. Takes `at`, `on`,
    `by`, `operation`. Raises Refusal when it was answered already or the place isn't to be had.
    """
    request = _open(request_id)
    path = request.item if request.item.kind == ItemKind.PATH else None
    if path is None and event is None:
        raise Refusal(_("Choose a date."), field="event")
    if event and event.course_id != request.item_id:
        raise Refusal(_("Choose a date of %(title)s.") % {"title": request.item}, field="event")
    made = checkout.register_by_staff(
        request.contact, event=None if path else event, path=path, **who
    )
    if event:
        request.event = event
    _answer(request, RequestState.GRANTED, answer, **who)
    return made


@transaction.atomic
def granted(request_id: int, *, answer: str = "", **who) -> Request:
    """Mark that what was asked for was given: the pass was issued in the same transaction."""
    return _answer(_open(request_id), RequestState.GRANTED, answer, **who)


@transaction.atomic
def decline(request_id: int, *, answer: str, **who) -> Request:
    """Say no, with a sentence that the learner reads."""
    return _answer(_open(request_id), RequestState.DECLINED, answer, **who)


# What befalls the sale that they came to


def hold(kind: str, subjects: tuple[int, ...]) -> None:
    """Requests are locked before the account that whoever answers one by hand locks after it."""
    if kind in {"opportunity.won", "opportunity.lost"}:
        OF_SALES(opportunities=subjects)


def follow(fact: Fact) -> list[Consequence]:
    """Won: who asked for a pass that was sold has it granted. Lost: it is declined, and the reason
    is what they read. What was asked for and not sold waits on.
    """
    match fact.kind:
        case "opportunity.won":
            types = {pk for (pk,) in SOLD(opportunities=fact.subjects)}
            waiting = OF_SALES(opportunities=fact.subjects)
            state, asked = (
                RequestState.GRANTED,
                [each for each in waiting if each.pass_type_id in types],
            )
            sentence = _("Answers what they asked for")
        case "opportunity.lost":
            state, asked = RequestState.DECLINED, OF_SALES(opportunities=fact.subjects)
            sentence = _("Declines what they asked for; the reason is what they read")
        case _:
            return []
    who = {"at": fact.at, "on": fact.on, "by": fact.by, "operation": fact.operation}
    for each in asked:
        _answer(each, state, fact.reason, **who)
    words = _("%(name)s: %(type)s")
    return group(
        "sent",
        sentence,
        [words % {"name": each.contact.name, "type": each.pass_type.name} for each in asked],
    )


# The requests that wait for these sales, locked by id.
OF_SALES = Rows(
    lambda opportunities: (
        Request.objects.filter(opportunity__in=opportunities, state=RequestState.OPEN)
        .select_related("contact", "pass_type")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
)
# The pass types that were among what they were about.
SOLD = Question(
    lambda opportunities: PassInterest.objects.filter(
        interest__opportunity__in=opportunities
    ).values_list("option__pass_type")
)


def _asked(about: str) -> Rows:
    return Rows(
        lambda contact, subject: (
            Request.objects.filter(contact=contact, **{about: subject})
            .exclude(state=RequestState.GRANTED)
            .order_by("-id")[:1]
        )
    )


ASKED = {"item": _asked("item"), "pass_type": _asked("pass_type")}


def asked(contact_id: int | None, **about) -> Request | None:
    """The newest request of the contact about an `item` or a `pass_type` that isn't granted."""
    if contact_id is None:
        return None
    ((kind, subject),) = about.items()
    return ASKED[kind].one(contact=contact_id, subject=subject.pk)


# The beats that the verbs share


def _ask(contact, note, *, at: datetime.datetime, on, by, operation="", **about) -> Request:
    try:
        with transaction.atomic():
            made = Request.objects.create(
                contact=contact, note=" ".join(note.split()), asked_at=at, **about
            )
    except IntegrityError:
        earlier = Request.objects.filter(contact=contact, state=RequestState.OPEN, **about).first()
        raise Refusal(
            _("You asked on %(day)s already, and it waits for an answer.")
            % {"day": day_text(as_day(earlier.asked_at if earlier else at))}
        ) from None
    journal.write(
        "request.made",
        made.pk,
        account_id=contact.account_id,
        contact_id=contact.pk,
        after={
            "pass_type": made.pass_type_id,
            "item": made.item_id,
            "event": made.event_id,
        },
        at=at,
        on=on,
        by=by,
        operation=operation,
    )
    return made


def _open(request_id: int) -> Request:
    found = (
        Request.objects.select_for_update(of=("self",))
        .select_related("contact", "item", "pass_type")
        .filter(pk=request_id)
        .first()
    )
    if found is None:
        raise Refusal(_("This request is no longer there. Load the page again."))
    if found.state != RequestState.OPEN:
        raise Refusal(
            _("It was answered on %(day)s already.") % {"day": day_text(as_day(found.answered_at))}
        )
    return found


def _answer(request: Request, state, answer, *, at, on, by, operation="") -> Request:
    request.state = state
    request.answer = answer.strip()
    request.answered_at = at
    request.answered_by = by
    request.version = F("version") + 1
    request.save(
        update_fields=["state", "answer", "answered_at", "answered_by", "event", "version"]
    )
    journal.write(
        "request.answered",
        request.pk,
        account_id=request.contact.account_id,
        contact_id=request.contact_id,
        before={"state": RequestState.OPEN},
        after={"state": state},
        reason=request.answer,
        at=at,
        on=on,
        by=by,
        operation=operation,
    )
    return request
