import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

import tms.text


class Migration(migrations.Migration):
    replaces = [
        ("catalog", "0001_initial"),
        ("catalog", "0002_sort_events"),
        ("catalog", "0003_instructors_chosen"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Priced",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="slug")),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalog.category",
                        verbose_name="parent",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["position", "name"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("parent", "name"),
                        name="category_name_once_under_parent",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "percent",
                    models.DecimalField(decimal_places=3, max_digits=6, verbose_name="percent"),
                ),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ["percent", "name"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="tax_level_name_regardless_of_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)),
                        name="tax_level_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
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
                        choices=[("currency", "Currency"), ("token", "Training Tokens")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("label", models.CharField(max_length=80, verbose_name="name")),
                ("decimals", models.PositiveSmallIntegerField(default=2, verbose_name="decimals")),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("code"),
                        name="unit_code_regardless_of_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decimals__lte", 4), ("kind", "currency")),
                            models.Q(("decimals", 0), ("kind", "token")),
                            _connector="OR",
                        ),
                        name="unit_tokens_are_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
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
                        choices=[("course", "Course"), ("path", "Learning path")],
                        editable=False,
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("slug", models.SlugField(editable=False, max_length=120, unique=True)),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="summary")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("objectives", models.TextField(blank=True, verbose_name="objectives")),
                ("prerequisites", models.TextField(blank=True, verbose_name="prerequisites")),
                ("duration", models.CharField(blank=True, max_length=60, verbose_name="duration")),
                ("image", models.ImageField(blank=True, upload_to="items/", verbose_name="image")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        verbose_name="tags",
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
                        verbose_name="status",
                    ),
                ),
                ("published_at", models.DateTimeField(editable=False, null=True)),
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
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold(
                            django.db.models.functions.text.Concat(
                                "title", models.Value(" "), "code", models.Value(" "), "summary"
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "categories",
                    models.ManyToManyField(
                        blank=True,
                        related_name="items",
                        to="catalog.category",
                        verbose_name="categories",
                    ),
                ),
                (
                    "priced",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.priced",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_catalogue", "See courses, events and learning paths"),
                    ("change_catalogue", "Change courses, events and learning paths"),
                    ("change_prices", "Change prices"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["kind", "title_key", "id"], name="item_kind_title"),
                    models.Index(fields=["status", "title_key", "id"], name="item_status_title"),
                    models.Index(fields=["kind", "code", "id"], name="item_kind_code"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="item_search",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("code"),
                        name="item_code_regardless_of_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        blank=True,
                        default=list,
                        verbose_name="countries",
                    ),
                ),
                (
                    "shows_tax",
                    models.BooleanField(default=False, verbose_name="prices are shown with tax"),
                ),
                (
                    "is_default",
                    models.BooleanField(default=False, verbose_name="the installation's default"),
                ),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
                (
                    "tax_level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.taxlevel",
                        verbose_name="default tax level",
                    ),
                ),
                (
                    "currencies",
                    models.ManyToManyField(to="catalog.unit", verbose_name="currencies"),
                ),
            ],
            options={
                "ordering": ["name"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="region_name_regardless_of_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="region_one_default",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="code")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("classroom", "Classroom"),
                            ("blended", "Blended"),
                            ("lms", "LMS"),
                        ],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("open", "Open"), ("cancelled", "Cancelled")],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                (
                    "minimum",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="minimum"),
                ),
                (
                    "capacity",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="maximum"),
                ),
                ("taken", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "closes_on",
                    models.DateField(blank=True, null=True, verbose_name="registration deadline"),
                ),
                (
                    "cancel_until",
                    models.DateField(blank=True, null=True, verbose_name="cancellation deadline"),
                ),
                (
                    "content_days",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="days of content"
                    ),
                ),
                ("first_on", models.DateField(editable=False, null=True)),
                ("last_on", models.DateField(editable=False, null=True)),
                ("starts_at", models.DateTimeField(editable=False, null=True)),
                ("ends_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=tms.text.Fold(
                            django.db.models.functions.text.Concat(
                                "code", models.Value(" "), "place"
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="catalog.item",
                    ),
                ),
                (
                    "priced",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.priced",
                    ),
                ),
                (
                    "sort_on",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "first_on",
                            models.Value(
                                datetime.date(9999, 12, 31), output_field=models.DateField()
                            ),
                        ),
                        output_field=models.DateField(),
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["course", "first_on"], name="event_course_first"),
                    models.Index(fields=["first_on", "id"], name="event_first"),
                    models.Index(fields=["status", "first_on", "id"], name="event_status_first"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="event_search",
                    ),
                    models.Index(fields=["sort_on", "id"], name="event_sort"),
                    models.Index(fields=["course", "sort_on", "id"], name="event_course_sort"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity", None),
                            ("taken__lte", models.F("capacity")),
                            _connector="OR",
                        ),
                        name="event_not_overbooked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_on", None),
                            ("first_on__lte", models.F("last_on")),
                            _connector="OR",
                        ),
                        name="event_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("required", models.BooleanField(default=True, verbose_name="required")),
                (
                    "locked",
                    models.BooleanField(
                        default=False, verbose_name="locked until the step before is complete"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paths_with",
                        to="catalog.item",
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("path", "course"), name="step_course_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="amount"),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "priced",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="catalog.priced",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "tax_level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalog.taxlevel",
                        verbose_name="tax level",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="catalog.unit"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_to", None),
                            ("valid_from__lte", models.F("valid_to")),
                            _connector="OR",
                        ),
                        name="price_ends_after_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("priced", "="),
                            ("region", "="),
                            ("unit", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="price_one_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("time_zone", models.CharField(max_length=60, verbose_name="time zone")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("link", models.URLField(blank=True, verbose_name="link")),
                (
                    "instructor",
                    models.CharField(blank=True, max_length=120, verbose_name="instructor"),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="catalog.event",
                    ),
                ),
                (
                    "instructors",
                    models.CharField(db_default="", default="", editable=False, max_length=1100),
                ),
                (
                    "taught_by",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(instructors="", then=models.F("instructor")),
                            default=models.F("instructors"),
                            output_field=models.TextField(),
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="session_ends_after_it_begins",
                    )
                ],
            },
        ),
    ]
