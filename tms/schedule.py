"""What is asked for of itself, and when; and what worker and scheduler have in common."""

import logging.config

from celery.schedules import crontab
from celery.signals import before_task_publish, setup_logging
from django.conf import settings

from . import clock, trace

SCHEDULE = {
    # Every quarter of an hour: the night that is due is run when it is due, in any zone.
    "night": {
        "task": "tms.tasks.night",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 14 * 60},
    },
    # Four times a minute: what happened is posted to those who asked to be told.
    "webhooks": {"task": "tms.tasks.webhooks", "schedule": 15.0, "options": {"expires": 14}},
    # Three times a minute: messages that fell due are written down, and leave.
    "messages": {"task": "tms.tasks.messages", "schedule": 20.0, "options": {"expires": 19}},
    # Every minute: jobs whose start was lost with the broker are started again.
    "jobs": {"task": "tms.tasks.waiting_jobs", "schedule": 60.0, "options": {"expires": 50}},
    # Every minute: seats held for payments that weren't made are counted as free.
    "seats": {"task": "tms.tasks.free_seats", "schedule": 60.0, "options": {"expires": 50}},
    # Every minute: providers are asked about payments that they told nothing of.
    "payments": {
        "task": "tms.tasks.ask_about_payments",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # Every minute: places on offer whose time is over go to the next in line.
    "waiting_lists": {
        "task": "tms.tasks.waiting_lists",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # Every minute: that scheduler, broker and worker all live.
    "pulse": {"task": "tms.tasks.pulse", "schedule": 60.0, "options": {"expires": 50}},
}


@before_task_publish.connect
def say_when_and_for_whom(headers, **_more) -> None:
    """When the task was asked for: a worker that is late then shows, and a dead scheduler too.
    And for which request, so that the worker's lines are found beside the page's."""
    headers.setdefault("asked_at", clock.now().isoformat())
    headers.setdefault("request_id", trace.current())


@setup_logging.connect
def as_everywhere(**_more) -> None:
    """Logs of workers and scheduler are those of the settings, not Celery's own."""
    logging.config.dictConfig(settings.LOGGING)
