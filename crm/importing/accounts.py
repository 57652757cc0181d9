"""Which account is meant by an ID or a name, and is it made where there is none?"""

from django.db.models import Value
from django.utils.translation import gettext as _

from tms.refusals import Refusal
from tms.text import Fold

from .. import accounts
from ..models import Account, AccountKind, ExternalId

SHOWN = ("pk", "name", "kind", "archived_at", "version", "main_contact_id")


class Found:
    """An account that is here, or would be made; `keys` are the IDs that it gets."""

    __slots__ = ("archived", "keys", "made", "main", "name", "pk", "version")

    def __init__(self, pk=None, name="", *, archived=False, version=0, main=None, made=None):
        self.pk, self.name, self.archived, self.version = pk, name, archived, version
        self.main, self.made, self.keys = main, made, []


class Accounts:
    """The accounts that some rows name. Three statements, when it is made."""

    def __init__(self, plan, memory, linked, *, region):
        self.plan, self.memory, self.region = plan, memory, region
        self.new: list[Found] = []
        self.used: dict[int, Found] = {}
        ids = ExternalId.objects.filter(system=plan.system, account__isnull=False)
        columns = [f"account__{name}" for name in SHOWN]
        self.by_key = {}
        seen: dict[int, Found] = {}
        keys = {key for key, _name in linked if key}
        for value, *row in ids.filter(value__in=keys).values_list("value", *columns):
            self.by_key[value] = self._found(seen, row)
        names = {name for key, name in linked if key not in self.by_key}
        same = Account.objects.living().filter(
            kind=AccountKind.ORGANISATION,
            name_key__in=[Fold(Value(name)) for name in sorted(names)],
        )
        self.by_name: dict[str, list[Found]] = {}
        for row in same.order_by("pk").values_list(*SHOWN):
            found = self._found(seen, row)
            self.by_name.setdefault(found.name.casefold(), []).append(found)
        # Who has an ID of that system is no other company, though it be called the same.
        here = [found.pk for each in self.by_name.values() for found in each]
        self.taken = set(ids.filter(account__in=here).values_list("account_id", flat=True))

    def _found(self, seen, row) -> Found:
        pk, name, _kind, archived_at, version, main = row
        archived = archived_at is not None
        return seen.setdefault(pk, Found(pk, name, archived=archived, version=version, main=main))

    def find(self, key: str, name: str) -> Found | None:
        """The account; None where it has to be made. Raises Refusal."""
        found = self.by_key.get(key) or self.memory.accounts_by_key.get(key) if key else None
        if found is None:
            called = name.casefold()
            same = [*self.by_name.get(called, ()), *self.memory.accounts_by_name.get(called, ())]
            same = list({id(each): each for each in same}.values())
            if key:
                same = [each for each in same if each.pk not in self.taken and not each.keys]
            if len(same) > 1:
                raise Refusal(
                    _("Several accounts are called “%(name)s”. Give the ID of one.")
                    % {"name": name},
                    field="account_names",
                )
            found = next(iter(same), None)
        if found is None and not self.plan.make:
            raise Refusal(
                _("There is no account “%(name)s”. Have missing accounts made, or add it first.")
                % {"name": name},
                field="account_names",
            )
        if found is not None and found.archived:
            raise Refusal(accounts.archived(found.name), field="account_names")
        return found

    def use(self, key: str, name: str, address: dict) -> Found:
        """The account, made where it has to be; it gets the ID if it had none."""
        found = self.find(key, name)
        if found is None:
            found = self.make(name, address)
            self.by_name.setdefault(name.casefold(), []).append(found)
            if self.memory.dry:
                self.memory.accounts_by_name.setdefault(name.casefold(), []).append(found)
        elif found.pk:
            self.used[found.pk] = found
        if key and key not in self.by_key and key not in self.memory.accounts_by_key:
            self.by_key[key] = found
            found.keys.append((self.plan.system, key))
            if self.memory.dry:
                self.memory.accounts_by_key[key] = found
        return found

    def forget(self) -> None:
        """In a look: of those that would be made only the name is kept."""
        for found in self.new:
            found.made = None

    def make(self, name: str, address: dict, kind=AccountKind.ORGANISATION) -> Found:
        if self.region is None and kind == AccountKind.ORGANISATION:
            raise Refusal(_("There is no region yet. They are made in the control panel."))
        made = Account(kind=kind, name=name, region=self.region, **address)
        found = Found(name=name, made=made)
        self.new.append(found)
        return found
