"""Which sale does asking for a pass open?

An opportunity of the learner's account with the pass as its interest, in the first stage. Whoever
asks again while it is open finds the same one.
"""

import datetime

from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Price, UnitKind
from crm import accounts, interests, opportunities
from crm.models import Contact, Opportunity
from passes import selling
from passes.models import OptionStatus, PassOption, PassType

from .models import Request

SOURCE = "LMS"


def options_of(pass_type: PassType) -> list[PassOption]:
    """The options that can be asked for, in the order they were made. One statement."""
    published = PassOption.objects.filter(pass_type=pass_type, status=OptionStatus.PUBLISHED)
    return list(published.select_related("pass_type").order_by("pk"))


def opportunity_for(
    contact: Contact,
    pass_type: PassType,
    option: PassOption | None,
    *,
    note: str,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Opportunity | None:
    """The open one that they asked for this type on, or a new one. Locks the account.

    None where nothing can be sold: the account is put away, or its region has no currency.
    """
    earlier = Request.objects.filter(
        contact=contact, pass_type=pass_type, opportunity__closed_on=None
    ).exclude(opportunity=None)
    if found := earlier.select_related("opportunity").order_by("-pk").first():
        return found.opportunity
    account = contact.account
    region = account.region or accounts.default_region()
    if account.archived_at or region is None:
        return None
    if not region.currencies.filter(archived_at=None).exists():
        return None
    owner = account.owner
    who = {"at": at, "on": on, "by": by}
    made = opportunities.create(
        account=account,
        name=_("%(pass_type)s for %(name)s")
        % {"pass_type": pass_type.name[:90], "name": contact.name[:90]},
        contact=contact,
        owner=owner if owner and owner.is_staff and owner.is_active else None,
        source=SOURCE,
        notes=note,
        **who,
    )
    _fill_in(made, option or next(iter(options_of(pass_type)), None), contact, **who)
    return made


def _fill_in(made: Opportunity, option: PassOption | None, contact: Contact, **who) -> None:
    """What they asked for, at the catalogue's price; without one staff say what it costs."""
    price = option and _price(made, option, who["on"])
    if not price:
        return
    wanted = interests.Wanted(
        **selling.named(option),
        quantity=1,
        unit=price.unit,
        unit_price=price.amount,
        list_price=price.amount,
        tax_level=price.tax_level,
        contacts=[contact],
    )
    selling.add_interest(made.pk, wanted, option=option, **who)


def _price(made: Opportunity, option: PassOption, on: datetime.date) -> Price | None:
    """In the opportunity's currency, or else in tokens; None where it has neither."""
    owner = option.priced_id
    found = pricing.prices_for([owner], region=made.region, on=on)[owner]
    fitting = [
        each
        for each in found
        if each.tax_level.archived_at is None
        and (each.unit_id == made.currency_id or each.unit.kind == UnitKind.TOKEN)
    ]
    return next(iter(fitting), None)
