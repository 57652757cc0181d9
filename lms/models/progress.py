"""How far is somebody? Kept by person and unit, so that no loss of access can lose it."""

from django.db import models


class Progress(models.Model):
    """A contact's progress in one unit: where they are, and when they completed it."""

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="progress")
    unit = models.ForeignKey("lms.ContentUnit", on_delete=models.PROTECT, related_name="progress")
    position = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["contact", "unit"], name="progress_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} in {self.unit_id}"


class Completion(models.Model):
    """A contact completed a course or a path: dated, and never undone."""

    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="completions")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="completions")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["contact", "item"], name="completion_once"),
        ]
        indexes = [models.Index(fields=["at"], name="completion_at")]

    def __str__(self):
        return f"{self.contact_id} completed {self.item_id}"
