import datetime

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import tms.text
from tms.schema import sql_of


class Migration(migrations.Migration):
    replaces = [
        ("crm", "0001_initial"),
        ("crm", "0002_change"),
        ("crm", "0003_lists"),
        ("crm", "0004_erasure"),
        ("crm", "0005_selling"),
        ("crm", "0006_what_was_issued_stays"),
        ("crm", "0007_sender_of_invoices"),
        ("crm", "0008_opportunities_are_listed"),
        ("crm", "0009_lists_of_invoices"),
        ("crm", "0010_import_people"),
        ("crm", "0011_tasks_and_notes"),
        ("crm", "0012_merged_into"),
        ("crm", "0013_contact_reminders"),
        ("crm", "0014_instructors_and_account_managers"),
        ("crm", "0015_instructors_by_name"),
    ]

    initial = True

    dependencies = [
        ("catalog", "0001_squashed_0003_instructors_chosen"),
        ("tms", "0001_squashed_0020_learners_transfer"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=80, verbose_name="label")),
                ("key", models.SlugField(editable=False, max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("choice", "Choice"),
                            ("yes_no", "Yes or no"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        verbose_name="choices",
                    ),
                ),
                ("help_text", models.CharField(blank=True, max_length=200, verbose_name="help")),
                (
                    "ask_at_checkout",
                    models.BooleanField(default=False, verbose_name="ask at checkout"),
                ),
                (
                    "learner_edits",
                    models.BooleanField(default=True, verbose_name="learners can change it"),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("contact_id", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "permissions": [
                    ("erase_person", "Erase a person"),
                    ("take_out_person", "Export what is held about a person"),
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "year"), name="number_series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")],
                        default="open",
                        max_length=4,
                        verbose_name="counts as",
                    ),
                ),
                (
                    "probability",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="In per cent; new opportunities start with it.",
                        verbose_name="probability",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at", None)),
                        name="stage_name_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability__lte", 100)),
                        name="stage_probability_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("organisation", "Organisation"), ("individual", "Individual")],
                        default="organisation",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "legal_name",
                    models.CharField(blank=True, max_length=200, verbose_name="legal name"),
                ),
                ("street", models.TextField(blank=True, max_length=400, verbose_name="street")),
                ("postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                (
                    "tax_number",
                    models.CharField(blank=True, max_length=40, verbose_name="tax number"),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("custom", models.JSONField(blank=True, default=dict)),
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
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.unit",
                        verbose_name="currency",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="crm.account",
                        verbose_name="parent account",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "pays_by_invoice",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="may pay by invoice at checkout",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="crm.account",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_people", "See contacts and accounts"),
                    ("change_people", "Change contacts and accounts"),
                    ("import_people", "Import contacts and accounts"),
                    ("view_as_learner", "View the learner site as a contact"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["name_key", "id"], name="account_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("name_key", name="gin_trgm_ops"),
                        name="account_search",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            "name_key", name="text_pattern_ops"
                        ),
                        name="account_name_begins",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None), ("archived_at__isnull", False), _connector="OR"
                        ),
                        name="account_merged_is_archived",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=100, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=100, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, null=True, verbose_name="email"),
                ),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                (
                    "job_title",
                    models.CharField(blank=True, max_length=120, verbose_name="job title"),
                ),
                (
                    "may_sign_in",
                    models.BooleanField(default=True, verbose_name="may sign in to the LMS"),
                ),
                ("is_instructor", models.BooleanField(default=False, verbose_name="instructor")),
                (
                    "time_zone",
                    models.CharField(blank=True, max_length=60, verbose_name="time zone"),
                ),
                ("language", models.CharField(blank=True, max_length=12, verbose_name="language")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("custom", models.JSONField(blank=True, default=dict)),
                (
                    "announcements",
                    models.BooleanField(default=True, verbose_name="receives announcements"),
                ),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold(
                            django.db.models.functions.text.Concat(
                                "last_name", models.Value(" "), "first_name"
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold(
                            django.db.models.functions.text.Concat(
                                "first_name",
                                models.Value(" "),
                                "last_name",
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(
                                    "email", models.Value(""), output_field=models.TextField()
                                ),
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="crm.account",
                        verbose_name="primary account",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("erased_at", models.DateTimeField(editable=False, null=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="crm.contact",
                    ),
                ),
                (
                    "reminders",
                    models.BooleanField(
                        db_default=True, default=True, verbose_name="receives reminders"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["name_key", "id"], name="contact_name"),
                    models.Index(fields=["account", "name_key", "id"], name="contact_account_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="contact_search",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            "search_text", name="text_pattern_ops"
                        ),
                        name="contact_begins",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            "name_key", name="text_pattern_ops"
                        ),
                        name="contact_name_begins",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", name="jsonb_path_ops"),
                        name="contact_custom",
                    ),
                    models.Index(
                        condition=models.Q(("is_instructor", True)),
                        fields=["name_key", "id"],
                        name="contact_instructor",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="contact_email_regardless_of_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", None), ("first_name", ""), ("last_name", ""), _negated=True
                        ),
                        name="contact_is_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None), ("archived_at__isnull", False), _connector="OR"
                        ),
                        name="contact_merged_is_archived",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="crm.contact",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "account"), name="membership_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "closes_on",
                    models.DateField(blank=True, null=True, verbose_name="expected close date"),
                ),
                (
                    "probability",
                    models.PositiveSmallIntegerField(default=0, verbose_name="probability"),
                ),
                ("source", models.CharField(blank=True, max_length=80, verbose_name="source")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "worth",
                    models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=16),
                ),
                ("opened_on", models.DateField(editable=False)),
                ("closed_on", models.DateField(editable=False, null=True)),
                ("won", models.BooleanField(editable=False, null=True)),
                ("lost_because", models.TextField(blank=True, editable=False)),
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
                    "closes_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "closes_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        output_field=models.DateField(),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to="crm.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to="crm.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.unit",
                        verbose_name="currency",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to="crm.stage",
                        verbose_name="stage",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "opportunities",
                "permissions": [
                    ("view_opportunities", "See opportunities and quotes"),
                    ("change_opportunities", "Change opportunities and their interests"),
                    ("win_opportunities", "Win opportunities"),
                    ("override_prices", "Override prices on opportunities"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["name_key", "id"], name="opportunity_name"),
                    models.Index(fields=["closes_key", "id"], name="opportunity_closing"),
                    models.Index(fields=["worth", "id"], name="opportunity_worth"),
                    models.Index(fields=["account", "-id"], name="opportunity_account"),
                    models.Index(fields=["contact", "-id"], name="opportunity_contact"),
                    models.Index(fields=["owner", "closes_key", "id"], name="opportunity_owner"),
                    models.Index(fields=["stage", "closes_key", "id"], name="opportunity_stage"),
                    models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["closes_key", "id"],
                        name="opportunity_open",
                    ),
                    models.Index(
                        condition=models.Q(("closed_on__isnull", False)),
                        fields=["closed_on", "id"],
                        name="opportunity_closed",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("name_key", name="gin_trgm_ops"),
                        name="opportunity_search",
                    ),
                    models.Index(
                        condition=models.Q(("closed_on__isnull", False)),
                        fields=["won", "closes_key", "id"],
                        name="opportunity_decided",
                    ),
                    models.Index(
                        condition=models.Q(("closed_on__isnull", False)),
                        fields=["stage", "-closed_on", "-id"],
                        name="opportunity_stage_closed",
                    ),
                    models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["owner", "stage", "closes_key", "id"],
                        name="opportunity_owner_open",
                    ),
                    models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["stage", "currency"],
                        include=("worth",),
                        name="opportunity_sums",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on", None), ("won", None)),
                            models.Q(("closed_on__isnull", False), ("won__isnull", False)),
                            _connector="OR",
                        ),
                        name="opportunity_closed_is_won_or_lost",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability__lte", 100)),
                        name="opportunity_probability_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("worth__gte", 0)), name="opportunity_worth_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountManager",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="managers",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manages",
                        to="crm.contact",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "contact"), name="account_manager_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Teaching",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teachings",
                        to="crm.contact",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="teachings",
                        to="catalog.session",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("session", "contact"), name="teaching_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ExternalId",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system", models.CharField(max_length=60, verbose_name="system")),
                ("value", models.CharField(max_length=120, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="crm.contact",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="crm.opportunity",
                    ),
                ),
            ],
            options={
                "ordering": ["system", "value"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False)),
                        fields=("system", "value"),
                        name="external_id_account_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("contact__isnull", False)),
                        fields=("system", "value"),
                        name="external_id_contact_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", False), ("contact", None), ("opportunity", None)
                            ),
                            models.Q(
                                ("account", None), ("contact__isnull", False), ("opportunity", None)
                            ),
                            models.Q(
                                ("account", None), ("contact", None), ("opportunity__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="external_id_of_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("opportunity__isnull", False)),
                        fields=("system", "value"),
                        name="external_id_opportunity_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="crm.account"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="crm.contact"
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="crm.opportunity"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", False), ("contact", None), ("opportunity", None)
                            ),
                            models.Q(
                                ("account", None), ("contact__isnull", False), ("opportunity", None)
                            ),
                            models.Q(
                                ("account", None), ("contact", None), ("opportunity__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="change_of_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("offer", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=300)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("quantity", models.PositiveIntegerField(default=1, verbose_name="quantity")),
                (
                    "unit_price",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="price"),
                ),
                ("list_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                (
                    "discount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=5, verbose_name="discount"
                    ),
                ),
                ("tax_percent", models.DecimalField(decimal_places=3, max_digits=6)),
                ("net", models.DecimalField(decimal_places=4, max_digits=16)),
                ("tax", models.DecimalField(decimal_places=4, max_digits=16)),
                (
                    "token_moves",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "tax_level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.taxlevel",
                        verbose_name="tax level",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.unit",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interests",
                        to="crm.opportunity",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), ("quantity__lte", 1000000)),
                        name="interest_quantity_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)),
                        name="interest_price_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lte", 100)),
                        name="interest_discount_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("net__gte", 0), ("tax__gte", 0)),
                        name="interest_sums_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("invoice", "Invoice"), ("credit_note", "Credit note")],
                        default="invoice",
                        max_length=12,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=20, verbose_name="number")),
                ("bill_to", models.JSONField(default=dict)),
                ("made_on", models.DateField()),
                ("issued_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True, verbose_name="due")),
                ("paid_on", models.DateField(null=True)),
                ("voided_on", models.DateField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("net", models.DecimalField(decimal_places=4, max_digits=16)),
                ("tax", models.DecimalField(decimal_places=4, max_digits=16)),
                ("gross", models.DecimalField(decimal_places=4, max_digits=16)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="crm.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "credits",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="crm.invoice",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.unit",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="crm.opportunity",
                    ),
                ),
                ("bill_from", models.JSONField(default=dict)),
            ],
            options={
                "permissions": [
                    ("view_invoices", "See invoices"),
                    ("manage_invoices", "Issue invoices and mark them paid"),
                    ("credit_invoices", "Credit invoices and take back what they gave"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["account", "-id"], name="invoice_account"),
                    models.Index(
                        condition=models.Q(
                            ("issued_on__isnull", False), ("paid_on", None), ("voided_on", None)
                        ),
                        fields=["due_on", "id"],
                        name="invoice_due",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "issued_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        name="invoice_issued",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "due_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        name="invoice_due_or_not",
                    ),
                    models.Index(fields=["number", "id"], name="invoice_number"),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "issued_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        condition=models.Q(("issued_on", None), ("voided_on", None)),
                        name="invoice_drafts",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "issued_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        condition=models.Q(
                            ("issued_on__isnull", False), ("paid_on", None), ("voided_on", None)
                        ),
                        name="invoice_unpaid",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "issued_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        condition=models.Q(("voided_on__isnull", False)),
                        name="invoice_void",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "issued_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        condition=models.Q(("kind", "credit_note")),
                        name="invoice_credit_notes",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("number", name="gin_trgm_ops"),
                        name="invoice_search",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("number",),
                        name="invoice_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_on", None),
                                ("issued_on", None),
                                ("number", ""),
                                ("paid_on", None),
                            ),
                            models.Q(
                                ("issued_on__isnull", False),
                                models.Q(("number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="invoice_number_where_issued",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credits", None), ("kind", "invoice")),
                            models.Q(("credits__isnull", False), ("kind", "credit_note")),
                            _connector="OR",
                        ),
                        name="invoice_credit_note_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net"), "+", models.F("tax")
                                ),
                            )
                        ),
                        name="invoice_gross_is_a_sum",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("issued_on", models.DateField()),
                ("valid_until", models.DateField(verbose_name="valid until")),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="crm.opportunity",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["opportunity", "-id"], name="quote_opportunity")],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                ("at", models.DateTimeField(editable=False)),
                ("edited_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="crm.account"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="crm.contact"
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="crm.opportunity"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact", "-id"],
                        name="note_contact",
                    ),
                    models.Index(
                        condition=models.Q(("account__isnull", False)),
                        fields=["account", "-id"],
                        name="note_account",
                    ),
                    models.Index(
                        condition=models.Q(("opportunity__isnull", False)),
                        fields=["opportunity", "-id"],
                        name="note_opportunity",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", True),
                                ("contact__isnull", False),
                                ("opportunity__isnull", True),
                            ),
                            models.Q(
                                ("account__isnull", False),
                                ("contact__isnull", True),
                                ("opportunity__isnull", True),
                            ),
                            models.Q(
                                ("account__isnull", True),
                                ("contact__isnull", True),
                                ("opportunity__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="note_about_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("details", models.TextField(blank=True, verbose_name="details")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("made_at", models.DateTimeField(editable=False)),
                ("done_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "title_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold("title"),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "due_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "due_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        output_field=models.DateField(),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="crm.account"
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="crm.contact"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="crm.opportunity"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["due_key", "id"], name="task_due"),
                    models.Index(fields=["assignee", "due_key", "id"], name="task_assignee"),
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["due_key", "id"],
                        name="task_open",
                    ),
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["assignee", "due_key", "id"],
                        name="task_assignee_open",
                    ),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact", "due_key", "id"],
                        name="task_contact",
                    ),
                    models.Index(
                        condition=models.Q(("account__isnull", False)),
                        fields=["account", "due_key", "id"],
                        name="task_account",
                    ),
                    models.Index(
                        condition=models.Q(("opportunity__isnull", False)),
                        fields=["opportunity", "due_key", "id"],
                        name="task_opportunity",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("title_key", name="gin_trgm_ops"),
                        name="task_search",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", True),
                                ("contact__isnull", False),
                                ("opportunity__isnull", True),
                            ),
                            models.Q(
                                ("account__isnull", False),
                                ("contact__isnull", True),
                                ("opportunity__isnull", True),
                            ),
                            models.Q(
                                ("account__isnull", True),
                                ("contact__isnull", True),
                                ("opportunity__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="task_about_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Fulfilment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("reversed", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "interest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fulfilments",
                        to="crm.interest",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("interest", "number"), name="fulfilment_once"),
                    models.UniqueConstraint(
                        fields=("kind", "object_id"), name="fulfilment_of_one_interest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", 1), ("reversed__lte", models.F("quantity"))
                        ),
                        name="fulfilment_reversed_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InterestContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
                (
                    "interest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="crm.interest",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("interest", "contact"), name="interest_contact_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("source_kind", models.CharField(blank=True, max_length=20)),
                ("source_id", models.BigIntegerField(null=True)),
                ("title", models.CharField(max_length=300)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("note", models.TextField(blank=True)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("discount", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("tax_name", models.CharField(max_length=80)),
                ("tax_percent", models.DecimalField(decimal_places=3, max_digits=6)),
                ("net", models.DecimalField(decimal_places=4, max_digits=16)),
                ("tax", models.DecimalField(decimal_places=4, max_digits=16)),
                (
                    "credits",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_lines",
                        to="crm.invoiceline",
                    ),
                ),
                (
                    "interest",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="crm.interest",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="crm.invoice",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("source_kind", ""), _negated=True),
                        fields=["source_kind", "source_id"],
                        name="invoice_line_source",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("net__gte", 0),
                            ("quantity__gte", 1),
                            ("tax__gte", 0),
                            ("unit_price__gte", 0),
                        ),
                        name="invoice_line_not_negative",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="Account",
            name="main_contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="main_of",
                to="crm.contact",
                verbose_name="main contact",
            ),
        ),
        *sql_of(
            "crm.0006_what_was_issued_stays", "crm.0012_merged_into", "crm.0015_instructors_by_name"
        ),
    ]
