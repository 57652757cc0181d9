"""What else is known of people? Their names in other systems, and fields of our own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExternalId(models.Model):
    """What another system calls an account, a contact or an opportunity."""

    account = models.ForeignKey(
        "crm.Account", on_delete=models.CASCADE, null=True, related_name="external_ids"
    )
    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.CASCADE, null=True, related_name="external_ids"
    )
    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.CASCADE, null=True, related_name="external_ids"
    )
    system = models.CharField(_("system"), max_length=60)
    value = models.CharField(_("ID"), max_length=120)

    class Meta:
        default_permissions = ()
        ordering = ["system", "value"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact=None, opportunity=None, account__isnull=False)
                | Q(account=None, opportunity=None, contact__isnull=False)
                | Q(account=None, contact=None, opportunity__isnull=False),
                name="external_id_of_one",
            ),
            models.UniqueConstraint(
                fields=["system", "value"],
                condition=Q(account__isnull=False),
                name="external_id_account_once",
            ),
            models.UniqueConstraint(
                fields=["system", "value"],
                condition=Q(contact__isnull=False),
                name="external_id_contact_once",
            ),
            models.UniqueConstraint(
                fields=["system", "value"],
                condition=Q(opportunity__isnull=False),
                name="external_id_opportunity_once",
            ),
        ]

    def __str__(self):
        return f"{self.system} {self.value}"


def known_as(noun: str):
    """What the other systems call it, in one text: "ERP: 7; HubSpot: 1234"."""
    ids = ExternalId.objects.filter(**{noun: models.OuterRef("pk")}).order_by().values(noun)
    each = Concat("system", models.Value(": "), "value")
    every = models.StringAgg(each, delimiter=models.Value("; "), order_by=["system", "value"])
    return models.Subquery(ids.annotate(every=every).values("every"))


class CustomFieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", pgettext_lazy("kind", "Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    YES_NO = "yes_no", _("Yes or no")


class CustomFieldQuerySet(models.QuerySet):
    def living(self):
        """Those that are asked for, in their order."""
        return self.filter(archived_at=None)

    def asked_at_checkout(self):
        return self.living().filter(ask_at_checkout=True)

    def for_learners(self):
        """Those that learners may change in their profile."""
        return self.living().filter(learner_edits=True)


class CustomField(models.Model):
    """A field of the installation's own; values stand in `Contact.custom` under the key."""

    label = models.CharField(_("label"), max_length=80)
    key = models.SlugField(max_length=60, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=CustomFieldKind.choices)
    choices = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name=_("choices")
    )
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    ask_at_checkout = models.BooleanField(_("ask at checkout"), default=False)
    learner_edits = models.BooleanField(_("learners can change it"), default=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]

    def __str__(self):
        return self.label
