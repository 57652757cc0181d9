"""What can be put in the catalogue? Courses and learning paths, in one table."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Concat, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms.text import Fold


class ItemKind(models.TextChoices):
    COURSE = "course", _("Course")
    PATH = "path", _("Learning path")


class ItemStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


IMAGES = "items/"


def image_url(name) -> str:
    """Where the picture called `name` (an item's `image`, also from `.values()`) is served."""
    name = str(name or "")
    return reverse("catalog:image", args=[name.removeprefix(IMAGES)]) if name else ""


class ItemQuerySet(models.QuerySet):
    def courses(self):
        return self.filter(kind=ItemKind.COURSE)

    def paths(self):
        return self.filter(kind=ItemKind.PATH)

    def published(self):
        return self.filter(status=ItemStatus.PUBLISHED)


class Item(models.Model):
    """A course template (taught through events) or a learning path (steps in order)."""

    kind = models.CharField(max_length=8, choices=ItemKind.choices, editable=False)
    title = models.CharField(_("title"), max_length=200)
    code = models.CharField(_("code"), max_length=40)
    slug = models.SlugField(max_length=120, unique=True, editable=False)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    objectives = models.TextField(_("objectives"), blank=True)
    prerequisites = models.TextField(_("prerequisites"), blank=True)
    duration = models.CharField(_("duration"), max_length=60, blank=True)
    image = models.ImageField(_("image"), upload_to=IMAGES, blank=True)
    categories = models.ManyToManyField(
        "catalog.Category", blank=True, related_name="items", verbose_name=_("categories")
    )
    tags = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ItemStatus.choices,
        default=ItemStatus.DRAFT,
        editable=False,
    )
    published_at = models.DateTimeField(null=True, editable=False)
    priced = models.OneToOneField("catalog.Priced", on_delete=models.PROTECT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    title_key = models.GeneratedField(
        expression=Fold("title"), output_field=models.TextField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Fold(Concat("title", models.Value(" "), "code", models.Value(" "), "summary")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_catalogue", "See courses, events and learning paths"),
            ("change_catalogue", "Change courses, events and learning paths"),
            ("change_prices", "Change prices"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("code"), name="item_code_regardless_of_case"),
        ]
        indexes = [
            models.Index(fields=["kind", "title_key", "id"], name="item_kind_title"),
            models.Index(fields=["status", "title_key", "id"], name="item_status_title"),
            models.Index(fields=["kind", "code", "id"], name="item_kind_code"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="item_search"),
        ]

    def __str__(self):
        return self.title

    @property
    def image_url(self):
        """The address of its picture; empty where it has none."""
        return image_url(self.image.name)


class Step(models.Model):
    """A course's place in a learning path."""

    path = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="steps")
    course = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="paths_with")
    position = models.PositiveIntegerField()
    required = models.BooleanField(_("required"), default=True)
    locked = models.BooleanField(_("locked until the step before is complete"), default=False)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["path", "course"], name="step_course_once"),
        ]

    def __str__(self):
        return f"{self.position}"
