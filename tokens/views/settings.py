"""Control panel: Training Tokens, what the settings allow, and who switched them."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui import timeline
from tms.ui.access import staff
from tms.ui.forms import Form

from .. import switches
from ..models import TokenSettings
from .asked import who
from .types import MANAGE


class SettingsForm(Form):
    manual_issues = forms.BooleanField(
        label=gettext_lazy("Allow Manual Raising of Issues"),
        required=False,
        help_text=gettext_lazy(
            "Off: nobody issues tokens by hand, on a page, by API or by import. They come only "
            "from what is sold, and from refunds."
        ),
    )
    adjustments = forms.BooleanField(
        label=gettext_lazy("Allow Adjustments to Token Issues"),
        required=False,
        help_text=gettext_lazy(
            "Off: balances aren't adjusted, and tokens aren't transferred between accounts. "
            "Corrections go through refunds and further sales."
        ),
    )


@staff(MANAGE)
def settings(request):
    """The tab `Settings`: two switches, and their history."""
    form = SettingsForm(request.POST or None, initial=switches.said(TokenSettings.current()))
    if request.method == "POST":
        form = SettingsForm(request.POST)
        if form.is_valid():
            switches.switch(**form.cleaned_data, **who(request))
            messages.success(request, _("The settings of training tokens were changed."))
            return redirect("tokens:settings")
    context = {"form": form, "history": history(request, panel=True)}
    return render(request, "tokens/settings.html", context)


@staff(MANAGE)
def settings_history(request):
    """Every time that somebody switched, by pages."""
    context = {
        "history": history(request, panel=False),
        "name": _("Settings of training tokens"),
        "here": reverse("tokens:settings"),
    }
    return render(request, "catalog/history.html", context)


def history(request, *, panel) -> str:
    return timeline.draw(
        request,
        [timeline.about("token_settings", 1)],
        url=reverse("tokens:settings_history"),
        panel=panel,
        recorded="model=tokens.tokensettings&record=1",
    )
