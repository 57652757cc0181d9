"""What can programs do with messages? Read them, answer for people, report what came back."""

import datetime
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from tms import clock
from tms.programs.fields import Asked, Day, Flag, IdText, Line, Told, Version
from tms.programs.looking import at_address, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.resource import Resource, operation, who

from . import answers, bounces
from .models import FOR_PEOPLE, Message

messages = Resource(tags=["Messages"])

VALUES = (
    "state", "reason", "trouble", "trigger_id", "subject_kind", "subject_id", "occurrence",
    "recipient", "role", "contact_id", "user_id", "account_id", "to", "sender", "title", "late",
    "due_at", "due_on", "made_at", "next_at", "first_at", "sent_at", "attempts", "resend_of_id",
    "version",
)  # fmt: skip

State = Literal[
    "waiting", "queued", "sending", "sent", "unclear", "failed", "bounced", "missed", "skipped",
    "invalid",
]  # fmt: skip


class MessageTold(Told):
    """One message to one recipient about one happening, without what it says."""

    id: int
    state: State
    reason: str = Field(description="Why it wasn't sent, or why it waits for a person.")
    trouble: str = Field(description="What the server said last, where it didn't go well.")
    trigger: int | None
    subject_kind: str = Field(description="What it is about: pass, registration, …")
    subject_id: int
    occurrence: str = Field(description="Which happening of it.")
    recipient: str = Field(
        description="c12: a contact. u5: a user. a:…: an address. n: nobody was there."
    )
    role: str
    contact: int | None
    user: int | None
    account: int | None
    to: str = Field(description="Where it was sent; empty until then.")
    sender: str
    title: str = Field(description="Its subject line as sent; empty until then.")
    late: bool
    due_at: datetime.datetime
    due_on: datetime.date
    made_at: datetime.datetime
    next_at: datetime.datetime | None = Field(description="When it is tried again.")
    first_at: datetime.datetime | None
    sent_at: datetime.datetime | None
    attempts: int
    resend_of: int | None = Field(description="The message that it sends again.")
    version: int = Field(description="Send it with an action to be refused if it changed since.")


class BodyTold(Told):
    """What a message said, as it was sent; empty until then, and once it isn't kept any more."""

    id: int
    title: str
    text: str
    html: str


class MessageQuery(Listing):
    state: State | None = None
    for_people: Annotated[
        Flag, Field(description="Only what waits for a person: waiting, unclear, failed, missed.")
    ] = False
    trigger: IdText | None = None
    contact: IdText | None = None
    account: IdText | None = None
    due_from: Annotated[Day | None, Field(description="Due on this day or later.")] = None
    due_to: Annotated[Day | None, Field(description="Due on this day or before.")] = None


class OneMessage(Asked):
    version: Annotated[
        Version | None, Field(description="Refused (409) if the message has another one by now.")
    ] = None


class Bounce(Asked):
    why: Annotated[Line, Field(description="What the other side said.")] = ""
    permanent: Annotated[
        bool, Field(description="Nothing more is sent to the address that it went to.")
    ]


def told(row: dict) -> MessageTold:
    row = {name.removesuffix("_id") if name != "subject_id" else name: row[name] for name in row}
    return MessageTold(id=row.pop("pk"), **row)


def one(pk: int) -> MessageTold:
    return told(values_at(Message.objects, pk, VALUES))


@messages.reads("/messages", scope="messages:read", answer=Page[MessageTold])
def list_messages(request, asked: Query[MessageQuery]):
    """List messages."""
    exact = {
        "state": asked.state,
        "state__in": FOR_PEOPLE if asked.for_people else None,
        "trigger": asked.trigger,
        "contact": asked.contact,
        "account": asked.account,
        "due_at__gte": asked.due_from and clock.start_of(asked.due_from, request.zone),
        "due_at__lt": asked.due_to and clock.end_of(asked.due_to, request.zone),
    }
    given = {name: value for name, value in exact.items() if value is not None}
    items, following = page(Message.objects.filter(**given), asked, "messages", VALUES)
    return Page[MessageTold](items=[told(row) for row in items], next=following)


@messages.reads("/messages/{int:pk}", scope="messages:read", answer=MessageTold)
def get_message(request, pk: int):
    """Get a message."""
    return one(pk)


@messages.reads("/messages/{int:pk}/body", scope="message-bodies:read", answer=BodyTold)
def get_message_body(request, pk: int):
    """Get what a message said, as it was sent."""
    row = values_at(Message.objects, pk, ("title", "text", "html"))
    return BodyTold(id=row.pop("pk"), **row)


@messages.writes("/messages/{int:pk}/approval", scope="messages:write", answer=MessageTold)
def approve_message(request, pk: int, asked: OneMessage):
    """Let a message leave that waits for approval, or was missed.

    What doesn't apply any more is voided instead: look at `state`.
    """
    at_address(Message.objects, pk)
    answers.approve([pk], version=asked.version, **who(request), **operation(request))
    return one(pk)


@messages.writes("/messages/{int:pk}/voiding", scope="messages:write", answer=MessageTold)
def void_message(request, pk: int, asked: OneMessage):
    """Never send a message that hasn't left."""
    at_address(Message.objects, pk)
    answers.void([pk], version=asked.version, **who(request), **operation(request))
    return one(pk)


@messages.writes("/messages/{int:pk}/settling", scope="messages:write", answer=MessageTold)
def settle_message(request, pk: int, asked: OneMessage):
    """Mark a message as arrived of which it was unclear whether it left."""
    at_address(Message.objects, pk)
    answers.settle([pk], version=asked.version, **who(request), **operation(request))
    return one(pk)


@messages.writes(
    "/messages/{int:pk}/resending", scope="messages:write", answer=MessageTold, status=201
)
def resend_message(request, pk: int):
    """Send a message again: a new one, filled in anew. Answers the new one."""
    at_address(Message.objects, pk)
    (made,) = answers.resend([pk], **who(request), **operation(request)).made
    return one(made)


@messages.writes("/messages/{int:pk}/bounce", scope="messages:write", answer=MessageTold)
def bounce_message(request, pk: int, asked: Bounce):
    """Report that a message came back.

    For whoever watches the mailbox or the provider. Reported twice, it is noted once.
    """
    at_address(Message.objects, pk)
    why = asked.why or _("It came back.")
    bounces.bounced(pk, why=why, permanent=asked.permanent, at=request.now)
    return one(pk)
