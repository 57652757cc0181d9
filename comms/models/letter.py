"""What is written, and from whom?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tms.text import Fold


class SendingAddressQuerySet(models.QuerySet):
    def living(self):
        return self.filter(removed_at=None)


class SendingAddress(models.Model):
    """From whom messages come. Used only once `confirmed_at` is set, by the link sent to it."""

    name = models.CharField(_("display name"), max_length=120)
    email = models.EmailField(_("email address"), max_length=254)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    is_default = models.BooleanField(_("default"), default=False, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = SendingAddressQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = _("sending addresses")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(removed_at=None), name="sending_address_once"
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="sending_address_one_default",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(confirmed_at__isnull=False, removed_at=None),
                name="sending_address_default_is_confirmed",
            ),
        ]

    def __str__(self):
        return f"{self.name} <{self.email}>"


class TemplateKind(models.TextChoices):
    """What a message is, and so whether one can ask not to get such ones."""

    SERVICE = "service", _("Service message")
    REMINDER = "reminder", _("Reminder")
    ANNOUNCEMENT = "announcement", _("Announcement")


class TemplateQuerySet(models.QuerySet):
    def living(self):
        """Those that are not archived."""
        return self.filter(archived_at=None)


class Template(models.Model):
    """What a message says: subject and body in Liquid, with the merge fields of one `target`.

    `target` is the key of a `tms.occasions.Target`; `body` is HTML as the editor wrote it,
    sanitised, with Liquid in its text.
    """

    name = models.CharField(_("name"), max_length=120)
    target = models.CharField(_("target"), max_length=20)
    kind = models.CharField(
        _("kind"), max_length=12, choices=TemplateKind.choices, default=TemplateKind.SERVICE
    )
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("body"))
    archived_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )

    objects = TemplateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_communications", "See templates, triggers and the message log"),
            ("manage_templates", "Write templates and set up sending addresses"),
            ("manage_triggers", "Set up communication triggers"),
            ("send_messages", "Approve, resend and void messages"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(archived_at=None), name="template_name_once"
            ),
        ]
        indexes = [models.Index(fields=["name_key", "id"], name="template_name")]

    def __str__(self):
        return self.name


class TemplateFile(models.Model):
    """A file that goes with every message of a template."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("file"), upload_to="letters/")
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self):
        return self.name
