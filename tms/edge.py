"""Where a request meets the clock: once, here. And what every answer tells the browser."""

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from . import clock
from .models import Organisation


class Edge:
    """Give each request its organisation, moment and day.

    `request.organisation`, `request.now` (aware, UTC), `request.zone` (name) and `request.today`
    (the day in the installation's zone). One query.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            request.organisation = Organisation.objects.filter(pk=1).first() or Organisation()
        except (OperationalError, InterfaceError):
            # Every request asks here first, so here it is found out that the database is away.
            away = render_to_string("503.html")
            return HttpResponse(away, status=503, headers={"Retry-After": "5"})
        request.now = clock.now()
        request.zone = request.organisation.time_zone
        request.today = clock.day_of(request.now, request.zone)
        clock.use_zone(request.zone)
        return self.get_response(request)


class Headers:
    """Say on every answer which powers of the browser our pages never ask for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response
