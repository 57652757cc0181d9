"""Who teaches a session, and who looks after an account's training? Contacts who are marked so."""

from django.db import models


class Teaching(models.Model):
    """A contact who was chosen to teach a session. A session keeps their names: `crm.teaching`."""

    session = models.ForeignKey(
        "catalog.Session", on_delete=models.CASCADE, related_name="teachings"
    )
    contact = models.ForeignKey("crm.Contact", on_delete=models.PROTECT, related_name="teachings")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["session", "contact"], name="teaching_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} in {self.session_id}"


class AccountManager(models.Model):
    """A contact of an account who looks after its training in the LMS."""

    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="managers")
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="manages")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "contact"], name="account_manager_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} of {self.account_id}"
