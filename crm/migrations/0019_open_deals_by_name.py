from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("crm", "0018_order_numbers_are_erased"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="opportunity",
            index=GinIndex(
                OpClass("name_key", name="gin_trgm_ops"),
                condition=models.Q(closed_on=None),
                name="opportunity_search_open",
            ),
        ),
    ]
