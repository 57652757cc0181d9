"""The shell's own pages: where the front door leads, search, the control panel, light and dark."""

from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from . import cookies
from .sent import ours
from .shell import THEMES, Shell


def came_from(request) -> str:
    """The page of ours that a form names as `next`, else the front door."""
    back = request.POST.get("next", "")
    return back if ours(request, back) else "/"


@require_GET
def home(request):
    """The front door: staff to the first page of their menu, everybody else to the catalogue."""
    if not (request.user.is_authenticated and request.user.is_staff):
        return redirect("lms:catalogue")
    menu = Shell(request).menu
    return redirect(menu[0][1] if menu else "control_panel")


@require_POST
def theme(request):
    """Light, dark, or as the system has it: kept in a cookie, drawn by the server."""
    chosen = request.POST.get("theme", "")
    response = redirect(came_from(request))
    if chosen in THEMES:
        cookies.keep(response, "theme", chosen)
    else:
        cookies.drop(response, "theme")
    return response
