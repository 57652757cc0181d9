"""What there is to learn, what it costs, in which unit."""

from .category import Category
from .event import Event, EventState, EventStatus, EventType, Session
from .item import IMAGES, Item, ItemKind, ItemStatus, Step, image_url
from .price import Price, Priced
from .region import Region, TaxLevel
from .unit import Unit, UnitKind

__all__ = [
    "IMAGES",
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
    "image_url",
]
