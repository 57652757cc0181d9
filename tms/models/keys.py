"""Which programs may come in, for whom, and what may each of them do?"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class KeyStatus(models.TextChoices):
    """What a key is on a day; never stored."""

    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")
    ASLEEP = "asleep", _("Owner disabled")


class ApiKeyQuerySet(models.QuerySet):
    def with_status(self, day):
        """Each key with `status` as it is on `day`; the same table as `ApiKey.status_on`."""
        return self.annotate(
            status=Case(
                When(revoked_at__isnull=False, then=Value(KeyStatus.REVOKED.value)),
                When(expires_on__lt=day, then=Value(KeyStatus.EXPIRED.value)),
                When(
                    Q(owner__is_active=False) | Q(owner__is_staff=False),
                    then=Value(KeyStatus.ASLEEP.value),
                ),
                default=Value(KeyStatus.ACTIVE.value),
                output_field=models.CharField(),
            )
        )


class ApiKey(models.Model):
    """A program's way in: it acts for its owner, and may do what its scopes say.

    The secret is shown once and never kept: `digest` is its SHA-256, which is enough for 256
    random bits. `prefix` is its beginning, to know it by. `expires_on` is the last day it works.
    """

    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    prefix = models.CharField(max_length=20, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    expires_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("manage_api_keys", "Manage API keys")]
        indexes = [models.Index(Lower("name"), "id", name="api_key_name")]

    def __str__(self):
        return self.name

    def status_on(self, day) -> KeyStatus:
        """The status on `day`; asks for the owner."""
        if self.revoked_at is not None:
            return KeyStatus.REVOKED
        if self.expires_on is not None and self.expires_on < day:
            return KeyStatus.EXPIRED
        if not (self.owner.is_active and self.owner.is_staff):
            return KeyStatus.ASLEEP
        return KeyStatus.ACTIVE
