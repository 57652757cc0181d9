"""Is this process alive, may it be sent visitors, and what has it to tell Prometheus?

A middleware before all others, not two views: a load balancer asks by address and by plain http,
which the host check and the redirect to https would refuse, and `/healthz` must not need the
database, which every other request reads.
"""

import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

from . import broker as queue
from . import clock, schema
from .condition import BAD
from .models import NightRun, Organisation
from .watch import conditions, machinery, metrics


class Health:
    """Answer `/healthz`, `/readyz` and `/metrics`; pass on everything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/healthz":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path == "/readyz":
            return readiness(clock.now(), everything="all" in request.GET)
        if request.path == "/metrics" and settings.METRICS_TOKEN:
            return metrics.answer(request)
        return self.get_response(request)


def readiness(at: datetime.datetime, *, everything: bool = False) -> JsonResponse:
    """200 if everything that a visitor needs is there, 503 if not; each check with its reason.

    What a visitor doesn't need is told and doesn't decide: no web process gets well by being sent
    nobody. `everything` is for who is called at night: all conditions, and any red one is a 503.
    """
    checks = {"database": database(), "broker": broker()}
    if checks["database"]["ok"]:
        checks["migrations"] = migrations()
        if checks["migrations"]["ok"]:
            checks["night"] = night(at)
            checks["scheduler"] = told(machinery.scheduler(at))
            if everything:
                checks |= {each.name: told(each, decides=True) for each in conditions.every(at)}
    ready = all(check["ok"] or not check.get("decides", True) for check in checks.values())
    answer = JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)
    answer.headers["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # asked every few seconds: Django would log each 503 as an error
    return answer


def told(condition, *, decides: bool = False) -> dict:
    """A condition as the other checks are said."""
    said = {"ok": condition.tone != BAD, "decides": decides, **condition.figures}
    return said | ({"reason": condition.reason} if condition.reason else {})


def database() -> dict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False, "reason": "The database does not answer."}
    return {"ok": True}


def broker() -> dict:
    if queue.answers():
        return {"ok": True}
    return {"ok": False, "reason": "The broker does not answer."}


def migrations() -> dict:
    """Whether all migrations that this code knows were applied."""
    if missing := schema.missing():
        return {"ok": False, "reason": f"{missing} migrations are not applied."}
    return {"ok": True}


def night(at: datetime.datetime) -> dict:
    """Whether the nightly run of today or yesterday was finished.

    A new installation has a day to have its first.
    """
    zone = (Organisation.objects.filter(pk=1).first() or Organisation()).time_zone
    today = clock.day_of(at, zone)
    last = NightRun.objects.filter(finished_at__isnull=False).order_by("-on").first()
    if last is not None:
        days = (today - last.on).days
        hours = round((at - last.finished_at).total_seconds() / 3600, 1)
        if days > 1:
            reason = f"The last nightly run was for {last.on}, {days} days ago."
            return {"ok": False, "on": str(last.on), "age_hours": hours, "reason": reason}
        return {"ok": True, "on": str(last.on), "age_hours": hours}
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations")
        made = cursor.fetchone()[0]
    if at - made > datetime.timedelta(days=1):
        return {"ok": False, "reason": "No nightly run yet: is the scheduler running?"}
    return {"ok": True, "reason": "No nightly run yet; the installation is new."}
