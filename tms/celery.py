"""What the worker runs and what beat asks for."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import before_task_publish

from . import clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tms.settings")
app = Celery("tms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Every quarter of an hour: the night that is due is run when it is due, in any zone.
    "night": {
        "task": "tms.tasks.night",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 14 * 60},
    },
    # Four times a minute: what happened is posted to those who asked to be told.
    "webhooks": {"task": "tms.tasks.webhooks", "schedule": 15.0, "options": {"expires": 14}},
    # Every minute: jobs whose start was lost with the broker are started again.
    "jobs": {"task": "tms.tasks.waiting_jobs", "schedule": 60.0, "options": {"expires": 50}},
    # Every minute: that scheduler, broker and worker all live.
    "pulse": {"task": "tms.tasks.pulse", "schedule": 60.0, "options": {"expires": 50}},
}


@before_task_publish.connect
def say_when(headers, **_more) -> None:
    """When the task was asked for: a worker that is late then shows, and a dead scheduler too."""
    headers.setdefault("asked_at", clock.now().isoformat())
