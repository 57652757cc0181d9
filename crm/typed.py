"""In which form is kept what people type about people?"""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tms import clock
from tms.refusals import Refusal
from tms.text import one_line, paragraphs

LONGER = {"notes": 20_000, "details": 20_000, "street": 400}


def address(email: str | None, *, field: str = "email") -> str | None:
    """An address in lower case, or None for nobody's; refused when no letter could reach it."""
    email = unicodedata.normalize("NFKC", email or "").strip().lower()
    if not email:
        return None
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal(
            _("“%(email)s” is not an email address. One looks like ada@example.com.")
            % {"email": one_line(email[:100], field=field)},
            field=field,
        ) from None
    if len(email) > 254:
        raise Refusal(_("An email address has 254 characters at most."), field=field)
    return email


def fields_of(model, values: dict, known: tuple[str, ...]) -> dict:
    """`values` of `model` as they are kept; text is cleaned and no longer than its column."""
    unknown = set(values) - set(known)
    if unknown:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))} to change")
    return {name: kept(model, name, value) for name, value in values.items()}


def kept(model, name: str, value):
    """One value of `model` as it is kept."""
    if name == "email":
        return address(value)
    if name == "time_zone":
        return zone(value)
    column = model._meta.get_field(name)
    if name in LONGER:
        return _short_enough(column, paragraphs(value, field=name), LONGER[name])
    if column.get_internal_type() == "CharField":
        return _short_enough(column, one_line(value, field=name), column.max_length)
    return value


def zone(name: str) -> str:
    """The name of a time zone, or "" for the installation's."""
    if name and name not in clock.zone_names():
        raise Refusal(
            _("There is no time zone called “%(name)s”.") % {"name": name}, field="time_zone"
        )
    return name or ""


def _short_enough(column, text, longest):
    if len(text) > longest:
        raise Refusal(
            _("%(what)s takes %(longest)s characters, and this has %(length)s.")
            % {
                "what": str(column.verbose_name).capitalize(),
                "longest": longest,
                "length": len(text),
            },
            field=column.name,
        )
    return text
