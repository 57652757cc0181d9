from django.apps import AppConfig

from .celery import app  # so that every process, not only workers, knows the broker

__all__ = ["TmsConfig", "app"]


class TmsConfig(AppConfig):
    name = "tms"
    verbose_name = "Lanyard"
