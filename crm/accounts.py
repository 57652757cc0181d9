"""What can happen to an account: made, edited."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Region
from tms.compiled import Rows
from tms.refusals import Refusal, Stale

from . import changes, external_ids, typed
from .models import Account, AccountKind, Contact
from .models.contact import called

TOLD = (
    "name",
    "legal_name",
    "parent",
    "region",
    "currency",
    "street",
    "postcode",
    "city",
    "country",
    "tax_number",
    "main_contact",
    "owner",
    "pays_by_invoice",
    "notes",
)
# A parent is set by one at a time, or two at once could close a circle.
TREE = 4_021_001


@transaction.atomic
def create(
    *, kind: str = AccountKind.ORGANISATION, ids=(), at, on, by, source: str = "page", **values
) -> Account:
    """Make an account with some of `TOLD`, in the default region unless it is said.

    Refused without a name, and where two values don't go together.
    """
    values = typed.fields_of(Account, values, TOLD)
    values.setdefault("name", "")
    if values.get("region") is None:
        values["region"] = default_region()
    account = Account(kind=kind, **values)
    _sound(account, set(values))
    account.save(force_insert=True)
    changes.write("account.created", account, at=at, on=on, by=by, source=source)
    for system, value in ids:
        external_ids.add(account, system=system, value=value, at=at, on=on, by=by, source=source)
    return account


def individual(person: dict, *, region=None, at, on, by, source: str = "page") -> Account:
    """Make the account of one person without an organisation, called like them."""
    name = called(person.get("first_name", ""), person.get("last_name", ""), person.get("email"))
    return create(
        kind=AccountKind.INDIVIDUAL, name=name, region=region, at=at, on=on, by=by, source=source
    )


@transaction.atomic
def edit(
    account_id: int, *, version: int | None = None, at, on, by, source: str = "page", **values
) -> Account:
    """Change some of `TOLD`; nothing changed writes nothing. Locks the account.

    Raises Stale when `version` isn't the account's any more.
    """
    account = locked(account_id, version=version)
    if account.archived_at:
        raise Refusal(is_archived(account))
    values = typed.fields_of(Account, values, TOLD)
    changed = {name: value for name, value in values.items() if getattr(account, name) != value}
    if not changed:
        return account
    before = {name: getattr(account, name) for name in changed}
    save(account, changed)
    changes.write(
        "account.edited",
        account,
        at=at,
        on=on,
        by=by,
        source=source,
        before=before,
        after=changed,
    )
    return account


LOCKED = Rows(lambda pk: Account.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk))


def locked(account_id: int, *, version: int | None = None) -> Account:
    """The account, locked, if it is as whoever asks saw it (`version`; None: as it is)."""
    account = LOCKED.one(pk=account_id)
    if account is None:
        raise Account.DoesNotExist
    if version is not None and version != account.version:
        raise Stale(
            _("%(account)s was changed meanwhile. Nothing of yours was saved.")
            % {"account": account}
        )
    return account


def open_one(account: Account) -> Account:
    """The account, locked; refused when it is archived, as nothing new is linked to it."""
    account = locked(account.pk)
    if account.archived_at:
        raise Refusal(is_archived(account), field="account")
    return account


def default_region() -> Region | None:
    """The region of whoever names no other; None while the installation has none."""
    return Region.objects.filter(archived_at=None).order_by("-is_default", "pk").first()


def is_archived(account: Account) -> str:
    if account.merged_into_id:
        return _("%(account)s was merged into %(kept)s, and stays so.") % {
            "account": account,
            "kept": account.merged_into,
        }
    return archived(account.name)


def archived(name: str) -> str:
    """Why nothing new is linked to the account of this name."""
    return _("%(account)s is archived. Restore the account first.") % {"account": name}


def save(account: Account, changed: dict) -> None:
    """Write the changed columns, if they go together, and the next version."""
    for name, value in changed.items():
        setattr(account, name, value)
    _sound(account, set(changed))
    account.version += 1
    account.save(update_fields=[*changed, "version"])


def _sound(account: Account, changed: set) -> None:
    """Refuse values that don't go together; looks only at what changed."""
    if "name" in changed and not account.name:
        raise Refusal(_("Give the account a name."), field="name")
    if "region" in changed and account.region is None and account.kind != AccountKind.INDIVIDUAL:
        # A person alone may come before the first region: by signing up.
        raise Refusal(_("Choose a region. They are made in the control panel."), field="region")
    if {"region", "currency"} & changed and account.currency_id and account.region:
        known = account.region.currencies.values_list("pk", "code")
        if account.currency_id not in {pk for pk, _code in known}:
            codes = ", ".join(code for _pk, code in known)
            raise Refusal(
                _("%(region)s is sold in %(codes)s. Choose one of them, or none.")
                % {"region": account.region, "codes": codes},
                field="currency",
            )
    if "parent" in changed and account.parent_id:
        refuse_circle(account)
    if "main_contact" in changed and account.main_contact_id:
        linked = Contact.objects.of_account(account.pk) if account.pk else Contact.objects.none()
        if not linked.filter(pk=account.main_contact_id).exists():
            raise Refusal(
                _("%(name)s doesn't belong to this account.") % {"name": account.main_contact},
                field="main_contact",
            )
    if "owner" in changed and account.owner_id:
        owner = account.owner
        if not (owner.is_staff and owner.is_active):
            raise Refusal(
                _("%(name)s doesn't work in the back office.") % {"name": owner}, field="owner"
            )


def refuse_circle(account: Account) -> None:
    """Refuse a parent that stands under the account itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE])
    if account.pk in {account.parent_id, *above(account.parent)}:
        raise Refusal(
            _("%(parent)s belongs to %(account)s itself. Choose another parent.")
            % {"parent": account.parent, "account": account},
            field="parent",
        )


def above(account: Account) -> list[int]:
    """The ids of all accounts that it is under. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id) AS (
                SELECT parent_id FROM crm_account WHERE id = %s
                UNION
                SELECT a.parent_id FROM crm_account a JOIN above ON a.id = above.id
            )
            SELECT id FROM above WHERE id IS NOT NULL
            """,
            [account.pk],
        )
        return [pk for (pk,) in cursor]
