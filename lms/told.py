"""How is it told what happened to registrations, requests and results?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from catalog.models.event import event_label
from tms.compiled import Question
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.timeline import Told

from .models import Certificate, Completion, HeldPlace, PaidBy, Registration, Request

# Names

PLACES = Question(
    lambda ids: Registration.objects.filter(pk__in=ids).values_list(
        "pk",
        "path_id",
        "path__title",
        "event_id",
        "event__course__title",
        "event__first_on",
        "event__type",
        "event__place",
        "event__code",
    )
)


def registrations(ids, user) -> dict:
    """What they are on, as events and items are named."""
    may = allowed(user, "catalog.view_catalogue")
    found = {}
    for pk, path_id, path, event_id, *event in PLACES(ids=ids):
        name = "catalog:path" if path_id else "catalog:event"
        text = path if path_id else event_label(*event)
        found[pk] = (text, page_of(name, path_id or event_id) if may else "")
    return found


def requests(ids, user) -> dict:
    rows = Request.objects.filter(pk__in=ids).select_related("pass_type", "item")
    return {each.pk: (str(each.pass_type or each.item), "") for each in rows}


def held_places(ids, user) -> dict:
    """What they are on, by course or path."""
    may = allowed(user, "catalog.view_catalogue")
    rows = HeldPlace.objects.filter(pk__in=ids).values_list(
        "pk", "item_id", "item__title", "item__kind"
    )
    return {
        pk: (title, page_of(f"catalog:{kind}", item) if may else "")
        for pk, item, title, kind in rows
    }


def certificates(ids, user) -> dict:
    """What each certifies, with its number."""
    rows = Certificate.objects.filter(pk__in=ids).values_list("pk", "title", "number")
    may = allowed(user, "lms.view_registrations")
    return {
        pk: (f"{title}, {number}", page_of("lms:certificate_file", pk) if may else "")
        for pk, title, number in rows
    }


def completions(ids, user) -> dict:
    """What was completed, with its page."""
    may = allowed(user, "catalog.view_catalogue")
    rows = Completion.objects.filter(pk__in=ids).values_list(
        "pk", "item_id", "item__title", "item__kind"
    )
    return {
        pk: (title, page_of(f"catalog:{kind}", item) if may else "")
        for pk, item, title, kind in rows
    }


# Facts


def made(row, names):
    how = row.after.get("paid_by", "")
    through = names("pass", row.after.get("pass"))
    details = (
        format_html(_("Through {what}"), what=through)
        if through
        else str(PaidBy(how).label)
        if how in PaidBy.values
        else ""
    )
    return Told(
        format_html(_("Registered: {what}"), what=names("registration", row.subject_id)), details
    )


def cancelled(row, names):
    return Told(
        format_html(_("Registration cancelled: {what}"), what=names("registration", row.subject_id))
    )


def kept(row, names):
    return Told(
        format_html(
            _("{what} is kept: the event moved beyond {through}"),
            what=names("registration", row.subject_id),
            through=names("pass", row.after.get("pass")) or _("the pass"),
        )
    )


def moved(row, names):
    through = names("pass", row.after.get("pass"))
    what = names("registration", row.subject_id)
    if through:
        return Told(
            format_html(_("{what} is carried by {through} now"), what=what, through=through)
        )
    return Told(format_html(_("{what} is carried by the learning path now"), what=what))


def held(row, names):
    return Told(
        format_html(
            _("A place for somebody yet to be named: {what}"),
            what=names("held_place", row.subject_id),
        )
    )


def filled(row, names):
    return Told(
        format_html(
            _("Participant named: {name} on {what}"),
            name=names("contact", row.contact_id),
            what=names("held_place", row.subject_id),
        )
    )


def released(row, names):
    return Told(
        format_html(_("Unnamed place released: {what}"), what=names("held_place", row.subject_id))
    )


def moved_date(row, names):
    return Told(
        format_html(
            _("Unnamed place moved to another date: {what}"),
            what=names("held_place", row.subject_id),
        )
    )


def undated(row, names):
    return Told(
        format_html(
            _("Its event was called off, the date is to be agreed: {what}"),
            what=names("held_place", row.subject_id),
        )
    )


def attended(row, names):
    what = names("registration", row.subject_id)
    said = {
        True: _("Attended: {what}"),
        False: _("Not there: {what}"),
        None: _("Attendance taken back: {what}"),
    }[row.after.get("attended")]
    return Told(format_html(said, what=what))


def completed(row, names):
    return Told(
        format_html(_("Marked complete: {what}"), what=names("registration", row.subject_id))
    )


def item_completed(row, names):
    return Told(format_html(_("Completed: {what}"), what=names("item", row.subject_id)))


def certificate_changed(row, names):
    what = names("item", row.subject_id)
    if row.after.get("granted") is False:
        return Told(format_html(_("Gives no certificate any more: {what}"), what=what))
    return Told(format_html(_("Certificate changed: {what}"), what=what))


def certificate_issued(row, names):
    return Told(
        format_html(_("Certificate issued: {what}"), what=names("certificate", row.subject_id))
    )


def certificate_withdrawn(row, names):
    what = names("certificate", row.subject_id)
    return Told(format_html(_("Certificate withdrawn: {what}"), what=what))


def content_changed(row, names):
    after = row.after
    sentence, what = next(
        (
            (sentence, after[key])
            for key, sentence in (
                ("removed", _("Content removed: {what}")),
                ("moved", _("Content moved: {what}")),
                ("copied", _("Content duplicated: {what}")),
                ("unit", _("Content saved: {what}")),
                ("section", _("Section saved: {what}")),
            )
            if key in after
        ),
        (_("Content changed: {what}"), ""),
    )
    return Told(format_html(sentence, what=what))


def asked(row, names):
    return Told(format_html(_("Asked for {what}"), what=names("request", row.subject_id)))


def answered(row, names):
    said = _("Granted: {what}") if row.after.get("state") == "granted" else _("Declined: {what}")
    return Told(format_html(said, what=names("request", row.subject_id)))
