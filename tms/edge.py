"""Where a request meets the clock: once, here. And what every answer tells the browser."""

from django.conf import settings
from django.db import connection
from django.http import HttpResponseNotAllowed

from . import away, clock
from .compiled import Question
from .models import Organisation

FIELDS = [field.attname for field in Organisation._meta.concrete_fields]
SETTINGS = Question(lambda: Organisation.objects.filter(pk=1).values_list(*FIELDS))


def organisation() -> Organisation:
    """The row of settings, or what it would be at first. One statement."""
    rows = SETTINGS()
    return (
        Organisation.from_db(Organisation.objects.db, FIELDS, rows[0]) if rows else Organisation()
    )


class Edge:
    """Give each request its organisation, moment and day.

    `request.organisation`, `request.now` (aware, UTC), `request.zone` (name) and `request.today`
    (the day in the installation's zone). One query.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        away.trust(connection)
        request.organisation = organisation()
        request.now = clock.now()
        request.zone = request.organisation.time_zone
        request.today = clock.day_of(request.now, request.zone)
        clock.use_zone(request.zone)
        return self.get_response(request)


class Headers:
    """Say on every answer which powers of the browser our pages never ask for.

    And refuse the methods that no page of ours has, which Django's plain views would answer.
    """

    METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in self.METHODS:
            response = self.get_response(request)
        else:
            response = HttpResponseNotAllowed(self.METHODS)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class Kept:
    """What a browser may keep of what it was shown: nothing, where somebody is signed in.

    A page that says for itself how long it may be kept (a picture, a file) is left alone. Who
    signs out takes along what the browser had kept before.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        elif (
            # The session that it came with is over, and no other one has begun.
            settings.SESSION_COOKIE_NAME in request.COOKIES
            and request.session.modified
            and request.session.is_empty()
        ):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
