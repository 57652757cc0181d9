"""Which markets are there? Each with its currencies, its tax, its countries; one is the default."""

import datetime

from babel import Locale
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from tms import days, journal
from tms.refusals import Refusal

from .models import Price, Region, TaxLevel

# Verbs


@transaction.atomic
def create(
    *,
    name: str,
    currencies,
    tax_level: TaxLevel,
    countries=(),
    shows_tax: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Region:
    """Add a region. The first one is the installation's default.

    `currencies` are units, `countries` two-letter codes; a country may be in one region only.
    """
    one_at_a_time()
    region = Region(is_default=not Region.objects.filter(is_default=True).exists())
    write_values(region, name, currencies, tax_level, countries, shows_tax)
    save(region)
    region.currencies.set(currencies)
    journal.write("region.created", region.pk, at=at, on=on, by=by, after=said(region))
    return region


@transaction.atomic
def edit(
    region: Region,
    *,
    name: str,
    currencies,
    tax_level: TaxLevel,
    countries=(),
    shows_tax: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Region:
    """Change a region; answers and refusals are those of `create`.

    A currency that prices of the region are in can't be taken off.
    """
    one_at_a_time()
    region = locked(region)
    before = said(region)
    gone = region.currencies.exclude(pk__in=[unit.pk for unit in currencies])
    price = Price.objects.filter(region=region, unit__in=gone).select_related("unit").first()
    if price:
        raise Refusal(
            _("There are prices for %(region)s in %(unit)s. Remove them first.")
            % {"region": region.name, "unit": price.unit},
            field="currencies",
        )
    write_values(region, name, currencies, tax_level, countries, shows_tax)
    save(region)
    region.currencies.set(currencies)
    after = said(region)
    if after != before:
        journal.write("region.edited", region.pk, at=at, on=on, by=by, before=before, after=after)
    return region


@transaction.atomic
def make_default(region: Region, *, at: datetime.datetime, on: datetime.date, by) -> Region:
    """Make it the region of visitors who haven't chosen one; the one before is it no more."""
    one_at_a_time()
    region = locked(region)
    must_be_in_use(region)
    old = Region.objects.filter(is_default=True).first()
    if old == region:
        return region
    if old:
        old.is_default = False
        old.save()
    region.is_default = True
    region.save()
    before = {"default": old.pk if old else None}
    after = {"default": region.pk}
    journal.write("region.made_default", region.pk, at=at, on=on, by=by, before=before, after=after)
    return region


@transaction.atomic
def archive(region: Region, *, at: datetime.datetime, on: datetime.date, by) -> Region:
    """Offer it no more for new prices and accounts. The default is refused."""
    one_at_a_time()
    region = locked(region)
    must_be_in_use(region)
    if region.is_default:
        raise Refusal(
            _("%(name)s is the default. Make another region the default first.")
            % {"name": region.name}
        )
    region.archived_at = at
    region.save()
    journal.write("region.archived", region.pk, at=at, on=on, by=by)
    return region


@transaction.atomic
def restore(region: Region, *, at: datetime.datetime, on: datetime.date, by) -> Region:
    """Offer it again."""
    one_at_a_time()
    region = locked(region)
    if not region.archived_at:
        raise Refusal(_("%(name)s is in use already.") % {"name": region.name})
    region.archived_at = None
    region.save()
    journal.write("region.restored", region.pk, at=at, on=on, by=by)
    return region


@transaction.atomic
def delete(region: Region, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete a region that no price and no account has. The default is refused."""
    one_at_a_time()
    region = locked(region)
    if region.is_default:
        raise Refusal(
            _("%(name)s is the default. Make another region the default first.")
            % {"name": region.name}
        )
    before, pk = said(region), region.pk
    try:
        with transaction.atomic():
            region.delete()
    except ProtectedError as error:
        raise Refusal(
            _("%(name)s has prices or accounts, so it stays. Archive it instead.")
            % {"name": before["name"]}
        ) from error
    journal.write("region.deleted", pk, at=at, on=on, by=by, before=before)


# Questions


def country_choices() -> list[tuple[str, str]]:
    """(code, name) of all countries, by name, in the reader's language."""
    names = days.reader().territories
    return sorted(((code, names[code]) for code in COUNTRIES), key=lambda choice: choice[1])


def country_names(codes) -> list[str]:
    """The names of countries by their codes, sorted, in the reader's language."""
    names = days.reader().territories
    return sorted(names.get(code, code) for code in codes)


# How

# Groups and parts of countries that the list of territories has beside countries.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
COUNTRIES = frozenset(
    code
    for code in Locale("en").territories
    if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
)


def one_at_a_time() -> None:
    """Regions are changed one after another: one default, a country in one region."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Region._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def locked(region: Region) -> Region:
    found = Region.objects.filter(pk=region.pk).first()
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def must_be_in_use(region: Region) -> None:
    if region.archived_at:
        raise Refusal(_("%(name)s is archived. Restore it first.") % {"name": region.name})


def write_values(region: Region, name, currencies, tax_level, countries, shows_tax) -> None:
    region.name, region.shows_tax = " ".join(name.split()), shows_tax
    if not region.name:
        raise Refusal(_("It needs a name."), field="name")
    other = Region.objects.filter(name__iexact=region.name).exclude(pk=region.pk).first()
    if other:
        raise name_taken(other.name)
    if not any(unit.archived_at is None for unit in currencies):
        raise Refusal(_("It needs at least one currency in use."), field="currencies")
    if tax_level.archived_at and tax_level.pk != region.tax_level_id:
        raise Refusal(
            _("%(tax)s is archived. Choose a tax level in use.") % {"tax": tax_level},
            field="tax_level",
        )
    region.tax_level = tax_level
    region.countries = sorted({code.upper() for code in countries})
    unknown = set(region.countries) - COUNTRIES
    if unknown:
        raise Refusal(
            _("There is no country %(code)s.") % {"code": min(unknown)}, field="countries"
        )
    other = Region.objects.filter(countries__overlap=region.countries).exclude(pk=region.pk).first()
    if other:
        shared = country_names(set(other.countries) & set(region.countries))
        raise Refusal(
            _("%(country)s belongs to %(region)s. A country is in one region only.")
            % {"country": shared[0], "region": other.name},
            field="countries",
        )


def save(region: Region) -> None:
    try:
        with transaction.atomic():
            region.save()
    except IntegrityError as error:
        if "region_name_regardless_of_case" not in str(error):
            raise
        raise name_taken(region.name) from error


def name_taken(name: str) -> Refusal:
    return Refusal(
        _("There is a region %(name)s already. Edit that one, or choose another name.")
        % {"name": name},
        field="name",
    )


def said(region: Region) -> dict:
    return {
        "name": region.name,
        "currencies": sorted(region.currencies.values_list("pk", flat=True)),
        "tax_level": region.tax_level_id,
        "countries": region.countries,
        "shows_tax": region.shows_tax,
    }
