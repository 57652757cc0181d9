from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("passes", "0008_walked_in_the_index"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="pass",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at", None),
                    models.Q(
                        ("expiry_recorded", None),
                        models.Q(("expiry_recorded", models.F("expires_on")), _negated=True),
                        _connector="OR",
                    ),
                ),
                fields=["expires_on", "id"],
                name="pass_expiry_to_write",
            ),
        ),
        RemoveIndexConcurrently(model_name="pass", name="pass_expiry_to_record"),
    ]
