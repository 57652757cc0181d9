"""Who was erased, by number? So that it is done again after a backup was restored."""

from django.db import models


class Erasure(models.Model):
    """One erasure: whose, when, by whom. Numbers only, and no foreign keys: it outlives all."""

    contact_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("erase_person", "Erase a person"),
            ("take_out_person", "Export what is held about a person"),
        ]

    def __str__(self):
        return f"#{self.contact_id}"
