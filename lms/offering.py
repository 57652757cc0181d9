"""What does a visitor find on an item's page? Its dates, what each costs, and what opens it."""

import dataclasses
import datetime
from collections.abc import Callable

from babel.dates import format_interval
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Event, EventType, Item, ItemKind, ItemStatus, Region, Session, UnitKind
from passes import entitlements
from passes.entitlements import Badge, Offer
from tms import days
from tms.compiled import Rows
from tms.days import day_text

from . import access, paying
from .access import Answer
from .cards import seats
from .models import Payment, Registration, Waiting


@dataclasses.dataclass(frozen=True)
class Date:
    """One event to choose: when, where, how many seats, and through which pass (None: without).

    `why_not` says why it can't be booked by pass though a pass includes it; full ones can't be
    booked at all. `paid`: it is part of a path that was paid for otherwise. `waits` is the
    visitor's entry on its waiting list, `offered_until` until when a place is kept for them.
    """

    event: Event
    when: str
    where: str
    seats: str
    full: bool
    offer: Offer | None
    why_not: str
    price: str
    registered: bool
    paid: bool = False
    waits: int | None = None
    offered_until: datetime.datetime | None = None

    @property
    def bookable(self) -> bool:
        return (self.paid or self.offer is not None) and not self.full and not self.why_not


@dataclasses.dataclass(frozen=True)
class Offering:
    """Everything that the page of an item says. `at_till`: it can be paid for here, or is free."""

    item: Item
    dates: list[Date]
    steps: list
    price: str
    at_till: bool
    badge: Badge | None
    answer: Answer | None
    registrations: list[Registration]

    @property
    def registration(self) -> Registration | None:
        """The learner's registration on it, the newest; None without any."""
        return next(iter(self.registrations), None)

    @property
    def full_ones(self) -> list[Date]:
        """The dates that one can wait for, or on which a place is on offer to them."""
        return [date for date in self.to_choose if date.full or date.waits]

    @property
    def all_full(self) -> bool:
        """Is there no date left to register for?"""
        return bool(self.to_choose) and all(date.full for date in self.to_choose)

    @property
    def by_pass(self) -> bool:
        """Is there anything here that `Access Now` could book?"""
        if self.item.kind == ItemKind.PATH:
            return bool(self.badge and self.badge.held)
        return any(date.bookable for date in self.dates)

    @property
    def first(self) -> int | None:
        """The event that is ticked at first."""
        return first_of(self.to_choose)

    @property
    def dated(self) -> bool:
        """Is there a date among what can be booked?"""
        return any(date.bookable and date.event.first_on for date in self.to_choose)

    @property
    def another(self) -> bool:
        """May who is in already register for one more date, and pay for it here?"""
        others = (date for date in self.to_choose if date.event.first_on and not date.full)
        return self.at_till and not self.by_pass and any(others)

    @property
    def to_choose(self) -> list[Date]:
        """The dates that are still to be had: without those the learner is registered on."""
        return [date for date in self.dates if not date.registered]


def of(
    item: Item,
    *,
    contact_id: int | None,
    account_id: int | None,
    region: Region | None,
    on: datetime.date,
    at: datetime.datetime,
    units: Callable[[], frozenset[str] | None] = lambda: None,
    billed: bool = False,
) -> Offering:
    """Everything about one course or path for this visitor. Eight statements at most.

    `units` gives the token units that they could pay in (None: not known, all are shown); `billed`:
    may they pay money here, by card or by
    having it billed to their account? `at`: the moment, where offers of places count.
    """
    found = entitlements.badges([item.pk], contact_id, on, account_id=account_id)
    badge = found.get(item.pk)
    registrations = []
    answer = None
    if contact_id:
        answer = access.answers(contact_id, [item.pk], on)[item.pk]
        ask = ON_PATH if item.kind == ItemKind.PATH else ON_COURSE
        registrations = ask(contact=contact_id, item=item.pk)
    events = _to_book(item.pk, on, at, contact_id) if item.kind == ItemKind.COURSE else []
    instead = {event.priced_id: item.priced_id for event in events}
    prices = (
        pricing.prices_for([item.priced_id, *instead], region=region, on=on, instead=instead)
        if region
        else {}
    )
    prices = {pk: paying.payable(found, units) for pk, found in prices.items()}
    booked = {each.event_id for each in registrations}
    own = pricing.beside(prices.get(item.priced_id, []), region) if region else ""
    dates = [
        date_of(
            event,
            badge,
            booked=event.pk in booked,
            price=pricing.beside(prices.get(event.priced_id, []), region) if region else "",
            at=at,
        )
        for event in events
    ]
    return Offering(
        item=item,
        dates=dates,
        steps=_steps(item) if item.kind == ItemKind.PATH else [],
        price=own,
        at_till=any(
            billed or not price.amount or price.unit.kind == UnitKind.TOKEN
            for found in prices.values()
            for price in found
        ),
        badge=badge,
        answer=answer,
        registrations=registrations,
    )


def dates_of_step(
    path: Registration, course: Item, on: datetime.date, contact_id: int, *, at: datetime.datetime
) -> list[Date]:
    """The dates of a step of a path that the contact is registered on. Three statements at most.

    Through a pass: only those that begin while a pass that includes the path, or the course, runs.
    """
    found = _to_book(course.pk, on, at, contact_id)
    events = [event for event in found if event.type != EventType.LMS]
    if path.used_pass_id is None:
        return [date_of(event, None, paid=True, at=at) for event in events]
    badges = entitlements.badges([path.path_id, course.pk], contact_id, on)
    ways = [badge for badge in badges.values() if badge.held]
    return [
        max(
            (date_of(event, badge, at=at) for badge in ways),
            key=lambda date: (date.bookable, date.offer is not None),
            default=date_of(event, None, at=at),
        )
        for event in events
    ]


def first_of(dates: list[Date]) -> int | None:
    """The first event that can be booked."""
    return next((date.event.pk for date in dates if date.bookable), None)


def date_of(
    event: Event, badge: Badge | None, *, booked=False, price="", paid=False, at=None
) -> Date:
    """One event of `EVENTS` as a choice."""
    offer = _offer_for(event, badge)
    why_not = ""
    if offer and event.first_on and offer.until < event.first_on:
        why_not = _("Your %(pass_type)s ends on %(day)s.") % {
            "pass_type": offer.name,
            "day": day_text(offer.until),
        }
    where = [event.first_place or event.place]
    if event.first_instructor:
        where.append(_("with %(name)s") % {"name": event.first_instructor})
    left = seats(event.capacity, event.taken)
    if not left and event.capacity is not None:
        left = _("%(count)d seats left") % {"count": event.seats_left}
    offered = event.offered_until
    if at is None or (offered and offered <= at):
        offered = None
    if offered:
        left = _("On offer to you")
    return Date(
        event=event,
        when=when(event),
        where=", ".join(filter(None, where)),
        seats=left,
        full=event.seats_left == 0 and not offered,
        offer=offer,
        why_not=why_not,
        price=price,
        registered=booked,
        paid=paid,
        waits=event.waits_as,
        offered_until=offered,
    )


def when(event: Event) -> str:
    """From when to when, or Start any time."""
    if event.type == EventType.LMS:
        if event.content_days:
            return _("Start any time, %(count)d days of content") % {"count": event.content_days}
        return _("Start any time")
    first, last = event.first_on, event.last_on
    if first is None:
        return _("No dates yet")
    if first == last:
        return day_text(first)
    return days_text(first, last)


def days_text(first: datetime.date, last: datetime.date) -> str:
    """From day to day, as short as the reader's language writes it."""
    locale = days.reader()
    if locale.language != "en" or locale.territory == "US":
        return format_interval(first, last, "yMMMMd", locale=locale)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_text(last)}"
    return f"{day_text(first)} – {day_text(last)}"


def _offer_for(event: Event, badge: Badge | None) -> Offer | None:
    """Of the passes held that include the event, the one that lasts longest."""
    if badge is None:
        return None
    return next(
        (
            offer
            for offer in badge.offers
            if offer.held
            and (
                event.pk in offer.event_ids
                or event.type in offer.event_types
                or not (offer.event_ids or offer.event_types)
            )
        ),
        None,
    )


def _live(contact):
    return (
        Registration.objects.live()
        .filter(contact=contact)
        .select_related("event", "used_pass__pass_type")
        .order_by("-id")
    )


ON_COURSE = Rows(lambda contact, item: _live(contact).filter(event__course=item))
ON_PATH = Rows(lambda contact, item: _live(contact).filter(path=item))


def _events(course, on, at, contact):
    """Each with `first_place` and `first_instructor`, those of its first session, and `lapsed`:
    how many of its seats were held for payments that weren't made in time and nobody waits for;
    and with the contact's entry on its waiting list: `waits_as` and `offered_until`.
    """
    queue = Waiting.objects.live().filter(event=OuterRef("pk"))
    line = queue.filter(contact=contact)
    lapsed = Payment.objects.lapsed(at).filter(event=OuterRef("pk")).order_by().values("event")
    first = Session.objects.filter(event=OuterRef("pk")).order_by("starts_at", "id")
    # A place that staff offer by hand can be had after the deadline, by whom it is offered to.
    offered = Q(first_on__gte=on) & Exists(line.filter(offered_until__gt=at))
    return (
        (Event.objects.bookable_on(on) | Event.objects.open().filter(offered))
        .filter(course=course)
        .annotate(
            first_place=Subquery(first.values("place")[:1]),
            first_instructor=Subquery(first.values("taught_by")[:1]),
            lapsed=Coalesce(Subquery(lapsed.values(n=Count("pk"))), 0),
            waited_for=Exists(queue.filter(offered_at=None)),
            waits_as=Subquery(line.values("pk")[:1]),
            offered_until=Subquery(line.values("offered_until")[:1]),
        )
        .order_by("first_on", "pk")
    )


EVENTS = Rows(_events)


def _to_book(course_id: int, on: datetime.date, at: datetime.datetime, contact_id) -> list[Event]:
    """The events of the course that can be booked, with the seats that are free at that moment;
    those that somebody waits for aren't.
    """
    events = EVENTS(course=course_id, on=on, at=at, contact=contact_id or 0)
    for event in events:
        event.taken -= 0 if event.waited_for else event.lapsed
    return events


def _steps(path: Item) -> list:
    return list(
        path.steps.exclude(course__status=ItemStatus.DRAFT)
        .select_related("course")
        .order_by("position", "id")
    )
