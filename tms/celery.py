"""What the worker runs, and with `-B` what it asks for itself."""

import gc
import importlib
import logging
import os
import time

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_before_create_process

from . import trace
from .schedule import SCHEDULE

log = logging.getLogger(__name__)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tms.settings")
app = Celery("tms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE


@worker_before_create_process.connect
def share(**_more) -> None:
    """What was loaded its processes share, as long as nobody looks through it for what to free: to
    look writes into every object, and each process would have its own."""
    gc.collect()
    gc.freeze()


@task_prerun.connect
def begin(task_id, task, **_more) -> None:
    task.request.begun = time.perf_counter()
    told = task.request.get("request_id") or (task.request.headers or {}).get("request_id")
    task.request.followed = trace.following(told or task_id)
    task.request.followed.__enter__()


@task_postrun.connect
def end(task, state, **_more) -> None:
    try:
        # Imported here: it counts in the cache, and this module is loaded before the settings are.
        metrics = importlib.import_module("tms.watch.metrics")
        metrics.task_done(task.name, state or "", time.perf_counter() - task.request.begun)
    except Exception as error:  # figures are told, never needed
        log.warning("The task %s is not counted: %s", task.name, error)
    finally:
        task.request.followed.__exit__(None, None, None)
