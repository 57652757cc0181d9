import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations, models

import tms.models.organisation
from tms.schema import sql_of


class Migration(migrations.Migration):
    replaces = [
        ("tms", "0001_initial"),
        ("tms", "0002_journal_append_only"),
        ("tms", "0003_job_starts"),
        ("tms", "0004_clear_demonstration"),
        ("tms", "0005_kept_mail_files"),
        ("tms", "0006_api_keys"),
        ("tms", "0007_operations"),
        ("tms", "0008_audit"),
        ("tms", "0009_erasing"),
        ("tms", "0010_journal_xact"),
        ("tms", "0011_webhooks"),
        ("tms", "0012_job_key"),
        ("tms", "0013_learners_cancel"),
        ("tms", "0014_erasing_what_was_sold"),
        ("tms", "0015_letterhead"),
        ("tms", "0016_erasing_again"),
        ("tms", "0017_sells_online"),
        ("tms", "0018_offer_hours"),
        ("tms", "0019_languages"),
        ("tms", "0020_learners_transfer"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGistExtension(),
        *sql_of("tms.0001_initial"),
        migrations.CreateModel(
            name="KeptMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=500)),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("at", models.DateTimeField(db_index=True)),
                ("files", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="NightRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(unique=True)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("done", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="email")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("language", models.CharField(blank=True, max_length=12, verbose_name="language")),
                ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                (
                    "is_staff",
                    models.BooleanField(default=False, verbose_name="works in the back office"),
                ),
                ("joined_at", models.DateTimeField(editable=False, null=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "permissions": [
                    ("manage_users", "Manage users and roles"),
                    ("change_settings", "Change settings"),
                    ("export", "Export lists"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_regardless_of_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("contact_id", models.BigIntegerField(null=True)),
                ("other_contact_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("by_id", models.BigIntegerField(null=True)),
                ("source", models.CharField(default="page", max_length=20)),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("operation", models.CharField(blank=True, max_length=80)),
                ("key_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "journal",
                "indexes": [
                    models.Index(
                        fields=["subject_kind", "subject_id", "id"], name="journal_subject"
                    ),
                    models.Index(
                        condition=models.Q(("account_id__isnull", False)),
                        fields=["account_id", "id"],
                        name="journal_account",
                    ),
                    models.Index(
                        condition=models.Q(("contact_id__isnull", False)),
                        fields=["contact_id", "id"],
                        name="journal_contact",
                    ),
                    models.Index(
                        condition=models.Q(("other_contact_id__isnull", False)),
                        fields=["other_contact_id", "id"],
                        name="journal_other_contact",
                    ),
                    models.Index(fields=["kind", "on", "id"], name="journal_kind_on"),
                    models.Index(
                        condition=models.Q(("key_id__isnull", False)),
                        fields=["key_id", "id"],
                        name="journal_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OperationKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("actor_id", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=204)),
                ("answer", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "operation_key",
                "constraints": [
                    models.UniqueConstraint(fields=("actor_id", "key"), name="operation_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(default="Lanyard", max_length=200, verbose_name="name")),
                ("logo", models.ImageField(blank=True, upload_to="logo/", verbose_name="logo")),
                (
                    "time_zone",
                    models.CharField(
                        default="Europe/London", max_length=60, verbose_name="time zone"
                    ),
                ),
                (
                    "second_factor",
                    models.CharField(
                        choices=[("offered", "offered to all"), ("required", "required for staff")],
                        default=tms.models.organisation.initial_second_factor,
                        max_length=10,
                        verbose_name="second factor",
                    ),
                ),
                (
                    "sign_up_open",
                    models.BooleanField(
                        default=True, verbose_name="visitors may create an account"
                    ),
                ),
                (
                    "contact_email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="address for questions"
                    ),
                ),
                ("set_up_at", models.DateTimeField(editable=False, null=True)),
                ("demonstration", models.BooleanField(default=False, editable=False)),
                (
                    "learners_cancel",
                    models.BooleanField(
                        default=True, verbose_name="learners may cancel their places"
                    ),
                ),
                ("bank_details", models.TextField(blank=True, verbose_name="bank details")),
                (
                    "document_footer",
                    models.TextField(blank=True, verbose_name="footer of documents"),
                ),
                ("payment_note", models.TextField(blank=True, verbose_name="note on payment")),
                ("postal_address", models.TextField(blank=True, verbose_name="postal address")),
                (
                    "tax_number",
                    models.CharField(blank=True, max_length=40, verbose_name="tax number"),
                ),
                (
                    "sells_online",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="sell passes and tokens online",
                    ),
                ),
                (
                    "offer_hours",
                    models.PositiveSmallIntegerField(
                        db_default=24, default=24, verbose_name="hours a place is on offer"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        db_default="en", default="en", max_length=12, verbose_name="language"
                    ),
                ),
                (
                    "learners_transfer",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="learners may move their places to another date",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="organisation_is_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvariantRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(unique=True)),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField(default=0)),
                ("found", models.JSONField(default=dict)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("part", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "permissions": [("operate", "Watch over the installation")],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verb", models.CharField(max_length=120)),
                ("title", models.CharField(max_length=200)),
                ("arguments", models.JSONField(default=dict)),
                ("upload", models.FileField(blank=True, upload_to="jobs/in/")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("parked", "Parked"),
                        ],
                        db_index=True,
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("result", models.JSONField(default=dict)),
                ("file", models.FileField(blank=True, upload_to="jobs/out/")),
                ("operation", models.CharField(blank=True, max_length=80)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("back_to", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts", models.PositiveSmallIntegerField(default=0)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("key_id", models.BigIntegerField(null=True)),
                ("language", models.CharField(blank=True, db_default="", max_length=12)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["by", "-id"], name="job_by_newest"),
                    models.Index(
                        condition=models.Q(("key_id__isnull", False)),
                        fields=["key_id", "id"],
                        name="job_by_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("prefix", models.CharField(max_length=20, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40)
                    ),
                ),
                ("expires_on", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                ("last_used_on", models.DateField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [("manage_api_keys", "Manage API keys")],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Lower("name"),
                        models.F("id"),
                        name="api_key_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("xact", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("added", "Added"),
                            ("changed", "Changed"),
                            ("removed", "Removed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("model", models.CharField(max_length=60)),
                ("record", models.BigIntegerField()),
                ("contact_id", models.BigIntegerField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("key_id", models.BigIntegerField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("api", "API"),
                            ("job", "Background job"),
                            ("night", "The night"),
                            ("command", "Command"),
                            ("database", "Straight in the database"),
                        ],
                        max_length=20,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=100)),
                ("request", models.CharField(blank=True, max_length=64)),
                ("path", models.CharField(blank=True, max_length=300)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "audit",
                "permissions": [("audit_trail", "View audit trail")],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["model", "record", "id"], name="audit_record"),
                    models.Index(fields=["model", "id"], name="audit_model"),
                    models.Index(fields=["user", "id"], name="audit_user"),
                    models.Index(
                        condition=models.Q(("contact_id__isnull", False)),
                        fields=["contact_id", "id"],
                        name="audit_contact",
                    ),
                    models.Index(
                        condition=models.Q(("account_id__isnull", False)),
                        fields=["account_id", "id"],
                        name="audit_account",
                    ),
                    models.Index(fields=["source", "id"], name="audit_source"),
                    models.Index(fields=["address", "id"], name="audit_address"),
                    models.Index(fields=["recorded_at", "id"], name="audit_recorded_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("address", models.CharField(max_length=500, verbose_name="address")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60)
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused")],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("secret", models.TextField()),
                ("previous_secret", models.TextField(blank=True)),
                ("previous_until", models.DateTimeField(null=True)),
                ("mark_xact", models.BigIntegerField(default=0)),
                ("mark_id", models.BigIntegerField(default=0)),
                ("floor_id", models.BigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "webhook_endpoint",
                "permissions": [
                    (
                        "manage_webhooks",
                        "Manage webhooks, which tell other systems what happens here",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("removed_at", None)),
                        name="webhook_endpoint_name_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                ("sequence", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("parked", "Parked"),
                            ("skipped", "Skipped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="tms.webhookendpoint",
                    ),
                ),
            ],
            options={
                "db_table": "webhook_delivery",
                "indexes": [
                    models.Index(fields=["endpoint", "id"], name="webhook_delivery_newest"),
                    models.Index(fields=["endpoint", "state", "id"], name="webhook_delivery_state"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["endpoint", "next_at", "id"],
                        name="webhook_delivery_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "event_id"), name="webhook_delivery_event_once"
                    ),
                    models.UniqueConstraint(
                        fields=("endpoint", "subject_kind", "subject_id", "sequence"),
                        name="webhook_delivery_sequence",
                    ),
                ],
            },
        ),
        *sql_of(
            "tms.0002_journal_append_only",
            "tms.0004_clear_demonstration",
            "tms.0009_erasing",
            "tms.0010_journal_xact",
            "tms.0014_erasing_what_was_sold",
            "tms.0016_erasing_again",
        ),
    ]
