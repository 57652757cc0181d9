"""What can happen to a pass option? Made, edited, priced, put on sale, taken off it, deleted."""

from django.db import transaction
from django.db.models import ProtectedError, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Price, Priced
from tms import journal
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from . import types
from .models import OptionStatus, Pass, PassOption, PeriodUnit, TypeStatus

NAMED_AT_MOST = 80
LONGEST = {PeriodUnit.DAYS: 3650, PeriodUnit.MONTHS: 120}
NEEDS_PRICE = gettext_lazy("It has no price. Add at least one price first.")
LAST_OPTION = gettext_lazy(
    "It is the last published option of an Active pass type. "
    "Publish another one first, or archive the pass type instead."
)
LAST_PRICE = gettext_lazy(
    "It is the last price of a published option. "
    "Add another one first, or archive the option instead."
)


def why_not(
    verb: str, status: str, *, prices: int = 0, issued: int = 0, last_on_sale: bool = False
) -> str:
    """Why `verb` can't be done to an option in `status` now, as a sentence; empty: it can.

    `prices` is how many prices it has that aren't over, `issued` how many passes were issued by
    it, `last_on_sale` whether it is the one published option of an Active type.
    """
    if verb == "publish" and status == OptionStatus.PUBLISHED:
        return _("It is already published.")
    if verb == "publish" and not prices:
        return str(NEEDS_PRICE)
    if verb == "archive" and status == OptionStatus.ARCHIVED:
        return _("It is already archived.")
    if verb == "archive" and status == OptionStatus.DRAFT:
        return _("It is a draft and not on sale, so there is nothing to archive.")
    if verb == "delete" and issued:
        return ngettext(
            "%(n)d pass was issued by this option, so it stays on record. Archive it instead.",
            "%(n)d passes were issued by this option, so it stays on record. Archive it instead.",
            issued,
        ) % {"n": issued}
    if verb in {"archive", "delete"} and last_on_sale:
        return str(LAST_OPTION)
    return ""


def create(pass_type, *, name, period, period_unit, at, on, by, operation="") -> PassOption:
    """Make a Draft option. Refuses a name that the type already has, in whatever case."""
    name, period = _checked(name, period, period_unit)
    with transaction.atomic():
        found = types.locked(pass_type.pk)
        _refuse_taken(found, name)
        made = PassOption.objects.create(
            pass_type=found,
            name=name,
            period=period,
            period_unit=period_unit,
            priced=Priced.objects.create(),
        )
        journal.write(
            "pass_option.created",
            made.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            after=_facts(made) | {"pass_type": found.pk},
        )
    return made


def edit(
    option, *, name, period, period_unit, version=None, at, on, by, operation=""
) -> PassOption:
    """Change name and period. Passes already issued keep their dates."""
    name, period = _checked(name, period, period_unit)
    with transaction.atomic():
        found = locked(option, version)
        _refuse_taken(found.pass_type, name, but=found.pk)
        before = _facts(found)
        found.name, found.period, found.period_unit = name, period, period_unit
        after = _facts(found)
        changed = [key for key in after if after[key] != before[key]]
        if changed:
            _save(found, "name", "period", "period_unit")
            journal.write(
                "pass_option.edited",
                found.pk,
                at=at,
                on=on,
                by=by,
                operation=operation,
                before={key: before[key] for key in changed},
                after={key: after[key] for key in changed},
            )
    return found


def publish(option, *, version=None, at, on, by, operation="") -> PassOption:
    """Put a Draft or archived option on sale. Needs a price that isn't over on `on`."""
    with transaction.atomic():
        found = locked(option, version)
        if reason := why_not("publish", found.status, prices=prices_left(found, on)):
            raise Refusal(reason)
        return _move(found, OptionStatus.PUBLISHED, "published", at, on, by, operation)


def archive(option, *, version=None, at, on, by, operation="") -> list[Consequence]:
    """Take a published option off sale. Passes issued by it go on; says how many."""
    with transaction.atomic():
        found = locked(option, version)
        if reason := why_not("archive", found.status, last_on_sale=is_last_on_sale(found)):
            raise Refusal(reason)
        _move(found, OptionStatus.ARCHIVED, "archived", at, on, by, operation)
        off_sale = Consequence(
            "closes",
            _("%(name)s is off sale at once: nobody can be given it any more.")
            % {"name": found.name},
            1,
        )
        return [off_sale, *types.goes_on(Pass.objects.filter(option=found), on)]


def delete(option, *, version=None, at, on, by, operation="") -> list[Consequence]:
    """Delete an option that was never issued, with its prices."""
    with transaction.atomic():
        found = locked(option, version)
        issued, last = found.passes.count(), is_last_on_sale(found)
        if reason := why_not("delete", found.status, issued=issued, last_on_sale=last):
            raise Refusal(reason)
        prices = found.priced.prices.count()
        journal.write(
            "pass_option.deleted",
            found.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before=_facts(found) | {"pass_type": found.pass_type_id, "status": found.status},
        )
        try:
            found.delete()
        except ProtectedError as error:
            raise Refusal(_("It is still used elsewhere. Archive it instead.")) from error
        found.priced.delete()
    if not prices:
        return []
    sentence = ngettext(
        "%(n)d price is deleted with it.", "%(n)d prices are deleted with it.", prices
    )
    return [Consequence("closes", sentence % {"n": prices}, prices)]


def locked(option, version: int | None = None) -> PassOption:
    """The option under the lock of its type and its own. Raises Stale when gone or changed."""
    pass_type = types.locked(option.pass_type_id)
    found = (
        PassOption.objects.select_for_update(of=("self",))
        .select_related("priced")
        .filter(pk=option.pk)
        .first()
    )
    if found is None:
        raise Stale(_("This option was deleted meanwhile."))
    if version is not None and found.version != version:
        raise Stale(
            _("Somebody else changed %(name)s meanwhile. It is shown as it is now.")
            % {"name": found.name}
        )
    found.pass_type = pass_type
    return found


def prices_left(option, on) -> int:
    """How many prices of the option aren't over on `on`: valid then, or to come."""
    lasting = Q(valid_to=None) | Q(valid_to__gte=on)
    return Price.objects.filter(lasting, priced=option.priced_id).count()


def is_last_on_sale(option) -> bool:
    """Is it the one published option of an Active type? Ask under the type's lock."""
    return (
        option.status == OptionStatus.PUBLISHED
        and option.pass_type.status == TypeStatus.ACTIVE
        and not option.pass_type.options.filter(status=OptionStatus.PUBLISHED)
        .exclude(pk=option.pk)
        .exists()
    )


def _move(found, status, past, at, on, by, operation) -> PassOption:
    before, found.status = found.status, status
    _save(found, "status")
    journal.write(
        f"pass_option.{past}",
        found.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        before={"status": before},
        after={"status": status},
    )
    return found


def _save(found, *fields):
    found.version += 1
    found.save(update_fields=[*fields, "version"])


def _facts(found) -> dict:
    return {"name": found.name, "period": found.period, "period_unit": found.period_unit}


def _checked(name, period, period_unit) -> tuple[str, int]:
    name = " ".join((name or "").split())
    if not name:
        raise Refusal(_("Give it a name."), field="name")
    if len(name) > NAMED_AT_MOST:
        raise Refusal(
            _("Make it shorter: at most %(most)d characters.") % {"most": NAMED_AT_MOST},
            field="name",
        )
    if period_unit not in PeriodUnit.values:
        raise Refusal(_("Choose days or months."), field="period_unit")
    if not 1 <= period <= LONGEST[period_unit]:
        raise Refusal(
            _("Take a whole number from 1 to 3650 for days.")
            if period_unit == PeriodUnit.DAYS
            else _("Take a whole number from 1 to 120 for months."),
            field="period",
        )
    return name, period


def _refuse_taken(pass_type, name, but=None):
    others = pass_type.options.exclude(pk=but).alias(key=Lower("name"))
    if others.filter(key=Lower(Value(name))).exists():
        raise Refusal(
            _("%(type)s already has an option called %(name)s. Choose another name.")
            % {"type": pass_type.name, "name": name},
            field="name",
        )
