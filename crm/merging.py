"""What happens when two contacts, or two accounts, turn out to be one? Everything goes to the one.

It can't be undone. What was written stays where it was written: journal, ledger and audit name the
other one for good, and are read together with those of the one kept (`merged_into`). All else
moves, in one transaction: first what this floor holds (`merged_parts`), then what each module of
`settings.MERGES` does. Such a module has `accounts(merge)`, the ids of accounts that it needs
locked, and `follow(merge)`, which moves what it holds and returns the consequences.

Locks: opportunities, accounts, contacts, then what the others need, each by id.
"""

import dataclasses
import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tms import consequences
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from . import (
    accounts,
    archiving,
    changes,
    contacts,
    managers,
    merged_parts,
    referring,
    signing_in,
    teaching,
)
from .merged_parts import Filled
from .models import Account, AccountKind, Contact, Membership, Opportunity


@dataclasses.dataclass(frozen=True)
class Merge:
    """`gone` becomes part of `kept`: two contacts or two accounts, which are locked."""

    noun: str
    kept: Any
    gone: Any
    at: datetime.datetime
    on: datetime.date
    by: Any
    operation: str = ""

    @property
    def who(self) -> dict:
        """As keywords for a verb."""
        return {"at": self.at, "on": self.on, "by": self.by}


@transaction.atomic
def merge_contacts(
    kept_id: int,
    gone_id: int,
    *,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> list[Consequence]:
    """Make `gone` part of `kept`, whose values win; what is empty there is filled in.

    `version` is that of `kept`. Returns what moves, and what ends for being there twice. Refused
    for one and the same, and for who is archived, erased or merged already. Raises Stale.
    """
    individual = Q(account__kind=AccountKind.INDIVIDUAL, account__contacts=gone_id)
    _lock_opportunities(Q(contact=gone_id) | individual)
    probe = Merge("contact", Contact(pk=kept_id), Contact(pk=gone_id), at, on, by, operation)
    _lock_accounts(probe, _accounts_of(kept_id, gone_id))
    # Wholly, so that nothing new can be linked to them meanwhile.
    rows = Contact.objects.select_for_update(of=("self",)).filter(pk__in=[kept_id, gone_id])
    found = {each.pk: each for each in rows.select_related("account", "user").order_by("pk")}
    kept, gone = _two(found, kept_id, gone_id, version)
    for each in (kept, gone):
        contacts.refuse_archived(each)
    merge = dataclasses.replace(probe, kept=kept, gone=gone)
    told = [Consequence("closes", _one(kept, gone), 1)]
    filled = merged_parts.of_contact(kept, gone)
    told += signing_in.keep_one(kept, gone, filled, **merge.who)
    _put_away(gone, kept, at, email=None)
    contacts.save(kept, filled.values)
    told += _accounts_along(merge)
    managers.merged("contact", kept, gone)
    teaching.merged(kept, gone)
    told += merged_parts.moved(merge) + _followed(merge) + filled.told()
    _write(merge, filled)
    return told


@transaction.atomic
def merge_accounts(
    kept_id: int,
    gone_id: int,
    *,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> list[Consequence]:
    """Make `gone` part of `kept`: its contacts, passes, tokens, invoices and all else are kept's.

    `version` is that of `kept`. Returns what moves. Refused for one and the same, for what is
    archived or merged already, and for the account of one person alone: who they are is merged,
    and it goes along. Raises Stale.
    """
    _lock_opportunities(Q(account=gone_id))
    probe = Merge("account", Account(pk=kept_id), Account(pk=gone_id), at, on, by, operation)
    found = _lock_accounts(probe, {kept_id, gone_id})
    kept, gone = _two(found, kept_id, gone_id, version)
    for each in (kept, gone):
        if each.archived_at:
            raise Refusal(accounts.is_archived(each))
        if each.kind == AccountKind.INDIVIDUAL:
            raise Refusal(_alone(each))
    return _merge_accounts(dataclasses.replace(probe, kept=kept, gone=gone))


def _merge_accounts(merge: Merge) -> list[Consequence]:
    """The same for two that are locked, whosever they are."""
    kept, gone = merge.kept, merge.gone
    told = [Consequence("closes", _one(kept, gone), 1)]
    filled = merged_parts.of_account(kept, gone)
    _put_away(gone, kept, merge.at, main_contact=None)
    told += merged_parts.people_moved(merge) + merged_parts.children_moved(merge, filled)
    managers.merged("account", kept, gone)
    accounts.save(kept, filled.values)
    told += merged_parts.moved(merge) + _followed(merge) + filled.told()
    _write(merge, filled)
    return told


def read_together(model, pk: int) -> list[int]:
    """The ids under which history of this one was written: its own, and of those merged into it."""
    return [pk, *model.objects.filter(merged_into=pk).order_by("pk").values_list("pk", flat=True)]


def _two(found: dict, kept_id: int, gone_id: int, version: int | None):
    if kept_id == gone_id:
        raise Refusal(_("That is the same one. Choose another."), field="other")
    if len(found) < 2:
        raise Refusal(_("One of the two is not there any more."), field="other")
    kept, gone = found[kept_id], found[gone_id]
    if version is not None and version != kept.version:
        raise Stale(
            _("%(name)s was changed meanwhile. Nothing of yours was saved.") % {"name": kept}
        )
    return kept, gone


def _lock_opportunities(which: Q) -> None:
    ids = Opportunity.objects.filter(which).order_by().values("pk")
    rows = Opportunity.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    list(rows.order_by("pk").values_list("pk"))


def _lock_accounts(merge: Merge, ids: set[int]) -> dict[int, Account]:
    for path in settings.MERGES:
        ids |= set(import_string(f"{path}.accounts")(merge))
    rows = Account.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    return {each.pk: each for each in rows.order_by("pk")}


def _accounts_of(*contact_ids: int) -> set[int]:
    """The accounts that these belong to, or of which they are the main contact."""
    mine = Q(contacts__in=contact_ids) | Q(memberships__contact__in=contact_ids)
    ids = Account.objects.filter(mine | Q(main_contact__in=contact_ids))
    return set(ids.order_by().values_list("pk", flat=True))


def _accounts_along(merge: Merge) -> list[Consequence]:
    """`kept` belongs to every account that `gone` belonged to.

    An individual account that is gone's alone becomes part of kept's own, where there is one too.
    """
    kept, gone = merge.kept, merge.gone
    told = []
    left, own = gone.account, kept.account
    alone = left.kind == AccountKind.INDIVIDUAL and left.pk != own.pk
    others = Contact.objects.living().of_account(left.pk).exclude(pk__in=[kept.pk, gone.pk])
    if alone and not left.archived_at and not others.exists():
        if own.kind == AccountKind.INDIVIDUAL:
            told += _merge_accounts(dataclasses.replace(merge, noun="account", kept=own, gone=left))
        elif not referring.to(left, besides=[gone]):
            # Made with the double, and never used.
            told.append(Consequence("closes", _empty(left), 1))
            archiving.archive_account(left.pk, **merge.who)
    theirs = [left.pk, *gone.memberships.values_list("account_id", flat=True)]
    living = Account.objects.filter(pk__in=theirs, archived_at=None)
    joined = living.exclude(pk__in=kept.account_ids()).order_by("name_key", "pk")
    names = [(each.pk, each.name) for each in joined]
    Membership.objects.bulk_create(Membership(contact=kept, account_id=pk) for pk, _name in names)
    gone.memberships.all().delete()
    led = Account.objects.filter(main_contact=gone)
    led.filter(archived_at=None).update(main_contact=kept, version=F("version") + 1)
    led.update(main_contact=None)
    if names:
        sentence = _("%(name)s belongs to these accounts too") % {"name": kept}
        lines = tuple(name for _pk, name in names[:5])
        told.append(Consequence("stays", sentence, len(names), lines))
    return told


def _put_away(gone, kept, at, **changed) -> None:
    """It is archived, leads to the one kept, and so do those that had led to it."""
    model = type(gone)
    if isinstance(gone, Contact) and not (gone.first_name or gone.last_name):
        # Somebody is called somehow: without the address, like the address.
        changed["last_name"] = (gone.email or "")[:100]
    model.objects.filter(merged_into=gone.pk).update(merged_into=kept.pk)
    model.objects.filter(pk=gone.pk).update(
        archived_at=at, merged_into=kept.pk, version=F("version") + 1, **changed
    )


def _followed(merge: Merge) -> list[Consequence]:
    told = []
    for path in settings.MERGES:
        told += import_string(f"{path}.follow")(merge)
    fact = consequences.Fact(
        f"{merge.noun}.merged",
        (merge.kept.pk,),
        operation=merge.operation,
        data={"gone": merge.gone.pk},
        **merge.who,
    )
    return told + consequences.follow(fact)


def _write(merge: Merge, filled: Filled) -> None:
    """One fact, about the one kept; what the other one was called stands where it can be erased."""
    more = {"other_contact_id": merge.gone.pk} if merge.noun == "contact" else {}
    changes.write(
        f"{merge.noun}.merged",
        merge.kept,
        before=filled.before,
        after=filled.after | {"merged": merge.gone.pk, **merged_parts.called(merge.gone)},
        operation=merge.operation,
        **more,
        **merge.who,
    )


def _one(kept, gone) -> str:
    return _("%(gone)s becomes part of %(kept)s. This can't be undone.") % {
        "gone": gone,
        "kept": kept,
    }


def _empty(account: Account) -> str:
    return _("The individual account %(account)s is archived: nothing was ever in it.") % {
        "account": account
    }


def _alone(account: Account) -> str:
    return _("%(account)s is the account of one person. Merge the contacts, and it goes along.") % {
        "account": account
    }
