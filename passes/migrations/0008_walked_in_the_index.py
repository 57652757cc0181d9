"""Passes that were active between two days are told from others in the index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("passes", "0007_sold_by_order")]

    operations = [
        AddIndexConcurrently(
            model_name="pass",
            index=models.Index(fields=["expires_on", "id", "starts_on"], name="pass_expiry_start"),
        ),
        RemoveIndexConcurrently(model_name="pass", name="pass_expiry"),
    ]
