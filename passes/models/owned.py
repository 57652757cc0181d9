"""Who has a pass, from when, until when?"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Derived from dates on every look; never stored."""

    NOT_STARTED = "not_started", _("Not started")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


class Source(models.TextChoices):
    HAND = "hand", _("By hand")
    OPPORTUNITY = "opportunity", _("Opportunity")
    API = "api", _("API")
    IMPORT = "import", pgettext_lazy("source", "Import")
    ORDER = "order", pgettext_lazy("source", "Order")


class PassQuerySet(models.QuerySet):
    def with_status(self, day):
        """Each pass with `status` as it is on `day`; the same table as `Pass.status_on`."""
        return self.annotate(
            status=Case(
                When(cancelled_at__isnull=False, then=Value(Status.CANCELLED.value)),
                When(expires_on__lt=day, then=Value(Status.EXPIRED.value)),
                When(starts_on__gt=day, then=Value(Status.NOT_STARTED.value)),
                default=Value(Status.ACTIVE.value),
                output_field=models.CharField(),
            )
        )

    def in_status(self, status, day):
        """Those whose status on `day` is `status`, by conditions that an index can serve."""
        living = Q(cancelled_at=None)
        return self.filter(
            {
                Status.CANCELLED: Q(cancelled_at__isnull=False),
                Status.EXPIRED: living & Q(expires_on__lt=day),
                Status.NOT_STARTED: living & Q(starts_on__gt=day, expires_on__gte=day),
                Status.ACTIVE: living & Q(starts_on__lte=day, expires_on__gte=day),
            }[Status(status)]
        )

    def active_on(self, day):
        """Those that open something on `day` (for whoever holds them)."""
        return self.in_status(Status.ACTIVE, day)

    def active_between(self, first, last):
        """Those whose validity overlaps the days `first` to `last`, both included; None: open."""
        found = self
        if first:
            found = found.filter(expires_on__gte=first)
        if last:
            found = found.filter(starts_on__lte=last)
        return found


class Pass(models.Model):
    """One option of one type, owned by an account, held by one contact or by nobody yet.

    Valid from `starts_on` through `expires_on`, both included, in the installation's zone.
    `anchor_day` is the day of the month that repeated months keep (31 Jan, 28 Feb, 31 Mar).
    """

    # Each reference that is asked by has an index below, with what is asked besides.
    pass_type = models.ForeignKey(
        "passes.PassType",
        on_delete=models.PROTECT,
        related_name="passes",
        verbose_name=_("Pass Type"),
        db_index=False,
    )
    option = models.ForeignKey(
        "passes.PassOption", on_delete=models.PROTECT, related_name="passes", db_index=False
    )
    account = models.ForeignKey(
        "crm.Account",
        on_delete=models.PROTECT,
        related_name="passes",
        verbose_name=_("account"),
        db_index=False,
    )
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        related_name="passes",
        verbose_name=_("contact"),
        db_index=False,
    )
    starts_on = models.DateField(_("Start Date"))
    expires_on = models.DateField(_("Expiry Date"))
    anchor_day = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    assigned_on = models.DateField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    expiry_recorded = models.DateField(null=True)
    external_ids = ArrayField(
        models.CharField(max_length=80), default=list, verbose_name=_("External IDs")
    )
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.HAND)
    opportunity = models.ForeignKey(
        "crm.Opportunity",
        on_delete=models.PROTECT,
        null=True,
        related_name="passes",
        verbose_name=_("Opportunity"),
        db_index=False,
    )
    version = models.PositiveIntegerField(default=0)

    objects = PassQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = _("passes")
        permissions = [
            ("view_passes", "See training passes"),
            ("issue_pass", "Give training passes"),
            ("change_pass", "Renew and extend training passes"),
            ("reassign_pass", "Assign and reassign training passes"),
            ("cancel_pass", "Cancel training passes"),
            ("import_passes", "Import training passes"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("expires_on")), name="pass_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__lte="2100-12-31"), name="pass_ends_some_day"
            ),
            models.CheckConstraint(
                condition=Q(anchor_day__gte=1, anchor_day__lte=31), name="pass_anchor_is_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "expires_on"], name="pass_contact_expiry"),
            models.Index(fields=["account", "expires_on", "id"], name="pass_account_expiry"),
            # In the order of lists. Of those that were active between two days that are long over,
            # nearly all that end later began later, too: told in the index, no row is read for it.
            models.Index(fields=["expires_on", "id", "starts_on"], name="pass_expiry_start"),
            models.Index(fields=["starts_on", "id"], name="pass_start"),
            models.Index(fields=["pass_type", "expires_on", "id"], name="pass_type_expiry"),
            # How many are active, of which option, held by how many: counted in the index alone.
            models.Index(
                fields=["pass_type", "expires_on"],
                include=["starts_on", "option", "contact"],
                name="pass_type_living",
                condition=Q(cancelled_at=None),
            ),
            models.Index(
                fields=["pass_type"],
                name="pass_type_cancelled",
                condition=Q(cancelled_at__isnull=False),
            ),
            models.Index(fields=["option"], name="pass_option"),
            # How many were sold when, of which type, by which road: counted in the index alone.
            models.Index(fields=["issued_at"], include=["pass_type", "source"], name="pass_issued"),
            models.Index(
                fields=["cancelled_at", "id"],
                name="pass_cancelled",
                condition=Q(cancelled_at__isnull=False),
            ),
            # What the night records, in its order: an index of all would be read past what is done.
            models.Index(
                fields=["expires_on", "id"],
                name="pass_expiry_to_write",
                condition=Q(cancelled_at=None)
                & (Q(expiry_recorded=None) | ~Q(expiry_recorded=F("expires_on"))),
            ),
            models.Index(
                fields=["opportunity", "id"],
                name="pass_opportunity",
                condition=Q(opportunity__isnull=False),
            ),
            models.Index(
                fields=["account", "id"], name="pass_unassigned", condition=Q(contact=None)
            ),
            GinIndex(fields=["external_ids"], name="pass_external_ids"),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def status_on(self, day) -> Status:
        """The status on `day`; the same table as `PassQuerySet.with_status`."""
        if self.cancelled_at is not None:
            return Status.CANCELLED
        if self.expires_on < day:
            return Status.EXPIRED
        if self.starts_on > day:
            return Status.NOT_STARTED
        return Status.ACTIVE
