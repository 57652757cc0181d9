"""The scheduler: `celery --app tms.scheduler beat`.

It asks for tasks by their names and loads nothing of what they do, models and pages included: it
stands by in a third of the memory that a worker takes.
"""

import os

from celery import Celery

from .schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tms.settings")
app = Celery("tms", fixups=(), set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
