"""How is everything? Each check of `settings.WATCHED`, asked now."""

import datetime
import logging

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tms.condition import BAD, Condition

log = logging.getLogger(__name__)


def every(at: datetime.datetime) -> list[Condition]:
    """All conditions, in the order of the settings. A check that breaks is bad itself."""
    return [one(path, at) for path in settings.WATCHED]


def one(path: str, at: datetime.datetime) -> Condition:
    try:
        return import_string(path)(at=at)
    except Exception as error:
        log.exception("%s could not be asked.", path)
        name = path.rpartition(".")[2]
        return Condition(
            name,
            name.replace("_", " ").capitalize(),
            BAD,
            _("unknown"),
            _("It could not be asked: %(error)s.") % {"error": type(error).__name__},
            _("The log says more."),
        )


def red(conditions: list[Condition]) -> list[Condition]:
    return [condition for condition in conditions if condition.tone == BAD]
