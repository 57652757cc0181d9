"""Which items do a contact's passes open, and until when?

A pass is active when it wasn't cancelled and the day lies between its start and its expiry, both
included: always asked of the dates. Each question here is one statement, whatever the size.
"""

import dataclasses
import datetime

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q

from catalog.models import Event, EventStatus, Item
from tms.compiled import Statement

from .models import Inclusion, Pass, PassType

EVERY = 1_000_000

# For statements of others, with p the pass, e the event and %(on)s the day.
ACTIVE_ON = "p.cancelled_at IS NULL AND p.starts_on <= %(on)s AND p.expires_on >= %(on)s"
OPENS_EVENT = """EXISTS (
    SELECT 1 FROM passes_inclusion i
    WHERE i.pass_type_id = p.pass_type_id
      AND (i.event_id = e.id OR (
          i.item_id = e.course_id AND (i.event_types = '{}' OR e.type = ANY(i.event_types)))))"""


@dataclasses.dataclass(frozen=True)
class Offer:
    """A pass type that includes an item: whether it is held, until when, or how it is to be had.

    `until` is the last day of the longest such pass of the contact (None: none held). `event_ids`
    and `event_types` say which events, when it isn't all of the course. `unassigned` counts the
    active passes of this type that the contact's account owns and nobody holds.
    """

    pass_type_id: int
    name: str
    slug: str
    until: datetime.date | None
    event_ids: tuple[int, ...] = ()
    event_types: tuple[str, ...] = ()
    unassigned: int = 0

    @property
    def held(self) -> bool:
        return self.until is not None

    @property
    def whole(self) -> bool:
        return not (self.event_ids or self.event_types)

    def and_also(self, other: "Offer") -> "Offer":
        """Both of them, of one pass type: whole where one of them is."""
        if self.whole or other.whole:
            return dataclasses.replace(self, event_ids=(), event_types=())
        return dataclasses.replace(
            self,
            event_ids=self.event_ids + other.event_ids,
            event_types=self.event_types + other.event_types,
        )


@dataclasses.dataclass(frozen=True)
class Badge:
    """What the `Pass` badge of an item says. Held ones first, the longest-lasting first of all."""

    offers: tuple[Offer, ...]

    @property
    def held(self) -> bool:
        return self.offers[0].held

    @property
    def best(self) -> Offer:
        return self.offers[0]


# What is held and what is free is worked out once, and so is the order of the pass types; each item
# then takes its few by number.
BADGES = Statement("""
SELECT ranked.item_id, ranked.id, ranked.name, ranked.slug, ranked.until, ranked.free,
       ranked.events, ranked.types
FROM (
WITH held AS (
    SELECT p.pass_type_id, max(p.expires_on) AS until
    FROM passes_pass p
    WHERE p.contact_id = %(contact)s::bigint AND p.cancelled_at IS NULL
      AND p.starts_on <= %(on)s AND p.expires_on >= %(on)s
    GROUP BY p.pass_type_id
), free AS (
    SELECT p.pass_type_id, count(*) AS passes
    FROM passes_pass p
    WHERE p.account_id = %(account)s::bigint AND p.contact_id IS NULL AND p.cancelled_at IS NULL
      AND p.starts_on <= %(on)s AND p.expires_on >= %(on)s
    GROUP BY p.pass_type_id
), known AS MATERIALIZED (
    SELECT t.id, t.name, t.slug, held.until, coalesce(free.passes, 0) AS free,
           row_number() OVER (ORDER BY held.until DESC NULLS LAST, t.name_key, t.id) AS place
    FROM passes_passtype t
    LEFT JOIN held ON held.pass_type_id = t.id
    LEFT JOIN free ON free.pass_type_id = t.id
    WHERE t.status = 'active' OR held.until IS NOT NULL
), included AS (
    SELECT i.item_id, i.pass_type_id, NULL::bigint[] AS events,
           nullif(i.event_types, '{}')::text[] AS types
    FROM passes_inclusion i
    WHERE i.item_id = ANY(%(items)s::bigint[])
      AND (i.event_types = '{}' OR EXISTS (
          SELECT FROM catalog_event e
          WHERE e.course_id = i.item_id AND e.status = 'open' AND e.type = ANY(i.event_types)))
    UNION ALL
    SELECT e.course_id, i.pass_type_id, array_agg(e.id), NULL
    FROM catalog_event e JOIN passes_inclusion i ON i.event_id = e.id
    WHERE e.course_id = ANY(%(items)s::bigint[]) AND e.status = 'open'
    GROUP BY e.course_id, i.pass_type_id
)
SELECT n.item_id, n.events, n.types, known.*,
       dense_rank() OVER (PARTITION BY n.item_id ORDER BY known.place) AS nth,
       min(known.place) FILTER (WHERE known.free > 0) OVER (PARTITION BY n.item_id) AS first_free
FROM included n JOIN known ON known.id = n.pass_type_id
) AS ranked
WHERE ranked.nth <= %(few)s::bigint OR ranked.place = ranked.first_free
ORDER BY ranked.item_id, ranked.place
""")


def badges(
    item_ids,
    contact_id: int | None,
    on: datetime.date,
    *,
    account_id: int | None = None,
    few: int = EVERY,
) -> dict[int, Badge]:
    """The badge of each item (course or path) that is in any pass on offer or held. One statement.

    Pass `contact_id` None for a visitor: nothing is held then. `few`: how many offers of an item
    are enough; the first one that is there to be given away comes beyond them.
    """
    item_ids = list(item_ids)
    if not item_ids:
        return {}
    rows = BADGES(items=item_ids, contact=contact_id, account=account_id, on=on, few=few)
    found: dict[int, dict[int, Offer]] = {}
    for item, type_id, name, slug, until, free, events, types in rows:
        offers = found.setdefault(item, {})
        offer = Offer(type_id, name, slug, until, tuple(events or ()), tuple(types or ()), free)
        if type_id in offers:  # some types of its events, and single events beside them
            offer = offers[type_id].and_also(offer)
        offers[type_id] = offer
    return {item: Badge(tuple(offers.values())) for item, offers in found.items()}


def offers(contact_id: int | None, on: datetime.date):
    """The pass types for the filter `Training Pass`: on offer, or held by the contact."""
    wanted = Q(status="active")
    if contact_id:
        wanted |= Exists(
            Pass.objects.active_on(on).filter(contact=contact_id, pass_type=OuterRef("pk"))
        )
    return PassType.objects.filter(wanted).order_by("name_key", "id")


def items_in(pass_type_id: int):
    """The catalogue items that a pass type opens: whole, or through one of their open events."""
    included = Inclusion.objects.filter(pass_type=pass_type_id)
    listed = Func(
        OuterRef("event_types"),
        F("type"),
        function="array_position",
        output_field=IntegerField(),
    )
    chosen_types = Event.objects.alias(listed=listed).filter(
        course=OuterRef("item"), status=EventStatus.OPEN, listed__isnull=False
    )
    return Item.objects.filter(
        Exists(included.filter(item=OuterRef("pk"), event_types=[]))
        | Exists(included.filter(Exists(chosen_types), item=OuterRef("pk")))
        | Exists(included.filter(event__course=OuterRef("pk"), event__status=EventStatus.OPEN))
    )


def covering_pass(
    contact_id: int, *, on: datetime.date, event: Event | None = None, path: Item | None = None
) -> Pass | None:
    """The pass to book with: active on `on`, includes it, and lasts longest. One statement.

    It must last through the first day of a scheduled event (PASS-43).
    """
    passes = Pass.objects.active_on(on).filter(contact=contact_id)
    included = Inclusion.objects.filter(pass_type=OuterRef("pass_type"))
    if event is not None:
        passes = passes.filter(
            Exists(
                included.filter(
                    Q(event=event)
                    | Q(item=event.course_id, event_types=[])
                    | Q(item=event.course_id, event_types__contains=[event.type])
                )
            )
        )
        if event.first_on:
            passes = passes.filter(expires_on__gte=event.first_on)
    else:
        passes = passes.filter(Exists(included.filter(item=path)))
    return passes.select_related("pass_type").order_by("-expires_on", "id").first()
