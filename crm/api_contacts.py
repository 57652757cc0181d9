"""What can programs do with contacts? Read, make, change, archive, restore."""

import contextlib
import datetime
from typing import Annotated

from django.conf import settings
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import AfterValidator, Field

from catalog.models import Region
from tms.programs.fields import Asked, Flag, Id, IdText, Line, Text, Told, Version
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Page, page
from tms.programs.previews import Outcome, Versioned, VersionedAction, outcome
from tms.programs.resource import Resource, who
from tms.refusals import Refusal

from . import archiving, belonging, external_ids, people
from . import contacts as verbs
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
from .choosing import contacts_matching
from .models import Account, Contact, CustomField, Membership

contacts = Resource(tags=TAGS)

CONTACT = (
    "first_name", "last_name", "email", "phone", "job_title", "account_id", "user_id",
    "may_sign_in", "is_instructor", "time_zone", "language", "notes", "reminders", "announcements",
    "custom", "archived_at", "merged_into_id", "version",
)  # fmt: skip


def _spoken(code: str) -> str:
    known = [code for code, _name in settings.LANGUAGES]
    if code and code not in known:
        raise ValueError(_("Send one of: %(known)s.") % {"known": ", ".join(known)})
    return code


Language = Annotated[str, Field(max_length=12), AfterValidator(_spoken)]


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
    reminders: bool
    announcements: bool
    custom: dict[str, str | bool] = Field(description="Custom fields by key.")
    external_ids: list[Identity]
    archived_at: datetime.datetime | None
    merged_into: int | None = Field(description=MERGED)
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class ContactChanged(Outcome):
    """What an action did to a contact, and to others."""

    changed: ContactTold


class ContactQuery(People):
    email: Annotated[Line, Field(description="The whole address.")] = ""
    account: Annotated[IdText | None, Field(description="Primary or further.")] = None
    signs_in: Flag | None = None
    is_instructor: Flag | None = None


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
    reminders: bool = True
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


@contacts.reads("/contacts", scope="people:read", answer=Page[ContactTold])
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
    if asked.is_instructor is not None:
        found = found.filter(is_instructor=asked.is_instructor)
    items, following = page(found, asked, "contacts", CONTACT)
    return Page[ContactTold](items=told_contacts(items), next=following)


@contacts.reads("/contacts/{int:pk}", scope="people:read", answer=ContactTold)
def get_contact(request, pk: int):
    """Get a contact."""
    return told_contact(pk)


@contacts.writes("/contacts", scope="people:write", answer=ContactTold, status=201)
def create_contact(request, asked: NewContact):
    """Make a contact."""
    left_out = {"external_ids", "account", "region"}
    values = asked.model_dump(exclude_unset=True, exclude=left_out)
    refuse_unknown_custom(values)
    with in_fields_of_ours():
        made = verbs.create(
            account=named(Account.objects.all(), asked.account, "account"),
            region=named(Region.objects.filter(archived_at=None), asked.region, "region"),
            ids=[(each.system, each.value) for each in asked.external_ids],
            **values,
            **who(request),
        )
    return told_contact(made.pk)


@contacts.writes("/contacts/{int:pk}", scope="people:write", answer=ContactTold, method="PATCH")
def change_contact(request, pk: int, asked: ContactChange):
    """Change some fields of a contact.

    The email address of somebody who signs in is changed by page only: they confirm it.
    """
    at_address(Contact.objects, pk)
    values = asked.model_dump(exclude_unset=True, exclude={"version"})
    refuse_unknown_custom(values)
    with in_fields_of_ours():
        verbs.edit(pk, version=asked.version, **values, **who(request))
    return told_contact(pk)


@contacts.writes("/contacts/{int:pk}/archiving", scope="people:write", answer=ContactChanged)
def archive_contact(request, pk: int, asked: VersionedAction):
    """Archive a contact.

    They can't use the LMS any more. Whatever they hold stays on record.
    """
    at_address(Contact.objects, pk)
    found = archiving.archive_contact(
        pk, version=asked.version, reason=asked.reason, **who(request)
    )
    return ContactChanged(changed=told_contact(pk), **outcome(asked, found))


@contacts.writes("/contacts/{int:pk}/restoring", scope="people:write", answer=ContactChanged)
def restore_contact(request, pk: int, asked: Versioned):
    """Restore an archived contact."""
    at_address(Contact.objects, pk)
    archiving.restore_contact(pk, version=asked.version, **who(request))
    return ContactChanged(changed=told_contact(pk), **outcome(asked, []))


# What other systems call it


@contacts.writes(
    "/contacts/{int:pk}/external-ids", scope="people:write", answer=ContactTold, status=201
)
def add_contact_id(request, pk: int, asked: NewIdentity):
    """Note what another system calls the contact."""
    found = at_address(Contact.objects, pk)
    external_ids.add(found, system=asked.system, value=asked.value, **who(request))
    return told_contact(pk)


@contacts.writes(
    "/contacts/{int:pk}/external-ids/removal", scope="people:write", answer=ContactTold
)
def remove_contact_id(request, pk: int, asked: GoneIdentity):
    """Forget what another system calls the contact; the history keeps it."""
    at_address(Contact.objects, pk)
    external_ids.remove(told_apart("contact", pk, asked), **who(request))
    return told_contact(pk)


# Whose they are


class Joined(Asked):
    account: Id


class Moved(VersionedAction):
    account: Annotated[Id, Field(description="The new primary account.")]
    keep: Annotated[bool, Field(description="The old one stays as a further account.")] = False


class Left(VersionedAction):
    account: Annotated[Id, Field(description="One of the further accounts.")]


@contacts.writes(
    "/contacts/{int:pk}/accounts", scope="people:write", answer=ContactTold, status=201
)
def add_contact_account(request, pk: int, asked: Joined):
    """Link a contact to a further account."""
    at_address(Contact.objects, pk)
    account = named(Account.objects.all(), asked.account, "account")
    belonging.add(pk, account, **who(request))
    return told_contact(pk)


@contacts.writes("/contacts/{int:pk}/accounts/removal", scope="people:write", answer=ContactChanged)
def remove_contact_account(request, pk: int, asked: Left):
    """End a contact's link to a further account. What that account owns stays with it."""
    at_address(Contact.objects, pk)
    account = named(Account.objects.all(), asked.account, "account")
    found = belonging.remove(
        pk, account, version=asked.version, reason=asked.reason, **who(request)
    )
    return ContactChanged(changed=told_contact(pk), **outcome(asked, found))


@contacts.writes("/contacts/{int:pk}/account", scope="people:write", answer=ContactChanged)
def change_contact_account(request, pk: int, asked: Moved):
    """Give a contact another primary account.

    What the old one owns stays with it, passes and registrations too.
    """
    at_address(Contact.objects, pk)
    account = named(Account.objects.all(), asked.account, "account")
    found = belonging.change_account(
        pk,
        account,
        version=asked.version,
        keep=asked.keep,
        reason=asked.reason,
        **who(request),
    )
    return ContactChanged(changed=told_contact(pk), **outcome(asked, found))


@contacts.writes("/contacts/{int:pk}/invitation", scope="people:write", answer=ContactTold)
def invite_contact(request, pk: int, asked: Asked):
    """Write to a contact that they can sign in to the LMS; again: a new link, the old one dies."""
    at_address(Contact.objects, pk)
    people.invite(pk, **who(request))
    return told_contact(pk)
