"""How does a learner hand something in? The form under the unit, and their files."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from tms.refusals import Refusal
from tms.ui import stored
from tms.ui.access import learner
from tms.ui.sent import operation_of

from .. import assignments
from ..forms_assignment import HandInForm
from ..models import Submission, UnitForm
from . import learning
from .quiz import opened


@learner
@require_POST
def hand_in(request, slug, unit_id):
    """A file with a comment; what is wrong with it is said in place."""
    contact, _course, unit, closed = opened(request, slug, unit_id, UnitForm.ASSIGNMENT)
    if closed:
        return closed
    form = HandInForm(request.POST, request.FILES)
    if form.is_valid():
        who = {"at": request.now, "on": request.today, "by": request.user}
        operation = operation_of(request)
        try:
            assignments.hand_in(contact.pk, unit, operation=operation, **form.cleaned_data, **who)
        except Refusal as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
        else:
            return redirect("lms:unit", slug, unit_id)
    return learning.shown(request, slug, unit_id, form=form, status=422)


@learner
@require_GET
def file(request, slug, unit_id, submission_id):
    """What one handed in oneself, as it was sent."""
    contact, _course, unit, closed = opened(request, slug, unit_id, UnitForm.ASSIGNMENT)
    if closed:
        return closed
    return sent(get_object_or_404(Submission, pk=submission_id, contact=contact, unit=unit))


def sent(submission: Submission) -> FileResponse:
    """The file to be kept, never to be shown: whatever is in it, no browser runs it."""
    if not submission.file:
        raise Http404
    return FileResponse(
        stored.opened(submission.file),
        as_attachment=True,
        filename=submission.name,
        content_type="application/octet-stream",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
