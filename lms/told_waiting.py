"""How is it told what happened on waiting lists, and when a place moved to another date?"""

import datetime

from django.utils.html import format_html
from django.utils.translation import gettext as _

from catalog.models import Event
from catalog.models.event import event_label
from tms.days import day_text, moment
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact
from tms.ui.timeline import Told

from .models import WaitEnd, Waiting


def names(ids, user) -> dict:
    """The event that is waited for."""
    may = allowed(user, "catalog.view_catalogue")
    rows = Waiting.objects.filter(pk__in=ids).values_list(
        "pk", "event_id", "event__course__title", "event__first_on", "event__type",
        "event__place", "event__code",
    )  # fmt: skip
    return {
        pk: (event_label(*event), page_of("catalog:event", event_id) if may else "")
        for pk, event_id, *event in rows
    }


def joined(row, names):
    return Told(
        format_html(_("On the waiting list: {what}"), what=names("waiting", row.subject_id))
    )


def offered(row, names):
    until = row.after.get("until")
    details = ""
    if until:
        details = _("Until %(moment)s") % {"moment": moment(datetime.datetime.fromisoformat(until))}
    what = names("waiting", row.subject_id)
    return Told(format_html(_("A place is on offer: {what}"), what=what), details)


def lapsed(row, names):
    return Told(
        format_html(_("The offer of a place ended: {what}"), what=names("waiting", row.subject_id))
    )


def ended(row, names):
    how = row.after.get("outcome", "")
    details = str(WaitEnd(how).label) if how in WaitEnd.values else ""
    what = names("waiting", row.subject_id)
    return Told(format_html(_("No longer on the waiting list: {what}"), what=what), details)


def transferred(row, names):
    what = names("registration", row.subject_id)
    before = Event.objects.select_related("course").filter(pk=row.before.get("event")).first()
    details = _("Before: %(what)s") % {"what": before.choice_label} if before else ""
    return Told(format_html(_("Moved to another date: {what}"), what=what), details)


def rescheduled(row, names):
    what = names("registration", row.subject_id)
    day = day_text(datetime.date.fromisoformat(row.after["choose_until"]))
    details = _("They may say otherwise until %(day)s") % {"day": day}
    return Told(format_html(_("Asked whether the changed date suits: {what}"), what=what), details)


FACTS = [
    Fact("waiting.joined", "clock", joined),
    Fact("waiting.offered", "ticket", offered, "good"),
    Fact("waiting.lapsed", "clock", lapsed, "bad"),
    Fact("waiting.ended", "log-out", ended),
]
