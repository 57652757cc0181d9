"""Is this installation new, and how does it begin?"""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tms import journal, languages
from tms.models import Organisation, User
from tms.refusals import Refusal

from . import organisation as organisations
from . import roles, staff


def is_due(organisation: Organisation) -> bool:
    """Whether nobody has set this installation up. No query once somebody has."""
    return organisation.set_up_at is None and not User.objects.exists()


def set_up_code() -> str:
    """What the first page asks for in production: made of SECRET_KEY, 80 bits, in four groups."""
    digits = salted_hmac("tms.people.first", "set up", algorithm="sha256").hexdigest()[:20]
    return "-".join(digits[start : start + 5] for start in range(0, 20, 5))


def is_code(given: str) -> bool:
    return constant_time_compare(given.strip().lower(), set_up_code())


@transaction.atomic
def set_up(
    *,
    organisation: str,
    time_zone: str,
    currency: str,
    region: str,
    name: str,
    email: str,
    password: str,
    at,
    on,
    logo=None,
    language: str = "",
    code: str = "",
) -> User:
    """Name the organisation, make its region and currency and its first administrator.

    All or nothing, and once: refused for ever after. In production refused without the `code`,
    which only who runs the installation can see. Locks the organisation. `currency` is an ISO
    code, `language` that of who asks; `settings.FIRST_STEPS` make it and the region, and say in
    that language what was made before, called with (currency=, region=, by=, at=, on=).
    """
    row = organisations.locked()
    if not is_due(row):
        raise Refusal(_("This installation is set up already. Sign in instead."))
    if settings.ASKS_SET_UP_CODE and not is_code(code):
        raise Refusal(
            _(
                "That is not the code. Whoever runs this installation gets it by manage.py "
                "set_up_code."
            ),
            field="code",
        )
    row.name, row.time_zone, row.set_up_at = organisation, time_zone, at
    row.language = languages.spoken(language) or row.language
    if logo:
        organisations.set_logo(row, logo, at=at)
    row.save()
    roles.sync()
    user = staff.admit(email, name, password, [roles.ADMINISTRATOR], by=None, at=at, on=on)
    # What is made for them is data, in the language of the installation from now on.
    with translation.override(row.language):
        for path in settings.FIRST_STEPS:
            import_string(path)(currency=currency, region=region, by=user, at=at, on=on)
    after = {"name": organisation, "time_zone": time_zone, "currency": currency, "region": region}
    journal.write("organisation.set_up", row.pk, at=at, on=on, by=user, after=after)
    return user
