"""What somebody sees of their own sign-in."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tms.ui import cookies
from tms.ui.access import learner
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.views import came_from

from .. import second_factor, staff


@learner
@never_cache
def my_account(request):
    """Password & security, of staff and learners alike."""
    kinds = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "sessions": UserSession.objects.filter(user=request.user).count(),
        "needs_factor": second_factor.needed_by(request.user, request.organisation),
        "single_sign_on": bool(settings.SOCIALACCOUNT_PROVIDERS),
        "language": dict(settings.LANGUAGES).get(request.user.language, ""),
    }
    return render(request, "people/my_account.html", context)


@require_POST
def language(request):
    """The language to read in: kept in a cookie, and for who is signed in with their sign-in."""
    chosen = request.POST.get("language", "")
    response = redirect(came_from(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated and request.user.language != chosen:
        staff.change_name(
            request.user.pk, name=request.user.name, language=chosen, by=request.user,
            at=request.now, on=request.today,
        )  # fmt: skip
    cookies.keep(response, "language", chosen)
    return response


language.audience, language.permission = "anyone", None


class NameForm(Form):
    name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("Of the pages, and of the letters that we send you."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser says")), *settings.LANGUAGES]


class Name(Dialog):
    title = _("Change name and language")
    audience = "learner"
    form_class = NameForm
    changes = "account"
    done_url = "my_account"

    def get_initial(self):
        return {"name": self.request.user.name, "language": self.request.user.language}

    def perform(self, **answers):
        request = self.request
        staff.change_name(
            request.user.pk, **answers, by=request.user, at=request.now, on=request.today
        )
        return str(self.get_success_url())
