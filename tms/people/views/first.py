"""The first page of a new installation."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tms.refusals import Refusal

from .. import first as beginning
from ..forms.first import First


@never_cache
@sensitive_post_parameters()
def first(request):
    """Ask once for what an installation needs; gone for ever once it was answered."""
    if not beginning.is_due(request.organisation):
        raise Http404
    form = First(request.POST or None, request.FILES or None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            user = beginning.set_up(
                **answers, language=request.LANGUAGE_CODE, at=request.now, on=request.today
            )
        except Refusal as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
        else:
            return perform_login(request, Login(user=user))
    return render(request, "people/first.html", {"form": form}, status=422 if form.errors else 200)


first.audience, first.permission = "anyone", None
