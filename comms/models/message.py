"""What was, or is to be, written to whom, about what, and what became of it?"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tms.text import Fold


class Role(models.TextChoices):
    """Why somebody is written to: who they are to what the message is about."""

    LEARNER = "learner", _("The learner")
    MAIN_CONTACT = "main_contact", _("The account's main contact")
    OWNER = "owner", _("The account's owner")
    OPPORTUNITY_CONTACT = "opportunity_contact", _("The opportunity's contact")
    INSTRUCTORS = "instructors", _("The event's instructors")
    ADDRESSES = "addresses", _("Fixed addresses")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting for approval")
    QUEUED = "queued", _("Queued")
    SENDING = "sending", pgettext_lazy("state", "Sending")
    SENT = "sent", _("Sent")
    UNCLEAR = "unclear", _("Unclear")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Bounced")
    MISSED = "missed", _("Missed")
    SKIPPED = "skipped", _("Skipped")
    INVALID = "invalid", _("Invalid")


# What may still be changed by what happens: nothing of it has left.
WAITING_TO_LEAVE = [MessageState.WAITING, MessageState.QUEUED]


class Reason(models.TextChoices):
    """Why a message was not sent, or why it waits for a person."""

    NOBODY = "nobody", _("Nobody to write to")
    NO_ADDRESS = "no_address", _("No email address")
    BAD_ADDRESS = "bad_address", _("Mail to this address comes back")
    OPTED_OUT = "opted_out", _("Doesn't want such messages")
    ARCHIVED = "archived", _("Archived")
    ERASED = "erased", _("Erased")
    TOO_SHORT = "too_short", _("Its day had gone by when the date was set")
    OVER = "over", _("Over meanwhile")
    CHANGED = "changed", _("What it was about changed before it was sent")
    VOIDED = "voided", _("Voided by a person")
    INCOMPLETE = "incomplete", _("The template can't be filled in")
    NO_SENDER = "no_sender", _("The sending address isn't confirmed")
    UNUSUAL = "unusual", _("Far more messages than usual")
    LONG_GAP = "long_gap", _("After a gap of more than 30 days")


# What a person has to look at: to approve it, to send it after all, or to find out.
FOR_PEOPLE = [
    MessageState.WAITING,
    MessageState.UNCLEAR,
    MessageState.FAILED,
    MessageState.MISSED,
]

# Where what kept it back can pass while the message is still due: it is looked at again.
PASSING = [Reason.NOBODY, Reason.NO_ADDRESS, Reason.CHANGED]


class Message(models.Model):
    """One message to one recipient about one happening, written down when it fell due.

    `subject_kind` and `subject_id` say what it is about, `occurrence` which happening of it: a day
    ("pass:2027-01-31") or a row of the journal ("j:4711"). `recipient` is who by key: "c12" a
    contact, "u5" somebody who works here, "a:x@y.example" an address, "n" nobody. The database
    takes one row for a trigger, subject, occurrence and recipient. `to`, `sender`, `title`, `text`
    and `html` are as sent, empty until then. `due_at` is when it was due, `late` whether that was
    a day before it was written down. While a worker has it, `leased_until` lies ahead.
    """

    trigger = models.ForeignKey(
        "comms.Trigger",
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
    )
    template = models.ForeignKey(
        "comms.Template",
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
    )
    resend_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="resent", db_index=False
    )
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    occurrence = models.CharField(max_length=60)
    recipient = models.CharField(max_length=260)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
    )
    user = models.ForeignKey(
        "tms.User", on_delete=models.PROTECT, null=True, related_name="messages", db_index=False
    )
    account = models.ForeignKey(
        "crm.Account",
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
    )
    state = models.CharField(max_length=10, choices=MessageState.choices)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True, db_default="")
    late = models.BooleanField(default=False, db_default=False)
    due_at = models.DateTimeField()
    due_on = models.DateField()
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    first_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True, db_default="")
    to = models.CharField(max_length=320, blank=True, db_default="")
    sender = models.CharField(max_length=400, blank=True, db_default="")
    title = models.CharField(max_length=500, blank=True, db_default="")
    text = models.TextField(blank=True, db_default="")
    html = models.TextField(blank=True, db_default="")
    version = models.PositiveIntegerField(default=0, db_default=0)

    search_text = models.GeneratedField(
        expression=Fold(Concat("title", models.Value(" "), "to")),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["trigger", "subject_id", "occurrence", "recipient"],
                name="message_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_due"),
            models.Index(fields=["state", "due_at", "id"], name="message_state_due"),
            models.Index(fields=["trigger", "due_at", "id"], name="message_trigger_due"),
            models.Index(
                fields=["contact", "due_at", "id"],
                name="message_contact_due",
                condition=Q(contact__isnull=False),
            ),
            models.Index(
                fields=["account", "due_at", "id"],
                name="message_account_due",
                condition=Q(account__isnull=False),
            ),
            models.Index(
                fields=["user", "due_at", "id"],
                name="message_user_due",
                condition=Q(user__isnull=False),
            ),
            models.Index(fields=["due_at", "id"], name="message_late", condition=Q(late=True)),
            models.Index(
                fields=["due_at", "id"],
                name="message_for_people",
                condition=Q(state__in=["waiting", "unclear", "failed", "missed"]),
            ),
            models.Index(fields=["due_at", "id"], name="message_with_text", condition=~Q(text="")),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="message_search"),
            models.Index(
                fields=["subject_id", "due_at", "id"],
                name="message_opportunity_due",
                condition=Q(subject_kind="opportunity"),
            ),
            models.Index(
                F("next_at").asc(nulls_first=True),
                "id",
                name="message_to_send",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=["leased_until"],
                name="message_in_hand",
                condition=Q(state="sending"),
            ),
            models.Index(
                fields=["trigger"],
                name="message_kept_back",
                condition=Q(state="skipped", reason__in=["nobody", "no_address", "changed"]),
            ),
            models.Index(
                fields=["resend_of"],
                name="message_resent",
                condition=Q(resend_of__isnull=False),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"
