import importlib

from django.db import migrations

earlier = importlib.import_module("tms.migrations.0014_erasing_what_was_sold")
BEFORE = earlier.FORWARDS[earlier.FORWARDS.index("-- The application's role") :]
# What was erased once has the fixed word there and no number: it is compared as text.
AFTER = BEFORE.replace("'opportunity_id')::bigint IN", "'opportunity_id') IN").replace(
    "SELECT record FROM audit", "SELECT record::text FROM audit"
)


class Migration(migrations.Migration):
    dependencies = [("tms", "0015_letterhead")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
