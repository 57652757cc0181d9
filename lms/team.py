"""What may an account manager see and do in the LMS? What is their account's, and nothing else.

The lists are of one account, by its id on every row; the verbs ask under the account's lock
whether they still look after it.
"""

import datetime

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.models import Event, Item, ItemStatus, Unit
from crm import managers
from crm.models import Account, Contact
from passes import entitlements, lifecycle
from passes.models import Pass
from tms.refusals import Refusal
from tokens.models import TokenIssue

from . import booked, checkout, paying
from .models import Registration

# Verbs


@transaction.atomic
def register(
    manager: Contact,
    account: Account,
    contact: Contact,
    *,
    unit: Unit,
    event: Event | None = None,
    path: Item | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Registration:
    """Register one of the account's people, paid for with its tokens, as they could themselves.

    Raises Refusal when the manager looks after the account no more, when the contact isn't the
    account's, has a place, or a pass of it that opens the same; and as `checkout.book_by_tokens`.
    """
    paying.hold(account.pk)
    managers.refuse_unless_manages(account.pk, manager.pk)
    contact = _of_account(account, contact)
    if booked.live(contact, event, path):
        raise Refusal(
            _("%(name)s is registered already.") % {"name": contact.name}, field="contact"
        )
    held = entitlements.covering_pass(contact.pk, on=on, event=event, path=path)
    if held and held.account_id == account.pk:
        raise Refusal(
            _("%(name)s holds %(pass_type)s, which includes it: they register without tokens.")
            % {"name": contact.name, "pass_type": held.pass_type.name},
            field="contact",
        )
    region = paying.region_of(contact)
    price = paying.price_in(unit, paying.prices_of(event, path, region, on))
    return checkout.book_by_tokens(
        contact,
        account=account,
        unit=unit,
        amount=price.amount,
        region=region,
        event=event,
        path=path,
        managed=True,
        at=at,
        on=on,
        by=by,
        operation=operation,
    )


@transaction.atomic
def assign(
    manager: Contact, account: Account, pass_id: int, *, contact: Contact | None, **who
) -> lifecycle.Change:
    """Give a pass of the account to one of its people, or to nobody: `passes.lifecycle.assign`."""
    paying.hold(account.pk)
    managers.refuse_unless_manages(account.pk, manager.pk)
    if not Pass.objects.filter(pk=pass_id, account=account.pk).exists():
        raise Refusal(_("One of these passes is no longer there. Load the page again."))
    if contact is not None:
        contact = _of_account(account, contact)
    return lifecycle.assign(pass_id, contact=contact, **who)


@transaction.atomic
def assign_many(manager: Contact, account: Account, pairs, **who) -> lifecycle.Change:
    """Give passes of the account to its people, by (pass id, contact): all or none."""
    pairs = list(pairs)
    paying.hold(account.pk)
    managers.refuse_unless_manages(account.pk, manager.pk)
    ids = {pk for pk, _contact in pairs}
    if Pass.objects.filter(pk__in=ids, account=account.pk).count() != len(ids):
        raise Refusal(_("One of these passes is no longer there. Load the page again."))
    theirs = people(account.pk).filter(pk__in={contact.pk for _pk, contact in pairs})
    if theirs.count() != len({contact.pk for _pk, contact in pairs}):
        raise Refusal(_("Choose some of your account's people."), field="contacts")
    return lifecycle.assign_many(pairs, **who)


def _of_account(account: Account, contact: Contact) -> Contact:
    found = people(account.pk).filter(pk=contact.pk).select_related("account").first()
    if found is None:
        raise Refusal(_("Choose one of your account's people."), field="contact")
    return found


# Questions


def people(account_id: int):
    """Everybody in use who belongs to the account. A queryset."""
    return Contact.objects.living().of_account(account_id)


def with_holdings(rows, account_id: int, on: datetime.date):
    """Each with `held` (active passes), `booked` (live places) and `done`: the account's."""
    places = Registration.objects.live().filter(account=account_id)
    return rows.annotate(
        held=_counted(Pass.objects.active_on(on).filter(account=account_id)),
        booked=_counted(places),
        done=_counted(places.filter(completed_at__isnull=False)),
    )


def bookable_events(on: datetime.date):
    """What can be booked on that day, of courses on offer, as combobox choices. A queryset."""
    rows = Event.objects.bookable_on(on).filter(course__status=ItemStatus.PUBLISHED)
    return rows.select_related("course").order_by("first_on", "pk")


def units(account_id: int):
    """The token types that the account was ever given any of. A queryset of units."""
    issues = TokenIssue.objects.filter(account=account_id).values("token_type__unit")
    return Unit.objects.tokens().filter(pk__in=issues).order_by("label")


def _counted(rows):
    """How many of these each contact has."""
    each = rows.filter(contact=OuterRef("pk")).order_by().values("contact")
    counted = Subquery(each.annotate(n=Count("*")).values("n"), output_field=IntegerField())
    return Coalesce(counted, 0)
