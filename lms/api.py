"""What can programs do with registrations, and may somebody open something, and why?"""

import datetime
import decimal
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from catalog.models import Event, Item, ItemKind
from crm.models import Account, Contact
from tms import clock
from tms.programs.fields import Flag, Id, IdText, Reason, Told
from tms.programs.gate import Key
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Outcome, Previewed, VersionedAction, outcome
from tms.programs.problems import Problem
from tms.programs.resource import Resource, operation, who
from tms.refusals import Refusal
from tms.ui.access import allowed
from tokens.models import TokenType

from . import access, cancelling, checkout, paying, ways
from .models import Registration

registrations = Resource(tags=["Registrations"])
opening = Resource(tags=["Access"])

VALUES = (
    "contact_id", "event_id", "path_id", "path_registration_id", "account_id", "paid_by",
    "used_pass_id", "unit__code", "amount", "token_move", "registered_at", "registered_on",
    "content_until", "kept_for", "choose_until", "attended",
    "completed_at", "cancelled_at", "version",
)  # fmt: skip
BILL, SPEND = "crm.manage_invoices", "tokens:redeem"
Carried = Literal["pass", "tokens", "invoice", "card", "free", "staff"]


# Registrations


class RegistrationTold(Told):
    """One learner's place on one event or one learning path."""

    id: int | None = Field(description="null in the preview of a new one.")
    contact: int
    event: int | None
    path: int | None
    path_registration: int | None = Field(description="The registration on the path it is part of.")
    account: int
    paid_by: Carried
    used_pass: int | None
    unit: str | None = Field(description="What was paid in: a currency or a token type.")
    amount: decimal.Decimal | None = Field(description="How much of it; parts: with the path.")
    token_move: int | None = Field(description="The redemption that paid for it.")
    registered_at: datetime.datetime
    registered_on: datetime.date
    content_until: datetime.date | None = Field(description="The last day; null: for good.")
    kept_for: datetime.date | None = Field(
        description="The day its pass carried it for, where the event moved beyond the pass since."
    )
    choose_until: datetime.date | None = Field(
        description="The last day on which the learner, whose event was called off or moved to "
        "other days, may take another date or give the place up."
    )
    attended: bool | None
    completed_at: datetime.datetime | None
    cancelled_at: datetime.datetime | None
    version: int


class RegistrationChanged(Outcome):
    """What an action did to a registration, and to others."""

    changed: RegistrationTold


class RegistrationQuery(Listing):
    contact: IdText | None = None
    account: IdText | None = None
    event: IdText | None = None
    path: IdText | None = None
    used_pass: IdText | None = None
    live: Annotated[Flag, Field(description="Only those that are not cancelled.")] = False


class NewRegistration(Previewed):
    contact: Id
    event: Annotated[Id | None, Field(description="Either an event or a path.")] = None
    path: Id | None = None
    by: Annotated[
        Literal["pass", "staff", "invoice", "tokens"],
        Field(
            description=(
                "Through the pass of theirs that lasts longest, given by staff, billed to their "
                "account where it pays by invoice (for whoever may issue invoices), or paid for "
                "with tokens at the price where they buy (for keys with tokens:redeem)."
            )
        ),
    ]
    token_type: Annotated[Id | None, Field(description="By tokens: of which type.")] = None
    account: Annotated[
        Id | None,
        Field(description="By tokens or invoice: which account of theirs pays; the primary one."),
    ] = None
    issue: Annotated[
        Id | None,
        Field(description="By tokens: the one issue to spend from; without it, the first to end."),
    ] = None
    tell: Annotated[bool, Field(description="Write to them.")] = True
    reason: Reason = ""


class Cancellation(VersionedAction):
    give_back: Annotated[
        bool, Field(description="Give tokens that paid for it back to the issues they came from.")
    ] = True


def told(row: dict) -> RegistrationTold:
    row = {name.removesuffix("_id").removesuffix("__code"): row[name] for name in row}
    return RegistrationTold(id=row.pop("pk"), **row)


@registrations.reads("/registrations", scope="registrations:read", answer=Page[RegistrationTold])
def list_registrations(request, asked: Query[RegistrationQuery]):
    """List registrations."""
    found = Registration.objects.live() if asked.live else Registration.objects.all()
    exact = asked.model_dump(include={"contact", "account", "event", "path", "used_pass"})
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "registrations", VALUES)
    return Page[RegistrationTold](items=[told(row) for row in items], next=following)


@registrations.reads("/registrations/{int:pk}", scope="registrations:read", answer=RegistrationTold)
def get_registration(request, pk: int):
    """Get a registration."""
    return told(values_at(Registration.objects, pk, VALUES))


@registrations.writes(
    "/registrations", scope="registrations:write", answer=RegistrationChanged, status=201
)
def register(request, asked: NewRegistration):
    """Register a contact.

    By pass as the learner would, with nothing to pay: who is registered already gets that
    registration. By staff, given or billed, also after its deadline. A path takes its LMS steps
    along.
    """
    if (asked.event is None) == (asked.path is None):
        raise Refusal(_("Say an event or a learning path, and only one."), field="event")
    if asked.by != "tokens" and (asked.token_type or asked.issue):
        field = "token_type" if asked.token_type else "issue"
        raise Refusal(_("This is for paying with tokens. Leave it out."), field=field)
    if asked.account and asked.by not in {"tokens", "invoice"}:
        raise Refusal(_("Nobody pays for it. Leave the account out."), field="account")
    if asked.reason and asked.by == "pass":
        raise Refusal(_("A reason is kept only for what staff give. Leave it out."), field="reason")
    place = {
        "event": named(Event.objects.select_related("course"), asked.event, "event"),
        "path": named(Item.objects.paths(), asked.path, "path"),
        "tell": asked.tell,
    }
    contact = named(Contact.objects.select_related("account"), asked.contact, "contact")
    if asked.by == "pass":
        made = checkout.book_by_pass(contact, **place, **who(request), **operation(request))
    else:
        made = checkout.register_by_staff(
            contact,
            pay=payment(request, asked, contact),
            reason=asked.reason,
            **place,
            **who(request),
            **operation(request),
        )
    row = values_at(Registration.objects, made.pk, VALUES)
    if asked.preview:  # Ids of a preview mean nothing afterwards.
        row["pk"] = None
    return RegistrationChanged(changed=told(row), **outcome(asked, []))


def payment(request, asked: NewRegistration, contact: Contact):
    """How a place that a program registers is paid for; refused where the key may not pay so."""
    account = named(Account.objects.all(), asked.account, "account") or contact.account
    if asked.by == "invoice":
        if not allowed(who(request)["by"], BILL):
            raise Problem("forbidden", _("Whoever owns this key may not issue invoices."))
        return paying.ByInvoice(account)
    if asked.by == "tokens":
        Key(SPEND).refuse_beyond(request.auth)
        if asked.token_type is None:
            raise Refusal(_("Say which type of tokens pays for it."), field="token_type")
        types = TokenType.objects.select_related("unit")
        token_type = named(types, asked.token_type, "token_type")
        return paying.ByTokens(account, token_type.unit, asked.issue)
    return paying.Given()


@registrations.writes(
    "/registrations/{int:pk}/cancellation",
    scope="registrations:write",
    answer=RegistrationChanged,
)
def cancel_registration(request, pk: int, asked: Cancellation):
    """Cancel a registration.

    On a path, its places that aren't finished with it. Progress stays on record. Tokens that paid
    for it come back, unless `give_back` is false.
    """
    at_address(Registration.objects, pk)
    done = cancelling.cancel(
        pk,
        version=asked.version,
        give_back=asked.give_back,
        reason=asked.reason,
        **who(request),
        **operation(request),
    )
    row = values_at(Registration.objects, pk, VALUES)
    return RegistrationChanged(changed=told(row), **outcome(asked, done.consequences))


# May they open it, and why?


class RightTold(Told):
    """One right of a contact to an item, valid or over."""

    state: Literal["active", "content_ended", "expired", "cancelled", "moved", "not_started"]
    until: datetime.date | None = Field(description="The last day; null: for good.")
    starts_on: datetime.date | None
    cancelled_on: datetime.date | None
    registration: int | None = Field(description="null: a pass that would open it by Access Now.")
    paid_by: Carried | None
    pass_id: int | None
    pass_type: str


class Way(Told):
    """What would open it."""

    kind: Literal["book", "pass", "register"] = Field(
        description=(
            "book: by the pass they hold. pass: give them this type. register: give them a place."
        )
    )
    pass_type: int | None
    name: str
    unassigned: int = Field(description="Active ones that their account owns and nobody holds.")


class AccessTold(Told):
    """May this contact open this item today, and why?"""

    contact: int
    item: int
    event: int | None
    open: bool
    reason: Literal["pass", "registration", "offered", "never", "content_ended", "expired",
                    "cancelled", "moved", "not_started"]  # fmt: skip
    sentence: str = Field(description="The reason, in words.")
    registered: bool
    until: datetime.date | None = Field(description="The last day of the right it rests on.")
    changes_at: datetime.datetime | None = Field(
        description="When the answer turns into the other one, as things stand; null: never."
    )
    right: RightTold | None = Field(description="The right it rests on, or rested on last.")
    rights: list[RightTold] = Field(description="All of them, the longest first.")
    ways: list[Way] = Field(description="For a no: what would make it a yes.")


class AccessQuery(Told):
    contact: IdText
    item: Annotated[IdText | None, Field(description="A course or a learning path.")] = None
    event: Annotated[IdText | None, Field(description="Or one event of a course.")] = None


@opening.reads("/access", scope="registrations:read", answer=AccessTold)
def explain_access(request, asked: Query[AccessQuery]):
    """Say whether somebody may open something, and why.

    Asked of the same rule that opens and closes it for the learner.
    """
    if (asked.item is None) == (asked.event is None):
        raise Problem("invalid", _("Say an item or an event, and only one."), field="item")
    contact = named(Contact.objects.all(), asked.contact, "contact")
    event = named(Event.objects.select_related("course"), asked.event, "event")
    item = event.course if event else named(Item.objects.all(), asked.item, "item")
    kind = "path" if item.kind == ItemKind.PATH else "course"
    target = {"event": event.pk} if event else {kind: item.pk}
    answer = access.answer(contact.pk, on=request.today, **target)
    changes_on = access.changes_on(answer, request.today)
    return AccessTold(
        contact=contact.pk,
        item=item.pk,
        event=event and event.pk,
        open=answer.open,
        reason=answer.reason.value,
        sentence=answer.ground,
        registered=answer.registered,
        until=answer.until,
        changes_at=changes_on and clock.start_of(changes_on, request.zone),
        right=right_of(answer.right) if answer.right else None,
        rights=[right_of(right) for right in answer.rights],
        ways=ways_of(answer, contact, item, request.today),
    )


def right_of(right: access.Right) -> RightTold:
    return RightTold(
        state=right.state.value,
        until=right.until,
        starts_on=right.starts_on,
        cancelled_on=right.cancelled_on,
        registration=right.registration_id,
        paid_by=right.paid_by or None,
        pass_id=right.pass_id,
        pass_type=right.pass_type,
    )


def ways_of(answer, contact, item, on) -> list[Way]:
    """Booking by the pass held, each pass type that includes it, a place given by staff."""
    found = ways.of_items({item.pk: answer}, [item], contact, on)
    return [
        Way(kind=way.kind, pass_type=way.pass_type, name=way.name, unassigned=way.unassigned)
        for way in found.get(item.pk, [])
        if way.kind != "wait"  # it is told by changes_at
    ]
