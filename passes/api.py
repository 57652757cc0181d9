"""What can programs do with passes? Everything that people can, through the same verbs."""

import datetime
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy
from ninja import Query
from pydantic import Field

from crm.models import Contact
from tms import clock, journal
from tms.days import day_text
from tms.programs.fields import Day, Flag, Id, IdText, Line, Told, Version
from tms.programs.looking import at_address, named, nothing, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Action, Outcome, outcome
from tms.programs.resource import Resource, operation, who
from tms.refusals import Refusal

from . import lifecycle, rules
from .history import KINDS
from .models import Pass, PassOption, Status

passes = Resource(tags=["Passes"])

SHORTER = gettext_lazy(
    "It expires on %(day)s now, which is later. Send confirmed_shorter, or choose a later day."
)
VALUES = (
    "pass_type_id", "pass_type__name", "option_id", "option__name", "account_id", "contact_id",
    "status", "starts_on", "expires_on", "issued_at", "assigned_on", "cancelled_at",
    "external_ids", "source", "opportunity_id", "version",
)  # fmt: skip


# What is told


class PassTold(Told):
    """A training pass: valid from `starts_on` through `expires_on`, both included."""

    id: int | None = Field(description="null in the preview of a new one.")
    pass_type: int
    pass_type_name: str
    option: int
    option_name: str
    account: int = Field(description="Who owns it.")
    contact: int | None = Field(description="Who holds it; null: nobody yet.")
    status: Literal["not_started", "active", "expired", "cancelled"] = Field(
        description="As of today in the installation's time zone."
    )
    starts_on: datetime.date
    expires_on: datetime.date
    issued_at: datetime.datetime
    assigned_on: datetime.date | None
    cancelled_at: datetime.datetime | None
    external_ids: list[str]
    source: Literal["hand", "opportunity", "api", "import"]
    opportunity: int | None = Field(description="The one that sold it.")
    version: int = Field(description="Send it with an action to be refused if it changed since.")


class PassChanged(Outcome):
    """What an action did to a pass, and to others."""

    changed: PassTold


class Happening(Told):
    """Something that happened to a pass."""

    id: int
    kind: str
    at: datetime.datetime
    on: datetime.date
    by: int | None = Field(description="The user; null: the system.")
    source: str
    key: int | None = Field(description="The API key it came by.")
    reason: str
    expires_on_before: datetime.date | None
    expires_on_after: datetime.date | None
    contact_before: int | None
    contact_after: int | None
    option: int | None


def told(row: dict) -> PassTold:
    """From a row of VALUES."""
    row = {name.removesuffix("_id"): value for name, value in row.items()}
    return PassTold(
        id=row.pop("pk"),
        pass_type_name=row.pop("pass_type__name"),
        option_name=row.pop("option__name"),
        **row,
    )


def rows(on):
    return Pass.objects.with_status(on)


def told_many(changed, on, *, planned=False) -> list[PassTold]:
    """The passes as they are now, in that order. One statement."""
    ids = [pass_.pk for pass_ in changed]
    found = {row["pk"]: row for row in rows(on).filter(pk__in=ids).values("pk", *VALUES)}
    # Ids of a preview mean nothing afterwards.
    return [told(found[pk] | ({"pk": None} if planned else {})) for pk in ids]


# Reading


class PassQuery(Listing):
    contact: IdText | None = None
    account: IdText | None = None
    pass_type: IdText | None = None
    status: Literal["not_started", "active", "expired", "cancelled"] | None = None
    unassigned: Annotated[Flag, Field(description="Only those that nobody holds.")] = False
    external_id: Annotated[Line, Field(min_length=1, max_length=80)] | None = None
    active_from: Annotated[Day, Field(description="Valid on this day or later.")] | None = None
    active_to: Annotated[Day, Field(description="Valid on this day or before.")] | None = None
    expires_from: Day | None = None
    expires_to: Day | None = None


@passes.reads("/passes", scope="passes:read", answer=Page[PassTold])
def list_passes(request, asked: Query[PassQuery]):
    """List passes.

    With `active_from` and `active_to`, a cancelled pass was valid until the day it was cancelled.
    """
    found = rows(request.today).active_between(asked.active_from, asked.active_to)
    if asked.active_from:
        begins = clock.start_of(asked.active_from, request.zone)
        found = found.exclude(cancelled_at__lt=begins)
    if asked.status:
        found = found.in_status(Status(asked.status), request.today)
    exact = {
        "contact": asked.contact,
        "account": asked.account,
        "pass_type": asked.pass_type,
        "contact__isnull": asked.unassigned or None,
        "external_ids__contains": asked.external_id and [asked.external_id],
        "expires_on__gte": asked.expires_from,
        "expires_on__lte": asked.expires_to,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "passes", VALUES)
    return Page[PassTold](items=[told(row) for row in items], next=following)


@passes.reads("/passes/{int:pk}", scope="passes:read", answer=PassTold)
def get_pass(request, pk: int):
    """Get a pass."""
    return told(values_at(rows(request.today), pk, VALUES))


@passes.reads("/passes/{int:pk}/history", scope="passes:read", answer=Page[Happening])
def list_pass_history(request, pk: int, asked: Query[Listing]):
    """List what happened to a pass, oldest first.

    Kinds: pass.issued, assigned, reassigned, unassigned, renewed, extended, shortened, cancelled,
    expired. Nothing is ever taken out of it.
    """
    facts = journal.about("pass", pk).filter(kind__in=KINDS)
    names = ("kind", "at", "on", "by_id", "source", "key_id", "reason", "before", "after")
    items, following = page(facts, asked, f"history.{pk}", names)
    if not items and not Pass.objects.filter(pk=pk).exists():
        raise nothing(Pass.objects, pk)
    return Page[Happening](items=[happening(row) for row in items], next=following)


def happening(row) -> Happening:
    before, after = row["before"], row["after"]
    return Happening(
        id=row["pk"],
        by=row["by_id"],
        key=row["key_id"],
        expires_on_before=before.get("expires_on"),
        expires_on_after=after.get("expires_on"),
        contact_before=before.get("contact"),
        contact_after=after.get("contact"),
        option=after.get("option"),
        **{name: row[name] for name in ("kind", "at", "on", "source", "reason")},
    )


# What can happen to one


class OnePass(Action):
    version: Annotated[
        Version | None, Field(description="Refused (409) if the pass has another one by now.")
    ] = None


class Renewal(OnePass):
    option: Annotated[Id | None, Field(description="Renew by this option of its type.")] = None
    expires_on: Annotated[Day | None, Field(description="Or until this day; it wins.")] = None
    confirmed_shorter: bool = False


class Extension(OnePass):
    expires_on: Day
    confirmed_shorter: bool = False


class Assignment(OnePass):
    contact: Annotated[Id | None, Field(description="Who holds it from now on; null: nobody.")]


@passes.writes("/passes/{int:pk}/renewal", scope="passes:write", answer=PassChanged)
def renew_pass(request, pk: int, asked: Renewal):
    """Renew a pass.

    By an option it lasts that much longer than now, or from today if it has expired.
    """
    found = at_address(Pass.objects, pk)
    option = named(PassOption.objects.all(), asked.option, "option")
    change = lifecycle.renew(
        pk,
        option=option,
        expires_on=asked.expires_on,
        confirmed_shorter=asked.confirmed_shorter or asked.preview,
        **given(request, asked),
    )
    return changed(request, asked, change, rules.told_moved(found.expires_on, change))


@passes.writes("/passes/{int:pk}/extension", scope="passes:write", answer=PassChanged)
def extend_pass(request, pk: int, asked: Extension):
    """Move the expiry of a pass.

    An earlier day shortens it, which has to be confirmed. An expired pass starts anew from today.
    """
    found = at_address(Pass.objects, pk)
    change = lifecycle.extend(pk, expires_on=asked.expires_on, **given(request, asked))
    sure = asked.confirmed_shorter or asked.preview or asked.digest
    if asked.expires_on < found.expires_on and not sure:
        raise Refusal(SHORTER % {"day": day_text(found.expires_on)}, field="expires_on")
    return changed(request, asked, change, rules.told_moved(found.expires_on, change))


@passes.writes("/passes/{int:pk}/assignment", scope="passes:assign", answer=PassChanged)
def assign_pass(request, pk: int, asked: Assignment):
    """Assign a pass to somebody, or to nobody.

    Its expiry doesn't move. The former holder's access ends at once.
    """
    at_address(Pass.objects, pk)
    contact = named(Contact.objects.all(), asked.contact, "contact")
    change = lifecycle.assign(pk, contact=contact, **given(request, asked))
    return changed(request, asked, change, change.consequences)


@passes.writes("/passes/{int:pk}/cancellation", scope="passes:cancel", answer=PassChanged)
def cancel_pass(request, pk: int, asked: OnePass):
    """Cancel a pass, at once and for good."""
    at_address(Pass.objects, pk)
    change = lifecycle.cancel(pk, **given(request, asked))
    return changed(request, asked, change, change.consequences)


def given(request, asked: Action) -> dict:
    """What every verb about passes is told."""
    version = {"version": asked.version} if isinstance(asked, OnePass) else {}
    return {"reason": asked.reason, **version, **who(request), **operation(request)}


def changed(request, asked, change, consequences) -> PassChanged:
    (one,) = told_many(change.passes, request.today)
    return PassChanged(changed=one, **outcome(asked, consequences))
