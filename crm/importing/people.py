"""Which contacts do rows mean: who is new, who changes, and who is refused?"""

from django.utils.translation import gettext as _

from tms.refusals import Refusal

from .. import contacts
from ..models import AccountKind, Contact, Membership
from ..models.contact import called
from ..preferences import WISHES
from .accounts import Accounts, Found
from .matching import Batch, Judged, Known, Verdict
from .rows import Row

ALWAYS = ("first_name", "last_name", "email", *WISHES)


class People(Batch):
    """Contacts: known by number, by ID, by address; never by name."""

    noun = "contact"

    def look_up(self, rows) -> None:
        """Everybody whom these rows may be about, and their accounts. Seven statements."""
        keys = self.by_keys(rows)
        by_pk = self._load(
            Contact.objects.filter(pk__in={*keys.values(), *(row.pk for row in rows if row.pk)})
        )
        by_email = {known.here["email"].lower(): known for known in by_pk if known.here["email"]}
        rest = {row.values["email"] for row in rows if row.values.get("email")} - set(by_email)
        if rest:
            for known in self._load(Contact.objects.with_address(*rest)):
                by_email[known.here["email"].lower()] = known
                by_pk.append(known)
        self.by_pk = {known.pk: known for known in by_pk}
        self.by_key = {key: self.by_pk[pk] for key, pk in keys.items()}
        self.by_email = by_email
        linked = {each for row in rows for each in row.linked}
        self.accounts = Accounts(self.plan, self.memory, linked, region=self.region)
        if linked and self.plan.take and self.by_pk:
            further = Membership.objects.filter(contact__in=list(self.by_pk))
            columns = ("contact_id", "account_id", "account__name")
            for contact_id, account_id, name in further.values_list(*columns):
                self.by_pk[contact_id].further += (account_id,)
                self.by_pk[contact_id].named += (name.casefold(),)

    def _load(self, rows) -> list[Known]:
        fields = sorted({*ALWAYS, *self.plan.fields} & set(contacts.TOLD))
        own = ("pk", "version", "archived_at", "erased_at", "user_id", "account_id", "custom")
        found = []
        for row in rows.values(*own, "account__name", *fields):
            known = Known(
                row["pk"],
                {name: row[name] for name in fields},
                row["custom"],
                version=row["version"],
                archived=row["archived_at"] is not None,
                erased=row["erased_at"] is not None,
                user_id=row["user_id"],
                account=row["account_id"],
                named=(row["account__name"].casefold(),),
            )
            found.append(self.memory.fill(known))
        return found

    def by_word_of(self, row):
        email = row.values.get("email")
        return self._holder(email) if email else None

    def _holder(self, email) -> Known | None:
        return self.by_email.get(email) or self.memory.by_word.get(email)

    def words_of(self, known):
        email = known.here.get("email") if isinstance(known.here, dict) else None
        return [email] if isinstance(email, str) else []

    def judge(self, row: Row) -> Judged:
        known = self.known_of(row)
        if known is None:
            return self._new(row)
        further = self._further(known, row)
        changed = self.change(known, row)
        if "email" in changed:
            self.by_email[changed["email"]] = known
        changed |= self._join(known, further)
        if known.pk and changed:
            self.changed[known.pk] = known
        known.met = True
        verdict = Verdict.CHANGED if changed else Verdict.UNCHANGED
        return Judged(row, verdict, set=changed, known=known)

    def refuse_change(self, known, row, changed):
        # Who wants none of something gets none; no file turns it on again.
        for name in WISHES:
            if name in row.values:
                changed.pop(name, None)
                if row.values[name] is False and not known.wants_no(name):
                    changed[name] = False
        if "name" in self.plan.fields and full(row.values) == full(known.here):
            changed.pop("first_name", None)
            changed.pop("last_name", None)
        if "email" not in changed:
            return
        holder = self._holder(changed["email"])
        if holder is not None and not holder.is_same(known):
            raise Refusal(
                _("Somebody else here has the address %(email)s. Two contacts can't share one.")
                % {"email": changed["email"]},
                field="email",
            )
        if known.user_id:
            raise Refusal(
                _(
                    "%(name)s signs in with another address. Change it on the contact's page, with "
                    "“Change email address”."
                )
                % {"name": name_of(known)},
                field="email",
            )

    def is_archived(self, known):
        if known.erased:
            return _("This person was erased. Nothing about them can be changed.")
        return _("%(name)s is archived. Restore the contact first.") % {"name": name_of(known)}

    def _further(self, known, row) -> list:
        """Accounts that the file names and the contact doesn't belong to. Raises Refusal.

        Somebody who is here is linked to more, never moved; and only where the file's values are
        taken over.
        """
        if not self.plan.take or known.met or not known.pk or known.pk in self.memory.met:
            return []
        named = [
            (key, name) for key, name in row.linked if key or name.casefold() not in known.named
        ]
        found = [(each, self.accounts.find(*each)) for each in named]
        theirs = (known.account, *known.further)
        further = [each for each, was in found if was is None or was.pk not in theirs]
        if further and known.archived:
            raise Refusal(self.is_archived(known))
        return further

    def _join(self, known, further) -> dict:
        if not further:
            return {}
        joined = [self.accounts.use(*each, {}) for each in further]
        known.joined = list({id(account): account for account in joined}.values())
        return {"joined": [account.name for account in known.joined]}

    def _new(self, row: Row) -> Judged:
        for each in row.linked:
            self.accounts.find(*each)
        values = {name: value for name, value in row.values.items() if value not in ("", None)}
        linked = [self.accounts.use(*each, row.address) for each in row.linked]
        linked = list({id(account): account for account in linked}.values())
        linked = linked or [self._own(row)]
        made = Contact(custom=dict(row.custom), **values)
        known = Known(here=values, custom=dict(row.custom), made=made)
        known.account, known.joined, known.keys = linked[0], linked[1:], list(row.keys)
        self.new.append(known)
        for key in row.keys:
            self.by_key[key] = known
        if "email" in values:
            self.by_email[values["email"]] = known
        return Judged(row, Verdict.NEW, set=dict(values), known=known)

    def _own(self, row) -> Found:
        first, last = row.values.get("first_name", ""), row.values.get("last_name", "")
        name = called(first, last, row.values.get("email"))[:200]
        return self.accounts.make(name, row.address, AccountKind.INDIVIDUAL)

    def made_accounts(self):
        return [account.made for account in self.accounts.new]

    def remember(self):
        super().remember()
        if self.memory.dry:
            self.accounts.forget()


def full(values) -> str | None:
    """First and last name as one."""
    if isinstance(values, frozenset):
        return None
    return f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()


def name_of(known: Known) -> str:
    here = known.here if isinstance(known.here, dict) else {}
    return called(here.get("first_name", ""), here.get("last_name", ""), here.get("email"))
