"""Which kinds of tokens are there? Made, edited, archived, restored; deleted if never used.

A token type is a unit of the catalogue and what it has beyond that; archiving one archives both.
Changing the redemption period changes only what is issued from then on.
"""

import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from catalog.models import Unit, UnitKind
from tms import journal
from tms.refusals import Refusal

from .models import TokenType


@transaction.atomic
def create(
    *,
    name: str,
    description: str = "",
    period: int | None = None,
    period_unit: str = "months",
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> TokenType:
    """Add a token type. `period` (None: for ever) counts "days" or "months".

    A name that a token type or a currency has, in any capitals, is refused.
    """
    unit = Unit(kind=UnitKind.TOKEN, decimals=0)
    rename(unit, name)
    token_type = TokenType(
        unit=unit, description=description.strip(), period=period, period_unit=period_unit
    )
    check_period(token_type)
    save(token_type)
    journal.write("token_type.created", token_type.pk, at=at, on=on, by=by, after=said(token_type))
    return token_type


@transaction.atomic
def edit(
    token_type: TokenType,
    *,
    name: str,
    description: str = "",
    period: int | None = None,
    period_unit: str = "months",
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> TokenType:
    """Change a token type; answers and refusals are those of `create`."""
    token_type = locked(token_type)
    before = said(token_type)
    rename(token_type.unit, name)
    token_type.description = description.strip()
    token_type.period, token_type.period_unit = period, period_unit
    check_period(token_type)
    after = said(token_type)
    if after != before:
        save(token_type)
        journal.write(
            "token_type.edited", token_type.pk, at=at, on=on, by=by, before=before, after=after
        )
    return token_type


@transaction.atomic
def archive(token_type: TokenType, *, at: datetime.datetime, on: datetime.date, by) -> TokenType:
    """Issue it no more and put it into no new price; what has been issued stays spendable."""
    token_type = locked(token_type)
    if token_type.unit.archived_at:
        raise Refusal(_("%(name)s is archived already.") % {"name": token_type})
    token_type.unit.archived_at = at
    token_type.unit.save()
    journal.write("token_type.archived", token_type.pk, at=at, on=on, by=by)
    return token_type


@transaction.atomic
def restore(token_type: TokenType, *, at: datetime.datetime, on: datetime.date, by) -> TokenType:
    """Offer it again for issues and prices."""
    token_type = locked(token_type)
    if not token_type.unit.archived_at:
        raise Refusal(_("%(name)s is in use already.") % {"name": token_type})
    token_type.unit.archived_at = None
    token_type.unit.save()
    journal.write("token_type.restored", token_type.pk, at=at, on=on, by=by)
    return token_type


@transaction.atomic
def delete(token_type: TokenType, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete a type that was never used: in no price, never issued."""
    token_type = locked(token_type)
    before, pk, unit = said(token_type), token_type.pk, token_type.unit
    try:
        with transaction.atomic():
            token_type.delete()
            unit.delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refusal(
            _("%(name)s is used, so it stays. Archive it instead.") % {"name": before["name"]}
        ) from error
    journal.write("token_type.deleted", pk, at=at, on=on, by=by, before=before)


def locked(token_type: TokenType) -> TokenType:
    found = (
        TokenType.objects.select_for_update().select_related("unit").filter(pk=token_type.pk)
    ).first()
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def rename(unit: Unit, name: str) -> None:
    """A token type's code is its name: prices and types are told apart by it."""
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("It needs a name."), field="name")
    unit.code = unit.label = name
    other = Unit.objects.filter(code__iexact=name).exclude(pk=unit.pk).first()
    if other:
        raise name_taken(other)


def name_taken(other: Unit) -> Refusal:
    if other.kind == UnitKind.CURRENCY:
        sentence = _("%(name)s is the code of a currency. Choose another name.")
    else:
        sentence = _("There is a token type %(name)s already. Choose another name.")
    return Refusal(sentence % {"name": other.code}, field="name")


def check_period(token_type: TokenType) -> None:
    if token_type.period is not None and token_type.period < 1:
        raise Refusal(_("At least 1. Leave it empty if it never ends."), field="period")


def save(token_type: TokenType) -> None:
    """Save both rows; a name taken at the same moment is the sentence."""
    unit = token_type.unit
    try:
        with transaction.atomic():
            unit.save()
            token_type.unit = unit
            token_type.save()
    except IntegrityError as error:
        if "unit_code_regardless_of_case" not in str(error):
            raise
        raise name_taken(Unit.objects.get(code__iexact=unit.code)) from error


def said(token_type: TokenType) -> dict:
    return {
        "name": token_type.unit.label,
        "description": token_type.description,
        "period": token_type.period,
        "period_unit": token_type.period_unit,
    }
