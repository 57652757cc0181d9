import datetime

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import tms.text
from tms.schema import sql_of


class Migration(migrations.Migration):
    replaces = [
        ("comms", "0001_initial"),
        ("comms", "0002_follow_merging"),
        ("comms", "0003_log"),
        ("comms", "0004_bodies_are_kept_so_long"),
    ]

    initial = True

    dependencies = [
        ("catalog", "0001_squashed_0003_instructors_chosen"),
        ("crm", "0001_squashed_0015_instructors_by_name"),
        ("passes", "0001_squashed_0007_sold_by_order"),
        ("tms", "0001_squashed_0020_learners_transfer"),
        ("tokens", "0001_squashed_0010_redeem_in_short_statements"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressTrouble",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="address_trouble_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommsSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "send_at",
                    models.TimeField(
                        default=datetime.time(8, 0), verbose_name="messages by day leave at"
                    ),
                ),
                (
                    "catch_up_days",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="days that are caught up"
                    ),
                ),
                ("paused", models.BooleanField(default=False, verbose_name="sending is paused")),
                (
                    "unusual_from",
                    models.PositiveIntegerField(default=500, verbose_name="never unusual below"),
                ),
                (
                    "unusual_times",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="unusual is so many times a day"
                    ),
                ),
                ("ran_at", models.DateTimeField(editable=False, null=True)),
                ("ladder_made_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "keep_bodies_days",
                    models.PositiveIntegerField(
                        default=730, verbose_name="days for which what messages said is kept"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="comms_settings_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("catch_up_days__gte", 0), ("catch_up_days__lte", 30)),
                        name="comms_settings_catch_up_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SendingAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="display name")),
                ("email", models.EmailField(max_length=254, verbose_name="email address")),
                ("confirmed_at", models.DateTimeField(editable=False, null=True)),
                ("asked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "is_default",
                    models.BooleanField(default=False, editable=False, verbose_name="default"),
                ),
                ("removed_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name_plural": "sending addresses",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("removed_at", None)),
                        name="sending_address_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="sending_address_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False),
                            models.Q(("confirmed_at__isnull", False), ("removed_at", None)),
                            _connector="OR",
                        ),
                        name="sending_address_default_is_confirmed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("target", models.CharField(max_length=20, verbose_name="target")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("service", "Service message"),
                            ("reminder", "Reminder"),
                            ("announcement", "Announcement"),
                        ],
                        default="service",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                ("body", models.TextField(verbose_name="body")),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold("name"),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_communications", "See templates, triggers and the message log"),
                    ("manage_templates", "Write templates and set up sending addresses"),
                    ("manage_triggers", "Set up communication triggers"),
                    ("send_messages", "Approve, resend and void messages"),
                ],
                "default_permissions": (),
                "indexes": [models.Index(fields=["name_key", "id"], name="template_name")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at", None)),
                        name="template_name_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.FileField(upload_to="letters/", verbose_name="file")),
                ("name", models.CharField(max_length=150)),
                ("size", models.PositiveIntegerField()),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="comms.template",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Trigger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                ("abbreviation", models.CharField(max_length=12, verbose_name="Abbreviation")),
                ("automatic", models.BooleanField(default=False, verbose_name="Automatic")),
                ("disabled", models.BooleanField(default=False, verbose_name="Disabled")),
                ("occasion", models.CharField(max_length=40, verbose_name="Trigger")),
                ("offset", models.PositiveSmallIntegerField(default=0, verbose_name="Offset")),
                (
                    "side",
                    models.CharField(
                        choices=[("before", "before"), ("after", "after")],
                        default="after",
                        max_length=6,
                    ),
                ),
                (
                    "audience",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), verbose_name="Audience"
                    ),
                ),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254),
                        blank=True,
                        default=list,
                        verbose_name="Fixed addresses",
                    ),
                ),
                ("enabled_at", models.DateTimeField(editable=False)),
                ("changed_at", models.DateTimeField(editable=False)),
                ("fired_until", models.DateTimeField(editable=False, null=True)),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold("name"),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triggers",
                        to="catalog.item",
                        verbose_name="Course",
                    ),
                ),
                (
                    "options",
                    models.ManyToManyField(
                        blank=True,
                        related_name="triggers",
                        to="passes.passoption",
                        verbose_name="Options",
                    ),
                ),
                (
                    "pass_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triggers",
                        to="passes.passtype",
                        verbose_name="Pass Type",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triggers",
                        to="comms.sendingaddress",
                        verbose_name="From",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triggers",
                        to="comms.template",
                        verbose_name="Template",
                    ),
                ),
                (
                    "token_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triggers",
                        to="tokens.tokentype",
                        verbose_name="Token Type",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["name_key", "id"], name="trigger_name")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at", None)),
                        name="trigger_name_once",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("abbreviation"),
                        condition=models.Q(("archived_at", None)),
                        name="trigger_abbreviation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("offset__lte", 730)), name="trigger_offset_in_range"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("occurrence", models.CharField(max_length=60)),
                ("recipient", models.CharField(max_length=260)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("learner", "The learner"),
                            ("main_contact", "The account's main contact"),
                            ("owner", "The account's owner"),
                            ("opportunity_contact", "The opportunity's contact"),
                            ("instructors", "The event's instructors"),
                            ("addresses", "Fixed addresses"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for approval"),
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("unclear", "Unclear"),
                            ("failed", "Failed"),
                            ("bounced", "Bounced"),
                            ("missed", "Missed"),
                            ("skipped", "Skipped"),
                            ("invalid", "Invalid"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nobody", "Nobody to write to"),
                            ("no_address", "No email address"),
                            ("bad_address", "Mail to this address comes back"),
                            ("opted_out", "Doesn't want such messages"),
                            ("archived", "Archived"),
                            ("erased", "Erased"),
                            ("too_short", "Its day had gone by when the date was set"),
                            ("over", "Over meanwhile"),
                            ("changed", "What it was about changed before it was sent"),
                            ("voided", "Voided by a person"),
                            ("incomplete", "The template can't be filled in"),
                            ("no_sender", "The sending address isn't confirmed"),
                            ("unusual", "Far more messages than usual"),
                            ("long_gap", "After a gap of more than 30 days"),
                        ],
                        db_default="",
                        max_length=12,
                    ),
                ),
                ("late", models.BooleanField(db_default=False, default=False)),
                ("due_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("first_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, db_default="", max_length=300)),
                ("to", models.CharField(blank=True, db_default="", max_length=320)),
                ("sender", models.CharField(blank=True, db_default="", max_length=400)),
                ("title", models.CharField(blank=True, db_default="", max_length=500)),
                ("text", models.TextField(blank=True, db_default="")),
                ("html", models.TextField(blank=True, db_default="")),
                ("version", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="crm.contact",
                    ),
                ),
                (
                    "resend_of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resent",
                        to="comms.message",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="comms.template",
                    ),
                ),
                (
                    "trigger",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="comms.trigger",
                    ),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold(
                            django.db.models.functions.text.Concat("title", models.Value(" "), "to")
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["due_at", "id"], name="message_due"),
                    models.Index(fields=["state", "due_at", "id"], name="message_state_due"),
                    models.Index(fields=["trigger", "due_at", "id"], name="message_trigger_due"),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact", "due_at", "id"],
                        name="message_contact_due",
                    ),
                    models.Index(
                        condition=models.Q(("account__isnull", False)),
                        fields=["account", "due_at", "id"],
                        name="message_account_due",
                    ),
                    models.Index(
                        condition=models.Q(("subject_kind", "opportunity")),
                        fields=["subject_id", "due_at", "id"],
                        name="message_opportunity_due",
                    ),
                    models.Index(
                        models.OrderBy(models.F("next_at"), nulls_first=True),
                        models.F("id"),
                        condition=models.Q(("state", "queued")),
                        name="message_to_send",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["leased_until"],
                        name="message_in_hand",
                    ),
                    models.Index(
                        condition=models.Q(("resend_of__isnull", False)),
                        fields=["resend_of"],
                        name="message_resent",
                    ),
                    models.Index(
                        condition=models.Q(("user__isnull", False)),
                        fields=["user", "due_at", "id"],
                        name="message_user_due",
                    ),
                    models.Index(
                        condition=models.Q(("late", True)),
                        fields=["due_at", "id"],
                        name="message_late",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["waiting", "unclear", "failed", "missed"])
                        ),
                        fields=["due_at", "id"],
                        name="message_for_people",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="message_search",
                    ),
                    models.Index(
                        condition=models.Q(("text", ""), _negated=True),
                        fields=["due_at", "id"],
                        name="message_with_text",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trigger", "subject_id", "occurrence", "recipient"),
                        name="message_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_sent_has_time",
                    ),
                ],
            },
        ),
        *sql_of("comms.0002_follow_merging"),
    ]
