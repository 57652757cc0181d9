import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import tms.text
from tms.schema import sql_of


class Migration(migrations.Migration):
    replaces = [
        ("passes", "0001_initial"),
        ("passes", "0002_living_index"),
        ("passes", "0003_interests"),
        ("passes", "0004_sold_index"),
        ("passes", "0005_fewer_indexes"),
        ("passes", "0006_follow_merging"),
        ("passes", "0007_sold_by_order"),
    ]

    initial = True

    dependencies = [
        ("catalog", "0001_squashed_0003_instructors_chosen"),
        ("crm", "0001_squashed_0015_instructors_by_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="PassType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                ("code", models.CharField(max_length=30, verbose_name="Code")),
                ("slug", models.SlugField(editable=False, max_length=120, unique=True)),
                ("description", models.TextField(blank=True, verbose_name="Description")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("active", "Active"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="Status",
                    ),
                ),
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
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold(
                            django.db.models.functions.text.Concat(
                                "name", models.Value(" "), "code"
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "permissions": [("manage_pass_types", "Set up training passes")],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["status", "name_key", "id"], name="pass_type_status_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="pass_type_search",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("code"),
                        name="pass_type_code_regardless_of_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PassOption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("period", models.PositiveIntegerField(verbose_name="Period")),
                (
                    "period_unit",
                    models.CharField(
                        choices=[("days", "Days"), ("months", "Months")],
                        max_length=6,
                        verbose_name="unit",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="Status",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "priced",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.priced",
                    ),
                ),
                (
                    "pass_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="options",
                        to="passes.passtype",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("period__gte", 1), ("period__lte", 3650), ("period_unit", "days")
                            ),
                            models.Q(
                                ("period__gte", 1), ("period__lte", 120), ("period_unit", "months")
                            ),
                            _connector="OR",
                        ),
                        name="pass_option_period_in_range",
                    ),
                    models.UniqueConstraint(
                        models.F("pass_type"),
                        django.db.models.functions.text.Lower("name"),
                        name="pass_option_name_once_in_type",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Inclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "event_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inclusions",
                        to="catalog.event",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inclusions",
                        to="catalog.item",
                    ),
                ),
                (
                    "pass_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inclusions",
                        to="passes.passtype",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event__isnull", False), ("item", None)),
                            models.Q(("event", None), ("item__isnull", False)),
                            _connector="OR",
                        ),
                        name="inclusion_of_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("item__isnull", False)),
                        fields=("pass_type", "item"),
                        name="inclusion_item_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("event__isnull", False)),
                        fields=("pass_type", "event"),
                        name="inclusion_event_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="Start Date")),
                ("expires_on", models.DateField(verbose_name="Expiry Date")),
                ("anchor_day", models.PositiveSmallIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("assigned_on", models.DateField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("expiry_recorded", models.DateField(null=True)),
                (
                    "external_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        default=list,
                        verbose_name="External IDs",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("hand", "By hand"),
                            ("opportunity", "Opportunity"),
                            ("api", "API"),
                            ("import", "Import"),
                            ("order", "Order"),
                        ],
                        default="hand",
                        max_length=12,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="crm.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="crm.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="passes.passoption",
                    ),
                ),
                (
                    "pass_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="passes.passtype",
                        verbose_name="Pass Type",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="crm.opportunity",
                        verbose_name="Opportunity",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "passes",
                "permissions": [
                    ("view_passes", "See training passes"),
                    ("issue_pass", "Give training passes"),
                    ("change_pass", "Renew and extend training passes"),
                    ("reassign_pass", "Assign and reassign training passes"),
                    ("cancel_pass", "Cancel training passes"),
                    ("import_passes", "Import training passes"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["contact", "expires_on"], name="pass_contact_expiry"),
                    models.Index(
                        fields=["account", "expires_on", "id"], name="pass_account_expiry"
                    ),
                    models.Index(fields=["expires_on", "id"], name="pass_expiry"),
                    models.Index(fields=["starts_on", "id"], name="pass_start"),
                    models.Index(fields=["pass_type", "expires_on", "id"], name="pass_type_expiry"),
                    models.Index(fields=["option"], name="pass_option"),
                    models.Index(
                        condition=models.Q(("cancelled_at__isnull", False)),
                        fields=["cancelled_at", "id"],
                        name="pass_cancelled",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at", None),
                            models.Q(
                                ("expiry_recorded", None),
                                models.Q(
                                    ("expiry_recorded", models.F("expires_on")), _negated=True
                                ),
                                _connector="OR",
                            ),
                        ),
                        fields=["expires_on"],
                        name="pass_expiry_to_record",
                    ),
                    models.Index(
                        condition=models.Q(("contact", None)),
                        fields=["account", "id"],
                        name="pass_unassigned",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["external_ids"], name="pass_external_ids"
                    ),
                    models.Index(
                        condition=models.Q(("cancelled_at", None)),
                        fields=["pass_type", "expires_on"],
                        include=("starts_on", "option", "contact"),
                        name="pass_type_living",
                    ),
                    models.Index(
                        condition=models.Q(("cancelled_at__isnull", False)),
                        fields=["pass_type"],
                        name="pass_type_cancelled",
                    ),
                    models.Index(
                        condition=models.Q(("opportunity__isnull", False)),
                        fields=["opportunity", "id"],
                        name="pass_opportunity",
                    ),
                    models.Index(
                        fields=["issued_at"], include=("pass_type", "source"), name="pass_issued"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("expires_on"))),
                        name="pass_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__lte", "2100-12-31")),
                        name="pass_ends_some_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("anchor_day__gte", 1), ("anchor_day__lte", 31)),
                        name="pass_anchor_is_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PassInterest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "interest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pass_interest",
                        to="crm.interest",
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interests",
                        to="passes.passoption",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        *sql_of("passes.0006_follow_merging"),
    ]
