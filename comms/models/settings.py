"""When do messages leave, how far back are missed days caught up, and is sending paused?"""

import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tms.compiled import Rows


class CommsSettings(models.Model):
    """One row at most; without it, what stands here.

    `ran_at` is when rules were last followed, `ladder_made_at` when the ready-made triggers and
    templates were made: once, whatever became of them. After `keep_bodies_days` the text of a sent
    message goes (0: never).
    """

    send_at = models.TimeField(_("messages by day leave at"), default=datetime.time(8))
    catch_up_days = models.PositiveSmallIntegerField(_("days that are caught up"), default=3)
    paused = models.BooleanField(_("sending is paused"), default=False)
    unusual_from = models.PositiveIntegerField(_("never unusual below"), default=500)
    unusual_times = models.PositiveSmallIntegerField(_("unusual is so many times a day"), default=5)
    keep_bodies_days = models.PositiveIntegerField(
        _("days for which what messages said is kept"), default=730
    )
    ran_at = models.DateTimeField(null=True, editable=False)
    ladder_made_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="comms_settings_once"),
            models.CheckConstraint(
                condition=Q(catch_up_days__gte=0, catch_up_days__lte=30),
                name="comms_settings_catch_up_in_range",
            ),
        ]

    def __str__(self):
        return "communication settings"

    @classmethod
    def current(cls) -> "CommsSettings":
        """As they are now. One query."""
        return CURRENT.one() or cls(pk=1)


CURRENT = Rows(lambda: CommsSettings.objects.filter(pk=1))
