"""Which rule writes what, to whom, how many days before or after what?"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tms.text import Fold


class Side(models.TextChoices):
    BEFORE = "before", _("before")
    AFTER = "after", _("after")


class TriggerQuerySet(models.QuerySet):
    def living(self):
        """Those that are not archived."""
        return self.filter(archived_at=None)

    def switched_on(self):
        return self.filter(archived_at=None, disabled=False)


class Trigger(models.Model):
    """A rule: on this occasion, so many days before or after it, write this to these people.

    `occasion` is the key of a `tms.occasions.Occasion`; `audience` holds values of `Role`, and
    `addresses` the fixed ones. `pass_type`, `options`, `token_type` and `course` narrow it down,
    whichever its target has. Nothing that happened before `enabled_at`, and nothing that was due
    before `changed_at` (when the rule itself last changed), is written about. Up to `fired_until`
    everything due has been written down.
    """

    name = models.CharField(_("Name"), max_length=120)
    abbreviation = models.CharField(_("Abbreviation"), max_length=12)
    template = models.ForeignKey(
        "comms.Template",
        on_delete=models.PROTECT,
        related_name="triggers",
        verbose_name=_("Template"),
    )
    sender = models.ForeignKey(
        "comms.SendingAddress",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="triggers",
        verbose_name=_("From"),
    )
    automatic = models.BooleanField(_("Automatic"), default=False)
    disabled = models.BooleanField(_("Disabled"), default=False)
    occasion = models.CharField(_("Trigger"), max_length=40)
    offset = models.PositiveSmallIntegerField(_("Offset"), default=0)
    side = models.CharField(max_length=6, choices=Side.choices, default=Side.AFTER)
    audience = ArrayField(models.CharField(max_length=20), verbose_name=_("Audience"))
    addresses = ArrayField(
        models.EmailField(max_length=254),
        default=list,
        blank=True,
        verbose_name=_("Fixed addresses"),
    )
    pass_type = models.ForeignKey(
        "passes.PassType",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="triggers",
        verbose_name=_("Pass Type"),
    )
    options = models.ManyToManyField(
        "passes.PassOption", blank=True, related_name="triggers", verbose_name=_("Options")
    )
    token_type = models.ForeignKey(
        "tokens.TokenType",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="triggers",
        verbose_name=_("Token Type"),
    )
    course = models.ForeignKey(
        "catalog.Item",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="triggers",
        verbose_name=_("Course"),
    )
    enabled_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)
    fired_until = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )

    objects = TriggerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(archived_at=None), name="trigger_name_once"
            ),
            models.UniqueConstraint(
                Lower("abbreviation"),
                condition=Q(archived_at=None),
                name="trigger_abbreviation_once",
            ),
            models.CheckConstraint(condition=Q(offset__lte=730), name="trigger_offset_in_range"),
        ]
        indexes = [models.Index(fields=["name_key", "id"], name="trigger_name")]

    def __str__(self):
        return self.name
