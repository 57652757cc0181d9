"""What do passes hold about a person, and which of theirs end with them?"""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.consequences import Consequence
from tms.personal import Part, Person, part

from . import lifecycle, rules
from .models import Pass


def held(person: Person) -> list[Part]:
    rows = Pass.objects.filter(Q(contact=person.contact_id) | Q(account__in=person.own_accounts))
    return [
        part(
            "passes",
            _("Training passes"),
            rows,
            "id",
            "pass_type__name",
            "option__name",
            "account_id",
            "starts_on",
            "expires_on",
            "issued_at",
            "assigned_on",
            "cancelled_at",
            "external_ids",
            "source",
        )
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Passes that still run: an account's go back to it, those of the person alone are cancelled.

    Places through them are released. Expired and cancelled ones stay on record.
    """
    running = Pass.objects.select_related("pass_type").filter(cancelled_at=None, expires_on__gte=on)
    own = list(running.filter(account__in=person.own_accounts).order_by("pk"))
    lent = list(
        running.filter(contact=person.contact_id)
        .exclude(account__in=person.own_accounts)
        .order_by("pk")
    )
    who, told = {"at": at, "on": on, "by": by}, []
    if own:
        sentence = ngettext(
            "%(count)s training pass is cancelled.",
            "%(count)s training passes are cancelled.",
            len(own),
        )
        told.append(named(sentence, own))
        told += lifecycle.cancel_many([each.pk for each in own], **who).consequences
    if lent:
        sentence = ngettext(
            "%(count)s training pass is unassigned; the account keeps it.",
            "%(count)s training passes are unassigned; the account keeps them.",
            len(lent),
        )
        told.append(named(sentence, lent))
        told += lifecycle.assign_many([(each.pk, None) for each in lent], **who).consequences
    return told


def named(sentence: str, passes) -> Consequence:
    lines = tuple(rules.label(each) for each in passes[:5])
    return Consequence("closes", sentence % {"count": len(passes)}, len(passes), lines)
