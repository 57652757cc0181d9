"""What do you hold about me? For learners themselves: what there is, and the file of it."""

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm import taking_out
from crm.viewing import acting_contact
from tms.models.work import JobState
from tms.refusals import Refusal
from tms.ui import stored
from tms.ui.access import learner

from .. import own_data
from .learning import _learner
from .profile import _page

HERE = "lms:my_data"


@learner
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request):
    """Part by part; by POST the file, for who proved just now who they are."""
    return _mine(request, _own(request))


@reauthentication_required(allow_get=True)
def _mine(request, contact):
    no = ""
    if request.method == "POST":
        who = {"at": request.now, "on": request.today, "by": request.user}
        try:
            content = own_data.take_out(contact, **who)
        except Refusal as refusal:
            no = str(refusal)
        else:
            return redirect(HERE) if content is None else _file(content, request.today)
    context = {
        "contact": contact,
        "parts": [(part.title, len(part.rows)) for part in taking_out.parts(contact)],
        "job": own_data.last(request.user, at=request.now),
        "no": no,
    }
    response = _page(request, "data", HERE, **context)
    response.status_code = 429 if no else 200
    return response


@learner
@require_GET
def file(request):
    """The file that a worker made, for a day."""
    _own(request)
    return _made(request)


@reauthentication_required
def _made(request):
    found = own_data.last(request.user, at=request.now)
    if found is None or found.state != JobState.DONE or not found.file:
        raise Http404
    response = FileResponse(stored.opened(found.file), as_attachment=True, filename="my-data.zip")
    response["Cache-Control"] = "no-store"
    return response


def _own(request):
    contact, read_only = _learner(request), acting_contact(request)[1]
    if read_only:
        raise PermissionDenied(_("Only they themselves take out their data here."))
    return contact


def _file(content: bytes, on) -> HttpResponse:
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{on:%Y-%m-%d}.zip"'
    response["Cache-Control"] = "no-store"
    return response
