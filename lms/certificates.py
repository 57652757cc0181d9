"""Who gets which certificate, when, and until when does it hold?

Issued in the transaction of the completion that it proves, once for each. Its number is drawn and
not counted: it can't be guessed from another one, and strangers verify it by that alone.
"""

import datetime
import secrets

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Contact
from passes import periods
from passes.models import PeriodUnit
from tms import clock, journal
from tms.consequences import Consequence
from tms.days import day_text
from tms.models import Organisation

from .models import Certificate, CertificateTerms, Completion, Registration

# Without those that are taken for one another: 0 and O, 1, I and L, U and V.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def draw_number() -> str:
    """Twelve letters in threes of four, 58 bits: K7QF-2M9X-TB4H."""
    drawn = "".join(secrets.choice(LETTERS) for _place in range(12))
    return "-".join(drawn[at : at + 4] for at in (0, 4, 8))


def as_number(typed: str) -> str:
    """What somebody typed, as numbers are written: any case, with or without dashes or blanks."""
    bare = "".join(each for each in (typed or "").upper() if each.isalnum())[:12]
    return "-".join(filter(None, (bare[:4], bare[4:8], bare[8:])))


def find(typed: str) -> Certificate | None:
    return Certificate.objects.filter(number=as_number(typed)).first()


def terms_of(item_id: int) -> CertificateTerms | None:
    """What completing it is certified with now; None where nothing is."""
    rows = CertificateTerms.objects.select_related("item")
    return rows.filter(item=item_id, granted=True).first()


def last_day(terms: CertificateTerms, on: datetime.date) -> datetime.date | None:
    """Until when a certificate of what was completed on this day holds."""
    return terms.months and periods.expiry(on, terms.months, PeriodUnit.MONTHS)[0]


def issue(
    contact_id: int, item_id: int, *, cause: str, completed_on=None, at, on, by
) -> Certificate | None:
    """Certify that the contact completed it on that day (None: today), if that is certified. Once a
    cause.

    Call it in the transaction of the completion, with what it is issued for as `cause`.
    """
    terms = terms_of(item_id)
    if terms is None:
        return None
    contact = Contact.objects.get(pk=contact_id)
    issuer = Organisation.objects.values_list("name", flat=True).get(pk=1)
    made, news = Certificate.objects.get_or_create(
        cause=cause, defaults=_said(contact, terms, issuer, on=completed_on or on, at=at)
    )
    if news:
        journal.write_all([_fact(made, at=at, on=on, by=by)])
    return made


def issue_again(registration: Registration, item_id: int, *, at, on, by) -> Certificate | None:
    """Certify anew what was completed anew: on a place taken after the last certificate."""
    since = Certificate.objects.filter(
        contact=registration.contact_id, item=item_id, issued_at__gte=registration.registered_at
    )
    if since.exists():
        return None
    cause = f"r{registration.pk}"
    return issue(registration.contact_id, item_id, cause=cause, at=at, on=on, by=by)


@transaction.atomic
def set_terms(
    item_id: int,
    *,
    granted: bool,
    months: int | None,
    text: str,
    also_past: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> list[Consequence]:
    """Say what completing it is certified with; `also_past`: for those who completed it before.

    What was issued stays as it is. Theirs hold from the day on which they completed it.
    """
    CertificateTerms.objects.get_or_create(item_id=item_id, defaults={"granted": False})
    rows = CertificateTerms.objects.select_for_update(of=("self",)).select_related("item")
    terms = rows.get(item=item_id)
    names = ("granted", "months", "text")
    before = {name: getattr(terms, name) for name in names}
    after = {"granted": granted, "months": months, "text": text}
    if after != before:
        for name, value in after.items():
            setattr(terms, name, value)
        terms.version += 1
        terms.save()
        changed = {name for name in names if after[name] != before[name]}
        journal.write(
            "item.certificate_changed",
            item_id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            at=at,
            on=on,
            by=by,
        )
    if not (granted and also_past):
        return []
    return _issue_to_all(terms, at=at, on=on, by=by)


def _issue_to_all(terms: CertificateTerms, *, at, on, by) -> list[Consequence]:
    """To everybody who completed it and has none of it."""
    without = Completion.objects.filter(item=terms.item_id).exclude(
        contact__certificates__item=terms.item_id
    )
    done = list(without.select_related("contact").order_by("pk"))
    organisation = Organisation.objects.get(pk=1)
    made = Certificate.objects.bulk_create(
        Certificate(
            cause=f"c{each.pk}",
            **_said(
                each.contact,
                terms,
                organisation.name,
                on=clock.day_of(each.at, organisation.time_zone),
                at=at,
            ),
        )
        for each in done
    )
    journal.write_all([_fact(each, at=at, on=on, by=by) for each in made])
    if not made:
        return []
    sentence = ngettext(
        "%(count)s certificate is issued to who completed it before.",
        "%(count)s certificates are issued to those who completed it before.",
        len(made),
    )
    return [Consequence("gives", sentence % {"count": len(made)}, len(made))]


def _said(contact: Contact, terms: CertificateTerms, issuer: str, *, on, at) -> dict:
    """What a certificate says, by field."""
    return {
        "number": draw_number(),
        "contact": contact,
        "item_id": terms.item_id,
        "name": contact.name[:220],
        "title": terms.item.title,
        "text": terms.text,
        "issuer": issuer,
        "completed_on": on,
        "valid_until": last_day(terms, on),
        "issued_at": at,
    }


def _fact(certificate: Certificate, *, at, on, by):
    return journal.row(
        "certificate.issued",
        certificate.pk,
        contact_id=certificate.contact_id,
        after={"number": certificate.number, "valid_until": certificate.valid_until},
        at=at,
        on=on,
        by=by,
    )


def validity(certificate: Certificate) -> str:
    """Until when it holds, in words."""
    if certificate.valid_until is None:
        return _("For good")
    return _("Until %(day)s") % {"day": day_text(certificate.valid_until)}
