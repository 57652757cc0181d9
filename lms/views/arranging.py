"""How do staff arrange a course's content, and duplicate parts of it? On the panel."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tms.ui.access import staff

from .. import arranging, copying
from ..models import Section
from .content import CHANGE, draw, unit_of


@staff(CHANGE)
@require_POST
def move_section(request, pk):
    """Up or down by one (`way`), or `before` another one."""
    section = _section(pk)
    if _is_by_one(request):
        arranging.move(section, up=request.POST["way"] == "up", **_who(request))
    else:
        arranging.put_section(section, before=_id(request, "before"), **_who(request))
    return _answered(request, section.course)


@staff(CHANGE)
@require_POST
def move_unit(request, pk):
    """Up or down by one (`way`), or into a `section` of its course, `before` another unit there."""
    unit = unit_of(pk)
    if _is_by_one(request):
        arranging.move(unit, up=request.POST["way"] == "up", **_who(request))
    else:
        sections = Section.objects.filter(course=unit.section.course_id)
        section = get_object_or_404(sections, pk=_id(request, "section") or 0)
        arranging.put_unit(unit, section=section, before=_id(request, "before"), **_who(request))
    return _answered(request, unit.section.course)


@staff(CHANGE)
@require_POST
def duplicate_section(request, pk):
    """A copy with all of its units, right after it."""
    section = _section(pk)
    copying.duplicate_section(section, **_who(request))
    return _answered(request, section.course)


@staff(CHANGE)
@require_POST
def duplicate_unit(request, pk):
    """A copy, right after it."""
    unit = unit_of(pk)
    copying.duplicate_unit(unit, **_who(request))
    return _answered(request, unit.section.course)


def _is_by_one(request) -> bool:
    return request.POST.get("way") in {"up", "down"}


def _id(request, name) -> int | None:
    sent = request.POST.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None


def _section(pk) -> Section:
    return get_object_or_404(Section.objects.select_related("course"), pk=pk)


def _who(request):
    return {"at": request.now, "on": request.today, "by": request.user}


def _answered(request, course):
    if not request.htmx:
        return redirect("catalog:course", course.pk)
    return HttpResponse(draw(request, course))
