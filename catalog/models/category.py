"""Under what is it found? A tree of names."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A name in the tree, with a slug that is unique in all of it."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["position", "name"]
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="category_name_once_under_parent",
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return self.name
