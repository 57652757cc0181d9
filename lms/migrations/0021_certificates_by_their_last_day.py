import datetime

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("lms", "0020_choices_of_the_moved"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="certificate",
            index=models.Index(
                Coalesce("valid_until", models.Value(datetime.date(9999, 12, 31))),
                "id",
                name="certificate_last_day",
            ),
        ),
    ]
