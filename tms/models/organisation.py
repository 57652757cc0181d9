"""Who runs this installation, and by which clock?"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SecondFactor(models.TextChoices):
    OFFERED = "offered", _("offered to all")
    REQUIRED = "required", _("required for staff")


def initial_second_factor() -> str:
    return settings.INITIAL_SECOND_FACTOR


class Organisation(models.Model):
    """The one row of settings that people change in the control panel."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=200, default="Lanyard")
    logo = models.ImageField(_("logo"), upload_to="logo/", blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/London")
    # Of who chose none and whose browser asks for none of ours; of letters and documents to them.
    language = models.CharField(_("language"), max_length=12, default="en", db_default="en")
    second_factor = models.CharField(
        _("second factor"),
        max_length=10,
        choices=SecondFactor.choices,
        default=initial_second_factor,
    )
    sign_up_open = models.BooleanField(_("visitors may create an account"), default=True)
    learners_cancel = models.BooleanField(_("learners may cancel their places"), default=True)
    learners_transfer = models.BooleanField(
        _("learners may move their places to another date"), default=False, db_default=False
    )
    sells_online = models.BooleanField(
        _("sell passes and tokens online"), default=False, db_default=False
    )
    # How long a place that came free is kept for who is first in line.
    offer_hours = models.PositiveSmallIntegerField(
        _("hours a place is on offer"), default=24, db_default=24
    )
    contact_email = models.EmailField(_("address for questions"), blank=True)
    # What stands on invoices and quotes.
    postal_address = models.TextField(_("postal address"), blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    bank_details = models.TextField(_("bank details"), blank=True)
    payment_note = models.TextField(_("note on payment"), blank=True)
    document_footer = models.TextField(_("footer of documents"), blank=True)
    set_up_at = models.DateTimeField(null=True, editable=False)
    demonstration = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="organisation_is_one_row"),
        ]

    def __str__(self):
        return self.name
