"""Which packs of tokens are there to buy? Made, edited, priced, archived, restored."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Price, Priced, UnitKind
from tms import journal
from tms.refusals import Refusal, Stale

from . import beats, issuing, selling
from .models import TokenPack, TokenType

FIELDS = ("name", "units", "period", "period_unit", "position")


@transaction.atomic
def create(
    *,
    token_type: TokenType,
    name: str,
    units: int,
    period: int | None = None,
    period_unit: str = "months",
    position: int = 0,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenPack:
    """Add a pack of `units` tokens, sold once it has a price. `period` None: as the type says.

    Raises Refusal for an archived type, a name that is taken, a number that isn't whole.
    """
    selling.refuse_archived(token_type)
    made = TokenPack(token_type=token_type, priced=Priced.objects.create())
    _fill(made, name, units, period, period_unit, position, on)
    _save(made)
    journal.write(
        "token_pack.created",
        made.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        after=said(made) | {"token_type": token_type.pk},
    )
    return made


@transaction.atomic
def edit(
    pack: TokenPack,
    *,
    name: str,
    units: int,
    period: int | None = None,
    period_unit: str = "months",
    position: int = 0,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenPack:
    """Change what is sold from now on; what was bought stays as it was. Raises Stale, Refusal."""
    found = locked(pack, version)
    before = said(found)
    _fill(found, name, units, period, period_unit, position, on)
    after = said(found)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        found.version += 1
        _save(found)
        journal.write(
            "token_pack.edited",
            found.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    return found


def archive(pack: TokenPack, *, version=None, at, on, by, operation="") -> TokenPack:
    """Sell it no more. What was bought stays."""
    return _move(pack, "archived", version, at=at, on=on, by=by, operation=operation)


def restore(pack: TokenPack, *, version=None, at, on, by, operation="") -> TokenPack:
    """Sell it again."""
    return _move(pack, "restored", version, at=at, on=on, by=by, operation=operation)


@transaction.atomic
def _move(pack: TokenPack, past: str, version, *, at, on, by, operation) -> TokenPack:
    found = locked(pack, version)
    if bool(found.archived_at) == (past == "archived"):
        words = {"name": found}
        if past == "archived":
            raise Refusal(_("%(name)s is archived already.") % words)
        raise Refusal(_("%(name)s is in use already.") % words)
    found.archived_at = at if past == "archived" else None
    found.version += 1
    found.save(update_fields=["archived_at", "version"])
    journal.write(f"token_pack.{past}", found.pk, at=at, on=on, by=by, operation=operation)
    return found


# Prices: those of all things (catalog.pricing), in money alone.


@transaction.atomic
def add_price(pack: TokenPack, *, at, on, by, **price) -> Price:
    """Give it a price, for all of its tokens together. Raises Refusal for a price in tokens."""
    _refuse_tokens(price)
    return pricing.set_price(locked(pack).priced, at=at, on=on, by=by, **price)


@transaction.atomic
def edit_price(pack: TokenPack, price: Price, *, at, on, by, **answers) -> Price:
    """Change a price; what was sold at it stays as it was sold."""
    _refuse_tokens(answers)
    locked(pack)
    return pricing.edit_price(price, at=at, on=on, by=by, **answers)


@transaction.atomic
def remove_price(pack: TokenPack, price: Price, *, at, on, by) -> None:
    """Without any it isn't sold."""
    locked(pack)
    pricing.remove_price(price, keep_last=False, at=at, on=on, by=by)


def _refuse_tokens(price: dict) -> None:
    unit = price.get("unit")
    if unit and unit.kind == UnitKind.TOKEN:
        raise Refusal(_("Tokens are bought with money: choose a currency."), field="token")
    if price.get("amount") == 0:
        raise Refusal(_("A pack that costs nothing can't be sold. Give its price."), field="amount")


def expiry_of(pack: TokenPack, on: datetime.date) -> datetime.date | None:
    """The last day to spend what is bought on `on`; None: never over."""
    if pack.period is None:
        return issuing.expiry_of(pack.token_type, on)
    return issuing.expiry_of(TokenType(period=pack.period, period_unit=pack.period_unit), on)


def locked(pack: TokenPack, version: int | None = None) -> TokenPack:
    rows = TokenPack.objects.select_for_update(of=("self",))
    found = rows.select_related("token_type__unit", "priced").get(pk=pack.pk)
    if version is not None and found.version != version:
        raise Stale(
            _("Somebody else changed %(name)s meanwhile. It is shown as it is now.")
            % {"name": found}
        )
    return found


def said(pack: TokenPack) -> dict:
    return {name: getattr(pack, name) for name in FIELDS}


def _fill(pack: TokenPack, name, units, period, period_unit, position, on) -> None:
    pack.name = " ".join(name.split())
    if not pack.name:
        raise Refusal(_("It needs a name."), field="name")
    pack.units = beats.whole(units, field="units")
    if period is not None and period < 1:
        raise Refusal(_("At least 1. Leave it empty if it is as the type says."), field="period")
    pack.period, pack.period_unit, pack.position = period, period_unit, position
    expiry_of(pack, on)
    others = TokenPack.objects.filter(name__iexact=pack.name).exclude(pk=pack.pk)
    if others.exists():
        raise _taken(pack.name)


def _taken(name: str) -> Refusal:
    sentence = _("There is a token pack %(name)s already. Choose another name.")
    return Refusal(sentence % {"name": name}, field="name")


def _save(pack: TokenPack) -> None:
    """A name taken at the same moment is the sentence."""
    try:
        with transaction.atomic():
            pack.save()
    except IntegrityError as error:
        if "token_pack_name_once" not in str(error):
            raise
        raise _taken(pack.name) from error
