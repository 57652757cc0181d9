"""What is this installation called, which clock does it go by, and who may come in?"""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tms import clock, consequences, journal
from tms.consequences import Fact
from tms.models import Organisation
from tms.refusals import Refusal

from .logo import redrawn

PLAIN = (
    "name",
    "time_zone",
    "language",
    "second_factor",
    "sign_up_open",
    "learners_cancel",
    "learners_transfer",
    "sells_online",
    "offer_hours",
    "contact_email",
    "postal_address",
    "tax_number",
    "bank_details",
    "payment_note",
    "document_footer",
)


def locked() -> Organisation:
    """The one row, under its lock; made if there is none yet."""
    Organisation.objects.get_or_create(pk=1)
    return Organisation.objects.select_for_update().get(pk=1)


@transaction.atomic
def change(*, by, at, on, logo=None, remove_logo: bool = False, **answers) -> Organisation:
    """Change what `answers` names of `PLAIN`.

    `logo` is an uploaded file, drawn anew before it is kept. Journaled with before and after.
    """
    row = locked()
    before, after = {}, {}
    if answers.get("time_zone", row.time_zone) not in clock.zone_names():
        raise Refusal(_("Choose a time zone from the list."), field="time_zone")
    if answers.get("language", row.language) not in dict(settings.LANGUAGES):
        raise Refusal(_("Choose a language from the list."), field="language")
    for field in PLAIN:
        if field in answers and answers[field] != getattr(row, field):
            before[field], after[field] = getattr(row, field), answers[field]
            setattr(row, field, answers[field])
    if logo:
        set_logo(row, logo, at=at)
        before["logo"], after["logo"] = "", "changed"
    elif remove_logo and row.logo:
        row.logo = ""
        before["logo"], after["logo"] = "shown", ""
    if after:
        row.save()
        if "time_zone" in after:
            zone = {"time_zone": row.time_zone}
            fact = Fact("organisation.zone_changed", (row.pk,), at=at, on=on, by=by, data=zone)
            consequences.follow(fact)
        journal.write(
            "organisation.changed", row.pk, at=at, on=on, by=by, before=before, after=after
        )
    return row


def set_logo(row: Organisation, upload, *, at) -> None:
    """Keep the redrawn picture under a name of its own, so that browsers may keep it for long."""
    picture = redrawn(upload)
    row.logo.save(f"{int(at.timestamp())}.png", picture, save=False)
