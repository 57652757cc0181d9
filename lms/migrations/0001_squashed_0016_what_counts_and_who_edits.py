import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lms.models.assignment
from tms.schema import sql_of


class Migration(migrations.Migration):
    replaces = [
        ("lms", "0001_initial"),
        ("lms", "0002_what_was_paid"),
        ("lms", "0003_places_kept"),
        ("lms", "0004_places_are_sold"),
        ("lms", "0005_follow_merging"),
        ("lms", "0006_content_until_index"),
        ("lms", "0007_payments"),
        ("lms", "0008_quizzes"),
        ("lms", "0009_passes_are_paid_online"),
        ("lms", "0010_waiting_lists"),
        ("lms", "0011_assignments"),
        ("lms", "0012_certificates"),
        ("lms", "0013_scorm_packages"),
        ("lms", "0014_training_is_reported"),
        ("lms", "0015_packs_are_paid_online"),
        ("lms", "0016_what_counts_and_who_edits"),
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
            name="Section",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sections",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Completion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completions",
                        to="crm.contact",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completions",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "item"), name="completion_once")
                ],
                "indexes": [models.Index(fields=["at"], name="completion_at")],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "paid_by",
                    models.CharField(
                        choices=[
                            ("pass", "By pass"),
                            ("tokens", "Tokens"),
                            ("invoice", "Invoice"),
                            ("card", "Card"),
                            ("free", "Free"),
                            ("staff", "By staff"),
                        ],
                        max_length=10,
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                ("registered_on", models.DateField()),
                ("content_until", models.DateField(null=True)),
                ("attended", models.BooleanField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="crm.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="catalog.event",
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="catalog.item",
                    ),
                ),
                (
                    "path_registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="lms.registration",
                    ),
                ),
                (
                    "used_pass",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="passes.pass",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("token_move", models.BigIntegerField(null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="catalog.unit",
                    ),
                ),
                ("kept_for", models.DateField(null=True)),
            ],
            options={
                "permissions": [
                    ("view_registrations", "See registrations"),
                    ("manage_registrations", "Register, cancel and mark learners"),
                    ("answer_requests", "Answer requests of learners"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["contact", "-id"], name="registration_contact"),
                    models.Index(fields=["account", "-id"], name="registration_account"),
                    models.Index(
                        condition=models.Q(("used_pass__isnull", False)),
                        fields=["used_pass"],
                        name="registration_used_pass",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at", None), ("content_until__isnull", False)
                        ),
                        fields=["content_until"],
                        name="registration_content_until",
                    ),
                    models.Index(fields=["registered_on", "id"], name="registration_registered"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event", None), ("path__isnull", False)),
                            models.Q(("event__isnull", False), ("path", None)),
                            _connector="OR",
                        ),
                        name="registration_on_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_by", "pass"), ("used_pass__isnull", False)),
                            models.Q(
                                models.Q(("paid_by", "pass"), _negated=True), ("used_pass", None)
                            ),
                            _connector="OR",
                        ),
                        name="registration_pass_where_by_pass",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("event__isnull", False)),
                        fields=("event", "contact"),
                        name="registration_once_on_event",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("path__isnull", False)),
                        fields=("path", "contact"),
                        name="registration_once_on_path",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", None), ("unit", None)),
                            models.Q(
                                ("amount__gte", 0),
                                ("path_registration", None),
                                ("unit__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="registration_amount_has_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0),
                                ("paid_by", "tokens"),
                                ("token_move__isnull", False),
                                ("unit__isnull", False),
                            ),
                            models.Q(
                                ("paid_by", "tokens"),
                                ("path_registration__isnull", False),
                                ("token_move", None),
                            ),
                            models.Q(
                                models.Q(("paid_by", "tokens"), _negated=True), ("token_move", None)
                            ),
                            _connector="OR",
                        ),
                        name="registration_tokens_where_by_tokens",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_move__isnull", False)),
                        fields=("token_move",),
                        name="registration_once_a_redemption",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("declined", "Declined"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="crm.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="catalog.event",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="catalog.item",
                    ),
                ),
                (
                    "pass_type",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="passes.passtype",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="crm.opportunity",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["state", "-id"], name="request_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event", None), ("item", None), ("pass_type__isnull", False)),
                            models.Q(("item__isnull", False), ("pass_type", None)),
                            _connector="OR",
                        ),
                        name="request_for_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pass_type__isnull", False), ("state", "open")),
                        fields=("contact", "pass_type"),
                        name="request_pass_once_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("item__isnull", False), ("state", "open")),
                        fields=("contact", "item", "event"),
                        name="request_item_once_open",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaceInterest",
            fields=[
                (
                    "interest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="places",
                        serialize=False,
                        to="crm.interest",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.event",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=14, unique=True)),
                ("cause", models.CharField(max_length=24, unique=True)),
                ("name", models.CharField(max_length=220)),
                ("title", models.CharField(max_length=200)),
                ("text", models.CharField(blank=True, max_length=300)),
                ("issuer", models.CharField(max_length=200)),
                ("completed_on", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("issued_at", models.DateTimeField()),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="crm.contact",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["contact", "-id"], name="certificate_contact"),
                    models.Index(
                        condition=models.Q(("valid_until__isnull", False)),
                        fields=["valid_until", "id"],
                        name="certificate_valid_until",
                    ),
                    models.Index(fields=["completed_on", "id"], name="certificate_completed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CertificateTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("granted", models.BooleanField(default=True)),
                ("months", models.PositiveSmallIntegerField(null=True)),
                ("text", models.CharField(blank=True, max_length=300)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certificate_terms",
                        to="catalog.item",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("months", None),
                            models.Q(("months__gte", 1), ("months__lte", 600)),
                            _connector="OR",
                        ),
                        name="certificate_terms_months",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContentUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("video", "Video"),
                            ("document", "Document"),
                            ("link", "Link"),
                            ("quiz", "Quiz"),
                            ("assignment", "Assignment"),
                            ("scorm", "SCORM package"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("required", models.BooleanField(default=True, verbose_name="required")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="address")),
                ("file", models.FileField(blank=True, upload_to="content/", verbose_name="file")),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(editable=False, null=True)),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="lms.section",
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="HeldPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "paid_by",
                    models.CharField(
                        choices=[
                            ("pass", "By pass"),
                            ("tokens", "Tokens"),
                            ("invoice", "Invoice"),
                            ("card", "Card"),
                            ("free", "Free"),
                            ("staff", "By staff"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=14)),
                ("token_move", models.BigIntegerField(null=True, unique=True)),
                ("held_at", models.DateTimeField()),
                ("held_on", models.DateField()),
                ("released_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_places",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_places",
                        to="crm.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_places",
                        to="catalog.event",
                    ),
                ),
                (
                    "filled_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_place",
                        to="lms.registration",
                    ),
                ),
                (
                    "interest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_places",
                        to="crm.interest",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_places",
                        to="catalog.item",
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
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("event__isnull", False), ("filled_by", None), ("released_at", None)
                        ),
                        fields=["event", "id"],
                        name="held_place_waiting_event",
                    ),
                    models.Index(
                        condition=models.Q(("filled_by", None), ("released_at", None)),
                        fields=["account", "id"],
                        name="held_place_waiting_account",
                    ),
                    models.Index(fields=["interest", "id"], name="held_place_interest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("filled_by", None), ("released_at", None), _connector="OR"
                        ),
                        name="held_place_filled_or_released",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0),
                                ("paid_by", "tokens"),
                                ("token_move__isnull", False),
                            ),
                            models.Q(
                                ("amount__gt", 0), ("paid_by", "invoice"), ("token_move", None)
                            ),
                            models.Q(("amount", 0), ("paid_by", "free"), ("token_move", None)),
                            _connector="OR",
                        ),
                        name="held_place_paid_as_sold",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("net", models.DecimalField(decimal_places=4, max_digits=16)),
                ("tax", models.DecimalField(decimal_places=4, max_digits=16)),
                ("tax_name", models.CharField(max_length=80)),
                ("tax_percent", models.DecimalField(decimal_places=3, max_digits=6)),
                ("provider", models.CharField(max_length=20)),
                ("reference", models.CharField(blank=True, max_length=255)),
                ("charge", models.CharField(blank=True, max_length=255)),
                ("address", models.CharField(blank=True, max_length=2000)),
                ("holds_seat", models.BooleanField(default=False)),
                ("holds_until", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("started_on", models.DateField()),
                ("given_up_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("received", models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ("received_currency", models.CharField(blank=True, max_length=10)),
                ("settled_at", models.DateTimeField(null=True)),
                ("trouble", models.TextField(blank=True)),
                ("refund_asked_at", models.DateTimeField(null=True)),
                ("refunded_at", models.DateTimeField(null=True)),
                ("refund_reference", models.CharField(blank=True, max_length=255)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="crm.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="catalog.event",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="crm.invoice",
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="catalog.item",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="lms.registration",
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
                    "issued",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="passes.pass",
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="passes.passoption",
                    ),
                ),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "pack",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="tokens.tokenpack",
                    ),
                ),
                (
                    "token_issue",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="tokens.tokenissue",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_payments", "See payments"),
                    ("settle_payments", "Settle and refund payments"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["contact", "-id"], name="payment_contact"),
                    models.Index(fields=["registration"], name="payment_registration"),
                    models.Index(
                        condition=models.Q(("holds_seat", True)),
                        fields=["event", "holds_until"],
                        name="payment_holds",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("paid_at__isnull", False),
                            ("refund_asked_at", None),
                            ("settled_at", None),
                        ),
                        fields=["id"],
                        name="payment_to_settle",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("failed_at", None), ("given_up_at", None), ("paid_at", None)
                        ),
                        fields=["holds_until"],
                        name="payment_to_ask_about",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("holds_seat", False),
                            models.Q(
                                ("event__isnull", False),
                                ("failed_at", None),
                                ("given_up_at", None),
                                ("paid_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="payment_holds_while_it_runs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_at", None), ("paid_at__isnull", False), _connector="OR"
                        ),
                        name="payment_paid_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_at", None),
                            models.Q(
                                ("paid_at__isnull", False), ("refund_asked_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="payment_refunded_when_asked",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("provider", "reference"),
                        name="payment_once_a_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("event", None),
                                ("option", None),
                                ("pack", None),
                                ("path__isnull", False),
                            ),
                            models.Q(
                                ("event__isnull", False),
                                ("option", None),
                                ("pack", None),
                                ("path", None),
                            ),
                            models.Q(
                                ("event", None),
                                ("option__isnull", False),
                                ("pack", None),
                                ("path", None),
                            ),
                            models.Q(
                                ("event", None),
                                ("option", None),
                                ("pack__isnull", False),
                                ("path", None),
                            ),
                            _connector="OR",
                        ),
                        name="payment_for_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("offered_at", models.DateTimeField(null=True)),
                ("offered_until", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("booked", "Booked"),
                            ("left", "Left"),
                            ("removed", "Removed by staff"),
                            ("lapsed", "Offer ended"),
                            ("closed", "List closed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="crm.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="catalog.event",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="lms.registration",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["event", "id"], name="waiting_event"),
                    models.Index(fields=["contact", "id"], name="waiting_contact"),
                    models.Index(
                        condition=models.Q(("outcome", "")),
                        fields=["offered_until"],
                        name="waiting_offered_until",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("event", "contact"),
                        name="waiting_once_on_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("offered_at", None), ("offered_until", None)),
                            models.Q(
                                ("offered_at__isnull", False), ("offered_until__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="waiting_offer_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", "")),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="waiting_ended_with_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="crm.contact",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="lms.contentunit",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "unit"), name="progress_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentNews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=255)),
                ("kind", models.CharField(max_length=20)),
                ("reference", models.CharField(blank=True, max_length=255)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ("currency", models.CharField(blank=True, max_length=10)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("known", "Known already"),
                            ("unknown", "Unknown payment"),
                            ("mismatch", "Another amount"),
                            ("needs_action", "Needs action"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="news",
                        to="lms.payment",
                    ),
                ),
                ("why", models.CharField(blank=True, db_default="", max_length=300)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "unknown")),
                        fields=["-id"],
                        name="payment_news_unknown",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "key"), name="payment_news_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("asked", models.JSONField()),
                ("pass_mark", models.PositiveSmallIntegerField()),
                ("points", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("score", models.PositiveIntegerField(null=True)),
                ("passed", models.BooleanField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("page", models.CharField(blank=True, max_length=40)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="crm.contact",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="lms.contentunit",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["unit", "-id"], name="attempt_unit"),
                    models.Index(fields=["passed", "-id"], name="attempt_passed"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("submitted_at", None), ("withdrawn_at", None)),
                        fields=("contact", "unit"),
                        name="attempt_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("passed", None), ("score", None), ("submitted_at", None)),
                            models.Q(
                                ("passed__isnull", False),
                                ("score__isnull", False),
                                ("submitted_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="attempt_scored_when_submitted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None), ("score__lte", models.F("points")), _connector="OR"
                        ),
                        name="attempt_score_in_points",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExtraAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extra_attempts",
                        to="crm.contact",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extra_attempts",
                        to="lms.contentunit",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["unit", "contact"], name="extra_attempt_whose")],
            },
        ),
        migrations.CreateModel(
            name="Quiz",
            fields=[
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quiz",
                        serialize=False,
                        to="lms.contentunit",
                    ),
                ),
                (
                    "pass_mark",
                    models.PositiveSmallIntegerField(
                        default=80,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="pass mark",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="attempts",
                    ),
                ),
                (
                    "shuffles",
                    models.BooleanField(
                        default=False, verbose_name="shuffle questions and answers"
                    ),
                ),
                (
                    "shows",
                    models.CharField(
                        choices=[
                            ("never", "Never"),
                            ("passed", "After passing"),
                            ("always", "Always"),
                        ],
                        default="passed",
                        max_length=10,
                        verbose_name="show the right answers",
                    ),
                ),
                (
                    "counts",
                    models.CharField(
                        choices=[("best", "The best one"), ("last", "The last one")],
                        db_default="best",
                        default="best",
                        max_length=10,
                        verbose_name="which attempt counts",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pass_mark__gte", 1), ("pass_mark__lte", 100)),
                        name="quiz_pass_mark_in_per_cent",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="assignment",
                        serialize=False,
                        to="lms.contentunit",
                    ),
                ),
                ("kinds", models.JSONField(default=lms.models.assignment.usual_kinds)),
                (
                    "megabytes",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="largest file, in MB",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("file", models.FileField(blank=True, upload_to="submissions/")),
                ("name", models.CharField(max_length=150)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("document", "Text document (Word, OpenDocument)"),
                            ("sheet", "Spreadsheet (Excel, OpenDocument)"),
                            ("slides", "Presentation (PowerPoint, OpenDocument)"),
                            ("image", "Picture (JPEG, PNG)"),
                            ("text", "Plain text"),
                        ],
                        max_length=10,
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("comment", models.TextField(blank=True, max_length=4000, verbose_name="comment")),
                ("submitted_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
                ("passed", models.BooleanField(null=True)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                (
                    "feedback",
                    models.TextField(blank=True, max_length=4000, verbose_name="feedback"),
                ),
                ("marked_at", models.DateTimeField(null=True)),
                ("operation", models.CharField(blank=True, max_length=80)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="crm.contact",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="lms.contentunit",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["unit", "contact", "id"], name="submission_whose"),
                    models.Index(
                        condition=models.Q(("marked_at", None), ("replaced_at", None)),
                        fields=["id"],
                        name="submission_waiting",
                    ),
                    models.Index(fields=["passed", "-id"], name="submission_passed"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("marked_at", None), ("replaced_at", None)),
                        fields=("contact", "unit"),
                        name="submission_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("marked_at", None), ("passed", None), ("score", None)),
                            models.Q(("marked_at__isnull", False), ("passed__isnull", False)),
                            _connector="OR",
                        ),
                        name="submission_marked_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score", None), ("score__lte", 100), _connector="OR"),
                        name="submission_score_in_per_cent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScormPackage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("title", models.CharField(max_length=250, verbose_name="title")),
                ("standard", models.CharField(max_length=10)),
                ("contents", models.JSONField()),
                ("folder", models.CharField(max_length=40, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("files", models.PositiveIntegerField()),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="packages",
                        to="lms.contentunit",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "number"), name="scorm_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentRefund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=16)),
                ("asked_at", models.DateTimeField()),
                ("refunded_at", models.DateTimeField(null=True)),
                ("reference", models.CharField(blank=True, max_length=255)),
                ("trouble", models.TextField(blank=True)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="lms.payment",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("refunded_at", None)),
                        fields=["id"],
                        name="payment_refund_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="payment_refund_of_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AttemptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.PositiveSmallIntegerField()),
                ("given", models.JSONField()),
                ("points", models.PositiveSmallIntegerField(null=True)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="lms.attempt",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("attempt", "question"), name="answer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="QuizQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("single", "Single choice"),
                            ("multiple", "Multiple choice"),
                            ("truth", "True or false"),
                            ("short", "Short answer"),
                            ("numeric", "Number"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.TextField(max_length=4000, verbose_name="question")),
                (
                    "points",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="points",
                    ),
                ),
                ("answers", models.JSONField(default=list, editable=False)),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=6, max_digits=20, null=True, verbose_name="right number"
                    ),
                ),
                (
                    "tolerance",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="tolerance"
                    ),
                ),
                (
                    "feedback",
                    models.TextField(blank=True, max_length=2000, verbose_name="feedback"),
                ),
                (
                    "feedback_right",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="feedback when right"
                    ),
                ),
                (
                    "feedback_wrong",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="feedback when wrong"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="lms.quiz",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("points__gte", 1)), name="question_is_worth_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("form", "numeric"), _negated=True),
                            models.Q(("tolerance__gte", 0), ("value__isnull", False)),
                            _connector="OR",
                        ),
                        name="question_number_has_value",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScormAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorm_attempts",
                        to="crm.contact",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorm_attempts",
                        to="lms.contentunit",
                    ),
                ),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="lms.scormpackage",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        models.F("unit"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="scorm_attempts_of_unit",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("contact", "unit"),
                        name="scorm_attempt_running",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScormLaunch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=250)),
                ("session_key", models.CharField(max_length=40)),
                ("agent", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="launches",
                        to="lms.scormattempt",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ScormState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=250)),
                ("values", models.JSONField(default=dict)),
                ("spent", models.BigIntegerField(default=0)),
                ("session", models.BigIntegerField(default=0)),
                ("best", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("passed", models.BooleanField(null=True)),
                ("over", models.BooleanField(default=False)),
                ("last_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="states",
                        to="lms.scormattempt",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("attempt", "item"), name="scorm_state_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScormEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("sequence", models.PositiveIntegerField()),
                ("changes", models.JSONField()),
                (
                    "launch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="lms.scormlaunch",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        *sql_of(
            "lms.0005_follow_merging",
            "lms.0008_quizzes",
            "lms.0010_waiting_lists",
            "lms.0011_assignments",
        ),
    ]
