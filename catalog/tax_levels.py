"""Which taxes are there? Names and percentages; what has been used is archived, never deleted."""

import datetime
import decimal

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal

from .models import Region, TaxLevel


@transaction.atomic
def create(
    *, name: str, percent: decimal.Decimal, at: datetime.datetime, on: datetime.date, by
) -> TaxLevel:
    """Add a tax level; a name that is taken, in any capitals, is refused."""
    level = TaxLevel()
    write_values(level, name, percent)
    save(level)
    journal.write("tax_level.created", level.pk, at=at, on=on, by=by, after=said(level))
    return level


@transaction.atomic
def edit(
    level: TaxLevel,
    *,
    name: str,
    percent: decimal.Decimal,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> TaxLevel:
    """Rename it or change its percentage: prices show the new one from now on."""
    level = locked(level)
    before = said(level)
    write_values(level, name, percent)
    after = said(level)
    if after != before:
        save(level)
        journal.write("tax_level.edited", level.pk, at=at, on=on, by=by, before=before, after=after)
    return level


@transaction.atomic
def archive(level: TaxLevel, *, at: datetime.datetime, on: datetime.date, by) -> TaxLevel:
    """Offer it no more for new prices. A region's default is refused."""
    level = locked(level)
    if level.archived_at:
        raise Refusal(_("%(name)s is archived already.") % {"name": level.name})
    region = Region.objects.filter(tax_level=level, archived_at=None).first()
    if region:
        raise Refusal(
            _("%(name)s is the default of %(region)s. Give that region another one first.")
            % {"name": level.name, "region": region.name}
        )
    level.archived_at = at
    level.save()
    journal.write("tax_level.archived", level.pk, at=at, on=on, by=by)
    return level


@transaction.atomic
def restore(level: TaxLevel, *, at: datetime.datetime, on: datetime.date, by) -> TaxLevel:
    """Offer it again."""
    level = locked(level)
    if not level.archived_at:
        raise Refusal(_("%(name)s is in use already.") % {"name": level.name})
    level.archived_at = None
    level.save()
    journal.write("tax_level.restored", level.pk, at=at, on=on, by=by)
    return level


@transaction.atomic
def delete(level: TaxLevel, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete one that no price and no region has."""
    level = locked(level)
    before, pk = said(level), level.pk
    try:
        with transaction.atomic():
            level.delete()
    except ProtectedError as error:
        raise Refusal(
            _("%(name)s is used by prices or regions. Archive it instead.")
            % {"name": before["name"]}
        ) from error
    journal.write("tax_level.deleted", pk, at=at, on=on, by=by, before=before)


def locked(level: TaxLevel) -> TaxLevel:
    found = TaxLevel.objects.select_for_update().filter(pk=level.pk).first()
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def write_values(level: TaxLevel, name: str, percent: decimal.Decimal) -> None:
    level.name, level.percent = " ".join(name.split()), percent
    if not level.name:
        raise Refusal(_("It needs a name."), field="name")
    if not 0 <= percent <= 100:
        raise Refusal(_("A percentage is between 0 and 100."), field="percent")
    other = TaxLevel.objects.filter(name__iexact=level.name).exclude(pk=level.pk).first()
    if other:
        raise name_taken(other.name)


def save(level: TaxLevel) -> None:
    try:
        with transaction.atomic():
            level.save()
    except IntegrityError as error:
        if "tax_level_name_regardless_of_case" not in str(error):
            raise
        raise name_taken(level.name) from error


def name_taken(name: str) -> Refusal:
    return Refusal(
        _("There is a tax level %(name)s already. Edit that one, or choose another name.")
        % {"name": name},
        field="name",
    )


def said(level: TaxLevel) -> dict:
    return {"name": level.name, "percent": f"{level.percent.normalize():f}"}
