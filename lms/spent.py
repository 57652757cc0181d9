"""What of a place was used, so that it can't be taken back any more?"""

import datetime
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import EventType
from tms.days import as_day, day_text

from .models import Completion, Progress, Registration


def why_spent(registrations: Iterable[Registration], on: datetime.date) -> dict[int, str]:
    """By its number what became of each, "" where all of it is left. Four statements at most.

    Cancelled, attended, completed, or begun: its event has started, or its learner has opened a
    unit of it. A path is begun with the first of its places. They come with event, path, contact.
    """
    found = list(registrations)
    paths = [each for each in found if each.path_id]
    parts: dict[int, list[Registration]] = {each.pk: [] for each in paths}
    for each in (
        Registration.objects.live().filter(path_registration__in=paths).select_related("event")
    ):
        parts[each.path_registration_id].append(each)
    used = _used(found)
    return {
        each.pk: _why(each, used, on)
        or next((why for part in parts.get(each.pk, []) if (why := _why(part, used, on))), "")
        for each in found
    }


def _why(each: Registration, used: dict[str, set], on: datetime.date) -> str:
    if each.cancelled_at:
        return _("cancelled on %(day)s") % {"day": day_text(as_day(each.cancelled_at))}
    item = each.path_id or each.event.course_id
    if each.completed_at or (each.contact_id, item) in used["completed"]:
        return _("completed")
    if each.attended:
        return _("attended")
    event = each.event
    if event and event.type != EventType.LMS:
        if event.first_on and event.first_on <= on:
            return _("begun on %(day)s") % {"day": day_text(event.first_on)}
        return ""
    return _("begun") if (each.contact_id, item) in used["begun"] else ""


def _used(registrations) -> dict[str, set]:
    """Who has completed, and who has begun, what: pairs of contact and course or path."""
    people = {each.contact_id for each in registrations}
    items = {each.path_id or each.event.course_id for each in registrations}
    done = Completion.objects.filter(item__in=items, contact__in=people)
    units = Progress.objects.filter(contact__in=people).filter(
        Q(unit__section__course__in=items) | Q(unit__section__course__paths_with__path__in=items)
    )
    courses = set(units.values_list("contact", "unit__section__course"))
    on_paths = set(units.values_list("contact", "unit__section__course__paths_with__path"))
    return {"completed": set(done.values_list("contact", "item")), "begun": courses | on_paths}
