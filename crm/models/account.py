"""Who buys? An organisation, or one person."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms.text import Fold


class AccountKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    INDIVIDUAL = "individual", _("Individual")


class AccountQuerySet(models.QuerySet):
    def living(self):
        """Those that are not archived."""
        return self.filter(archived_at=None)


class Account(models.Model):
    """The organisation (or single person) that buys: owns passes and tokens."""

    kind = models.CharField(
        _("kind"), max_length=12, choices=AccountKind.choices, default=AccountKind.ORGANISATION
    )
    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent account"),
    )
    region = models.ForeignKey(
        "catalog.Region", on_delete=models.PROTECT, null=True, verbose_name=_("region")
    )
    currency = models.ForeignKey(
        "catalog.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("currency"),
    )
    street = models.TextField(_("street"), blank=True, max_length=400)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    main_contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="main_of",
        verbose_name=_("main contact"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("owner"),
    )
    pays_by_invoice = models.BooleanField(
        _("may pay by invoice at checkout"), default=False, db_default=False
    )
    notes = models.TextField(_("notes"), blank=True)
    custom = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, editable=False)
    # It was another one's double: what it had is the other's now, and this leads there.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged"
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_people", "See contacts and accounts"),
            ("change_people", "Change contacts and accounts"),
            ("import_people", "Import contacts and accounts"),
            ("view_as_learner", "View the learner site as a contact"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(archived_at__isnull=False),
                name="account_merged_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["name_key", "id"], name="account_name"),
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="account_search"),
            # What a name begins with, whatever the database's collation.
            models.Index(OpClass("name_key", name="text_pattern_ops"), name="account_name_begins"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("crm:account", args=[self.pk])
