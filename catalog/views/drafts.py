"""What was typed is kept as it is typed, and offered to whom it belongs when they come back."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import drafts
from tms.refusals import Refusal
from tms.ui.access import staff
from tms.ui.sent import ours

from .asked import CHANGE


@staff(CHANGE)
@require_POST
def draft(request):
    """Keep what an editor holds now; with `discard` let go of it."""
    about = request.POST.get("about", "")
    if "discard" in request.POST:
        drafts.forget(request.user, about)
        back = request.POST.get("back_to", "")
        return redirect(back if ours(request, back) else "home")
    try:
        drafts.keep(request.user, about, request.POST, at=request.now)
    except Refusal as no:
        return HttpResponse(str(no), status=422, content_type="text/plain; charset=utf-8")
    when = time_format(localtime(request.now), "H:i:s")
    return HttpResponse(_("Kept as a draft at %(time)s.") % {"time": when})


class Drafted:
    """For a Dialog that is an editor: `about` names it. `?draft=1` takes the draft up."""

    about = ""

    def taken_up(self) -> dict:
        """The fields of the draft, where it was asked for; else none."""
        request = self.request
        asked = request.method == "GET" and request.GET.get("draft") == "1"
        found = drafts.read(request.user, self.about) if asked else None
        return found.fields if found else {}

    def get_initial(self):
        return super().get_initial() | self.taken_up()

    def get_context_data(self, **kwargs):
        user = self.request.user
        found = {
            "about": self.about,
            "draft": drafts.read(user, self.about),
            "taken_up": self.request.method == "GET" and self.request.GET.get("draft") == "1",
            "others": drafts.others_at(user, self.about, at=self.request.now),
        }
        return found | super().get_context_data(**kwargs)

    def shown_anew(self, sentence):
        """Somebody else changed it meanwhile: what was typed isn't lost, it is the draft."""
        drafts.keep(self.request.user, self.about, self.request.POST, at=self.request.now)
        return super().shown_anew(sentence)

    def finished(self, outcome):
        drafts.forget(self.request.user, self.about)
        return super().finished(outcome)
