"""How does a package look to learners? For staff, beforehand: it plays, and nothing is written."""

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tms.refusals import Refusal
from tms.ui.access import staff

from ..models import ScormPackage, UnitForm
from ..scorm import origin, previews, standing
from .content import unit_of
from .preview import LOOK
from .scorm import given_by, way_of


@staff(LOOK)
@require_POST
def launch(request, pk):
    """Open the newest version of the package, or one part of it."""
    unit = _package_unit(pk)
    try:
        preview = previews.begin(
            unit,
            item=request.POST.get("item", ""),
            user=request.user,
            session_key=request.session.session_key,
            agent=origin.agent_of(request),
            at=request.now,
        )
    except Refusal:  # its page says that there is no package yet
        return redirect("lms:preview_unit", pk)
    return redirect("lms:preview_package", pk, preview.key)


@staff(LOOK)
@require_GET
def play(request, pk, key):
    """The player; once it was left for a while it leads back to the unit."""
    unit, preview = _package_unit(pk), _preview(request, pk, key)
    if preview is None:
        return redirect("lms:preview_unit", pk)
    previews.sign_of_life(preview, at=request.now)
    package = ScormPackage.objects.get(pk=preview.package)
    way = way_of(request, previews.token_of(preview), package, preview.item)
    context = {
        **way,
        "course": unit.section.course,
        "unit": unit,
        "outline": standing.outline(package, {}),
        "near": {each["id"] for each in package.parts},
        "completed": not way["part"]["sco"],
        "launch_to": reverse("lms:preview_launch", args=[pk]),
        "state_to": reverse("lms:preview_state", args=[pk, key]),
        "out_to": reverse("lms:preview_unit", args=[pk]),
        "saved": _("This is a preview: nothing is saved."),
    }
    return render(request, "lms/preview/package.html", context)


@staff(LOOK)
@require_POST
def state(request, pk, key):
    """What the package tells: checked as a learner's, answered, and let go."""
    _package_unit(pk)
    preview = _preview(request, pk, key)
    if preview is None:
        sentence = _("This preview is over. Start it again.")
        return JsonResponse({"detail": sentence}, status=409)
    previews.sign_of_life(preview, at=request.now)
    package = ScormPackage.objects.get(pk=preview.package)
    given, no = given_by(request, package.standard)
    if no:
        return no
    if given == {}:
        return JsonResponse({})
    values, finished = given["values"], given["finished"]
    outcome = previews.outcome(
        package, preview.item, values=values, finished=finished, at=request.now
    )
    return JsonResponse({"completed": outcome.completed, "to": outcome.to, "leave": outcome.leave})


def _package_unit(pk):
    unit = unit_of(pk)
    if unit.form != UnitForm.SCORM:
        raise Http404
    return unit


def _preview(request, pk, key):
    """The preview of this unit that this session opened, or None."""
    preview = previews.found(key, at=request.now)
    if preview is None or (preview.unit, preview.user) != (pk, request.user.pk):
        return None
    return preview if preview.session_key == request.session.session_key else None
