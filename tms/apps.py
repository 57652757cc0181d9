import importlib

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import import_string

from . import plans
from .celery import app  # so that every process, not only workers, knows the broker

__all__ = ["TmsConfig", "app"]


class TmsConfig(AppConfig):
    name = "tms"
    verbose_name = "Lanyard"

    def ready(self):
        connection_created.connect(plans.keep, dispatch_uid="plans")
        # A migration could not do it: permissions are made after the last one, and tests that
        # empty the tables get the built-in roles back only this way.
        for path in settings.BEFORE_MIGRATE:
            pre_migrate.connect(import_string(path), dispatch_uid=path)
        for path in settings.AFTER_MIGRATE:
            post_migrate.connect(import_string(path), dispatch_uid=path)
        # Imported late: what they look at needs every app to be loaded.
        importlib.import_module("tms.ui.checks")
        importlib.import_module("tms.recorded").declare()
