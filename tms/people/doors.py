"""May this visitor go on, or has something else to be done first?

Four doors, in this order: a new installation is set up; a session that is too old ends; who was
idle in the back office signs in again; staff who have to get themselves a second factor.
"""

import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from . import first, second_factor

LONGEST = datetime.timedelta(hours=12)
IDLE_STAFF = datetime.timedelta(hours=1)
# How stale "seen" may be: one write to the session in so many minutes.
GRAIN = datetime.timedelta(minutes=5)

# What has to stay reachable with every door shut, or has doors of its own.
ALWAYS = ("/static/", "/healthz", "/readyz", "/files/logo/", "/theme/", "/language/", "/api/")
# A page of the back office among the addresses of programs, who come with keys and no session.
PEOPLE = "/api/v1/docs"


class Doors:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(ALWAYS) and not request.path.startswith(PEOPLE):
            return self.get_response(request)
        if first.is_due(request.organisation):
            if request.path != reverse("people:first"):
                return self.send_to(request, reverse("people:first"))
            return self.get_response(request)
        if request.user.is_authenticated:
            self.end_if_over(request)
        if request.user.is_authenticated and self.lacks_second_factor(request):
            return self.send_to(request, reverse("mfa_index"))
        return self.get_response(request)

    def end_if_over(self, request):
        session, now = request.session, int(request.now.timestamp())
        if "since" not in session:
            return
        too_old = now - session["since"] >= LONGEST.total_seconds()
        idle = now - session["seen"]
        if too_old or (request.user.is_staff and idle >= IDLE_STAFF.total_seconds()):
            logout(request)
            messages.info(request, _("Your session was over. Sign in to go on."))
        elif idle >= GRAIN.total_seconds():
            session["seen"] = now

    def lacks_second_factor(self, request) -> bool:
        if not second_factor.needed_by(request.user, request.organisation):
            return False
        # All that is needed to get one, and to leave, hangs under this.
        if request.path.startswith(reverse("my_account")):
            return False
        if request.session.get("second_factor") != request.user.pk:
            if not second_factor.held_by(request.user):
                return True
            request.session["second_factor"] = request.user.pk
        return False

    def send_to(self, request, address):
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)
