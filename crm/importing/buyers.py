"""Which accounts do rows mean: which are new, which change, and which are refused?"""

from django.db.models import Value
from django.utils.translation import gettext as _

from tms.refusals import Refusal
from tms.text import Fold

from .. import accounts
from ..models import Account, ExternalId
from .matching import FILLED, Batch, Judged, Known, Verdict
from .rows import Row


class Buyers(Batch):
    """Accounts: known by number, by ID, then by their exact name, whatever the case."""

    noun = "account"

    def look_up(self, rows) -> None:
        """Every account that these rows may be about, and their parents. Six statements."""
        keys = self.by_keys(rows)
        parents = {row.parent for row in rows if row.parent}
        self.parent_keys = dict(
            ExternalId.objects.filter(
                account__isnull=False, system=self.plan.system, value__in=parents
            ).values_list("value", "account_id")
        )
        wanted = {*keys.values(), *self.parent_keys.values(), *(row.pk for row in rows if row.pk)}
        found = self._load(Account.objects.filter(pk__in=wanted))
        self.by_pk = {known.pk: known for known in found}
        names = {row.values["name"] for row in rows if row.values.get("name")} | parents
        same = Account.objects.living().filter(
            name_key__in=[Fold(Value(name)) for name in sorted(names)]
        )
        self.by_name: dict[str, list[Known]] = {}
        for known in self._load(same.order_by("pk")):
            known = self.by_pk.setdefault(known.pk, known)
            self.by_name.setdefault(known.here["name"].casefold(), []).append(known)
        self.by_key = {key: self.by_pk[pk] for key, pk in keys.items()}
        here = [known.pk for each in self.by_name.values() for known in each]
        self.systems: dict[int, set[str]] = {}
        ids = ExternalId.objects.filter(account__in=here)
        for pk, system in ids.values_list("account_id", "system"):
            self.systems.setdefault(pk, set()).add(system)

    def _load(self, rows) -> list[Known]:
        fields = sorted(({"name", "region", "currency"} | self.plan.fields) & set(accounts.TOLD))
        found = []
        for each in rows.select_related("region", "currency", "owner"):
            known = Known(
                each.pk,
                {name: getattr(each, name) for name in fields if name != "parent"},
                version=each.version,
                archived=each.archived_at is not None,
                account=each.parent_id,
            )
            found.append(self.memory.fill(known))
        return found

    def by_word_of(self, row):
        name = row.values.get("name", "")
        same = self._called(name) if name else []
        if row.keys:
            # Who has another ID of that system is another company, though it be called the same.
            systems = {system for system, _id in row.keys}
            same = [each for each in same if not self._has_one_of(each, systems)]
        if len(same) > 1:
            raise Refusal(
                _("Several accounts are called “%(name)s”. Give the ID of one.") % {"name": name},
                field="name",
            )
        return next(iter(same), None)

    def _called(self, name) -> list[Known]:
        word = name.casefold()
        same = [*self.by_name.get(word, ()), *self.memory.by_word.get(word, ())]
        return list({id(each): each for each in same}.values())

    def _has_one_of(self, known, systems) -> bool:
        own = self.systems.get(known.pk, set()) | {system for system, _id in known.keys}
        return bool(own & systems)

    def words_of(self, known):
        return []

    def judge(self, row: Row) -> Judged:
        known = self.known_of(row)
        parent = self._parent(row.parent) if row.parent else None
        if known is None:
            return self._new(row, parent)
        moves = parent is not None and self._moves(known, parent)
        changed = self.change(known, row)
        if moves:
            known.account, known.joined = parent, [parent]
            changed |= {"parent": name_of(parent)}
        if known.pk and changed:
            self.changed[known.pk] = known
        known.met = True
        verdict = Verdict.CHANGED if changed else Verdict.UNCHANGED
        return Judged(row, verdict, set=changed, known=known)

    def refuse_change(self, known, row, changed):
        if not isinstance(known.here, dict) or not {"region", "currency"} & set(changed):
            return
        region = changed.get("region", known.here.get("region"))
        currency = changed.get("currency", known.here.get("currency"))
        if FILLED not in (region, currency):
            self._sound(region, currency)

    def _sound(self, region, currency):
        """Is the region sold in the currency? Each is asked once."""
        if not (region and currency):
            return
        asked = self.memory.currencies
        if region.pk not in asked:
            asked[region.pk] = dict(region.currencies.values_list("pk", "code"))
        if currency.pk not in asked[region.pk]:
            raise Refusal(
                _("%(region)s is sold in %(codes)s. Choose one of them, or none.")
                % {"region": region, "codes": ", ".join(asked[region.pk].values())},
                field="currency",
            )

    def is_archived(self, known):
        return accounts.archived(known.here["name"])

    def _parent(self, word: str) -> Known:
        """The parent, by ID or name: here already, or further up in the file."""
        key = (self.plan.system, word)
        pk = self.parent_keys.get(word)
        found = self.by_key.get(key) or self.memory.by_key.get(key) or self.by_pk.get(pk)
        same = [found] if found else self._called(word)
        if len(same) != 1:
            sentence = (
                _("Several accounts are called “%(name)s”. Give the ID of one.")
                if same
                else _("There is no account “%(name)s” yet. Its row has to come first.")
            )
            raise Refusal(sentence % {"name": word}, field="parent")
        return same[0]

    def _moves(self, known: Known, parent: Known) -> bool:
        """Does the account come under this parent? Raises Refusal."""
        now = known.account
        if isinstance(known.here, frozenset) or known.is_same(parent):
            return False
        if now is parent or (parent.pk and now == parent.pk):
            return False
        take = self.plan.take and not known.met and known.pk not in self.memory.met
        if now is not None and not take:
            return False
        if known.archived:
            raise Refusal(self.is_archived(known))
        if known.pk and parent.pk:
            account = Account.objects.get(pk=known.pk)
            account.parent_id = parent.pk
            accounts.refuse_circle(account)
        return True

    def _new(self, row: Row, parent: Known | None) -> Judged:
        values = dict(row.values)
        if not values.get("name"):
            raise Refusal(_("Give the account a name."), field="name")
        region = values.setdefault("region", self.region)
        if region is None:
            raise Refusal(_("Choose a region. They are made in the control panel."), field="region")
        self._sound(region, values.get("currency"))
        known = Known(here=values, made=Account(**values))
        known.keys, known.account = list(row.keys), parent
        known.joined = [parent] if parent else []
        self.new.append(known)
        for key in row.keys:
            self.by_key[key] = known
        word = values["name"].casefold()
        self.by_name.setdefault(word, []).append(known)
        if self.memory.dry:
            self.memory.by_word.setdefault(word, []).append(known)
        return Judged(row, Verdict.NEW, set=dict(row.values), known=known)


def name_of(known: Known) -> str:
    return str(known.here["name"]) if isinstance(known.here, dict) else ""
