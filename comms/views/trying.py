"""What does a template look like filled in? As it is typed, and as it was saved."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tms.refusals import Refusal
from tms.ui import combobox
from tms.ui.access import staff

from .. import records, rendering, templates
from ..forms.templates import RecordForm, TryForm
from ..letter import Incomplete
from ..models import Template, TemplateKind
from ..rules import setting
from . import framed

LOOK, MANAGE = "comms.view_communications", "comms.manage_templates"


def tried(request, row: Template, record=None) -> dict:
    """The letter of a template about a record, or with examples: what `_preview.html` shows."""
    draft = rendering.Draft(row)
    if record is not None:
        kind, pk, contact, account = records.subject_of(row.target, record)
        who = {"contact_id": contact} if contact else {"user_id": request.user.pk}
        draft = rendering.Draft(row, kind, pk, account_id=account, **who)
    letter = rendering.write({0: draft}, now=setting(request.now), checked=False)[0]
    if isinstance(letter, Incomplete):
        return {"letter": None, "why": letter.why}
    return {"letter": letter, "letter_url": framed.kept(letter.html, request.user)}


@staff((LOOK, MANAGE))
@require_POST
def preview(request):
    """What is being typed, filled in. What can't be is said, by the field that it is in."""
    form = TryForm(request.POST)
    if not form.is_valid():
        problems = [each for errors in form.errors.values() for each in errors]
        return _answer(request, {"letter": None, "why": " ".join(problems)}, status=422)
    answers = form.cleaned_data
    target = answers["target"]
    if not (target and answers["subject"] and answers["body"]):
        why = _("Choose a target, and write subject and text: here is what they become.")
        return _answer(request, {"letter": None, "waiting": why})
    asked = RecordForm(request.POST, user=request.user, target=target)
    record = asked.cleaned_data["record"] if asked.is_valid() else None
    try:
        row = templates.tried(
            target=target,
            kind=answers["kind"] or TemplateKind.SERVICE,
            subject=answers["subject"],
            body=answers["body"],
        )
    except Refusal as no:
        return _answer(request, {"letter": None, "why": str(no)}, status=422)
    return _answer(request, tried(request, row, record))


def _answer(request, context, status=200) -> HttpResponse:
    return render(request, "comms/_preview.html", context, status=status)


@staff((LOOK, MANAGE))
@require_GET
def template_records(request):
    """The options of the combobox: records of the target that one may see, newest first."""
    rows = records.of(request.GET.get("target", ""), request.user)
    return combobox.options(request, records.matching(rows, request.GET.get("q", "")))
