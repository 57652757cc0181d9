import datetime

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_sort_events"),
        ("crm", "0004_erasure"),
        ("tokens", "0003_books"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="tokenissue",
            name="token_issue_account_expiry",
        ),
        migrations.AddIndex(
            model_name="tokenissue",
            index=models.Index(
                models.F("account"),
                django.db.models.functions.comparison.Coalesce(
                    "expires_on", models.Value(datetime.date(9999, 12, 31))
                ),
                models.F("id"),
                name="token_issue_account_expiry",
            ),
        ),
    ]
