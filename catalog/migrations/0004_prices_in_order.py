from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("catalog", "0003_instructors_chosen"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="price",
            index=models.Index(
                fields=["region", "amount", "id"],
                include=["unit", "priced", "valid_from", "valid_to"],
                name="price_region_amount",
            ),
        ),
    ]
