"""Where does somebody play a SCORM package? The launch, the player, its states, its files."""

import json
import posixpath

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from crm.viewing import acting_contact
from tms.refusals import Refusal
from tms.ui.access import learner

from .. import access, uploads
from ..models import ScormLaunch, UnitForm
from ..scorm import elements, origin, packages, previews, running, standing
from .learning import _learner, _may, _outline, _unit

LARGEST = 4 * 2**20
STATES_A_MINUTE = 120


@learner
@require_POST
def launch(request, slug, unit_id):
    """Open the package, or one part of it; whoever has it open elsewhere only reads from now on."""
    contact = _learner(request)
    course, unit = _package_unit(slug, unit_id)
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        return _outline(request, contact, course, status=403)
    try:
        launched = running.launch(
            contact.pk,
            unit,
            item=request.POST.get("item", "").replace("\x00", ""),
            anew=request.POST.get("anew") == "1",
            session_key=request.session.session_key,
            agent=origin.agent_of(request),
            at=request.now,
        )
    except Refusal as no:
        return _closed(request, course, unit, str(no), status=422)
    running.opened(launched, at=request.now, on=request.today, by=request.user)
    return redirect("lms:scorm_play", slug, unit_id, launched.pk)


@learner
@require_GET
def play(request, slug, unit_id, pk):
    """The player of one launch: the package in a frame, its parts beside it."""
    contact = _learner(request)
    course, unit = _package_unit(slug, unit_id)
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        return _outline(request, contact, course, status=403)
    launched = _launched(contact, unit, pk)
    _contact, read_only = acting_contact(request)
    if read_only:
        return redirect("lms:unit", slug, unit_id)
    mine = launched.session_key == request.session.session_key
    if not (mine and launched.ended_at is None):
        return _closed(request, course, unit, _("This was opened again elsewhere, or is over."))
    running.sign_of_life(launched, at=request.now)
    attempt = launched.attempt
    package = attempt.package
    states = {each.item: each for each in attempt.states.all()}
    context = {
        **way_of(request, origin.token_of(launched), package, launched.item),
        "course": course,
        "unit": unit,
        "outline": standing.outline(package, states),
        "near": standing.near(package, states),
        "completed": attempt.completed_at is not None,
        "launch_to": reverse("lms:scorm_launch", args=[slug, unit_id]),
        "state_to": reverse("lms:scorm_state", args=[slug, unit_id, pk]),
        "out_to": reverse("lms:unit", args=[slug, unit_id]),
        "saved": _("Saved."),
    }
    return render(request, "lms/scorm/player.html", context)


@learner
@require_POST
def state(request, slug, unit_id, pk):
    """What the package tells, brought by the player; without a state: a sign of life."""
    contact = _learner(request)
    course, unit = _package_unit(slug, unit_id)
    answer, waits_for = _may(request, contact, course)
    if not answer.open or waits_for:
        return _told(answer.sentence, 403)
    launched = _launched(contact, unit, pk)
    if launched.ended_at is None and launched.session_key != request.session.session_key:
        return _told(_("This was opened in another session."), 403)
    if too_often(launched.pk, request.now):
        return _told(_("Too much at once. It is tried again."), 429)
    given, no = given_by(request, launched.attempt.package.standard)
    if no:
        return no
    if given == {}:
        running.sign_of_life(launched, at=request.now)
        return JsonResponse({})
    outcome = running.commit(
        launched.pk, **given, at=request.now, on=request.today, by=request.user
    )
    if outcome.stale:
        return _told(_("This was opened again elsewhere. Go on there, or open it here anew."), 409)
    return JsonResponse({"completed": outcome.completed, "to": outcome.to, "leave": outcome.leave})


@require_safe
@xframe_options_exempt
def file(request, token, rest):
    """A file of the package that runs, to its launch alone; the access rule is asked each time."""
    opened = _launched_under(request, token) or previews.opened(request, token)
    if opened is None:
        raise Http404
    response = _file(request, opened, rest)
    response["Content-Security-Policy"] = origin.policy(request, token)
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    # A window that opens from within a sandbox is refused where this says more.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Cache-Control"] = "private, no-store"
    if not origin.apart():
        # The sandbox's own scripts have no origin; who has the token needs none.
        response["Access-Control-Allow-Origin"] = "*"
    return response


def given_by(request, standard: str) -> tuple[dict, JsonResponse | None]:
    """The state that the player brings, {} for a sign of life; or what is wrong with it."""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return {}, _told(_("The package keeps more than 4 MB, which is too much."), 413)
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if given == {}:
        return {}, None
    if not _is_state(given):
        return {}, _told(_("This is no state of a package."), 400)
    if name := elements.wrong(standard, given["values"]):
        wrong = _("The package set %(name)s to what it can't be.") % {"name": name}
        return {}, _told(wrong, 422)
    return given, None


def way_of(request, token: str, package, item: str) -> dict:
    """What the player shows of a package that runs under the token, for a template."""
    parts = package.parts
    place = next(n for n, each in enumerate(parts) if each["id"] == item)
    flows = package.contents["flow"]
    base = origin.base(request, token)
    return {
        "package": package,
        "item": item,
        "part": parts[place],
        "several": len(parts) > 1,
        "before": parts[place - 1] if place and flows else None,
        "after": parts[place + 1] if place + 1 < len(parts) and flows else None,
        "start": base + (f"{origin.OURS}/" if origin.apart() else parts[place]["launch"]),
        "key": token,
        "from": settings.CONTENT_URL or "null",
    }


def _launched_under(request, token) -> origin.Opened | None:
    launched = origin.launched(request, token)
    if launched is None or launched.attempt.unit.archived_at:
        return None
    attempt = launched.attempt
    course = attempt.unit.section.course_id
    answer = access.answer(attempt.contact_id, course=course, on=request.today)
    return origin.opened(launched) if answer.open else None


def too_often(pk: int, at) -> bool:
    key = f"scorm:{pk}:{int(at.timestamp()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > STATES_A_MINUTE
    except ValueError:  # the key ran out between the two
        return False


def _file(request, opened: origin.Opened, rest) -> HttpResponse:
    if rest == f"{origin.OURS}/runtime.js":
        return HttpResponse(origin.runtime(), content_type="text/javascript")
    if rest == f"{origin.OURS}/data.js":
        return HttpResponse(origin.data(request, opened), content_type="text/javascript")
    if rest == f"{origin.OURS}/":
        page = origin.wrapper(opened.token, opened.part["launch"])
        return HttpResponse(page, content_type="text/html")
    kind = origin.kind_of(rest)
    folder = packages.place(opened.package.folder)
    if not kind or posixpath.normpath(rest) != rest or "\x00" in rest or rest.startswith(".."):
        raise Http404
    found = folder / rest
    inside = len(rest) <= 1000 and found.resolve().is_relative_to(folder.resolve())
    if not (inside and found.is_file()):
        raise Http404
    if kind in origin.PAGES and not origin.apart():
        return HttpResponse(origin.with_api(found.read_bytes(), opened.token), content_type=kind)
    return uploads.ranged(request, File(found.open("rb")), kind)


def _is_state(given) -> bool:
    return (
        isinstance(given, dict)
        and set(given) == {"sequence", "values", "finished"}
        and type(given["sequence"]) is int
        and 0 < given["sequence"] < 2**31
        and type(given["finished"]) is bool
        and isinstance(given["values"], dict)
    )


def _told(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": sentence}, status=status)


def _package_unit(slug, unit_id):
    course, unit = _unit(slug, unit_id)
    if unit.form != UnitForm.SCORM:
        raise Http404
    return course, unit


def _launched(contact, unit, pk) -> ScormLaunch:
    return get_object_or_404(
        ScormLaunch.objects.select_related("attempt__package"),
        pk=pk,
        attempt__contact=contact.pk,
        attempt__unit=unit.pk,
    )


def _closed(request, course, unit, sentence: str, status: int = 200):
    context = {"course": course, "unit": unit, "sentence": sentence}
    return render(request, "lms/scorm/closed.html", context, status=status)
