"""Where does somebody learn? My Learning, a course's outline, one unit after the other."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST

from catalog.models import Item, ItemKind, ItemStatus
from crm.viewing import acting_contact
from tms.ui import stored
from tms.ui.access import learner

from .. import (
    access,
    attempts,
    content,
    learning,
    mine,
    offering,
    progress,
    results,
    steps,
    uploads,
    waiting,
    ways,
)
from ..models import ContentUnit, UnitForm
from ..scorm import running
from . import handing_in

INLINE = {"default-src": ["'none'"], "frame-ancestors": ["'self'"]}


@learner
@require_GET
def my_learning(request):
    """In progress, coming up, not started, completed, closed."""
    contact, _read_only = acting_contact(request)
    found = contact and mine.of(contact.pk, at=request.now, on=request.today)
    closed = found.closed if found else []
    shut = (
        ways.of_items(
            {each.item.pk: each.answer for each in closed},
            [each.item for each in closed],
            contact,
            request.today,
        )
        if closed
        else {}
    )
    lines = waiting.positions(contact.pk, on=request.today) if contact else []
    context = {
        "contact": contact,
        "mine": found,
        "closed": [
            (each, ways.to_learner(shut.get(each.item.pk, []), each.item, contact))
            for each in closed
        ],
        "lines": [
            {
                "line": each,
                "when": offering.when(each.event),
                "state": each.state_at(request.now),
            }
            for each in lines
        ],
    }
    return render(request, "lms/learning/my_learning.html", context)


@learner
@require_GET
def learn(request, slug):
    """The outline of a course or a path, with the learner's progress; closed: progress only."""
    contact = _learner(request)
    item = _item(slug)
    if item.kind == ItemKind.PATH:
        return _path(request, contact, item)
    return _outline(request, contact, item)


@learner
@require_GET
def unit(request, slug, unit_id):
    """One unit, if the access rule says so now; otherwise the outline, with the reason."""
    return shown(request, slug, unit_id)


def shown(request, slug, unit_id, *, form=None, status=200):
    """The page of a unit; with the `form` that was sent, where it was refused."""
    contact = _learner(request)
    course, found = _unit(slug, unit_id)
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        return _outline(request, contact, course, status=403)
    outline = content.outline(course.pk)
    order = [each for _section, units in outline for each in units]
    place = next((index for index, each in enumerate(order) if each.pk == found.pk), None)
    if place is None:
        raise Http404
    _contact, read_only = acting_contact(request)
    if not read_only:
        learning.look(contact.pk, found.pk, at=request.now)
    rows = learning.done_units(contact.pk, course.pk)
    context = {
        "course": course,
        "unit": found,
        "outline": outline,
        "done": {pk for pk, (at, _position) in rows.items() if at},
        "position": rows.get(found.pk, (None, 0))[1],
        "answer": answer,
        "number": place + 1,
        "total": len(order),
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "percent": progress.percents([(contact.pk, course.pk)])[contact.pk, course.pk],
        "read_only": read_only,
    }
    if found.form == UnitForm.QUIZ:
        context["quiz"] = attempts.stand(contact.pk, found.pk)
    if found.form == UnitForm.SCORM:
        context |= running.standing_of(contact.pk, found)
    if found.form == UnitForm.ASSIGNMENT:
        context["hand_in"] = handing_in.stand(contact.pk, found.pk, form, read_only)
    return render(request, "lms/learning/unit.html", context, status=status)


@learner
@require_POST
def done(request, slug, unit_id):
    """`Complete and continue`: note it, and go on with the next one."""
    contact = _learner(request)
    course, found = _unit(slug, unit_id)
    if not found.is_read:
        raise Http404
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        return _outline(request, contact, course, status=403)
    learning.complete(contact.pk, found, at=request.now, on=request.today, by=request.user)
    order = [each.pk for _section, units in content.outline(course.pk) for each in units]
    following = order[order.index(found.pk) + 1 :] if found.pk in order else []
    if following:
        return redirect("lms:unit", slug, following[0])
    return redirect("lms:learn", slug)


@learner
@require_POST
def place(request, slug, unit_id):
    """Where a video has come to, in whole seconds, told by video.js."""
    contact = _learner(request)
    course, found = _unit(slug, unit_id)
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        return JsonResponse({"detail": answer.sentence}, status=403)
    seconds = request.POST.get("position", "")
    if not seconds.isdecimal() or len(seconds) > 6:
        return JsonResponse({"detail": _("A position is a number of seconds.")}, status=400)
    learning.keep_place(contact.pk, found.pk, int(seconds), at=request.now)
    return HttpResponse(status=204)


@learner
@require_GET
@xframe_options_sameorigin
@csp_override(INLINE)
def file(request, slug, unit_id):
    """The video or document itself; the access rule is asked on every request."""
    contact = _learner(request)
    course, found = _unit(slug, unit_id)
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        raise PermissionDenied(answer.sentence)
    if not found.file:
        raise Http404
    return uploads.served(request, stored.opened(found.file))


# What the views share


def _learner(request):
    contact, _read_only = acting_contact(request)
    if contact is None:
        raise PermissionDenied(
            _("Your sign-in belongs to no learner. Ask staff to link it to your contact.")
        )
    return contact


def _item(slug) -> Item:
    return get_object_or_404(Item.objects.exclude(status=ItemStatus.DRAFT), slug=slug)


def _unit(slug, unit_id) -> tuple[Item, ContentUnit]:
    found = get_object_or_404(
        ContentUnit.objects.filter(archived_at=None).select_related("section__course"),
        pk=unit_id,
        section__course__slug=slug,
    )
    return found.section.course, found


def _may(request, contact, course):
    """The access rule's answer, and the course to be completed first on a path with locks."""
    answer = access.answer(contact.pk, course=course.pk, on=request.today)
    waits_for = steps.lock_on(contact.pk, course.pk) if answer.open else None
    return answer, waits_for


def _outline(request, contact, course, status=200):
    answer, waits_for = _may(request, contact, course)
    if not answer.registered and not answer.offer:
        return redirect("lms:item", course.slug)
    found = ways.of_items({course.pk: answer}, [course], contact, request.today)
    outline = content.outline(course.pk)
    stand = learning.stands(contact.pk, [course.pk])[course.pk]
    rows = learning.done_units(contact.pk, course.pk)
    context = {
        "course": course,
        "outline": outline,
        "stand": stand,
        "percent": progress.percents([(contact.pk, course.pk)])[contact.pk, course.pk],
        "done": {pk for pk, (at, _position) in rows.items() if at},
        "answer": answer,
        "waits_for": waits_for,
        "is_open": answer.open and waits_for is None,
        "ways": ways.to_learner(found.get(course.pk, []), course, contact),
        "has_results": not answer.open and results.are_there(contact.pk, course.pk),
        "go_on": reverse("lms:unit", args=[course.slug, stand.next_unit])
        if stand.next_unit
        else "",
        "forms": dict(UnitForm.choices),
    }
    return render(request, "lms/learning/course.html", context, status=status)


def _path(request, contact, path):
    answer = access.answer(contact.pk, path=path.pk, on=request.today)
    if not answer.registered and not answer.offer:
        return redirect("lms:item", path.slug)
    shut = ways.of_items({path.pk: answer}, [path], contact, request.today)
    waiting = steps.of_path(contact.pk, path.pk)
    courses = [each.step.course_id for each in waiting]
    context = {
        "path": path,
        "answer": answer,
        "ways": ways.to_learner(shut.get(path.pk, []), path, contact),
        "steps": [
            (each, found, stand)
            for each, found, stand in zip(
                waiting,
                access.answers(contact.pk, courses, request.today).values(),
                learning.stands(contact.pk, courses).values(),
                strict=True,
            )
        ],
        "percent": progress.percents([(contact.pk, path.pk)]).get((contact.pk, path.pk), 0),
    }
    return render(request, "lms/learning/path.html", context)
