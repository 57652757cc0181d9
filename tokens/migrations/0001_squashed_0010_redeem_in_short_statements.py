import datetime

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from tms.schema import sql_of


class Migration(migrations.Migration):
    replaces = [
        ("tokens", "0001_initial"),
        ("tokens", "0002_ledger"),
        ("tokens", "0003_books"),
        ("tokens", "0004_expiry_sorts"),
        ("tokens", "0005_interests"),
        ("tokens", "0006_books_in_one_statement"),
        ("tokens", "0007_fewer_indexes"),
        ("tokens", "0008_follow_merging"),
        ("tokens", "0009_packs"),
        ("tokens", "0010_redeem_in_short_statements"),
    ]

    initial = True

    dependencies = [
        ("catalog", "0001_squashed_0003_instructors_chosen"),
        ("crm", "0001_squashed_0015_instructors_by_name"),
        ("tms", "0001_squashed_0020_learners_transfer"),
    ]

    operations = [
        migrations.CreateModel(
            name="TokenType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="Description")),
                (
                    "period",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="Redemption Period"
                    ),
                ),
                (
                    "period_unit",
                    models.CharField(
                        choices=[("days", "Days"), ("months", "Months")],
                        default="months",
                        max_length=6,
                    ),
                ),
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="token_type",
                        to="catalog.unit",
                    ),
                ),
            ],
            options={
                "permissions": [("manage_token_types", "Set up training tokens")],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period", None), ("period__gte", 1), _connector="OR"),
                        name="token_type_period_in_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TokenSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "manual_issues",
                    models.BooleanField(
                        default=True, verbose_name="Allow Manual Raising of Issues"
                    ),
                ),
                (
                    "adjustments",
                    models.BooleanField(
                        default=True, verbose_name="Allow Adjustments to Token Issues"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="token_settings_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Spender",
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
                        related_name="token_spenders",
                        to="crm.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spends_tokens_of",
                        to="crm.contact",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "contact"), name="token_spender_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Spending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "who",
                    models.CharField(
                        choices=[
                            ("nobody", "Nobody"),
                            ("chosen", "Chosen contacts"),
                            ("everybody", "Every contact of the account"),
                        ],
                        default="chosen",
                        max_length=10,
                        verbose_name="Who may spend",
                    ),
                ),
                (
                    "yearly_limit",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="Tokens per learner and year"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_spending",
                        to="crm.account",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("yearly_limit", None), ("yearly_limit__gte", 1), _connector="OR"
                        ),
                        name="token_spending_limit_in_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TokenIssue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issued", models.IntegerField(verbose_name="issued")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("issued_at", models.DateTimeField()),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="expires on")),
                ("remaining", models.IntegerField(default=0, verbose_name="remaining")),
                ("redeemed", models.IntegerField(default=0, verbose_name="redeemed")),
                ("expired", models.IntegerField(default=0, verbose_name="expired")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("hand", "By hand"),
                            ("courtesy", "Courtesy"),
                            ("opportunity", "Opportunity"),
                            ("order", "Order"),
                            ("transfer", "Transfer"),
                            ("api", "API"),
                            ("import", "Import"),
                        ],
                        default="hand",
                        max_length=12,
                    ),
                ),
                ("source_kind", models.CharField(blank=True, max_length=20)),
                ("source_id", models.BigIntegerField(null=True)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "external_id",
                    models.CharField(blank=True, max_length=80, verbose_name="External ID"),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=14,
                        null=True,
                        verbose_name="price of one token",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="token_issues",
                        to="crm.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.unit",
                    ),
                ),
                (
                    "token_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="tokens.tokentype",
                        verbose_name="token type",
                    ),
                ),
                (
                    "has_some",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("remaining__gt", 0)),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_tokens", "See training tokens and balances"),
                    ("issue_tokens", "Issue training tokens"),
                    ("redeem_tokens", "Redeem and refund training tokens"),
                    ("change_token_expiry", "Change when training tokens expire"),
                    ("adjust_tokens", "Adjust training tokens"),
                    ("transfer_tokens", "Transfer training tokens"),
                    ("set_token_spending", "Set who may spend an account's tokens"),
                    ("import_tokens", "Import opening balances of training tokens"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["account", "-id"], name="token_issue_account"),
                    models.Index(
                        fields=["token_type", "expires_on", "id"], name="token_issue_type_expiry"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("external_id", name="gin_trgm_ops"),
                        name="token_issue_external_id",
                    ),
                    models.Index(
                        models.F("account"),
                        django.db.models.functions.comparison.Coalesce(
                            "expires_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("id"),
                        name="token_issue_account_expiry",
                    ),
                    models.Index(
                        condition=models.Q(("has_some", True)),
                        fields=["account", "token_type", "expires_on", "issued_on", "id"],
                        name="token_issue_to_spend",
                    ),
                    models.Index(
                        condition=models.Q(("expires_on__isnull", False), ("has_some", True)),
                        fields=["expires_on", "id"],
                        name="token_issue_to_write_off",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("issued__gte", 1), ("issued__lte", 1000000)),
                        name="token_issue_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("remaining__gte", 0)), name="token_issue_not_below_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on", None),
                            ("expires_on__gte", models.F("issued_on")),
                            _connector="OR",
                        ),
                        name="token_issue_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on", None), ("expires_on__lte", "2100-12-31"), _connector="OR"
                        ),
                        name="token_issue_ends_some_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", None), ("unit_price", None)),
                            models.Q(("currency__isnull", False), ("unit_price__gte", 0)),
                            _connector="OR",
                        ),
                        name="token_issue_price_has_currency",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("account", "external_id"),
                        name="token_issue_external_id_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TokenInterest",
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
                        related_name="token_interest",
                        to="crm.interest",
                    ),
                ),
                (
                    "token_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tokens.tokentype",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TokenPack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("units", models.PositiveIntegerField(verbose_name="Number of tokens")),
                (
                    "period",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="Redemption Period"
                    ),
                ),
                (
                    "period_unit",
                    models.CharField(
                        choices=[("days", "Days"), ("months", "Months")],
                        default="months",
                        max_length=6,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="Order")),
                ("archived_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "priced",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.priced",
                    ),
                ),
                (
                    "token_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="tokens.tokentype",
                        verbose_name="token type",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["position", "id"], name="token_pack_order")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="token_pack_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 1), ("units__lte", 1000000)),
                        name="token_pack_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period", None), ("period__gte", 1), _connector="OR"),
                        name="token_pack_period_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
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
                        choices=[
                            ("issued", "Issued"),
                            ("redeemed", "Redeemed"),
                            ("refunded", "Refunded"),
                            ("adjusted", "Adjusted"),
                            ("expired", "Expired"),
                            ("transferred", "Transferred"),
                        ],
                        max_length=12,
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="number")),
                ("move", models.BigIntegerField()),
                ("purpose_kind", models.CharField(blank=True, max_length=20)),
                ("purpose_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("key_id", models.BigIntegerField(null=True)),
                ("source", models.CharField(max_length=20)),
                ("reason", models.TextField(blank=True)),
                ("by_choice", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.account",
                    ),
                ),
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="token_entries",
                        to="crm.contact",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="tokens.ledgerentry",
                    ),
                ),
                (
                    "token_type",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tokens.tokentype",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="tokens.tokenissue",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "ledger entries",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["issue", "id"], name="ledger_entry_issue"),
                    models.Index(fields=["account", "-id"], name="ledger_entry_account"),
                    models.Index(fields=["account", "on", "id"], name="ledger_entry_account_on"),
                    models.Index(fields=["token_type", "on"], name="ledger_entry_type_on"),
                    models.Index(
                        condition=models.Q(("of__isnull", False)),
                        fields=["of"],
                        name="ledger_entry_refunds",
                    ),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact", "on"],
                        name="ledger_entry_contact",
                    ),
                    models.Index(
                        condition=models.Q(("purpose_id__isnull", False)),
                        fields=["purpose_kind", "purpose_id"],
                        name="ledger_entry_purpose",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["issued", "refunded"]), ("quantity__gt", 0)),
                            models.Q(("kind__in", ["redeemed", "expired"]), ("quantity__lt", 0)),
                            models.Q(
                                ("kind__in", ["adjusted", "transferred"]),
                                models.Q(("quantity", 0), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_entry_sign",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "adjusted"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="ledger_entry_adjusted_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "refunded"), ("of__isnull", False)),
                            models.Q(
                                ("kind", "transferred"), ("of__isnull", False), ("quantity__gt", 0)
                            ),
                            models.Q(
                                models.Q(("kind", "refunded"), _negated=True),
                                models.Q(
                                    ("kind", "transferred"), ("quantity__gt", 0), _negated=True
                                ),
                                ("of", None),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_entry_of",
                    ),
                    models.UniqueConstraint(
                        fields=("move", "issue", "kind"), name="ledger_entry_once_a_move"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "issued")),
                        fields=("issue",),
                        name="ledger_entry_issued_once",
                    ),
                ],
            },
        ),
        *sql_of(
            "tokens.0003_books",
            "tokens.0006_books_in_one_statement",
            "tokens.0008_follow_merging",
            "tokens.0010_redeem_in_short_statements",
        ),
    ]
