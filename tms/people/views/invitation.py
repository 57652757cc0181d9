"""Where an invitation leads: choose a password, and in."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib.auth import logout
from django.contrib.auth.password_validation import validate_password
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tms.refusals import Refusal
from tms.ui import forms

from .. import invitations
from ..forms.signing_in import PASSWORD_HELP

KEPT = "invitation"


class Password(forms.Form):
    password = forms.forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


@never_cache
def opened(request, pk, token):
    """The link of the letter: keep the token out of the address, where it would leak, and go on."""
    request.session[KEPT] = [pk, token]
    return redirect("people:accept")


@never_cache
@sensitive_post_parameters()
def accept(request):
    pk, token = request.session.get(KEPT, [0, ""])
    user = invitations.invited(pk, token, at=request.now)
    if user is None:
        return render(request, "people/invitation_over.html", status=410)
    form = Password(request.POST or None, user=user)
    if form.is_valid():
        try:
            user = invitations.accept(
                pk, token, form.cleaned_data["password"], at=request.now, on=request.today
            )
        except Refusal:
            return render(request, "people/invitation_over.html", status=410)
        # Somebody else may be signed in here: nothing of theirs is carried over.
        logout(request)
        return perform_login(request, Login(user=user))
    context = {"form": form, "invited": user}
    return render(request, "people/invitation.html", context, status=422 if form.errors else 200)


opened.audience = accept.audience = "anyone"
opened.permission = accept.permission = None
