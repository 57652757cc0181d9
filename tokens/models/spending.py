"""Who may spend an account's tokens at checkout, and see its balance?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WhoMaySpend(models.TextChoices):
    NOBODY = "nobody", _("Nobody")
    CHOSEN = "chosen", _("Chosen contacts")
    EVERYBODY = "everybody", _("Every contact of the account")


class Spending(models.Model):
    """An account's rule; an account without one goes by the defaults: chosen contacts, no limit.

    `yearly_limit` is the number of tokens, of all types together, that one learner may spend in a
    calendar year (None: no limit). What came back doesn't count.
    """

    account = models.OneToOneField(
        "crm.Account", on_delete=models.CASCADE, related_name="token_spending"
    )
    who = models.CharField(
        _("Who may spend"),
        max_length=10,
        choices=WhoMaySpend.choices,
        default=WhoMaySpend.CHOSEN,
    )
    yearly_limit = models.PositiveIntegerField(
        _("Tokens per learner and year"), null=True, blank=True
    )
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(yearly_limit=None) | Q(yearly_limit__gte=1),
                name="token_spending_limit_in_range",
            ),
        ]

    def __str__(self):
        return f"{self.who} of {self.account_id}"


class Spender(models.Model):
    """A contact who was chosen to spend an account's tokens."""

    account = models.ForeignKey(
        "crm.Account", on_delete=models.CASCADE, related_name="token_spenders"
    )
    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.CASCADE, related_name="spends_tokens_of"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "contact"], name="token_spender_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} of {self.account_id}"
