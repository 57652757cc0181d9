"""What does Prometheus read? Requests as this machine counted them, and how the installation is.

Every web process of a server counts in files of its own, in one folder (METRICS_DIR); whichever is
asked adds them up. What is known from the database is asked at that moment, and is the same from
whichever server.
"""

import hmac
import os
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from tms import clock
from tms.condition import BAD
from tms.models import InvariantRun

from . import conditions

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OUTCOMES = ("SUCCESS", "FAILURE", "RETRY")
FOREVER = None


def slot() -> str:
    """Which of the server's processes this is. tms.serving numbers them, so that one which is
    replaced hands its files on; elsewhere it is the process itself."""
    return os.environ.get("METRICS_SLOT") or str(os.getpid())


if settings.METRICS_TOKEN:
    Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)  # the library looks here
    values.ValueClass = values.MultiProcessValue(slot)

REQUESTS = Counter(
    "lanyard_requests", "Requests answered", ["view", "method", "status"], registry=None
)
SECONDS = Histogram(
    "lanyard_request_seconds",
    "How long answers took",
    ["view", "method"],
    buckets=BUCKETS,
    registry=None,
)


def count(view: str, method: str, status: int, seconds: float) -> None:
    REQUESTS.labels(view, method, status).inc()
    SECONDS.labels(view, method).observe(seconds)


def answer(request) -> HttpResponse:
    """The figures, for who knows METRICS_TOKEN."""
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        refused = HttpResponse("Send METRICS_TOKEN as bearer token.\n", status=401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    registry.register(Installation())
    response = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


class Installation:
    """How everything is, asked when Prometheus asks."""

    def collect(self):
        red = GaugeMetricFamily(
            "lanyard_red", "1: this part is not well (Operations says why)", labels=["part"]
        )
        for condition in conditions.every(clock.now()):
            red.add_metric([condition.name], float(condition.tone == BAD))
            for name, value in condition.figures.items():
                yield GaugeMetricFamily(f"lanyard_{name}", condition.name, value=value)
        yield red
        yield from invariants()
        yield from tasks()


def invariants():
    run = InvariantRun.objects.order_by("-at").first()
    rows = GaugeMetricFamily(
        "lanyard_invariant_rows", "Rows that should not be, at the last look", labels=["invariant"]
    )
    for name, told in (run.found if run else {}).items():
        rows.add_metric([name], told["count"])
    yield rows


# Tasks run in workers, which nobody asks: they count in the broker's server, by the cache. What is
# lost with it begins at 0 again, as counters may.


def task_done(name: str, outcome: str, seconds: float) -> None:
    """Count a task that ended. Two commands; whoever can't is not held up by it (see celery.py)."""
    for key, more in ((task_key(name, outcome), 1), (task_key(name, "ms"), round(seconds * 1000))):
        cache.add(key, 0, FOREVER)
        cache.incr(key, more)


def tasks():
    current_app.loader.import_default_modules()  # a web process has no need of them but this
    ours = sorted(name for name in current_app.tasks if not name.startswith("celery."))
    keys = {task_key(name, what): (name, what) for name in ours for what in (*OUTCOMES, "ms")}
    ended = CounterMetricFamily("lanyard_tasks", "Tasks that ended", labels=["task", "outcome"])
    spent = CounterMetricFamily("lanyard_task_seconds", "Time spent in them", labels=["task"])
    try:
        known = cache.get_many(keys)
    except Exception:  # the broker is away: lanyard_red says so
        known = {}
    for key, number in known.items():
        name, what = keys[key]
        if what == "ms":
            spent.add_metric([name], number / 1000)
        else:
            ended.add_metric([name, what.lower()], number)
    yield ended
    yield spent


def task_key(name: str, what: str) -> str:
    return f"task:{name}:{what}"
