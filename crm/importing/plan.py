"""What was asked of an import: what the file is about, what each column is, and what is done."""

import dataclasses

from catalog.models import Region

from .. import accounts
from . import columns


@dataclasses.dataclass(frozen=True)
class Plan:
    """Everything that an import is told, apart from the file.

    about     "contacts" or "accounts"
    columns   the field that each column is, by the column's place; what isn't named is left out
    system    where the IDs come from
    take      where a value differs from ours: take the file's? Else only what is empty is filled in
    make      make the accounts that aren't here?
    region    of the accounts that are made; None: the default one
    """

    about: str
    columns: dict[int, str]
    system: str = ""
    take: bool = False
    make: bool = False
    region_id: int | None = None

    def __post_init__(self):
        object.__setattr__(self, "system", " ".join(self.system.split()))

    @property
    def is_of_people(self) -> bool:
        return self.about == columns.CONTACTS

    @property
    def fields(self) -> set[str]:
        return set(self.columns.values())

    def region(self) -> Region | None:
        if self.region_id is None:
            return accounts.default_region()
        return Region.objects.filter(pk=self.region_id, archived_at=None).first()

    def kept(self) -> dict:
        """As JSON."""
        return dataclasses.asdict(self) | {
            "columns": {str(place): name for place, name in self.columns.items()}
        }

    @classmethod
    def of(cls, kept: dict) -> "Plan":
        return cls(
            **kept | {"columns": {int(place): name for place, name in kept["columns"].items()}}
        )
