"""What can programs do with accounts and contacts? Read, make, change, archive, restore."""

import contextlib
import datetime
from typing import Annotated, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import AfterValidator, Field

from catalog.models import Region, Unit
from tms.models import User
from tms.programs.fields import Asked, Flag, Id, IdText, Line, Text, Told, Version
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Action, Outcome, Previewed, outcome
from tms.programs.resource import Resource, who
from tms.refusals import Refusal

from . import accounts as account_verbs
from . import archiving, contacts
from .choosing import accounts_matching, contacts_matching
from .models import Account, Contact, CustomField, ExternalId, Membership

people = Resource(tags=["Accounts and contacts"])

ACCOUNT = (
    "kind", "name", "legal_name", "parent_id", "region_id", "currency__code", "street", "postcode",
    "city", "country", "tax_number", "main_contact_id", "owner_id", "notes", "archived_at",
    "version",
)  # fmt: skip
CONTACT = (
    "first_name", "last_name", "email", "phone", "job_title", "account_id", "user_id",
    "may_sign_in", "is_instructor", "time_zone", "language", "notes", "announcements", "custom",
    "archived_at", "version",
)  # fmt: skip


def _spoken(code: str) -> str:
    known = [code for code, _name in settings.LANGUAGES]
    if code and code not in known:
        raise ValueError(_("Send one of: %(known)s.") % {"known": ", ".join(known)})
    return code


Language = Annotated[str, Field(max_length=12), AfterValidator(_spoken)]
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$", description="Two letters: SE, GB.")]
Show = Literal["current", "archived", "all"]


# What both have


class Identity(Told):
    """What another system calls it."""

    system: str
    value: str


class NewIdentity(Asked):
    """What another system calls it."""

    system: Annotated[Line, Field(min_length=1, max_length=60)]
    value: Annotated[Line, Field(min_length=1, max_length=120)]


Identities = Annotated[list[NewIdentity], Field(max_length=20)]
ExternalText = Annotated[
    Line, Field(pattern="^[^:]+:.+$", description="System and ID, like HubSpot:1234.")
]


class Archived(Action):
    version: Version | None = None


class Restored(Previewed):
    version: Version | None = None


class People(Listing):
    q: Annotated[Line, Field(description="Words of the name, or of the email address.")] = ""
    external_id: ExternalText | None = None
    show: Show = "current"


def narrowed(rows, asked: People):
    """By what both lists are asked."""
    if asked.show != "all":
        rows = rows.filter(archived_at__isnull=asked.show == "current")
    if asked.external_id:
        system, _colon, value = asked.external_id.partition(":")
        rows = rows.filter(external_ids__system=system, external_ids__value=value)
    return rows


def identities(noun: str, ids) -> dict[int, list[Identity]]:
    """The names in other systems of accounts or contacts. One statement, none for none."""
    found: dict[int, list[Identity]] = {pk: [] for pk in ids}
    rows = ExternalId.objects.filter(**{f"{noun}__in": list(found)}) if found else []
    for row in rows:
        found[getattr(row, f"{noun}_id")].append(Identity(system=row.system, value=row.value))
    return found


def without_id(row: dict) -> dict:
    return {name.removesuffix("_id"): value for name, value in row.items()}


# Accounts


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
    owner: int | None = Field(description="The user who looks after it.")
    notes: str
    external_ids: list[Identity]
    archived_at: datetime.datetime | None
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
    notes: Text = ""


class NewAccount(AccountFields):
    name: Annotated[Line, Field(min_length=1)]
    external_ids: Identities = []


class AccountChange(AccountFields):
    main_contact: Id | None = None
    version: Version | None = None


def told_accounts(rows) -> list[AccountTold]:
    """From rows of ACCOUNT. One statement."""
    ids = identities("account", [row["pk"] for row in rows])
    return [
        AccountTold(
            id=row.pop("pk"), currency=row.pop("currency__code"), external_ids=ids[pk], **row
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


@people.reads("/accounts", scope="people:read", answer=Page[AccountTold])
def list_accounts(request, asked: Query[AccountQuery]):
    """List accounts."""
    found = narrowed(Account.objects.all(), asked)
    if asked.q:
        found = accounts_matching(found, asked.q)
    exact = {"kind": asked.kind, "region": asked.region, "owner": asked.owner}
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "accounts", ACCOUNT)
    return Page[AccountTold](items=told_accounts(items), next=following)


@people.reads("/accounts/{int:pk}", scope="people:read", answer=AccountTold)
def get_account(request, pk: int):
    """Get an account."""
    return told_account(pk)


@people.writes("/accounts", scope="people:write", answer=AccountTold, status=201)
def create_account(request, asked: NewAccount):
    """Make an account of an organisation.

    A single person's is made with the contact.
    """
    values = rows_of(asked.model_dump(exclude_unset=True, exclude={"external_ids"}))
    ids = [(each.system, each.value) for each in asked.external_ids]
    return told_account(account_verbs.create(ids=ids, **values, **who(request)).pk)


@people.writes("/accounts/{int:pk}", scope="people:write", answer=AccountTold, method="PATCH")
def change_account(request, pk: int, asked: AccountChange):
    """Change some fields of an account."""
    at_address(Account.objects, pk)
    values = rows_of(asked.model_dump(exclude_unset=True, exclude={"version"}))
    account_verbs.edit(pk, version=asked.version, **values, **who(request))
    return told_account(pk)


@people.writes("/accounts/{int:pk}/archiving", scope="people:write", answer=AccountChanged)
def archive_account(request, pk: int, asked: Archived):
    """Archive an account."""
    at_address(Account.objects, pk)
    found = archiving.archive_account(
        pk, version=asked.version, reason=asked.reason, **who(request)
    )
    return AccountChanged(changed=told_account(pk), **outcome(asked, found))


@people.writes("/accounts/{int:pk}/restoring", scope="people:write", answer=AccountChanged)
def restore_account(request, pk: int, asked: Restored):
    """Restore an archived account."""
    at_address(Account.objects, pk)
    archiving.restore_account(pk, version=asked.version, **who(request))
    return AccountChanged(changed=told_account(pk), **outcome(asked, []))


# Contacts


class ContactTold(Told):
    """A person: belongs to a primary account, perhaps to more."""

    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str
    job_title: str
    account: int = Field(description="The primary account.")
    further_accounts: list[int]
    user: int | None = Field(description="The user they sign in as; null: they don't yet.")
    may_sign_in: bool
    is_instructor: bool
    time_zone: str
    language: str
    notes: str
    announcements: bool
    custom: dict[str, str | bool] = Field(description="Custom fields by key.")
    external_ids: list[Identity]
    archived_at: datetime.datetime | None
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class ContactChanged(Outcome):
    """What an action did to a contact, and to others."""

    changed: ContactTold


class ContactQuery(People):
    email: Annotated[Line, Field(description="The whole address.")] = ""
    account: Annotated[IdText | None, Field(description="Primary or further.")] = None
    signs_in: Flag | None = None


class ContactFields(Asked):
    first_name: Line = ""
    last_name: Line = ""
    email: Annotated[Line, Field(max_length=254)] | None = None
    phone: Line = ""
    job_title: Line = ""
    may_sign_in: bool = True
    is_instructor: bool = False
    time_zone: Annotated[Line, Field(description="Like Europe/London; empty: ours.")] = ""
    language: Language = ""
    notes: Text = ""
    announcements: bool = True
    custom: Annotated[
        dict[str, Annotated[Line, Field(max_length=200)] | bool | None],
        Field(max_length=100, description="Custom fields by key; null empties one."),
    ] = {}


class NewContact(ContactFields):
    account: Annotated[
        Id | None, Field(description="null: an individual account is made with them.")
    ] = None
    region: Annotated[Id | None, Field(description="Of that individual account.")] = None
    external_ids: Identities = []


class ContactChange(ContactFields):
    version: Version | None = None


def told_contacts(rows) -> list[ContactTold]:
    """From rows of CONTACT. Two statements."""
    pks = [row["pk"] for row in rows]
    ids = identities("contact", pks)
    further: dict[int, list[int]] = {pk: [] for pk in pks}
    links = Membership.objects.filter(contact__in=pks).order_by("pk") if pks else []
    for link in links:
        further[link.contact_id].append(link.account_id)
    return [
        ContactTold(id=row.pop("pk"), further_accounts=further[pk], external_ids=ids[pk], **row)
        for row in map(without_id, rows)
        for pk in [row["pk"]]
    ]


def told_contact(pk: int) -> ContactTold:
    return told_contacts([values_at(Contact.objects, pk, CONTACT)])[0]


def refuse_unknown_custom(values: dict) -> None:
    """Refuse custom fields that nobody asks for: they would be thrown away."""
    custom = values.get("custom") or {}
    known = set(CustomField.objects.living().values_list("key", flat=True)) if custom else set()
    for key in custom:
        if key not in known:
            raise Refusal(
                _("There is no custom field “%(key)s”. They are made in the control panel.")
                % {"key": key[:60]},
                field="custom",
            )


@contextlib.contextmanager
def in_fields_of_ours():
    """Refusals about a custom field name it as the document does: custom.size."""
    try:
        yield
    except Refusal as no:
        if not (no.field or "").startswith("custom_"):
            raise
        field = f"custom.{no.field.removeprefix('custom_')}"
        raise Refusal(no.args[0], field=field) from None


@people.reads("/contacts", scope="people:read", answer=Page[ContactTold])
def list_contacts(request, asked: Query[ContactQuery]):
    """List contacts."""
    found = narrowed(Contact.objects.all(), asked)
    if asked.q:
        found = contacts_matching(found, asked.q)
    if asked.email:
        found = found.with_address(asked.email)
    if asked.account:
        found = found.of_account(asked.account)
    if asked.signs_in is not None:
        found = found.filter(user__isnull=not asked.signs_in)
    items, following = page(found, asked, "contacts", CONTACT)
    return Page[ContactTold](items=told_contacts(items), next=following)


@people.reads("/contacts/{int:pk}", scope="people:read", answer=ContactTold)
def get_contact(request, pk: int):
    """Get a contact."""
    return told_contact(pk)


@people.writes("/contacts", scope="people:write", answer=ContactTold, status=201)
def create_contact(request, asked: NewContact):
    """Make a contact."""
    left_out = {"external_ids", "account", "region"}
    values = asked.model_dump(exclude_unset=True, exclude=left_out)
    refuse_unknown_custom(values)
    with in_fields_of_ours():
        made = contacts.create(
            account=named(Account.objects.all(), asked.account, "account"),
            region=named(Region.objects.filter(archived_at=None), asked.region, "region"),
            ids=[(each.system, each.value) for each in asked.external_ids],
            **values,
            **who(request),
        )
    return told_contact(made.pk)


@people.writes("/contacts/{int:pk}", scope="people:write", answer=ContactTold, method="PATCH")
def change_contact(request, pk: int, asked: ContactChange):
    """Change some fields of a contact.

    The email address of somebody who signs in is changed by page only: they confirm it.
    """
    at_address(Contact.objects, pk)
    values = asked.model_dump(exclude_unset=True, exclude={"version"})
    refuse_unknown_custom(values)
    with in_fields_of_ours():
        contacts.edit(pk, version=asked.version, **values, **who(request))
    return told_contact(pk)


@people.writes("/contacts/{int:pk}/archiving", scope="people:write", answer=ContactChanged)
def archive_contact(request, pk: int, asked: Archived):
    """Archive a contact.

    They can't use the LMS any more. Whatever they hold stays on record.
    """
    at_address(Contact.objects, pk)
    found = archiving.archive_contact(
        pk, version=asked.version, reason=asked.reason, **who(request)
    )
    return ContactChanged(changed=told_contact(pk), **outcome(asked, found))


@people.writes("/contacts/{int:pk}/restoring", scope="people:write", answer=ContactChanged)
def restore_contact(request, pk: int, asked: Restored):
    """Restore an archived contact."""
    at_address(Contact.objects, pk)
    archiving.restore_contact(pk, version=asked.version, **who(request))
    return ContactChanged(changed=told_contact(pk), **outcome(asked, []))
