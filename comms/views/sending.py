"""Control panel: Sending. When messages leave, whether they do, and whom they don't reach."""

from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Lower
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.refusals import Refusal
from tms.ui import timeline
from tms.ui.access import staff
from tms.ui.dialogs import Dialog

from .. import switches, transport
from ..forms.sending import SendingForm
from ..models import AddressTrouble, CommsSettings

MANAGE = "comms.manage_triggers"
SHOWN = 100


def who(request) -> dict:
    return {"at": request.now, "on": request.today, "by": request.user}


@staff(MANAGE)
def sending(request):
    """The settings, the way out, the addresses that mail comes back from, and the history."""
    now = CommsSettings.current()
    initial = {name: getattr(now, name) for name in switches.SETTINGS}
    form, status = SendingForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        if form.is_valid():
            version = request.POST.get("version", "")
            try:
                switches.change(
                    version=int(version) if version.isdecimal() else None,
                    **form.cleaned_data,
                    **who(request),
                )
            except Refusal as no:
                form.add_error(no.field, str(no))
            else:
                messages.success(request, _("The settings of sending were changed."))
                return redirect("comms:sending")
        status = 422
    asked = request.GET.get("q", "").strip()
    context = {
        "form": form,
        "now": now,
        "queued": switches.queued() if now.paused else 0,
        "way": way(),
        "returns": settings.BOUNCES_TO,
        "asked": asked,
        "troubles": troubles(asked),
        "shown": SHOWN,
        "history": history(request, panel=True),
    }
    return render(request, "comms/sending.html", context, status=status)


def way() -> str:
    """By which server mail leaves, in words; "" where by none."""
    mailer = settings.MAILERS["default"]
    options = mailer.get("OPTIONS", {})
    if not transport.leaves():
        return ""
    if "host" not in options:
        return mailer.get("BACKEND", "")
    place = f"{options['host']}:{options['port']}"
    return _("%(place)s, encrypted") % {"place": place} if sealed(options) else place


def sealed(options: dict) -> bool:
    return bool(options.get("use_tls") or options.get("use_ssl"))


def troubles(asked: str):
    """The newest, or the one of exactly this address."""
    rows = AddressTrouble.objects.order_by("-pk")
    if asked:
        rows = rows.annotate(key=Lower("email")).filter(key=asked.lower())
    return list(rows[: SHOWN + 1])


@staff(MANAGE)
def sending_history(request):
    """Every change of the settings, by pages."""
    context = {
        "history": history(request, panel=False),
        "name": _("Sending"),
        "here": reverse("comms:sending"),
    }
    return render(request, "catalog/history.html", context)


def history(request, *, panel) -> str:
    return timeline.draw(
        request,
        [timeline.about("comms_settings", 1)],
        url=reverse("comms:sending_history"),
        panel=panel,
        recorded="model=comms.commssettings&record=1",
    )


class Pause(Dialog):
    """Stop everything from leaving, at once."""

    title, submit = gettext_lazy("Pause sending"), gettext_lazy("Pause sending")
    text = gettext_lazy(
        "No message leaves until sending is resumed. Triggers go on writing messages, which wait."
    )
    template_name = "comms/sending_dialog.html"
    permission_required = MANAGE
    danger = True
    changes = "sending"
    done_url = "comms:sending"

    def perform(self):
        switches.pause(**who(self.request))


class Resume(Dialog):
    title, submit = gettext_lazy("Resume sending"), gettext_lazy("Resume sending")
    text = gettext_lazy(
        "What waited longer than the days that are caught up is missed instead, and listed."
    )
    template_name = "comms/sending_dialog.html"
    permission_required = MANAGE
    changes = "sending"
    done_url = "comms:sending"

    def perform(self):
        switches.resume(**who(self.request))


class Clear(Dialog):
    """Write to an address again."""

    title, submit = gettext_lazy("Clear"), gettext_lazy("Write to it again")
    text = gettext_lazy(
        "Do it once the mailbox exists again. If mail comes back another time, it is noted anew."
    )
    template_name = "comms/sending_dialog.html"
    permission_required = MANAGE
    changes = "sending"
    done_url = "comms:sending"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, **kwargs)
        trouble = AddressTrouble.objects.filter(pk=pk).first()
        if trouble is None and request.method == "GET":
            raise Http404
        self.pk, self.subject = pk, trouble.email if trouble else ""

    def perform(self):
        switches.clear(self.pk, **who(self.request))
