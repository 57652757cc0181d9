"""How far is an opportunity? One of the stages of the pipeline."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class StageKind(models.TextChoices):
    """What an opportunity in the stage counts as."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class StageQuerySet(models.QuerySet):
    def living(self):
        """Those that an opportunity can come to, in their order."""
        return self.filter(archived_at=None).order_by("position", "pk")


class Stage(models.Model):
    """One step of the pipeline; there is always one of each kind in use."""

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(
        _("counts as"), max_length=4, choices=StageKind.choices, default=StageKind.OPEN
    )
    probability = models.PositiveSmallIntegerField(
        _("probability"), default=0, help_text=_("In per cent; new opportunities start with it.")
    )
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = StageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(archived_at=None), name="stage_name_once"
            ),
            models.CheckConstraint(
                condition=Q(probability__lte=100), name="stage_probability_in_range"
            ),
        ]

    def __str__(self):
        return self.name
