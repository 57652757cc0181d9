"""Which pass is an opportunity interested in?"""

from django.db import models


class PassInterest(models.Model):
    """What an interest in training passes is in particular: the option of a pass type."""

    interest = models.OneToOneField(
        "crm.Interest", on_delete=models.CASCADE, related_name="pass_interest"
    )
    option = models.ForeignKey(
        "passes.PassOption", on_delete=models.PROTECT, related_name="interests"
    )

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.interest_id}: {self.option_id}"
