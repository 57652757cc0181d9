"""What can programs do with accounts? Read, make, change, archive, restore."""

import datetime
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from catalog.models import Region, Unit
from tms.models import User
from tms.programs.fields import Asked, Id, IdText, Line, Text, Told, Version
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Page, page
from tms.programs.previews import Outcome, Versioned, VersionedAction, outcome
from tms.programs.resource import Resource, who
from tms.refusals import Refusal

from . import accounts as verbs
from . import archiving, external_ids
from .api import (
    MERGED,
    TAGS,
    GoneIdentity,
    Identities,
    Identity,
    NewIdentity,
    People,
    identities,
    narrowed,
    told_apart,
    without_id,
)
from .choosing import accounts_matching
from .models import Account, AccountManager, Contact

accounts = Resource(tags=TAGS)

ACCOUNT = (
    "kind", "name", "legal_name", "parent_id", "region_id", "currency__code", "street", "postcode",
    "city", "country", "tax_number", "main_contact_id", "owner_id", "pays_by_invoice", "notes",
    "archived_at", "merged_into_id", "version",
)  # fmt: skip

Country = Annotated[str, Field(pattern="^([A-Z]{2})?$", description="Two letters: SE, GB.")]


class AccountTold(Told):
    """Who buys: an organisation or a single person; owns passes."""

    id: int
    kind: Literal["organisation", "individual"]
    name: str
    legal_name: str
    parent: int | None
    region: int | None
    currency: str | None = Field(description="A code; null: any of the region's.")
    street: str
    postcode: str
    city: str
    country: str
    tax_number: str
    main_contact: int | None
    managers: list[int] = Field(description="The contacts who look after its training in the LMS.")
    owner: int | None = Field(description="The user who looks after it.")
    pays_by_invoice: bool = Field(description="May its learners have places billed to it?")
    notes: str
    external_ids: list[Identity]
    archived_at: datetime.datetime | None
    merged_into: int | None = Field(description=MERGED)
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class AccountChanged(Outcome):
    """What an action did to an account, and to others."""

    changed: AccountTold


class AccountQuery(People):
    kind: Literal["organisation", "individual"] | None = None
    region: IdText | None = None
    owner: IdText | None = None


class AccountFields(Asked):
    name: Line = ""
    legal_name: Line = ""
    parent: Id | None = None
    region: Annotated[Id | None, Field(description="null, for a new one: the default one.")] = None
    currency: Annotated[str, Field(min_length=3, max_length=3)] | None = None
    street: Annotated[Text, Field(max_length=400)] = ""
    postcode: Line = ""
    city: Line = ""
    country: Country = ""
    tax_number: Line = ""
    owner: Id | None = None
    pays_by_invoice: Annotated[
        bool, Field(description="May its learners have places billed to it at checkout?")
    ] = False
    notes: Text = ""


class NewAccount(AccountFields):
    name: Annotated[Line, Field(min_length=1)]
    external_ids: Identities = []


class AccountChange(AccountFields):
    main_contact: Id | None = None
    version: Version | None = None


def told_accounts(rows) -> list[AccountTold]:
    """From rows of ACCOUNT. Two statements."""
    ids = identities("account", [row["pk"] for row in rows])
    marked: dict[int, list[int]] = {pk: [] for pk in ids}
    found = AccountManager.objects.filter(account__in=list(ids)).order_by("contact")
    for account, contact in found.values_list("account", "contact") if ids else ():
        marked[account].append(contact)
    return [
        AccountTold(
            id=row.pop("pk"),
            currency=row.pop("currency__code"),
            external_ids=ids[pk],
            managers=marked[pk],
            **row,
        )
        for row in map(without_id, rows)
        for pk in [row["pk"]]
    ]


def told_account(pk: int) -> AccountTold:
    return told_accounts([values_at(Account.objects, pk, ACCOUNT)])[0]


def rows_of(values: dict) -> dict:
    """The values of an account with rows instead of ids. Raises Refusal for what isn't there."""
    tables = {
        "parent": Account.objects.living(),
        "region": Region.objects.filter(archived_at=None),
        "main_contact": Contact.objects.living(),
        "owner": User.objects.filter(is_staff=True, is_active=True),
    }
    found = {
        name: named(tables[name], value, name) if name in tables else value
        for name, value in values.items()
    }
    if code := values.get("currency"):
        currency = Unit.objects.currencies().in_use().filter(code=code).first()
        if currency is None:
            raise Refusal(
                _("There is no currency %(code)s. Add it in the control panel first.")
                % {"code": code},
                field="currency",
            )
        found["currency"] = currency
    return found


@accounts.reads("/accounts", scope="people:read", answer=Page[AccountTold])
def list_accounts(request, asked: Query[AccountQuery]):
    """List accounts."""
    found = narrowed(Account.objects.all(), asked)
    if asked.q:
        found = accounts_matching(found, asked.q)
    exact = {"kind": asked.kind, "region": asked.region, "owner": asked.owner}
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "accounts", ACCOUNT)
    return Page[AccountTold](items=told_accounts(items), next=following)


@accounts.reads("/accounts/{int:pk}", scope="people:read", answer=AccountTold)
def get_account(request, pk: int):
    """Get an account."""
    return told_account(pk)


@accounts.writes("/accounts", scope="people:write", answer=AccountTold, status=201)
def create_account(request, asked: NewAccount):
    """Make an account of an organisation.

    A single person's is made with the contact.
    """
    values = rows_of(asked.model_dump(exclude_unset=True, exclude={"external_ids"}))
    ids = [(each.system, each.value) for each in asked.external_ids]
    return told_account(verbs.create(ids=ids, **values, **who(request)).pk)


@accounts.writes("/accounts/{int:pk}", scope="people:write", answer=AccountTold, method="PATCH")
def change_account(request, pk: int, asked: AccountChange):
    """Change some fields of an account."""
    at_address(Account.objects, pk)
    values = rows_of(asked.model_dump(exclude_unset=True, exclude={"version"}))
    verbs.edit(pk, version=asked.version, **values, **who(request))
    return told_account(pk)


@accounts.writes("/accounts/{int:pk}/archiving", scope="people:write", answer=AccountChanged)
def archive_account(request, pk: int, asked: VersionedAction):
    """Archive an account."""
    at_address(Account.objects, pk)
    found = archiving.archive_account(
        pk, version=asked.version, reason=asked.reason, **who(request)
    )
    return AccountChanged(changed=told_account(pk), **outcome(asked, found))


@accounts.writes("/accounts/{int:pk}/restoring", scope="people:write", answer=AccountChanged)
def restore_account(request, pk: int, asked: Versioned):
    """Restore an archived account."""
    at_address(Account.objects, pk)
    archiving.restore_account(pk, version=asked.version, **who(request))
    return AccountChanged(changed=told_account(pk), **outcome(asked, []))


# What other systems call it


@accounts.writes(
    "/accounts/{int:pk}/external-ids", scope="people:write", answer=AccountTold, status=201
)
def add_account_id(request, pk: int, asked: NewIdentity):
    """Note what another system calls the account."""
    found = at_address(Account.objects, pk)
    external_ids.add(found, system=asked.system, value=asked.value, **who(request))
    return told_account(pk)


@accounts.writes(
    "/accounts/{int:pk}/external-ids/removal", scope="people:write", answer=AccountTold
)
def remove_account_id(request, pk: int, asked: GoneIdentity):
    """Forget what another system calls the account; the history keeps it."""
    at_address(Account.objects, pk)
    external_ids.remove(told_apart("account", pk, asked), **who(request))
    return told_account(pk)
