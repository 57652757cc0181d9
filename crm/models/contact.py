"""Who learns, books, decides? A person."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Coalesce, Concat, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms import personal
from tms.text import Fold


def called(first_name: str, last_name: str, email: str | None) -> str:
    """What somebody is called: by name, or by address without one."""
    return personal.called(f"{first_name} {last_name}".strip() or email or "")


class ContactQuerySet(models.QuerySet):
    def living(self):
        """Those that are not archived."""
        return self.filter(archived_at=None)

    def with_address(self, *emails):
        """Whoever has one of these addresses, whatever the case; served by the unique index."""
        return self.alias(address=Lower("email")).filter(
            address__in=[email.strip().lower() for email in emails]
        )

    def of_account(self, account_id):
        """Everybody linked to the account: primary, or as a further one."""
        # Either side by its own index. An OR would be asked of everybody in the order of the list.
        primary = Contact.objects.filter(account_id=account_id).values("pk")
        further = Membership.objects.filter(account_id=account_id).values("contact_id")
        return self.filter(pk__in=primary.union(further))


class Contact(models.Model):
    """A person; belongs to a primary account, perhaps to more (`Membership`)."""

    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    # Null and not "": people without an address must not collide on the unique one.
    email = models.EmailField(_("email"), null=True, blank=True, max_length=254)  # noqa: DJ001
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    account = models.ForeignKey(
        "crm.Account",
        on_delete=models.PROTECT,
        related_name="contacts",
        verbose_name=_("primary account"),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contact",
        editable=False,
    )
    may_sign_in = models.BooleanField(_("may sign in to the LMS"), default=True)
    is_instructor = models.BooleanField(_("instructor"), default=False)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    custom = models.JSONField(default=dict, blank=True)
    announcements = models.BooleanField(_("receives announcements"), default=True)
    reminders = models.BooleanField(_("receives reminders"), default=True, db_default=True)
    archived_at = models.DateTimeField(null=True, editable=False)
    # The person was erased: nothing is left but the number, and nothing may be changed.
    erased_at = models.DateTimeField(null=True, editable=False)
    # It was another one's double: what it had is the other's now, and this leads there.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged"
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    name_key = models.GeneratedField(
        expression=Fold(Concat("last_name", models.Value(" "), "first_name")),
        output_field=models.TextField(),
        db_persist=True,
    )
    search_text = models.GeneratedField(
        expression=Fold(
            Concat(
                "first_name",
                models.Value(" "),
                "last_name",
                models.Value(" "),
                Coalesce("email", models.Value(""), output_field=models.TextField()),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(Lower("email"), name="contact_email_regardless_of_case"),
            models.CheckConstraint(
                condition=~models.Q(first_name="", last_name="", email=None),
                name="contact_is_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(archived_at__isnull=False),
                name="contact_merged_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["name_key", "id"], name="contact_name"),
            models.Index(fields=["account", "name_key", "id"], name="contact_account_name"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="contact_search"),
            # What a name begins with, whatever the database's collation.
            models.Index(OpClass("search_text", name="text_pattern_ops"), name="contact_begins"),
            models.Index(OpClass("name_key", name="text_pattern_ops"), name="contact_name_begins"),
            GinIndex(OpClass("custom", name="jsonb_path_ops"), name="contact_custom"),
            # The few who are archived.
            models.Index(
                fields=["name_key", "id"],
                name="contact_archived",
                condition=models.Q(archived_at__isnull=False, merged_into=None),
            ),
            # The few who teach.
            models.Index(
                fields=["name_key", "id"],
                name="contact_instructor",
                condition=models.Q(is_instructor=True),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("crm:contact", args=[self.pk])

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody without one."""
        return called(self.first_name, self.last_name, self.email)

    def account_ids(self) -> list[int]:
        """The primary account and the further ones. One query."""
        further = self.memberships.order_by("pk").values_list("account_id", flat=True)
        return [self.account_id, *further]


class Membership(models.Model):
    """A further account that a contact belongs to."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["contact", "account"], name="membership_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} in {self.account_id}"
