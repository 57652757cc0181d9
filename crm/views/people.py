"""Looking through a learner's eyes, and confirming a new address."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tms.refusals import Refusal
from tms.ui.access import staff

from .. import people, viewing
from ..models import Contact


@require_POST
@staff(viewing.PERMISSION)
def view_as_learner(request, pk):
    """Look at the learner site as this contact does, read-only."""
    contact = get_object_or_404(Contact, pk=pk)
    try:
        viewing.start(request, contact)
    except Refusal:
        return redirect(contact.get_absolute_url())
    return redirect("lms:catalogue")


@require_POST
@staff(viewing.PERMISSION)
def stop_viewing(request):
    contact = viewing.stop(request)
    return redirect(contact.get_absolute_url() if contact else "crm:contacts")


@never_cache
def confirm_address(request, token):
    """What the link in the letter opens: whoever has the letter has the address."""
    asked = people.asked_address(token, at=request.now)
    context = {"asked": asked, "refused": ""}
    if asked is None:
        return render(request, "crm/confirm_address.html", context, status=404)
    context |= {"contact": asked[0], "email": asked[1]}
    if request.method == "POST":
        try:
            people.confirm_new_address(token, at=request.now, on=request.today)
        except Refusal as no:
            context["refused"] = str(no)
            return render(request, "crm/confirm_address.html", context, status=422)
        context["done"] = True
    return render(request, "crm/confirm_address.html", context)
