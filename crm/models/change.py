"""What stood there before? What people edit about people, kept where it can be erased."""

from django.db import models
from django.db.models import Q


class Change(models.Model):
    """The values before and after one edit of a contact, an account or an opportunity.

    The journal never forgets, so it holds no names and addresses: its row has the id of this one
    in `after["change"]`. Erasing a person empties these rows and leaves the journal whole.
    """

    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, null=True)
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, null=True)
    opportunity = models.ForeignKey("crm.Opportunity", on_delete=models.CASCADE, null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(contact=None, opportunity=None, account__isnull=False)
                | Q(account=None, opportunity=None, contact__isnull=False)
                | Q(account=None, contact=None, opportunity__isnull=False),
                name="change_of_one",
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"
