"""What of a course or a learning path can be sold: places, for people by name or for nobody yet."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Event, EventType, ItemStatus, Unit, UnitKind
from crm import duplicating, interests, totals
from crm.models import Contact, Fulfilment, Interest, Opportunity
from crm.offers import Delivery, Given, Unspent, Who
from tms.consequences import Consequence
from tms.refusals import Refusal

from . import held, paying, places, selling, spent, taking
from .effects import group
from .held import Part
from .models import HeldPlace, PaidBy, PlaceInterest, Registration

PLACE, HELD = "registration", "held_place"


@dataclasses.dataclass(frozen=True)
class Places:
    """Places on courses and their events, or on learning paths; what is paid in tokens is paid
    for each place by itself, so that each can be given back by itself.
    """

    key: str
    label: str
    icon: str
    add_url: str
    edit_url: str
    each_paid = True
    most = 1_000

    def hold(self, wanted: Sequence[Interest]) -> None:
        """Lock every event on which the opportunity takes seats, of both kinds at once: by id."""
        here = PlaceInterest.objects.filter(interest__opportunity=wanted[0].opportunity_id)
        ids = set(here.exclude(event=None).values_list("event", flat=True))
        steps = Event.objects.open().filter(
            type=EventType.LMS, course__paths_with__path__in=here.filter(event=None).values("item")
        )
        places.lock_events(ids | set(steps.values_list("pk", flat=True)))

    def why_not(self, interest: Interest, opportunity: Opportunity, who: Who) -> str:
        place = _place(interest)
        named = interests.people_of(interest)
        reasons = [
            *_not_offered(place, who),
            *_too_full(place, opportunity),
            *_unfit(place, named, opportunity),
        ]
        return " ".join(reasons)

    def deliver(self, interest: Interest, opportunity: Opportunity, who: Who) -> Delivery:
        """Places for those named, at once; for the others, and where the date is to be agreed, it
        is held for.
        """
        place = _place(interest)
        named = interests.people_of(interest)
        parts = _parts(interest, named)
        at_once = 0 if place.event is None and self.key == selling.COURSES else len(named)
        made = [_register(part, place, opportunity.account_id, who) for part in parts[:at_once]]
        waiting = []
        if rest := parts[at_once:]:
            waiting = held.hold(
                interest, place, rest, account_id=opportunity.account_id, **who.told
            )
        given = [Given(PLACE, each.pk) for each in made]
        given += [Given(HELD, each.pk) for each in waiting]
        return Delivery(given, _told(place, named[:at_once], rest))

    def note(self, interest: Interest) -> str:
        return ""

    def again(self, interest: Interest, into: Opportunity, who: Who) -> Interest:
        place = _place(interest)
        item, event = place.item, place.event
        wanted = duplicating.terms(
            interest,
            into,
            who,
            priced=event.priced_id if event else item.priced_id,
            instead=item.priced_id if event else None,
        )
        return selling.add_interest(into.pk, wanted, item=item, event=event, **who.when)

    def unspent(self, fulfilments: Sequence[Fulfilment], on) -> list[Unspent]:
        return [each.told for each in _given(fulfilments, on)]

    def take_back(
        self, fulfilments: Sequence[tuple[Fulfilment, int]], who: Who, reason: str
    ) -> list[Consequence]:
        """Cancel and release them; what was paid in tokens comes back to its issues.

        Locks accounts, contacts and events, then looks again at what was used.
        """
        ids = [each for each, number in fulfilments if number]
        _lock(_given(ids, who.on))
        found = _given(ids, who.on)
        if gone := [each.told for each in found if not each.told.left]:
            raise Refusal(
                " ".join(
                    _("%(place)s can't be taken back: %(why)s.")
                    % {"place": each.words, "why": each.why}
                    for each in gone
                )
            )
        told = {**who.told, "reason": reason}
        waiting = [each.waits for each in found if each.waits]
        consequences = held.let_go(waiting, **told) if waiting else []
        booked = [each.place for each in found if each.place]
        parts = Registration.objects.live().filter(path_registration__in=booked, completed_at=None)
        ended = places.end(
            [*(each.pk for each in booked), *parts.values_list("pk", flat=True)], **told
        )
        consequences += group(
            "closes",
            _("Places that are taken back"),
            [each.told.words for each in found if each.place],
        )
        back = paying.give_back([*waiting, *ended], **told)
        return consequences + paying.told_back(back)


COURSES = Places(
    key=selling.COURSES,
    label=gettext_lazy("Course or event"),
    icon="book-open",
    add_url="lms:add_course_interest",
    edit_url="lms:edit_course_interest",
)
PATHS = Places(
    key=selling.PATHS,
    label=gettext_lazy("Learning path"),
    icon="route",
    add_url="lms:add_path_interest",
    edit_url="lms:edit_path_interest",
)


def _place(interest: Interest) -> PlaceInterest:
    rows = PlaceInterest.objects.select_related("item", "event__course")
    found = rows.get(interest=interest)
    found.interest = interest
    return found


# Giving them


def _parts(interest: Interest, named: Sequence[Contact]) -> list[Part]:
    """Each place with its share of the price, those of people by name first."""
    shares = totals.shares(interest.net, interest.quantity, interest.unit)
    moves = iter(interest.token_moves)
    people = [*named, *[None] * (interest.quantity - len(named))]
    return [
        Part(_paid(share, interest.unit, moves), contact)
        for share, contact in zip(shares, people, strict=True)
    ]


def _paid(share: Decimal, unit: Unit, moves) -> dict:
    columns = {"unit": unit, "amount": share, "token_move": None}
    if not share:
        return columns | {"paid_by": PaidBy.FREE}
    if unit.kind == UnitKind.TOKEN:
        return columns | {"paid_by": PaidBy.TOKENS, "token_move": next(moves)}
    return columns | {"paid_by": PaidBy.INVOICE}


def _register(part: Part, place: PlaceInterest, account_id: int, who: Who) -> Registration:
    paid = part.paid | {"account_id": account_id}
    where = {"event": place.event} if place.event else {"path": place.item}
    # Whom another line of the same sale has put there.
    if Registration.objects.live().filter(contact=part.contact, **where).exists():
        raise Refusal(_already(part.contact, place))
    if place.event:
        return taking.take_place(part.contact, place.event, paid, **who.told)
    return taking.enter_path(part.contact, place.item, paid, **who.told)


def _told(place: PlaceInterest, named, rest: Sequence[Part]) -> list[Consequence]:
    """What a preview says of them."""
    what = held.label(place)
    words = _("%(training)s: %(name)s")
    told = group(
        "gives",
        _("Registered"),
        [words % {"training": what, "name": each.name} for each in named],
    ) + group(
        "sent",
        _("A confirmation goes by email to"),
        [each.name for each in named if each.email],
    )
    if rest:
        told.append(
            Consequence("gives", _("Places to be filled later"), 1, (f"{what}: {len(rest)}",))
        )
    return told


# What stands in the way


def _not_offered(place: PlaceInterest, who: Who) -> list[str]:
    if place.item.status != ItemStatus.PUBLISHED:
        return [
            _("%(title)s is not published: publish it, or take the interest off.")
            % {"title": place.item.title}
        ]
    why = place.event and selling.why_not_dated(place.event, who.on)
    return [why] if why else []


def _too_full(place: PlaceInterest, opportunity: Opportunity) -> list[str]:
    """Where the opportunity wants more seats, over all of its lines, than are left."""
    if place.event:
        here = Interest.objects.filter(opportunity=opportunity, places__event=place.event)
        wanted = {place.event: sum(here.values_list("quantity", flat=True))}
    else:
        wanted = Counter(
            event
            for contact in interests.people_of(place.interest)
            for event, required in taking.lms_steps(contact, place.item)
            if required
        )
    return [
        _("%(event)s: %(left)s, %(wanted)s wanted: choose another date or a smaller quantity.")
        % {
            "event": event.choice_label,
            "left": ngettext("%(count)s place left", "%(count)s places left", event.seats_left)
            % {"count": event.seats_left},
            "wanted": number,
        }
        for event, number in wanted.items()
        if event.seats_left is not None and event.seats_left < number
    ]


def _unfit(place: PlaceInterest, named: Sequence[Contact], opportunity: Opportunity) -> list[str]:
    """Whom of those named it can't be given to."""
    ids = [each.pk for each in named]
    linked = set(
        Contact.objects.living()
        .of_account(opportunity.account_id)
        .filter(pk__in=ids)
        .values_list("pk", flat=True)
    )
    there: set[int] = set()
    if place.event or selling.is_path(place.item):
        where = {"event": place.event} if place.event else {"path": place.item}
        live = Registration.objects.live().filter(contact__in=ids, **where)
        there = set(live.values_list("contact", flat=True))
    reasons = []
    for each in named:
        words = {"name": each.name, "account": opportunity.account}
        if each.archived_at:
            reasons.append(_("%(name)s is archived: restore them, or name somebody else.") % words)
        elif each.pk not in linked:
            reasons.append(
                _("%(name)s is not a contact of %(account)s: add them, or name somebody else.")
                % words
            )
        elif each.pk in there:
            reasons.append(_already(each, place))
    return reasons


def _already(contact: Contact, place: PlaceInterest) -> str:
    return _("%(name)s is registered on %(training)s already: name somebody else.") % {
        "name": contact.name,
        "training": held.label(place),
    }


# Taking them back


@dataclasses.dataclass(frozen=True)
class Sold:
    """One place that was given: the registration that is of it by now, or that it waits."""

    told: Unspent
    place: Registration | None = None
    waits: HeldPlace | None = None


def _given(fulfilments: Sequence[Fulfilment], on) -> list[Sold]:
    """What became of each, in their order. Seven statements at most."""
    holding = {each.object_id for each in fulfilments if each.kind == HELD}
    kept = HeldPlace.objects.select_related("item", "event", "account", "contact").in_bulk(holding)
    ids = {each.object_id for each in fulfilments if each.kind == PLACE}
    ids |= {each.filled_by_id for each in kept.values() if each.filled_by_id}
    rows = Registration.objects.select_related("event__course", "path", "contact", "account")
    booked = rows.in_bulk(ids)
    why = spent.why_spent(booked.values(), on)
    found = []
    for each in fulfilments:
        waits = kept.get(each.object_id) if each.kind == HELD else None
        place = booked.get(waits.filled_by_id if waits else each.object_id)
        if place:
            told = _unspent(each, _words(place), why[place.pk])
            found.append(Sold(told, place=place))
            continue
        gone = _("released") if waits.released_at else ""
        words = _("%(training)s: unnamed place") % {"training": held.label(waits)}
        found.append(Sold(_unspent(each, words, gone), waits=waits))
    return found


def _unspent(fulfilment: Fulfilment, words: str, why: str) -> Unspent:
    return Unspent(fulfilment, words, 0 if why else 1, why)


def _words(place: Registration) -> str:
    what = place.path.title if place.path else place.event.choice_label
    return _("%(training)s: %(name)s") % {"training": what, "name": place.contact.name}


def _lock(found: Sequence[Sold]) -> None:
    """Accounts whose tokens come back, the learners, the events with those of paths."""
    booked = [each.place for each in found if each.place]
    paid = [each for each in (*booked, *(x.waits for x in found if x.waits)) if each.token_move]
    if paid:
        paying.hold_all({each.account_id for each in paid})
    people = Contact.objects.filter(pk__in={each.contact_id for each in booked})
    list(people.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    parts = Registration.objects.live().filter(path_registration__in=booked)
    places.lock_events(
        [
            *(each.event_id for each in booked),
            *(each.waits.event_id for each in found if each.waits),
            *parts.values_list("event_id", flat=True),
        ]
    )
    waiting = [each.waits.pk for each in found if each.waits]
    list(HeldPlace.objects.filter(pk__in=waiting).order_by("pk").select_for_update().values("pk"))
