"""To which addresses does mail come back?"""

from django.db import models
from django.db.models.functions import Lower


class AddressTrouble(models.Model):
    """Mail to `email` came back for good at `at`, because of `why`: nothing more is sent to it."""

    email = models.EmailField(max_length=254)
    why = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(Lower("email"), name="address_trouble_once")]

    def __str__(self):
        return self.email
