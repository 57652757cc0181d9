"""What can happen to a contact: made, edited."""

from django.db import IntegrityError, transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _

from tms.compiled import Rows
from tms.refusals import Refusal, Stale

from . import accounts, changes, external_ids, fields, teaching, typed
from .models import Account, AccountKind, Contact

TOLD = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "job_title",
    "may_sign_in",
    "is_instructor",
    "time_zone",
    "language",
    "notes",
    "announcements",
    "reminders",
)


@transaction.atomic
def create(
    *,
    account: Account | None = None,
    region=None,
    custom: dict | None = None,
    ids=(),
    at,
    on,
    by,
    source: str = "page",
    **values,
) -> Contact:
    """Make a contact with some of `TOLD`; `ids` are (system, value) in other systems.

    Without an account an individual one is made with them, in `region` or the default one.
    Refused for somebody without name and address, and for an address that somebody has. Locks
    the account.
    """
    values = _somebody(typed.fields_of(Contact, values, TOLD))
    refuse_taken(values.get("email"))
    if account is None:
        account = accounts.individual(values, region=region, at=at, on=on, by=by, source=source)
    else:
        account = accounts.open_one(account)
    kept = fields.checked(custom or {}, fields.living() if custom else (), {})
    contact = unique(lambda: Contact.objects.create(account=account, custom=kept, **values))
    if account.kind == AccountKind.INDIVIDUAL and account.main_contact_id is None:
        Account.objects.filter(pk=account.pk).update(main_contact=contact)
    changes.write("contact.created", contact, at=at, on=on, by=by, source=source)
    for system, value in ids:
        external_ids.add(contact, system=system, value=value, at=at, on=on, by=by, source=source)
    return contact


@transaction.atomic
def edit(
    contact_id: int,
    *,
    version: int | None = None,
    custom: dict | None = None,
    at,
    on,
    by,
    source: str = "page",
    **values,
) -> Contact:
    """Change some of `TOLD` and of the custom values (by key). Locks the contact.

    Nothing changed writes nothing. An individual account and a sign-in that were called like the
    contact are renamed with them. The address of somebody who signs in changes only by
    `people.change_address`. Raises Stale when `version` isn't the contact's any more.
    """
    contact = locked(contact_id, version=version)
    refuse_archived(contact)
    values = typed.fields_of(Contact, values, TOLD)
    changed = {name: value for name, value in values.items() if getattr(contact, name) != value}
    _somebody({name: getattr(contact, name) for name in TOLD} | changed)
    if "email" in changed:
        if contact.user_id:
            raise Refusal(
                _("%(name)s signs in with this address. Change it with “Change email address”.")
                % {"name": contact},
                field="email",
            )
        refuse_taken(changed["email"], besides=contact.pk)
    before = {name: getattr(contact, name) for name in changed}
    after = dict(changed)
    if custom:
        kept = fields.checked(custom, fields.living(), contact.custom)
        if kept != contact.custom:
            keys = [
                key for key in {*kept, *contact.custom} if kept.get(key) != contact.custom.get(key)
            ]
            before["custom"] = {key: contact.custom.get(key) for key in sorted(keys)}
            after["custom"] = {key: kept.get(key) for key in sorted(keys)}
            changed["custom"] = kept
    if not changed:
        return contact
    called = contact.name
    save(contact, changed)
    if contact.name != called:
        teaching.renamed(contact)
        _rename_along(contact, called, at=at, on=on, by=by)
    changes.write(
        "contact.edited",
        contact,
        at=at,
        on=on,
        by=by,
        source=source,
        before=before,
        after=after,
    )
    return contact


LOCKED = Rows(lambda pk: Contact.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk))


def locked(contact_id: int, *, version: int | None = None) -> Contact:
    """The contact, locked, if it is as whoever asks saw it (`version`; None: as it is)."""
    contact = LOCKED.one(pk=contact_id)
    if contact is None:
        raise Contact.DoesNotExist
    if version is not None and version != contact.version:
        raise Stale(
            _("%(name)s was changed meanwhile. Nothing of yours was saved.") % {"name": contact}
        )
    return contact


def refuse_archived(contact: Contact) -> None:
    if contact.erased_at:
        raise Refusal(_("This person was erased. Nothing about them can be changed."))
    if contact.merged_into_id:
        raise Refusal(was_merged(contact))
    if contact.archived_at:
        raise Refusal(_("%(name)s is archived. Restore the contact first.") % {"name": contact})


def was_merged(contact: Contact) -> str:
    """Why nothing about a double changes any more, and where to go instead."""
    return _("%(name)s was merged into %(kept)s, and stays so.") % {
        "name": contact,
        "kept": contact.merged_into,
    }


HOLDER = Rows(
    lambda email, besides: (
        Contact.objects.with_address(email).exclude(pk=besides).order_by("pk")[:1]
    )
)


def refuse_taken(email: str | None, *, besides: int | None = None) -> None:
    """Refuse an address that a contact has, naming who (a link, where it is shown on a page)."""
    holder = HOLDER.one(email=email.strip().lower(), besides=besides or 0) if email else None
    if holder:
        sentence = (
            _("{} has this email address and is archived. Restore that contact instead.")
            if holder.archived_at
            else _("{} has this email address already. Two contacts can't share one.")
        )
        link = format_html('<a href="{}">{}</a>', holder.get_absolute_url(), holder.name)
        raise Refusal(format_html(sentence, link), field="email")


def unique(make):
    """What `make` returns; an address taken between look and write is refused all the same."""
    try:
        with transaction.atomic():
            return make()
    except IntegrityError as error:
        if "contact_email_regardless_of_case" not in str(error):
            raise
        raise Refusal(
            _("Somebody else was just given this email address."), field="email"
        ) from None


def save(contact: Contact, changed: dict) -> None:
    """Write the changed columns and the next version."""
    for name, value in changed.items():
        setattr(contact, name, value)
    contact.version += 1
    columns = [*changed, "version"]
    if "email" in changed:
        unique(lambda: contact.save(update_fields=columns))
    else:
        contact.save(update_fields=columns)


def _somebody(values: dict) -> dict:
    if not any(values.get(name) for name in ("first_name", "last_name", "email")):
        raise Refusal(_("Say a name or an email address."), field="last_name")
    return values


def _rename_along(contact, called, *, at, on, by) -> None:
    account = contact.account
    if account.kind == AccountKind.INDIVIDUAL and account.name == called:
        accounts.edit(account.pk, name=contact.name, at=at, on=on, by=by)
    if contact.user_id and contact.user.name == called:
        contact.user.name = contact.name
        contact.user.save(update_fields=["name"])
