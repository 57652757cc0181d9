"""Which tokens is an opportunity interested in?"""

from django.db import models


class TokenInterest(models.Model):
    """What an interest in training tokens is in particular: their type."""

    interest = models.OneToOneField(
        "crm.Interest", on_delete=models.CASCADE, related_name="token_interest"
    )
    token_type = models.ForeignKey("tokens.TokenType", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.interest_id}: {self.token_type_id}"


class TokenPackInterest(models.Model):
    """What an interest in token packs is in particular: which pack, of `units` tokens as it was
    offered; the pack may be edited since.
    """

    interest = models.OneToOneField(
        "crm.Interest", on_delete=models.CASCADE, related_name="token_pack_interest"
    )
    pack = models.ForeignKey("tokens.TokenPack", on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.interest_id}: {self.units} of {self.pack_id}"
