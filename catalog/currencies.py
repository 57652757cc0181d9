"""Which currencies does the installation use? Chosen from the ISO list, with their own decimals."""

import datetime
import functools

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_currency_precision, get_territory_currencies
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from tms import days, journal
from tms.refusals import Refusal

from .models import Region, Unit, UnitKind


@transaction.atomic
def add(code: str, *, at: datetime.datetime, on: datetime.date, by) -> Unit:
    """Use the currency called `code` by ISO 4217. Its decimals are the currency's: JPY 0, KWD 3.

    One that is used is refused; one that was archived is used again.
    """
    code = code.strip().upper()
    if code not in codes(on):
        raise Refusal(
            _("%(code)s isn't a currency of the ISO list.") % {"code": code}, field="code"
        )
    unit = Unit.objects.select_for_update().filter(code__iexact=code).first()
    if unit and unit.kind == UnitKind.TOKEN:
        raise Refusal(
            _("A token type is called %(code)s. Rename it first.") % {"code": code}, field="code"
        )
    if unit and not unit.archived_at:
        raise used_already(code)
    if unit:
        return restore(unit, at=at, on=on, by=by)
    name = get_currency_name(code, locale=Locale("en"))
    unit = Unit(
        kind=UnitKind.CURRENCY, code=code, label=name, decimals=get_currency_precision(code)
    )
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise used_already(code) from error
    after = {"code": code, "decimals": unit.decimals}
    journal.write("unit.created", unit.pk, at=at, on=on, by=by, after=after)
    return unit


@transaction.atomic
def archive(unit: Unit, *, at: datetime.datetime, on: datetime.date, by) -> Unit:
    """Offer it no more for new prices; prices in it stay. A region's only currency is refused."""
    unit = locked(unit)
    if unit.archived_at:
        raise Refusal(_("%(unit)s is archived already.") % {"unit": unit})
    for region in Region.objects.filter(currencies=unit, archived_at=None):
        if not region.currencies.filter(archived_at=None).exclude(pk=unit.pk).exists():
            raise Refusal(
                _("%(unit)s is the only currency of %(region)s. Add another one there first.")
                % {"unit": unit, "region": region.name}
            )
    unit.archived_at = at
    unit.save()
    journal.write("unit.archived", unit.pk, at=at, on=on, by=by)
    return unit


@transaction.atomic
def restore(unit: Unit, *, at: datetime.datetime, on: datetime.date, by) -> Unit:
    """Offer it again for new prices."""
    unit = locked(unit)
    if not unit.archived_at:
        raise Refusal(_("%(unit)s is in use already.") % {"unit": unit})
    unit.archived_at = None
    unit.save()
    journal.write("unit.restored", unit.pk, at=at, on=on, by=by)
    return unit


@transaction.atomic
def delete(unit: Unit, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete a currency that no price and no region has. One that has prices is archived."""
    unit = locked(unit)
    region = Region.objects.filter(currencies=unit).first()
    if region:
        raise Refusal(
            _("%(region)s uses %(unit)s. Take it off there first.")
            % {"unit": unit, "region": region.name}
        )
    before, pk = {"code": unit.code}, unit.pk
    try:
        with transaction.atomic():
            unit.delete()
    except ProtectedError as error:
        raise Refusal(
            _("There are prices in %(unit)s, so it stays. Archive it instead.")
            % {"unit": before["code"]}
        ) from error
    journal.write("unit.deleted", pk, at=at, on=on, by=by, before=before)


# Questions


@functools.lru_cache(maxsize=8)
def codes(on: datetime.date) -> frozenset[str]:
    """The codes of all currencies that are tender somewhere on `on`."""
    found = set()
    for territory in get_global("territory_currencies"):
        found.update(get_territory_currencies(territory, on, on, tender=True))
    return frozenset(code for code in found if get_currency_precision(code) <= 4)


def choices(on: datetime.date) -> list[tuple[str, str]]:
    """(code, "EUR, Euro") of all currencies of the ISO list, by code, in the reader's language."""
    locale = days.reader()
    return [
        (code, f"{code}, {get_currency_name(code, locale=locale)}") for code in sorted(codes(on))
    ]


# How


def locked(unit: Unit) -> Unit:
    found = Unit.objects.select_for_update().filter(pk=unit.pk, kind=UnitKind.CURRENCY).first()
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def used_already(code: str) -> Refusal:
    return Refusal(_("%(code)s is in use already.") % {"code": code}, field="code")
