"""What there is to learn, what it costs, in which unit."""

from .category import Category
from .event import Event, EventState, EventStatus, EventType, Session
from .item import Item, ItemKind, ItemStatus, Step
from .price import Price, Priced
from .region import Region, TaxLevel
from .unit import Unit, UnitKind

__all__ = [
    "Category",
    "Event",
    "EventState",
    "EventStatus",
    "EventType",
    "Item",
    "ItemKind",
    "ItemStatus",
    "Price",
    "Priced",
    "Region",
    "Session",
    "Step",
    "TaxLevel",
    "Unit",
    "UnitKind",
]
