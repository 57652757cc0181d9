"""What is sold? Types of passes, their options, and the training they open."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tms.text import Fold

from .owned import Pass, Status


class TypeStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class PassTypeQuerySet(models.QuerySet):
    def on_offer(self):
        """Those that can be given to somebody."""
        return self.filter(status=TypeStatus.ACTIVE)

    def with_rank(self):
        """Each type with `rank`: Active first, then Draft, Archived last, and by name in them."""
        place = Case(
            When(status=TypeStatus.ACTIVE, then=Value("1 ")),
            When(status=TypeStatus.DRAFT, then=Value("2 ")),
            default=Value("3 "),
            output_field=models.TextField(),
        )
        return self.annotate(rank=Concat(place, "name_key", output_field=models.TextField()))

    def with_live(self, day, soon):
        """Each type with its passes by status on `day`: `active`, of those `expiring` until
        `soon`, `expired`, `cancelled`. Each counted in an index."""
        passes = Pass.objects.filter(pass_type=OuterRef("pk"))
        return self.annotate(
            active=_count_of(passes.active_on(day)),
            expiring=_count_of(passes.active_on(day).filter(expires_on__lte=soon)),
            expired=_count_of(passes.in_status(Status.EXPIRED, day)),
            cancelled=_count_of(passes.in_status(Status.CANCELLED, day)),
        )

    def with_counts(self, day):
        """Each type with `options_count`, `published_count`, `trainings_count`, `active_count`
        (passes active on `day`) and `issued` (was a pass of it ever?)."""
        passes = Pass.objects.filter(pass_type=OuterRef("pk"))
        options = PassOption.objects.filter(pass_type=OuterRef("pk"))
        return self.annotate(
            options_count=_count_of(options),
            published_count=_count_of(options.filter(status=OptionStatus.PUBLISHED)),
            trainings_count=_count_of(Inclusion.objects.filter(pass_type=OuterRef("pk"))),
            active_count=_count_of(passes.active_on(day)),
            issued=was_issued("pass_type"),
        )


def _count_of(rows):
    """How many `rows` of the outer type there are, 0 for none."""
    counted = rows.order_by().values("pass_type").annotate(count=Count("*")).values("count")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def was_issued(by: str):
    """Was a pass ever issued by the outer row, a type or an option (`by`: pass_type, option)?

    One step into an index. As an equation it would be answered by reading and hashing the whole
    table, which is what the planner thinks best where nearly all passes are of one type.
    """
    return Exists(
        Pass.objects.filter(**{f"{by}__gte": OuterRef("pk"), f"{by}__lte": OuterRef("pk")})
    )


class PassType(models.Model):
    """What is sold: a name, an internal code, a description, and what it opens."""

    name = models.CharField(_("Name"), max_length=120)
    code = models.CharField(_("Code"), max_length=30)
    slug = models.SlugField(max_length=120, unique=True, editable=False)
    description = models.TextField(_("Description"), blank=True)
    status = models.CharField(
        _("Status"),
        max_length=10,
        choices=TypeStatus.choices,
        default=TypeStatus.DRAFT,
        editable=False,
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Fold(Concat("name", models.Value(" "), "code")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PassTypeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("manage_pass_types", "Set up training passes"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("code"), name="pass_type_code_regardless_of_case"),
        ]
        indexes = [
            models.Index(fields=["status", "name_key", "id"], name="pass_type_status_name"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="pass_type_search"),
        ]

    def __str__(self):
        return self.name


class PeriodUnit(models.TextChoices):
    DAYS = "days", _("Days")
    MONTHS = "months", _("Months")


def period_in_words(period: int, period_unit: str) -> str:
    """12 months, 1 day"""
    if period_unit == PeriodUnit.MONTHS:
        return ngettext("%(n)d month", "%(n)d months", period) % {"n": period}
    return ngettext("%(n)d day", "%(n)d days", period) % {"n": period}


class OptionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class PassOption(models.Model):
    """A length of a pass type: Annual, 12 months."""

    pass_type = models.ForeignKey(PassType, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(_("Name"), max_length=80)
    period = models.PositiveIntegerField(_("Period"))
    period_unit = models.CharField(_("unit"), max_length=6, choices=PeriodUnit.choices)
    status = models.CharField(
        _("Status"),
        max_length=10,
        choices=OptionStatus.choices,
        default=OptionStatus.DRAFT,
        editable=False,
    )
    priced = models.OneToOneField("catalog.Priced", on_delete=models.PROTECT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_unit="days", period__gte=1, period__lte=3650)
                | Q(period_unit="months", period__gte=1, period__lte=120),
                name="pass_option_period_in_range",
            ),
            models.UniqueConstraint(
                "pass_type", Lower("name"), name="pass_option_name_once_in_type"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def length(self) -> str:
        """The period in words."""
        return period_in_words(self.period, self.period_unit)


class Inclusion(models.Model):
    """Something a pass type opens: a path, a course (all its events or chosen types), an event."""

    pass_type = models.ForeignKey(PassType, on_delete=models.CASCADE, related_name="inclusions")
    item = models.ForeignKey(
        "catalog.Item", on_delete=models.PROTECT, null=True, related_name="inclusions"
    )
    event = models.ForeignKey(
        "catalog.Event", on_delete=models.PROTECT, null=True, related_name="inclusions"
    )
    event_types = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, event__isnull=False) | Q(event=None, item__isnull=False),
                name="inclusion_of_one",
            ),
            models.UniqueConstraint(
                fields=["pass_type", "item"],
                condition=Q(item__isnull=False),
                name="inclusion_item_once",
            ),
            models.UniqueConstraint(
                fields=["pass_type", "event"],
                condition=Q(event__isnull=False),
                name="inclusion_event_once",
            ),
        ]

    def __str__(self):
        return f"{self.pass_type_id}: {self.item_id or self.event_id}"
