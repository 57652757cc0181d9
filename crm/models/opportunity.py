"""What might somebody buy, what is it about, and what did winning it give?"""

import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms.text import Fold


class OpportunityQuerySet(models.QuerySet):
    def open(self):
        """Those that are neither won nor lost."""
        return self.filter(closed_on=None)


class Opportunity(models.Model):
    """A sale to one account, from enquiry to won or lost.

    Open while `closed_on` is None; then `won` says which it was, for good where it was won.
    `worth` is the net sum of its interests in `currency`, kept by the verbs that change them.
    `closes_on` is when it is expected to be decided, `probability` in per cent.
    """

    name = models.CharField(_("name"), max_length=200)
    account = models.ForeignKey(
        "crm.Account",
        on_delete=models.PROTECT,
        related_name="opportunities",
        verbose_name=_("account"),
    )
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("contact"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("owner"),
    )
    region = models.ForeignKey(
        "catalog.Region", on_delete=models.PROTECT, verbose_name=_("region"), related_name="+"
    )
    currency = models.ForeignKey(
        "catalog.Unit", on_delete=models.PROTECT, verbose_name=_("currency"), related_name="+"
    )
    stage = models.ForeignKey(
        "crm.Stage",
        on_delete=models.PROTECT,
        related_name="opportunities",
        verbose_name=_("stage"),
    )
    closes_on = models.DateField(_("expected close date"), null=True, blank=True)
    probability = models.PositiveSmallIntegerField(_("probability"), default=0)
    source = models.CharField(_("source"), max_length=80, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    worth = models.DecimalField(max_digits=16, decimal_places=4, default=0, editable=False)
    opened_on = models.DateField(editable=False)
    closed_on = models.DateField(null=True, editable=False)
    won = models.BooleanField(null=True, editable=False)
    lost_because = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    # When it closes, for sorting: what has no day is last.
    closes_key = models.GeneratedField(
        expression=Coalesce("closes_on", models.Value(datetime.date(9999, 12, 31))),
        output_field=models.DateField(),
        db_persist=True,
    )

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = _("opportunities")
        permissions = [
            ("view_opportunities", "See opportunities and quotes"),
            ("change_opportunities", "Change opportunities and their interests"),
            ("win_opportunities", "Win opportunities"),
            ("override_prices", "Override prices on opportunities"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None, won=None)
                | Q(closed_on__isnull=False, won__isnull=False),
                name="opportunity_closed_is_won_or_lost",
            ),
            models.CheckConstraint(
                condition=Q(probability__lte=100), name="opportunity_probability_in_range"
            ),
            models.CheckConstraint(
                condition=Q(worth__gte=0), name="opportunity_worth_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["name_key", "id"], name="opportunity_name"),
            models.Index(fields=["closes_key", "id"], name="opportunity_closing"),
            models.Index(fields=["worth", "id"], name="opportunity_worth"),
            models.Index(fields=["account", "-id"], name="opportunity_account"),
            models.Index(fields=["contact", "-id"], name="opportunity_contact"),
            models.Index(fields=["owner", "closes_key", "id"], name="opportunity_owner"),
            # The board: what is open, stage by stage, in the order in which it closes.
            models.Index(
                fields=["stage", "closes_key", "id"],
                name="opportunity_stage",
            ),
            models.Index(
                fields=["closes_key", "id"],
                name="opportunity_open",
                condition=Q(closed_on=None),
            ),
            models.Index(
                fields=["closed_on", "id"],
                name="opportunity_closed",
                condition=Q(closed_on__isnull=False),
            ),
            # Won or lost ones, in the order of the list; and the latest of each closed stage.
            models.Index(
                fields=["won", "closes_key", "id"],
                name="opportunity_decided",
                condition=Q(closed_on__isnull=False),
            ),
            models.Index(
                fields=["stage", "-closed_on", "-id"],
                name="opportunity_stage_closed",
                condition=Q(closed_on__isnull=False),
            ),
            # What somebody works on, by stage.
            models.Index(
                fields=["owner", "stage", "closes_key", "id"],
                name="opportunity_owner_open",
                condition=Q(closed_on=None),
            ),
            # What the stages come to, read from the index alone.
            models.Index(
                fields=["stage", "currency"],
                include=["worth"],
                name="opportunity_sums",
                condition=Q(closed_on=None),
            ),
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="opportunity_search"),
            # Closed ones are many times as many, and seldom meant.
            GinIndex(
                OpClass("name_key", name="gin_trgm_ops"),
                name="opportunity_search_open",
                condition=Q(closed_on=None),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("crm:opportunity", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class Interest(models.Model):
    """One thing that an opportunity is about; what in particular, the app that offers it keeps.

    `offer` is the key of one of `settings.OFFERS`. `title` and `detail` are the words under which
    it is quoted and invoiced, `unit_price` the net price of one in `unit` (a currency or a token
    type), `list_price` what the catalogue asked for it then (None: nothing fitted), `discount` in
    per cent. `net` and `tax` are rounded, by line; tax is of `tax_percent`, as it was when the
    interest was last edited. `token_moves` are the redemptions that paid for it.
    """

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="interests")
    position = models.PositiveIntegerField(default=0)
    offer = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    detail = models.CharField(max_length=300, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    unit = models.ForeignKey("catalog.Unit", on_delete=models.PROTECT, related_name="+")
    unit_price = models.DecimalField(_("price"), max_digits=14, decimal_places=4)
    list_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    discount = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=0)
    tax_level = models.ForeignKey(
        "catalog.TaxLevel", on_delete=models.PROTECT, verbose_name=_("tax level"), related_name="+"
    )
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3)
    net = models.DecimalField(max_digits=16, decimal_places=4)
    tax = models.DecimalField(max_digits=16, decimal_places=4)
    token_moves = ArrayField(models.BigIntegerField(), default=list, editable=False)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=1_000_000),
                name="interest_quantity_in_range",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0), name="interest_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="interest_discount_in_range"
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0, tax__gte=0), name="interest_sums_not_negative"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def gross(self):
        return self.net + self.tax

    @property
    def tax_name(self) -> str:
        return self.tax_level.name


class InterestContact(models.Model):
    """Somebody whom an interest is for, by name; the others of its quantity are for nobody yet."""

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="people")
    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["interest", "contact"], name="interest_contact_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} for {self.interest_id}"


class Fulfilment(models.Model):
    """One thing that a won interest gave: `kind` and `object_id` name it, `quantity` how many.

    Written once, by the win; `reversed` is how many were taken back since, by a credit note.
    """

    interest = models.ForeignKey(Interest, on_delete=models.PROTECT, related_name="fulfilments")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    quantity = models.PositiveIntegerField(default=1)
    reversed = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["interest", "number"], name="fulfilment_once"),
            models.UniqueConstraint(
                fields=["kind", "object_id"], name="fulfilment_of_one_interest"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, reversed__lte=F("quantity")),
                name="fulfilment_reversed_in_range",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"
